"""Which laws a report can rest on, and which answers those laws ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from portal.adapters import vault
from portal.domain.applicability import Applicability, CaseFacts, PlatformFacts, assess, prefer_national
from portal.domain.intake import Need
from portal.domain.lifecycle import Depiction, Filer, Path
from portal.domain.regimes import Element, NoticeField, Regime, RegimeKind, When
from portal.domain.report import Report, YesNo
from portal.reference.place_names import name_place
from portal.reference.registry import Registry
from portal.reference.territories import find_territory
from portal.services.law.local_days import law_day
from portal.services.ports import Ports

NOTICE_KINDS = frozenset({RegimeKind.REMOVAL})

# The answer of the report that supplies a proof. What is not here the portal writes itself, or no one can be asked for.
FIELD_OF: Mapping[NoticeField, str] = MappingProxyType(
    {
        NoticeField.SIGNATURE: "signature",
        NoticeField.LEGAL_NAME: "name",
        NoticeField.NAME: "name",
        NoticeField.EMAIL: "email",
        NoticeField.PHONE: "phone",
        NoticeField.POSTAL_ADDRESS: "postal_address",
        NoticeField.CONTACT: "contact_by",
        NoticeField.AUTHORITY: "authority",
        NoticeField.GOOD_FAITH: "states_good_faith",
        NoticeField.ACCURACY: "states_accuracy",
        NoticeField.NO_CONSENT: "states_no_consent",
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
        threat_only=report.path is Path.THREAT,
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


def assess_law(
    report: Report, platform: str, kinds: Collection[RegimeKind], *, now: datetime, registry: Registry
) -> list[tuple[Regime, Applicability]]:
    """Every regime of these kinds with its verdict for this report and platform, in the registry's order."""
    return _assess(facts_of(report), platform, kinds, now=now, registry=registry)


def _assess(
    facts: CaseFacts, platform: str, kinds: Collection[RegimeKind], *, now: datetime, registry: Registry
) -> list[tuple[Regime, Applicability]]:
    known = platform_facts(registry, platform)
    found, country = registry.platforms.get(platform), facts.country
    regimes = (regime for regime in registry.regimes.values() if regime.kind in kinds)
    return prefer_national(
        [(regime, assess(regime, facts, known, law_day(regime, found, country, now=now))) for regime in regimes]
    )


def needs(report: Report, *, now: datetime, ports: Ports) -> tuple[Need, ...]:
    """Which answers the laws ask for that could be cited for the reported platforms, each with those laws' names."""
    wanted: dict[str, list[str]] = {}
    for regime in _citable(report, now=now, ports=ports):
        for field in sorted(_fields_of(regime, report)):
            wanted.setdefault(field, []).append(regime.name)
    return tuple(Need(field=field, regimes=tuple(names)) for field, names in sorted(wanted.items()))


def blocking_needs(report: Report, *, now: datetime, ports: Ports) -> tuple[Need, ...]:
    """The answers without which no law at all could be cited. Any other may be left out, and costs only its own law.

    Whoever has not said where they live is not held up: the law of their country may ask for less.
    """
    regimes = list(_citable(report, now=now, ports=ports))
    if not regimes or not report.country:
        return ()
    shared = frozenset.intersection(*(_fields_of(regime, report) for regime in regimes))
    names = tuple(regime.name for regime in regimes)
    return tuple(Need(field=field, regimes=names) for field in sorted(shared))


def _citable(report: Report, *, now: datetime, ports: Ports) -> Iterable[Regime]:
    if report.path is Path.THREAT:
        return ()
    reported = {link.platform for link in report.links} | {place.platform for place in report.places} or {""}
    # Of sites outside the directory nothing is known, so one judgement is that of all.
    platforms = {platform if platform in ports.registry.platforms else "" for platform in reported}
    facts, registry = facts_of(report), _Same(ports.registry)
    quarter = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
    offered = [_find_offered(registry, facts, platform, quarter) for platform in sorted(platforms)]
    return {regime.id: regime for regimes in offered for regime in regimes}.values()


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
