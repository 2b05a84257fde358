"""Forms of a request: that it was sent, that it arrived, and what a law asks besides. Answers: `answers.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import LetterKind, Proof, SendingChannel, SentAs
from portal.services.requests.dossier import UsedDoor
from portal.services.requests.preparing import DetailsCommand
from portal.services.requests.statement_views import LettersToState
from portal.services.requests.statements import StatedThere
from portal.services.requests.views import DetailsView
from portal.services.tracking.sending import ReceiptCommand, RemindedCommand, SentCommand
from portal.services.tracking.views import RequestView
from portal.web.fields import (
    ChoiceField,
    MailField,
    MomentField,
    TextField,
    check_mail,
    require_moment,
)
from portal.web.forms.readers import Reader, ReaderForm, for_each
from portal.web.forms.statements import StatementTicks, list_speakers
from portal.web.forms.typed_fields import CheckboxesField, InstantField, not_before

TICKET = _l("Their number for it, if they gave one")
NO_TICKET = BooleanField(_l("They gave me no number"))
NO_TICKET_DESK = BooleanField(_l("They gave no ticket number"))


def make_address_field() -> Any:
    """The very address or form that was used."""
    return for_each(
        person=TextField(
            _l("Which address or form did you use?"),
            description=_l("Their e-mail address, or the web address of the form."),
            lines=True,
            longest=1000,
        ),
        desk=TextField(_l("Which address or form was used?"), lines=True, longest=1000),
    )


def make_desk_check() -> Any:
    """That somebody looked whether the address was still right. Only the desk has to: a person is not kept from
    writing down what they have sent.
    """
    return BooleanField(
        _l("I used this address or form today, and it works"),
        description=_l("Needed where the directory’s address was not checked for a while."),
    )


OTHER_WORDS = "other"


STATED_THERE = (
    "said_no_consent",
    "said_good_faith",
    "said_accuracy",
    "said_perjury",
    "speaker",
    "signature",
    "stated_at",
)


class SentForm(StatementTicks):
    """That it was sent. What other words than our letter stated is asked too, where a law wants something stated."""

    desk_order = (
        "channel", "address", "has_checked", "sent_as", "text", *STATED_THERE, "sent_at", "received_at", "proof",
        "ticket", "has_no_ticket",
    )  # fmt: skip
    vocabularies = MappingProxyType({"channel": SendingChannel, "proof": Proof, "sent_as": SentAs})

    channel = for_each(
        person=ChoiceField(_l("How did you send it?"), required=True),
        desk=ChoiceField(_l("How was it sent?"), required=_l("Choose how it was sent.")),
    )
    address = make_address_field()
    sent_as = for_each(person=ChoiceField(_l("What did you send?")), desk=ChoiceField(_l("What was sent?")))
    text = for_each(
        person=TextField(
            _l("Was it something else? Paste the words, if you still have them"),
            description=_l("An authority will see this as what you sent."),
            lines=True,
        ),
        desk=TextField(
            _l("If other words were sent: the text, as far as it is there"),
            description=_l("The bundle shows this as what was sent, and not our letter."),
            lines=True,
        ),
    )
    speaker = for_each(person=None, desk=ChoiceField(_l("Who stated this there?")))
    signature = for_each(
        person=TextField(_l("Which name did you put under it?")),
        desk=TextField(
            _l("Which name stood under it?"),
            description=_l("Leave it empty where the team wrote down what the person told it: that is no signature."),
        ),
    )
    stated_at = for_each(
        person=MomentField(_l("When did you say this, if it was before you sent it?")),
        desk=InstantField(_l("When was it stated, if it was before the sending?")),
    )
    sent_at = for_each(
        person=MomentField(_l("When did you send it?"), validators=[require_moment]),
        desk=InstantField(_l("When was it sent?"), [require_moment]),
    )
    ticket = for_each(
        person=TextField(TICKET),
        desk=TextField(
            _l("The platform’s own ticket number (if it gave one)"),
            description=_l("It is quoted in every later letter and in the complaint."),
        ),
    )
    received_at = for_each(
        person=MomentField(_l("When did they get it, if you know?")),
        desk=InstantField(
            _l("When did it arrive? (only with proof)"),
            [not_before("sent_at", _l("It cannot have arrived before it was sent."))],
            description=_l(
                "Proof is an automatic reply, a ticket page, or a receipt of the post. "
                "Without it, leave this empty: the clocks start at the sending and are marked as estimated."
            ),
        ),
    )
    has_no_ticket = for_each(person=NO_TICKET, desk=NO_TICKET_DESK)
    proof = for_each(person=ChoiceField(_l("How do you know they got it?")), desk=ChoiceField(_l("Proof of receipt")))
    has_checked = for_each(person=None, desk=make_desk_check())

    @property
    def tells_other_words(self) -> bool:
        """Whether something is filled in, or wrong, of what only other words than our letter have."""
        names = (name for name in ("text", *STATED_THERE) if name in self)
        return any(self[name].data or self[name].errors for name in names)

    @property
    def tells_receipt(self) -> bool:
        """Whether something is filled in, or wrong, of when they got it."""
        return any(self[name].data or self[name].errors for name in ("received_at", "proof"))

    def offer(self, view: RequestView, to_state: LettersToState) -> None:
        """With the letters that are there: without one, nothing but other words can have been sent. What those stated
        is never filled in beforehand: nobody but the sender knows it.
        """
        self._offer_statements(to_state)
        if not any(letter.discarded_at is None for letter in view.letters):
            del self.sent_as
        elif not self.is_submitted():
            self.sent_as.data = SentAs.LETTER.value
        if not self.is_submitted() and view.channels and not self.address.data:
            self.address.data = view.channels[0].address

    def _offer_statements(self, to_state: LettersToState) -> None:
        self._offer_ticks(to_state, filled=False)
        if not self.list_ticks():
            for name in {"speaker", "signature", "stated_at"} & set(self._fields):
                del self[name]
            return
        if self.reader.is_staff:
            for tick in self.list_ticks():
                tick.label.text = _("Stated in it: %(statement)s", statement=tick.label.text)
        if "speaker" in self:
            self.speaker.offer(list_speakers(to_state.mandate))

    def validate_signature(self, field: Any) -> None:
        """Whoever states something has a name; the team's own is known, and what it was told has none."""
        is_signed = "speaker" not in self or self.speaker.data == StatedBy.PERSON.value
        if self._is_stated_there and is_signed and not field.data:
            raise ValidationError(_("Type the name that stood under it."))

    def validate_speaker(self, field: Any) -> None:
        """What is ticked was stated by somebody."""
        if self._is_stated_there and not field.data:
            raise ValidationError(_("Choose who stated it."))

    @property
    def _is_stated_there(self) -> bool:
        """A letter of ours tells itself what it states."""
        return self.is_stated and not ("sent_as" in self and self.sent_as.data == SentAs.LETTER.value)

    def _stated_there(self) -> StatedThere | None:
        if not self._is_stated_there:
            return None
        return StatedThere(
            statements=self._said(),
            at=self.stated_at.data,
            signature=self.signature.data or "",
            by=StatedBy(self.speaker.data) if "speaker" in self else None,
        )

    def command(self) -> SentCommand:
        return SentCommand(
            stated=self._stated_there(),
            channel=SendingChannel(str(self.channel.data)),
            sent_at=self.sent_at.data,
            received_at=self.received_at.data,
            proof=Proof(self.proof.data) if self.proof.data else None,
            ticket=self.ticket.data or "",
            has_no_ticket=bool(self.has_no_ticket.data),
            has_checked="has_checked" in self and bool(self.has_checked.data),
            sent_as=SentAs(self.sent_as.data) if "sent_as" in self and self.sent_as.data else None,
            text=self.text.data or "",
            address=self.address.data or "",
        )


