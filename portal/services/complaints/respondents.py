"""Whom a complaint is about: the platform, its name, and the company that answers for this person."""

from __future__ import annotations

from collections.abc import Sequence

from portal.adapters.translations import choose_letter_language, name_country
from portal.domain.directory import AddressRole, Company, Platform
from portal.domain.letters.facts import Party
from portal.domain.regimes import Confidence
from portal.domain.regulators import Regulator, RegulatorKind
from portal.domain.territories import find_region
from portal.models.complaints import Complaint
from portal.reference.territories import find_territory
from portal.services.requests.dossier import Dossier
from portal.services.requests.dossier_rows import list_items
from portal.services.work import CaseWork

_UNNAMED = "An organisation that is not known yet"


def find_respondent(work: CaseWork, complaint: Complaint, parts: Sequence[Dossier] = ()) -> str:
    """The platform complained about, as columns name it; empty where nobody knows which it is."""
    return parts[0].request.platform if parts else str(work.read_sealed(complaint).get("respondent") or "")


def name_respondent(work: CaseWork, respondent: str) -> str:
    """The name that people know it by; empty where nobody knows which it is."""
    platform = work.ports.registry.platforms.get(respondent)
    if platform is not None or not respondent:
        return platform.name if platform else ""
    names = (item.platform_name for item in list_items(work) if item.row.platform == respondent)
    return next(filter(None, names), "")


def find_party(work: CaseWork, respondent: str, body: Regulator | None) -> Party:
    """The one organisation complained of: the company that answers to this body for this person, where it is known."""
    platform = work.ports.registry.platforms.get(respondent)
    if platform is None:
        return Party(name=name_respondent(work, respondent) or _UNNAMED)
    company = _find_company(platform, work.case.country, body.kind if body else None)
    if company is not None:
        legal_name, country = company.name, company.country
    elif platform.has_several_companies:  # which of them answers here nobody knows, so none is named
        legal_name, country = None, None
    else:
        legal_name, country = platform.legal_entity, platform.seat_country
    address = next((each for each in platform.postal_addresses if each.role is AddressRole.COMPANY), None)
    is_there = address is not None and country is not None and country == platform.seat_country
    return Party(
        name=platform.name,
        is_listed=True,
        legal_name=legal_name,
        address_lines=address.lines if address and is_there else (),
        country=name_country(country, choose_letter_language(body.languages if body else ())) if country else None,
    )


def _find_company(platform: Platform, country: str | None, kind: RegulatorKind | None) -> Company | None:
    """The company that answers for people there: about data the controller, else the provider of the service."""
    if not country:
        return None
    region = find_region(country, find_territory(country))
    for company in platform.companies:
        regions = company.controller_for if kind is RegulatorKind.DATA_PROTECTION else company.provider_for
        if region in regions and company.confidence is not Confidence.MEMORY:
            return company
    return None
