"""Which laws a report can rest on, and what is lost where an answer is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from portal.adapters import vault
from portal.domain.applicability import Applicability, CaseFacts, PlatformFacts, assess, prefer_national
from portal.domain.lifecycle import Depiction, Filer, Path
from portal.domain.regimes import Element, NoticeField, Regime, RegimeKind, When
from portal.domain.report import Report, YesNo
from portal.reference.place_names import name_place
from portal.reference.platform_names import find_named
from portal.reference.registry import Registry
from portal.reference.territories import find_territory
from portal.services.law.local_days import law_day
from portal.services.ports import Ports

NOTICE_KINDS = frozenset({RegimeKind.REMOVAL})

# The answer of the report that supplies a proof. What is not here the portal writes itself, or no one can be asked for.
FIELD_OF: Mapping[NoticeField, str] = MappingProxyType(
    {
        NoticeField.LEGAL_NAME: "name",
        NoticeField.NAME: "name",
        NoticeField.EMAIL: "email",
        NoticeField.PHONE: "phone",
        NoticeField.POSTAL_ADDRESS: "postal_address",
        NoticeField.CONTACT: "contact_by",
        NoticeField.AUTHORITY: "authority",
        NoticeField.RESIDENCE: "country",
        NoticeField.AGE: "under_18",
    }
)


def facts_of(report: Report) -> CaseFacts:
    """What the laws ask about the person and the content; not answered is unknown, never "no"."""
    return CaseFacts(
        country=report.country or None,
        subdivision=report.subdivision or None,
        territory=find_territory(report.country),
        country_name=name_place(report.country),
        part_name=name_place(report.country, report.subdivision) if report.subdivision else None,
        under_18={YesNo.YES: True, YesNo.NO: False}.get(report.under_18) if report.under_18 else None,
        depiction=report.depiction or Depiction.UNSURE,
        threat_only=report.is_threat and not (report.path is Path.CHILD and (report.links or report.places)),
        filer=report.filer or Filer.SELF,
        took_it_themselves={YesNo.YES: True, YesNo.NO: False}.get(report.took_it) if report.took_it else None,
    )


def platform_facts(registry: Registry, platform: str) -> PlatformFacts:
    """What is known of a platform; of one outside the directory nothing is."""
    found = registry.platforms.get(platform)
    if found is None:
        return PlatformFacts()
    return PlatformFacts(
        id=found.slug,
        category=found.category,
        seat_country=found.seat_country,
        establishments=found.establishments,
        companies=found.companies,
        forms=frozenset(channel.kind.value for channel in found.channels),
        designation=found.dsa_designation.kind.value if found.dsa_designation else None,
    )


def platform_column(key: bytes, platform: str, registry: Registry) -> str:
    """How a platform stands in a plain column: its slug, or for an unknown host a hash that this case's key makes."""
    if platform in registry.platforms:
        return platform
    return "other-" + vault.blind_index(key, f"platform:{platform}").hex()[:16]


def _assess(
    facts: CaseFacts, platform: str, kinds: Collection[RegimeKind], *, now: datetime, registry: Registry
) -> list[tuple[Regime, Applicability]]:
    """Every regime of these kinds with its verdict for these facts and this platform, in the registry's order."""
    known = platform_facts(registry, platform)
    found, country = registry.platforms.get(platform), facts.country
    regimes = (regime for regime in registry.regimes.values() if regime.kind in kinds)
    return prefer_national(
        [(regime, assess(regime, facts, known, law_day(regime, found, country, now=now))) for regime in regimes]
    )


@dataclass(frozen=True, kw_only=True)
class LetterCount:
    """Of the reported platforms: how many can get a letter at all, and how many with nothing of what is left out."""

    possible: int
    without: int


def count_letters(report: Report, *, without: Collection[str], now: datetime, ports: Ports) -> LetterCount:
    """How many letters there can be if the fields `without` are never answered and every other one is.

    Each reported platform counts once, a site outside the directory by its host.
    """
    left_out = frozenset(without)
    laws = [_citable_at(platform, report, now=now, ports=ports) for platform in sorted(list_platforms(report, ports))]
    free = [any(not _fields_of(law, report) & left_out for law in found) for found in laws]
    return LetterCount(possible=sum(map(bool, laws)), without=sum(free))


def list_platforms(report: Report, ports: Ports) -> frozenset[str]:
    """Slugs, and for sites outside the directory their hosts or the names that the person gave."""
    named = {find_named(place.platform, ports.registry.platforms) or place.platform for place in report.places}
    return frozenset({link.platform for link in report.links} | named)


def _citable_at(platform: str, report: Report, *, now: datetime, ports: Ports) -> tuple[Regime, ...]:
    if report.path is Path.THREAT:
        return ()
    quarter = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    # Of sites outside the directory nothing is known, so one judgement is that of all.
    known = platform if platform in ports.registry.platforms else ""
    return _find_offered(_Same(ports.registry), facts_of(report), known, quarter)


@dataclass(frozen=True, eq=False)
class _Same:
    """A registry as a key: the very same object, not one of the same content."""

    registry: Registry

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.registry is other.registry

    def __hash__(self) -> int:
        return id(self.registry)


@lru_cache(maxsize=2048)
def _find_offered(same: _Same, facts: CaseFacts, platform: str, quarter: datetime) -> tuple[Regime, ...]:
    """The laws offered for such facts. Each page of a report asks several times, and many reports ask alike.

    Days begin at full quarters of an hour of UTC in every zone, so the law's day is that of the quarter.
    """
    judged = _assess(facts, platform, NOTICE_KINDS, now=quarter, registry=same.registry)
    return tuple(regime for regime, verdict in judged if verdict.offered)


def _fields_of(regime: Regime, report: Report) -> frozenset[str]:
    demanded = (element for element in regime.elements if _is_demanded(element, report))
    return frozenset(FIELD_OF[proof] for element in demanded for proof in element.proofs if proof in FIELD_OF)


def _is_demanded(element: Element, report: Report) -> bool:
    for_another = report.filer in {Filer.PARENT, Filer.REPRESENTATIVE}
    return {
        When.ALWAYS: True,
        When.REPRESENTATIVE: for_another,
        When.ADULT_CONTENT: report.path is not Path.CHILD,
        When.OPTIONAL: False,
    }[element.when]
