"""Forms of a request: that it was sent, that it arrived, what was answered, and what a law asks besides."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import AnyOf, InputRequired, ValidationError

from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import Answer, SendingChannel
from portal.services.requests.preparing import DetailsCommand
from portal.services.requests.views import DetailsView, ItemView
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.tracking.views import RequestView
from portal.web.desk.forms.fields import CheckboxesField, DayField, InstantField
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm, TextField, require_moment

TEXTS = ("name", "email", "phone", "postal_address", "explanation", "identity_offer")


CHECKED = _l("The address was looked at and is still the right one")
CHECKED_WHY = _l("Needed where the directory’s address was not checked for a while.")


class SentForm(PageForm):
    channel = RadioField(_l("How was it sent?"), [InputRequired(_l("Choose how it was sent."))])
    sent_at = InstantField(_l("When was it sent?"), [require_moment])
    received_at = InstantField(
        _l("When did it arrive? (only with proof)"),
        description=_l(
            "Proof is an automatic reply, a ticket page, or a receipt of the post. "
            "Without it, leave this empty: the clocks start at the sending and are marked as estimated."
        ),
    )
    ticket = TextField(
        _l("The platform’s own ticket number (if it gave one)"),
        description=_l("It stands in every later letter and in the complaint."),
    )
    has_checked = BooleanField(CHECKED, description=CHECKED_WHY)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.channel.choices = choices_of(SendingChannel)

    def validate_received_at(self, field: InstantField) -> None:
        if field.data and self.sent_at.data and field.data < self.sent_at.data:
            raise ValidationError(_("It cannot have arrived before it was sent."))

    @property
    def command(self) -> SentCommand:
        return SentCommand(
            channel=SendingChannel(self.channel.data),
            sent_at=self.sent_at.data,
            received_at=self.received_at.data,
            ticket=(self.ticket.data or "").strip(),
            has_checked=bool(self.has_checked.data),
        )


class ReceivedForm(PageForm):
    received_at = InstantField(
        _l("When did it arrive?"),
        [require_moment],
        description=_l("The clocks are counted again from this moment and are no longer marked as estimated."),
    )


class InformationSentForm(PageForm):
    at = InstantField(
        _l("When was it sent?"),
        [require_moment],
        description=_l("Clocks that stood still for it go on from this moment, as estimated: receipt is not proven."),
    )


class AnswerForm(PageForm):
    answer = RadioField(_l("What does the answer mean?"), [InputRequired(_l("Choose what the answer means."))])
    at = InstantField(_l("When did the answer arrive?"), [require_moment])
    extension_until = DayField(
        _l("If they need longer: until which day?"),
        description=_l("It counts only where the law allows more time and they said so before the first date."),
    )
    items = CheckboxesField(
        _l("Which links is it about?"), description=_l("Leave all boxes empty when it is about every link.")
    )
    text = TextField(
        _l("What they wrote"), description=_l("Copy their words. Never paste a picture of the content."), lines=True
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.answer.choices = choices_of(Answer)

    def offer(self, items: tuple[ItemView, ...]) -> None:
        """The links of the request, by number and short text."""
        self.items.choices = [(str(item.number), f"{item.number}. {item.shown}") for item in items]

    @property
    def command(self) -> AnswerCommand:
        return AnswerCommand(
            answer=Answer(self.answer.data),
            at=self.at.data,
            text=self.text.data or "",
            extension_until=self.extension_until.data,
            items=tuple(int(number) for number in self.items.data or ()),
        )


class DetailsForm(PageForm):
    """What a law asks and the report did not give. Only this request uses it; the report stays as it was written."""

    name = TextField(_l("Name under the notice"))
    email = TextField(_l("E-mail address"))
    phone = TextField(_l("Phone number"))
    postal_address = TextField(_l("Postal address"), lines=True)
    explanation = TextField(_l("Why it is unlawful or does harm"), lines=True)
    identity_offer = TextField(
        _l("How the person shows who they are"),
        description=_l("Stands in the letter. Where a law demands the number of a document, it belongs here."),
        lines=True,
    )
    release_to_poster = BooleanField(_l("The platform may tell the one who posted it who asked"))
    use_copyright = BooleanField(
        _l("Also use copyright"),
        description=_l("Only when the person took it. It can pass their name on to the one who posted it."),
    )
    states_ownership = BooleanField(_l("The person says, under penalty of perjury, that the copyright is theirs"))
    confirmed = CheckboxesField(
        _l("Facts that were not seen in an official source"),
        description=_l("Tick what you have checked yourself. Nothing else of it is printed in a letter."),
    )

    def offer(self, request: RequestView) -> None:
        """What can be confirmed for this request, and the details as they stand."""
        open_facts = {problem.confirm: problem.text for problem in request.problems if problem.confirm}
        done = {fact: fact for fact in request.details.confirmed if fact not in open_facts}
        self.confirmed.choices = list((open_facts | done).items())
        if not self.confirmed.choices:
            del self.confirmed
        if not request.can_use_copyright:
            del self.use_copyright
            del self.states_ownership

    def command_for(self, before: DetailsView) -> DetailsCommand:
        """What is different from `before`; the rest stays as the report says it, even if the report grows."""
        texts = {name: _clean(self[name].data) for name in TEXTS}
        given: dict[str, Any] = {name: text for name, text in texts.items() if text != getattr(before, name)}
        for name in ("release_to_poster", "use_copyright", "states_ownership"):
            if name in self and bool(self[name].data) != getattr(before, name):
                given[name] = bool(self[name].data)
        if "confirmed" in self and tuple(self.confirmed.data or ()) != before.confirmed:
            given["confirmed"] = tuple(self.confirmed.data or ())
        return DetailsCommand(**given)


def _clean(text: str | None) -> str:
    """Browsers send line ends as CR LF, which must not count as a change."""
    return (text or "").replace("\r\n", "\n").strip()


class ChannelForm(PageForm):
    """What came of using an address of the directory."""

    address = TextField(validators=[InputRequired()], lines=True)
    outcome = StringField(validators=[AnyOf([each.value for each in AddressOutcome])])