class ReceivedForm(ReaderForm):
    vocabularies = MappingProxyType({"proof": Proof})

    received_at = for_each(
        person=MomentField(_l("When did they get it?"), validators=[require_moment]),
        desk=InstantField(
            _l("When did it arrive?"),
            [require_moment],
            description=_l(
                "The clocks are counted again from this moment. With proof they are no longer marked as estimated."
            ),
        ),
    )
    proof = for_each(
        person=ChoiceField(_l("How do you know?"), required=True),
        desk=ChoiceField(_l("Proof of receipt"), required=_l("Choose what proves it, or that nothing does.")),
    )
    ticket = for_each(person=TextField(TICKET), desk=TextField(_l("Ticket number, where that is the proof")))
    text = for_each(
        person=TextField(_l("Their words, if you want to keep them"), lines=True),
        desk=TextField(_l("Their confirmation, word for word"), lines=True),
    )

    def command(self) -> ReceiptCommand:
        return ReceiptCommand(
            at=self.received_at.data,
            proof=Proof(str(self.proof.data)),
            ticket=self.ticket.data or "",
            text=self.text.data or "",
        )


class TicketForm(ReaderForm):
    """Their number, whenever it comes."""

    ticket = for_each(person=TextField(_l("The number they gave it")), desk=TextField(_l("Ticket number")))
    has_no_ticket = for_each(person=NO_TICKET, desk=NO_TICKET_DESK)


