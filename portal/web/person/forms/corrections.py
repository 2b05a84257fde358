"""The form by which something that was saved wrongly is corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.domain.lifecycle import Answer, Proof
from portal.services.tracking.correctable import CorrectableView, Fact
from portal.services.tracking.corrections import CorrectionCommand
from portal.web.fields import ChoiceField, DayField, MomentField, TextField, require_moment
from portal.web.forms.readers import Reader, ReaderForm

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
        Fact.LODGED: frozenset({"at", "ticket"}),
        Fact.COMPLAINT_ANSWER: frozenset({"at", "text"}),
    }
)
_SOMETIMES = ("at", "meaning", "extension_until", "proof", "ticket", "text")


class CorrectForm(ReaderForm):
    """What is right; each field shows what was saved before."""

    vocabularies = MappingProxyType({"meaning": Answer, "proof": Proof})

    never = BooleanField(_l("It never happened. I saved it by mistake."))
    at = MomentField(_l("When was it?"), validators=[require_moment])
    meaning = ChoiceField(_l("What did they answer?"), required=True)
    extension_until = DayField(_l("If they need more time: until which day?"))
    proof = ChoiceField(_l("How do you know that they got it?"))
    ticket = TextField(_l("The number they gave it"))
    text = TextField(_l("Their words, if you want to keep them"), lines=True)
    reason = TextField(_l("What went wrong, if you want to say"), longest=1000)

    @classmethod
    def of(cls, reader: Reader, view: CorrectableView) -> CorrectForm:
        """The form for one entry, with what was saved."""
        saved = {"at": view.at, "meaning": view.answer, "proof": view.proof, "ticket": view.ticket, "text": view.text}
        form = cls(reader, data={name: value for name, value in saved.items() if value})
        for name in _SOMETIMES:
            if name not in ASKED[view.fact]:
                del form[name]
        return form

    def is_fit(self) -> bool:
        """Whether it can be saved; of what never happened nothing else is asked."""
        return bool(self.never.data) or self.validate()

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
