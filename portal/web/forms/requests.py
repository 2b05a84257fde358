"""Forms of a request: that it was sent, that it arrived, what was answered, and what a law asks besides."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.domain.lifecycle import Answer, SendingChannel
from portal.services.requests.preparing import DetailsCommand
from portal.services.requests.views import DetailsView, ItemView
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.tracking.views import RequestView
from portal.web.fields import ChoiceField, DayField, MailField, MomentField, TextField, check_mail, require_moment
from portal.web.forms.readers import Reader, ReaderForm, for_each
from portal.web.forms.typed_fields import CheckboxesField, InstantField, IsoDayField, not_before

TICKET = _l("The number they gave it, if any")


def make_checked_field() -> Any:
    """That somebody looked whether the address was still right."""
    return for_each(
        person=BooleanField(
            _l("I looked: the address I used is the right one"),
            description=_l("Needed where nobody has checked our address for a while."),
        ),
        desk=BooleanField(
            _l("The address was looked at and is still the right one"),
            description=_l("Needed where the directory’s address was not checked for a while."),
        ),
    )


class SentForm(ReaderForm):
    desk_order = ("channel", "sent_at", "received_at", "ticket", "has_checked")
    vocabularies = MappingProxyType({"channel": SendingChannel})

    channel = for_each(
        person=ChoiceField(_l("How did you send it?"), required=True),
        desk=ChoiceField(_l("How was it sent?"), required=_l("Choose how it was sent.")),
    )
    sent_at = for_each(
        person=MomentField(_l("When did you send it?"), validators=[require_moment]),
        desk=InstantField(_l("When was it sent?"), [require_moment]),
    )
    ticket = for_each(
        person=TextField(TICKET),
        desk=TextField(
            _l("The platform’s own ticket number (if it gave one)"),
            description=_l("It stands in every later letter and in the complaint."),
        ),
    )
    received_at = for_each(
        person=MomentField(_l("If they wrote that they got it: when?")),
        desk=InstantField(
            _l("When did it arrive? (only with proof)"),
            [not_before("sent_at", _l("It cannot have arrived before it was sent."))],
            description=_l(
                "Proof is an automatic reply, a ticket page, or a receipt of the post. "
                "Without it, leave this empty: the clocks start at the sending and are marked as estimated."
            ),
        ),
    )
    has_checked = make_checked_field()

    def command(self) -> SentCommand:
        return SentCommand(
            channel=SendingChannel(str(self.channel.data)),
            sent_at=self.sent_at.data,
            received_at=self.received_at.data,
            ticket=self.ticket.data or "",
            has_checked=bool(self.has_checked.data),
        )


class ReceivedForm(ReaderForm):
    received_at = for_each(
        person=MomentField(_l("When did they get it?"), validators=[require_moment]),
        desk=InstantField(
            _l("When did it arrive?"),
            [require_moment],
            description=_l("The clocks are counted again from this moment and are no longer marked as estimated."),
        ),
    )


class InformationSentForm(ReaderForm):
    at = for_each(
        person=MomentField(_l("When did you send it?"), validators=[require_moment]),
        desk=InstantField(
            _l("When was it sent?"),
            [require_moment],
            description=_l(
                "Clocks that stood still for it go on from this moment, as estimated: receipt is not proven."
            ),
        ),
    )


class AnswerForm(ReaderForm):
    vocabularies = MappingProxyType({"answer": Answer})

    answer = for_each(
        person=ChoiceField(_l("What did they answer?"), required=True),
        desk=ChoiceField(_l("What does the answer mean?"), required=_l("Choose what the answer means.")),
    )
    at = for_each(
        person=MomentField(_l("When did the answer come?"), validators=[require_moment]),
        desk=InstantField(_l("When did the answer arrive?"), [require_moment]),
    )
    extension_until = for_each(
        person=DayField(_l("If they need more time: until which day?")),
        desk=IsoDayField(
            _l("If they need longer: until which day?"),
            description=_l("It counts only where the law allows more time and they said so before the first date."),
        ),
    )
    items = for_each(
        person=None,  # the person's page shows the links below the form
        desk=CheckboxesField(
            _l("Which links is it about?"), description=_l("Leave all boxes empty when it is about every link.")
        ),
    )
    text = for_each(
        person=TextField(_l("Their words, if you like to keep them"), lines=True),
        desk=TextField(
            _l("What they wrote"), description=_l("Copy their words. Never paste a picture of the content."), lines=True
        ),
    )

    def offer(self, items: tuple[ItemView, ...]) -> None:
        """The links of the request, by number and short text."""
        self.items.choices = [(str(item.number), f"{item.number}. {item.shown}") for item in items]

    @property
    def ticked(self) -> tuple[int, ...]:
        """The links that were chosen; none means all of them."""
        return tuple(int(number) for number in self.items.data or ())

    def command(self, items: tuple[int, ...]) -> AnswerCommand:
        return AnswerCommand(
            answer=Answer(str(self.answer.data)),
            at=self.at.data,
            text=self.text.data or "",
            extension_until=self.extension_until.data,
            items=items,
        )


class DetailsForm(ReaderForm):
    """What laws ask for in one request. It changes this request only; the report stays as it was written."""

    name = for_each(person=TextField(_l("The name under this letter")), desk=TextField(_l("Name under the notice")))
    email = for_each(
        person=MailField(_l("E-mail address"), validators=[check_mail]), desk=MailField(_l("E-mail address"))
    )
    phone = TextField(_l("Phone number"))
    postal_address = for_each(
        person=TextField(_l("Postal address"), lines=True, longest=1000),
        desk=TextField(_l("Postal address"), lines=True),
    )
    explanation = for_each(
        person=TextField(_l("Why it should come down, in your own words"), lines=True),
        desk=TextField(_l("Why it is unlawful or does harm"), lines=True),
    )
    identity_offer = for_each(
        person=TextField(
            _l("How you prove who you are"),
            description=_l(
                "Mostly nothing is needed at first, or it is enough to answer from the e-mail address of the account. "
                "Some laws want the number of an identity document; then this page names it as missing. What you write "
                "here stands in the letter."
            ),
            lines=True,
            longest=1000,
        ),
        desk=TextField(
            _l("How the person shows who they are"),
            description=_l("Stands in the letter. Where a law demands the number of a document, it belongs here."),
            lines=True,
        ),
    )
    release_to_poster = for_each(
        person=BooleanField(_l("They may tell the one who posted it who I am")),
        desk=BooleanField(_l("The platform may tell the one who posted it who asked")),
    )
    use_copyright = for_each(
        person=BooleanField(
            _l("Also use copyright"),
            description=_l("The last way: it can pass your name on to the one who posted it, and it can be published."),
        ),
        desk=BooleanField(
            _l("Also use copyright"),
            description=_l("Only when the person took it. It can pass their name on to the one who posted it."),
        ),
    )
    states_ownership = for_each(
        person=BooleanField(
            _l("I took the picture or video myself, or act for the one who did. I state this under penalty of perjury.")
        ),
        desk=BooleanField(_l("The person says, under penalty of perjury, that the copyright is theirs")),
    )
    confirmed = for_each(
        person=None,  # the person's page shows the facts below the form
        desk=CheckboxesField(
            _l("Facts that were not seen in an official source"),
            description=_l("Tick what you have checked yourself. Nothing else of it is printed in a letter."),
        ),
    )

    @classmethod
    def of(cls, reader: Reader, view: RequestView) -> DetailsForm:
        """The form as the request stands; without copyright where there can be none."""
        form = cls(reader, obj=view.details)
        if not view.can_use_copyright:
            del form.use_copyright
            del form.states_ownership
        if "confirmed" in form:
            form._offer_facts(view)
        return form

    def command(self, confirmed: tuple[str, ...]) -> DetailsCommand:
        """All as the person left it."""
        values = {name: self[name].data for name in DETAILS if name in self}
        return DetailsCommand(**values, confirmed=confirmed)

    def changes(self, before: DetailsView) -> DetailsCommand:
        """What is different from `before`; the rest stays as the report says it, even if the report grows."""
        typed = {name: self[name].data for name in DETAILS if name in self}
        given: dict[str, Any] = {name: value for name, value in typed.items() if value != getattr(before, name)}
        if "confirmed" in self and tuple(self.confirmed.data or ()) != before.confirmed:
            given["confirmed"] = tuple(self.confirmed.data or ())
        return DetailsCommand(**given)

    def _offer_facts(self, view: RequestView) -> None:
        """What can be confirmed for this request, and what was confirmed before."""
        open_facts = {problem.confirm: problem.text for problem in view.problems if problem.confirm}
        done = {fact: fact for fact in view.details.confirmed if fact not in open_facts}
        self.confirmed.choices = list((open_facts | done).items())
        if not self.confirmed.choices:
            del self.confirmed


DETAILS = (
    "name", "email", "phone", "postal_address", "explanation", "identity_offer",
    "release_to_poster", "use_copyright", "states_ownership",
)  # fmt: skip