class LaterSendingForm(ReaderForm):
    """That something after the first letter left: by which door, when, and what shows that it arrived.

    What the first letter used is filled in, so that nothing has to be typed where nothing is different.
    """

    vocabularies = MappingProxyType({"channel": SendingChannel, "proof": Proof})

    channel = for_each(
        person=ChoiceField(_l("How did you send it?"), required=True),
        desk=ChoiceField(_l("How was it sent?"), required=_l("Choose how it was sent.")),
    )
    address = make_address_field()
    at = for_each(
        person=MomentField(_l("When did you send it?"), validators=[require_moment]),
        desk=InstantField(_l("When was it sent?"), [require_moment]),
    )
    proof = for_each(
        person=ChoiceField(_l("How do you know that they got it?"), required=True),
        desk=ChoiceField(_l("Proof of receipt"), required=_l("Choose what proves it, or that nothing does.")),
    )
    ticket = for_each(person=TextField(TICKET), desk=TextField(_l("Their ticket number (if they gave one)")))

    @property
    def is_filled(self) -> bool:
        """Whether it can be saved as it is shown."""
        known = [self[name].data for name in ("channel", "at", "proof") if name in self]
        return not self.is_submitted() and all(known)

    def list_filled(self) -> list[tuple[str, str, None]]:
        """The rows of a summary list: each answer that is filled in, in words, but for the moment."""
        return [
            (str(field.label.text), _word_of(field), None)
            for field in self
            if field.type in {"ChoiceField", "TextField"} and field.data
        ]

    def _fill(self, door: UsedDoor | None) -> None:
        """With the door that was used before. Nothing is claimed about its arrival."""
        if self.is_submitted():
            return
        if door is not None and "channel" in self:
            self.channel.data, self.address.data = door.channel.value, door.address
        if not self.reader.is_staff:
            self.proof.data = Proof.NONE.value


def _word_of(field: Any) -> str:
    choices = getattr(field, "choices", None) or ()
    return next((str(each.label) for each in choices if each.value == field.data), str(field.data))


class RemindedForm(LaterSendingForm):
    """That a reminder left: which one, where to, when."""

    desk_order = ("letter", "text", "channel", "address", "at", "proof", "ticket")

    letter = for_each(
        person=ChoiceField(_l("What did you send?"), required=True),
        desk=ChoiceField(_l("Which reminder was sent?"), required=_l("Choose what was sent.")),
    )
    text = for_each(
        person=TextField(_l("Was it something else? Paste the words, if you still have them"), lines=True),
        desk=TextField(_l("If other words were sent: the text, as far as it is there"), lines=True),
    )
    proof = for_each(
        person=ChoiceField(_l("How do you know that they got it?")), desk=ChoiceField(_l("Proof of receipt"))
    )

    def offer(self, view: RequestView, show: Callable[[datetime], str]) -> None:
        """The reminders that were made and have not left; `show` writes when one was made."""
        made = [each for each in view.letters if each.kind is LetterKind.REMINDER]
        kept = [each for each in made if each.left_at is None and each.discarded_at is None]
        offered = [(str(each.number), _("The reminder made on %(when)s", when=show(each.made_at))) for each in kept]
        self.letter.offer([*reversed(offered), (OTHER_WORDS, _("Other words, or just their form"))])
        self._fill(view.sent_door)
        if self.is_submitted():
            return
        if not self.reader.is_staff:
            self.letter.data = offered[-1][0] if offered else OTHER_WORDS
        if view.channels and not self.address.data:
            self.address.data = view.channels[0].address

    @property
    def is_filled(self) -> bool:
        return bool(self.letter.data) and super().is_filled

    def command(self) -> RemindedCommand:
        chosen = str(self.letter.data)
        return RemindedCommand(
            at=self.at.data,
            channel=SendingChannel(str(self.channel.data)),
            letter=None if chosen == OTHER_WORDS else int(chosen),
            text=self.text.data or "",
            address=self.address.data or "",
            proof=Proof(self.proof.data) if self.proof.data else Proof.NONE,
            ticket=self.ticket.data or "",
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


class DetailsForm(ReaderForm):
    """What laws ask for in one request. It changes this request only; the report stays as it was written."""

    name = for_each(person=TextField(_l("The name on this letter")), desk=TextField(_l("Name under the notice")))
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
                "Most platforms ask for nothing at first. If a law needs the number of an ID, this page says so. "
                "We put what you write here into the letter."
            ),
            lines=True,
            longest=1000,
        ),
        desk=TextField(
            _l("How the person shows who they are"),
            description=_l("It is in the letter. Where a law demands the number of a document, it belongs here."),
            lines=True,
        ),
    )
    answers_to_me = for_each(
        person=BooleanField(
            _l("Send their answers to me, not to my team"),
            description=_l("Then your own e-mail address is in the letter."),
        ),
        desk=None,  # whoever carries the case gets the answers, unless the person herself wants them
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
        """The form as the request stands."""
        form = cls(reader, obj=view.details)
        if "answers_to_me" in form and not view.is_with_team:
            del form.answers_to_me
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


DETAILS = ("name", "email", "phone", "postal_address", "explanation", "identity_offer", "answers_to_me")
