"""A complaint as the authority's own form asks for it: its fields in their order, each with what is ready to copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from portal.adapters.translations import SOURCE_LANGUAGE, name_country
from portal.domain.letters.facts import Party
from portal.domain.lifecycle import Filer
from portal.domain.regimes import NoticeField
from portal.domain.regulators import FormField, Regulator
from portal.reference.holidays import name_part
from portal.services.complaints.respondents import find_party
from portal.services.complaints.views import ComplaintView
from portal.services.letters.letters import add_reference
from portal.services.requests.content import Details, RequestContent, for_team
from portal.services.requests.dossier_rows import list_items
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


@dataclass(frozen=True)
class Matter:
    """What the complaint is about: the organisation, the links there, and whether it was asked before."""

    party: Party
    links: tuple[str, ...]
    was_asked: bool


def form_rows(work: CaseWork, complaint: ComplaintView) -> tuple[FormRow, ...]:
    """The fields that a source shows for the authority, in its order; none where nobody saw its form."""
    regulator, respondent = work.ports.registry.regulators.get(complaint.regulator), complaint.respondent
    if regulator is None or not regulator.form_fields:
        return ()
    items = (item for item in list_items(work) if not respondent or item.row.platform == respondent)
    matter = Matter(
        party=find_party(work, respondent, regulator),
        links=tuple(item.text for item in items if item.text),
        was_asked=bool(complaint.request_numbers),
    )
    rows = list_rows(work, regulator, complaint.regime, matter)
    kept = [letter.number for letter in complaint.letters if letter.discarded_at is None]
    return _with_reference(rows, f"{work.reference}-{kept[-1]}") if kept else rows


def form_searched_on(work: CaseWork, complaint: ComplaintView) -> date | None:
    """The day somebody looked for what the authority's form asks in vain."""
    regulator = work.ports.registry.regulators.get(complaint.regulator)
    return regulator.fields_none_found_on if regulator else None


def _with_reference(rows: tuple[FormRow, ...], reference: str) -> tuple[FormRow, ...]:
    """The reference of the complaint's PDF under the first text that tells what it is about and has room for it."""
    for told in (NoticeField.EXPLANATION, NoticeField.DESCRIPTION):
        for index, row in enumerate(rows):
            whole = add_reference(row.value, reference, row.field.limit)
            if row.field.fills is told and whole != row.value:
                return (*rows[:index], replace(row, value=whole), *rows[index + 1 :])
    return rows


def list_rows(work: CaseWork, body: Regulator, regime: str, matter: Matter) -> tuple[FormRow, ...]:
    """The same for a complaint to `body` under `regime`."""
    fields = [each for each in body.form_fields if each.is_for(regime)]
    if not fields:
        return ()
    own = RequestContent(
        report=work.report,
        details=Details(),
        places=matter.links,
        organisation=for_team(work.case.handler, work.ports.config.organisation),
    )
    return tuple(FormRow(field=field, value=_fill(field, own, matter)) for field in fields)


def _fill(field: FormField, own: RequestContent, matter: Matter) -> str:
    if field.fills is None:
        return ""
    if field.fills is NoticeField.PLATFORM_STEP:
        return _ASKED if matter.was_asked else ""
    if field.fills is NoticeField.RECIPIENT:
        return _describe_party(matter.party)
    return _VALUES[field.fills](own) if field.fills in _VALUES else ""


def _describe_party(party: Party) -> str:
    """The organisation as a form takes it; empty where nobody knows which it is."""
    if not party.is_listed:
        return ""
    company = party.legal_name if party.legal_name != party.name else None
    return "\n".join(filter(None, (party.name, company, *party.address_lines, party.country)))


def _describe_residence(own: RequestContent) -> str:
    country, part = own.report.country, own.report.subdivision.removeprefix(f"{own.report.country}-")
    named = (name_part(country, part) if part else "", name_country(country, SOURCE_LANGUAGE) if country else "")
    return ", ".join(filter(None, named))


_ASKED = "The platform was asked before. The letters and its answers are in the papers of this complaint."
_WHO: Mapping[Filer, str] = MappingProxyType(
    {
        Filer.SELF: "I am the person in the image.",
        Filer.PARENT: "I am a parent or guardian of the person in the image.",
        Filer.REPRESENTATIVE: "I act for the person in the image, with their authority.",
    }
)
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
        NoticeField.RESIDENCE: _describe_residence,
        NoticeField.IS_SUBJECT_OR_AUTHORISED: lambda own: _WHO[own.report.filer] if own.report.filer else "",
    }
)
# What a field of a form can be filled with.
FILLED = frozenset({*_VALUES, NoticeField.PLATFORM_STEP, NoticeField.RECIPIENT})
