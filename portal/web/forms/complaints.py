"""Forms of a complaint: that it was lodged, and what the authority answered."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.domain.lifecycle import RequestKind
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.complaints.views import RequestChoice
from portal.web.fields import ChoiceField, MomentField, TextField, require_moment
from portal.web.forms.readers import ReaderForm, for_each
from portal.web.forms.requests import TICKET, make_checked_field
from portal.web.forms.typed_fields import InstantField, not_before


class LodgedForm(ReaderForm):
    at = for_each(
        person=MomentField(_l("When did you send the complaint?"), validators=[require_moment]),
        desk=InstantField(_l("When was it lodged?"), [require_moment]),
    )
    received_at = for_each(
        person=None,
        desk=InstantField(
            _l("When did it arrive? (only with proof)"),
            [not_before("at", _l("It cannot have arrived before it was lodged."))],
            description=_l("Without proof, leave this empty: the authority’s clock is then marked as estimated."),
        ),
    )
    ticket = for_each(person=TextField(TICKET), desk=TextField(_l("The authority’s case number (if it gave one)")))
    has_checked = make_checked_field()

    def command(self) -> LodgedCommand:
        return LodgedCommand(
            at=self.at.data,
            received_at=self.received_at.data if "received_at" in self else None,
            ticket=self.ticket.data or "",
            has_checked=bool(self.has_checked.data),
        )


class ComplaintAnswerForm(ReaderForm):
    """The desk says what the answer means, the person only whether it is the decision."""

    vocabularies = MappingProxyType({"meaning": ComplaintAnswer})

    meaning = for_each(
        person=None,
        desk=ChoiceField(_l("What does the answer mean?"), required=_l("Choose what the answer means.")),
    )
    at = for_each(
        person=MomentField(_l("When did the answer come?"), validators=[require_moment]),
        desk=InstantField(_l("When did the answer arrive?"), [require_moment]),
    )
    is_final = for_each(
        person=ChoiceField(
            _l("Is it their decision?"),
            choices=[("yes", _l("Yes, they have decided")), ("no", _l("No, they only confirmed they got it"))],
            required=True,
        ),
        desk=None,
    )
    text = for_each(
        person=TextField(_l("Their words, if you want to keep them"), lines=True),
        desk=TextField(_l("What they wrote"), description=_l("Copy their words."), lines=True),
    )

    def command(self) -> ComplaintAnswerCommand:
        at, text = self.at.data, self.text.data or ""
        if "meaning" in self:
            return ComplaintAnswerCommand(at=at, text=text, meaning=ComplaintAnswer(str(self.meaning.data)))
        return ComplaintAnswerCommand(at=at, text=text, is_final=self.is_final.data == "yes")


def name_choice(choice: RequestChoice) -> str:
    """A request by its recipient's name, with why it would be chosen: "3. Instagram: overdue"."""
    state = "refused" if choice.is_refused else "overdue" if choice.is_overdue else "waiting"
    return str(_CHOICES[choice.kind, state] % {"number": choice.number, "name": choice.name})


_CHOICES: Mapping[tuple[RequestKind, str], Any] = MappingProxyType(
    {
        (RequestKind.NOTICE, "refused"): _l("%(number)s. %(name)s: refused"),
        (RequestKind.NOTICE, "overdue"): _l("%(number)s. %(name)s: overdue"),
        (RequestKind.NOTICE, "waiting"): _l("%(number)s. %(name)s: not overdue yet"),
        (RequestKind.ERASURE, "refused"): _l("%(number)s. %(name)s, about personal data: refused"),
        (RequestKind.ERASURE, "overdue"): _l("%(number)s. %(name)s, about personal data: overdue"),
        (RequestKind.ERASURE, "waiting"): _l("%(number)s. %(name)s, about personal data: not overdue yet"),
    }
)
