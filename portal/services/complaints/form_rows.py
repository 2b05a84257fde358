"""A complaint as the authority's own form asks for it: its fields in their order, each with what is ready to copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from portal.domain.directory import FormField
from portal.domain.regimes import NoticeField
from portal.services.complaints.views import ComplaintView
from portal.services.letters.letters import add_reference
from portal.services.requests.content import Details, RequestContent, for_team
from portal.services.requests.dossier import list_items
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True, repr=False)
class FormRow:
    """One field of the form and its text; empty where only the person can answer, or nothing is known yet."""

    field: FormField
    value: str

    @property
    def is_too_long(self) -> bool:
        """Whether the form would cut the text off."""
        return self.field.limit is not None and len(self.value) > self.field.limit


def form_rows(work: CaseWork, complaint: ComplaintView) -> tuple[FormRow, ...]:
    """The fields that a source shows for the authority, in its order; none where nobody saw its form."""
    rows = list_rows(work, complaint.regulator, complaint.regime, was_asked=bool(complaint.request_numbers))
    kept = [letter.number for letter in complaint.letters if letter.discarded_at is None]
    return _with_reference(rows, f"{work.reference}-{kept[-1]}") if kept else rows


def _with_reference(rows: tuple[FormRow, ...], reference: str) -> tuple[FormRow, ...]:
    """The reference of the complaint's PDF under the first text that tells what it is about and has room for it."""
    for told in (NoticeField.EXPLANATION, NoticeField.DESCRIPTION):
        for index, row in enumerate(rows):
            whole = add_reference(row.value, reference, row.field.limit)
            if row.field.fills is told and whole != row.value:
                return (*rows[:index], replace(row, value=whole), *rows[index + 1 :])
    return rows


def list_rows(work: CaseWork, body: str, regime: str, *, was_asked: bool) -> tuple[FormRow, ...]:
    """The same for a complaint to `body` under `regime`; `was_asked`: a platform was asked before."""
    regulator = work.ports.registry.regulators.get(body)
    fields = [each for each in regulator.form_fields if each.is_for(regime)] if regulator else []
    if not fields:
        return ()
    places = tuple(item.text for item in list_items(work) if item.text)
    own = RequestContent(
        report=work.report,
        details=Details(),
        places=places,
        organisation=for_team(work.case.handler, work.ports.config.organisation),
    )
    return tuple(FormRow(field=field, value=_fill(field, own, was_asked=was_asked)) for field in fields)


def _fill(field: FormField, own: RequestContent, *, was_asked: bool) -> str:
    if field.fills is None:
        return ""
    if field.fills is NoticeField.PLATFORM_STEP:
        return _ASKED if was_asked else ""
    return _VALUES[field.fills](own) if field.fills in _VALUES else ""


_ASKED = "The platform was asked before. The letters and its answers are in the papers of this complaint."
_VALUES: Mapping[NoticeField, Callable[[RequestContent], str]] = MappingProxyType(
    {
        NoticeField.LOCATION: lambda own: "\n".join(own.places),
        NoticeField.EXPLANATION: lambda own: own.notice.explanation,
        NoticeField.DESCRIPTION: lambda own: own.notice.description,
        NoticeField.CONTACT: lambda own: own.notice.contact,
        NoticeField.EMAIL: lambda own: own.notice.email,
        NoticeField.PHONE: lambda own: own.notice.phone,
        NoticeField.NAME: lambda own: own.notice.name,
        NoticeField.POSTAL_ADDRESS: lambda own: own.notice.postal_address,
        NoticeField.RESIDENCE: lambda own: "-".join(
            filter(None, (own.report.country, own.report.subdivision.removeprefix(f"{own.report.country}-")))
        ),
    }
)
FILLED = frozenset({*_VALUES, NoticeField.PLATFORM_STEP})  # what a field of a form can be filled with
