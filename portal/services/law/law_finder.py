"""Every law judged for the facts that somebody gives, with or without a case. Needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from portal.domain.applicability import Applicability, CaseFacts, PlatformFacts, assess, prefer_national
from portal.domain.lifecycle import Depiction
from portal.reference.holidays import UnknownPart, UnknownPlace, load_calendar
from portal.reference.place_names import name_place
from portal.reference.registry import Registry
from portal.reference.territories import TERRITORIES, find_territory
from portal.services.law.applicability import platform_facts
from portal.services.law.deadline_calculator import InvalidQuery, name_nearest
from portal.services.law.local_days import law_day


class ContentKind(StrEnum):
    """What people are asked about the content, in one word each."""

    REAL = "real"
    ALTERED = "altered"  # a real picture changed
    AI = "ai"  # made by a machine
    UNKNOWN = "unknown"  # intimate, and nobody can tell whether it is real
    OTHER = "other"  # another false or harmful depiction


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known. `subdivision` may have the country's code before it; `platform` is a slug of the directory."""

    country: str
    subdivision: str | None = None
    depiction: ContentKind
    under_18: bool = False
    threat: bool = False
    platform: str | None = None


# The kind of content, and whether a real picture was changed.
_KINDS: Mapping[ContentKind, tuple[Depiction, bool | None]] = MappingProxyType(
    {
        ContentKind.REAL: (Depiction.REAL, None),
        ContentKind.ALTERED: (Depiction.SYNTHETIC, True),
        ContentKind.AI: (Depiction.SYNTHETIC, False),
        ContentKind.UNKNOWN: (Depiction.UNSURE, None),
        ContentKind.OTHER: (Depiction.FALSE, None),
    }
)


def find_applicable_laws(
    facts: Facts, registry: Registry, *, on: date | None = None, now: datetime
) -> tuple[Applicability, ...]:
    """One verdict for each law, in the registry's order; without `on`, for the obliged side's day at `now`.

    Raises InvalidQuery.
    """
    country, subdivision = read_place(facts.country, facts.subdivision)
    depiction, altered = _KINDS[facts.depiction]
    case = CaseFacts(
        country=country,
        subdivision=subdivision,
        territory=find_territory(country),
        country_name=name_place(country),
        part_name=name_place(country, subdivision) if subdivision else None,
        under_18=facts.under_18,
        depiction=depiction,
        altered=altered,
        threat_only=facts.threat,
    )
    target = _find_platform(facts.platform, registry)
    platform = registry.platforms[facts.platform] if facts.platform else None
    found = [
        (regime, assess(regime, case, target, on or law_day(regime, platform, country, now=now)))
        for regime in registry.regimes.values()
    ]
    return tuple(verdict for _regime, verdict in prefer_national(found))


# Territories that their state counts as a part under another code; and states whose parts, territories among them, have
# laws of their own.
_OTHER_NAMES = {("FI", "01"): "AX", ("NO", "21"): "SJ", ("NO", "22"): "SJ"}
_WITH_STATES = frozenset({"US", "AU"})


def read_place(country: str, subdivision: str | None) -> tuple[str, str | None]:
    """The codes as the laws use them: `US`, and `CA` for California; `NC` where it was called a part of France.

    Raises InvalidQuery.
    """
    code = country.upper()
    part = subdivision.upper().removeprefix(f"{code}-") if subdivision else None
    own = TERRITORIES.get(_OTHER_NAMES.get((code, part or ""), part or ""))
    if own and own.state == code and code not in _WITH_STATES:
        return own.code, None
    try:
        load_calendar(code, part)
    except UnknownPart as error:
        raise InvalidQuery("subdivision", f"{error}.") from error
    except UnknownPlace as error:
        raise InvalidQuery("country", f"{error}.") from error
    return code, part


def _find_platform(slug: str | None, registry: Registry) -> PlatformFacts:
    if slug is None:
        return PlatformFacts()
    if slug not in registry.platforms:
        raise InvalidQuery("platform", f"No platform {slug!r}.{name_nearest(slug, registry.platforms)}")
    return platform_facts(registry, slug)
