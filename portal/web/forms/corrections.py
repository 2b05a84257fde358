"""The form by which something that was saved wrongly is corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import DataRequired

from portal.domain.lifecycle import Answer, Proof
from portal.services.requests.views import ItemView
from portal.services.tracking.correctable import CorrectableView, Fact
from portal.services.tracking.corrections import CorrectionCommand
from portal.web.fields import ChoiceField, DayField, MomentField, TextField, require_moment
from portal.web.forms.readers import Reader, ReaderForm, for_each
from portal.web.forms.typed_fields import CheckboxesField, InstantField, IsoDayField

# The fields that make sense for each fact, besides the words why and that it never happened.
ASKED: Mapping[Fact, frozenset[str]] = MappingProxyType(
    {
        Fact.SENT: frozenset({"at", "ticket"}),
        Fact.RECEIVED: frozenset({"at", "proof"}),
        Fact.REMINDED: frozenset({"at"}),
        Fact.GIVEN: frozenset({"at"}),
        Fact.ANSWER: frozenset({"at", "meaning", "extension_until", "text"}),
        Fact.GONE: frozenset({"at"}),
        Fact.BACK: frozenset({"at"}),
        Fact.TICKET: frozenset({"ticket"}),
        Fact.CLOSED: frozenset(),
        Fact.LODGED: frozenset({"at", "ticket"}),
        Fact.COMPLAINT_ANSWER: frozenset({"at", "text"}),
    }
)
_SOMETIMES = ("at", "meaning", "extension_until", "proof", "ticket", "text")


class CorrectForm(ReaderForm):
    """What is right; each field shows what was saved before."""

    vocabularies = MappingProxyType({"meaning": Answer, "proof": Proof})

    desk_order = ("never", "at", "meaning", "extension_until", "items", "proof", "ticket", "text", "reason")

    never = for_each(
        person=BooleanField(_l("It never happened. I saved it by mistake.")),
        desk=BooleanField(_l("It never happened. It was recorded by mistake.")),
    )
    at = for_each(
        person=MomentField(_l("When was it?"), validators=[require_moment]),
        desk=InstantField(_l("When was it?"), [require_moment]),
    )
    meaning = for_each(
        person=ChoiceField(_l("What did they answer?"), required=True),
        desk=ChoiceField(_l("What does the answer mean?"), required=_l("Choose what the answer means.")),
    )
    extension_until = for_each(
        person=DayField(_l("If they need more time: until which day?")),
        desk=IsoDayField(_l("If they need longer: until which day?")),
    )
    items = for_each(
        person=None,  # the person's page shows the links below the form
        desk=CheckboxesField(
            _l("Which links is it about?"), description=_l("Leave all boxes empty when it is about every link.")
        ),
    )
    proof = for_each(
        person=ChoiceField(_l("How do you know that they got it?")), desk=ChoiceField(_l("Proof of receipt"))
    )
    ticket = for_each(person=TextField(_l("The number they gave it")), desk=TextField(_l("Ticket number")))
    text = for_each(
        person=TextField(_l("Their words, if you want to keep them"), lines=True),
        desk=TextField(_l("What they wrote"), lines=True),
    )
    reason = for_each(
        person=TextField(_l("What went wrong, if you want to say"), longest=1000),
        desk=TextField(_l("What was wrong?"), [DataRequired(_l("Say in a few words what was wrong."))], longest=1000),
    )

    @classmethod
    def of(cls, reader: Reader, view: CorrectableView) -> CorrectForm:
        """The form for one entry, with what was saved."""
        saved = {"at": view.at, "meaning": view.answer, "proof": view.proof, "ticket": view.ticket, "text": view.text}
        form = cls(reader, data={name: value for name, value in saved.items() if value})
        for name in _SOMETIMES:
            if name not in ASKED[view.fact]:
                del form[name]
        if "items" in form and view.fact is not Fact.ANSWER:
            del form["items"]
        if not ASKED[view.fact]:
            form.never.label.text = _("It is not closed. Open it again.")
        return form

    def offer(self, items: Iterable[ItemView], view: CorrectableView) -> None:
        """The links that an answer can be about, on the desk, with those it was said to be about."""
        if "items" in self:
            self["items"].choices = [(str(item.number), f"{item.number}. {item.shown}") for item in items]
            if not self.is_submitted():
                self["items"].data = [str(number) for number in view.items]

    def is_fit(self) -> bool:
        """Whether it can be saved; of what never happened nothing else is asked."""
        if not self.never.data:
            return bool(self.validate())
        return bool(self.reason.validate(self))

    def command(self, view: CorrectableView, items: Iterable[int] | None) -> CorrectionCommand:
        """What differs from what was saved."""
        if self.never.data:
            return CorrectionCommand(sequence=view.sequence, never=True, reason=self.reason.data or "")
        said = {name: self[name].data for name in _SOMETIMES if name in self}
        answer = Answer(said["meaning"]) if said.get("meaning") else None
        proof = Proof(said["proof"]) if said.get("proof") else None
        at = said.get("at")
        is_same_minute = at is not None and at == view.at.replace(second=0, microsecond=0)
        return CorrectionCommand(
            sequence=view.sequence,
            at=None if is_same_minute else at,
            answer=answer,
            proof=proof,
            ticket=said.get("ticket") or ("" if "ticket" in said else None),
            text=said.get("text") or ("" if "text" in said else None),
            extension_until=said.get("extension_until"),
            items=None if items is None else tuple(items),
            reason=self.reason.data or "",
        )
