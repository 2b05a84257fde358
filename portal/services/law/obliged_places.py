"""Where the obliged side is, for counting: whose days, whose holidays. Plain facts only, so that a sweep can use it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portal.domain.calendars import Calendar
from portal.domain.directory import Platform
from portal.domain.regimes import Regime
from portal.domain.regulators import Regulator
from portal.domain.territories import is_within
from portal.reference.holidays import load_calendar
from portal.reference.zones import PACKAGE, find_zone

# Where a group of states is all that is known: the state whose law most platforms of the Union are under.
_OF_GROUPS = {"EU": "IE", "EEA": "IE"}
# Bodies of the Union itself sit in Brussels.
_OF_BODIES = {"EU": "BE"}


@dataclass(frozen=True)
class Jurisdiction:
    """A country, perhaps a part of it, with the calendar and the zone that count there.

    `zone_version` is the release that the zone was read from, as the calendar has its own.
    """

    country: str
    calendar: Calendar
    zone: ZoneInfo
    zone_version: str


def place_of_platform(regime: Regime, platform: Platform | None, person_country: str | None) -> Jurisdiction:
    """Where the obliged side counts its days under this law. Raises UnknownPlace, UnknownZone."""
    return make_jurisdiction(*find_place(regime, platform, person_country))


def find_place(regime: Regime, platform: Platform | None, person_country: str | None) -> tuple[str, str | None]:
    """The country, and the part of it, where the obliged side is under this law.

    A law counts its own days, so its own territory is looked for first: the platform's seat there, else another
    establishment there, else the person's country where the law covers it, else the law's own country.
    """
    known = [platform.seat_country, *platform.establishments] if platform else []
    for country in filter(None, [*known, person_country]):
        for jurisdiction in regime.jurisdictions:
            if is_within(country, None, jurisdiction) is not False:
                return country, _part_of(jurisdiction)
    first = regime.jurisdictions[0]
    return _OF_GROUPS.get(first) or first.partition("-")[0], _part_of(first)


def place_of_regulator(regulator: Regulator) -> Jurisdiction:
    """Where an authority counts its days."""
    part = (regulator.subdivision or "").removeprefix(f"{regulator.country}-")
    return make_jurisdiction(_OF_BODIES.get(regulator.country, regulator.country), part if part.isalpha() else None)


def make_jurisdiction(country: str, subdivision: str | None) -> Jurisdiction:
    """Raises UnknownPlace, UnknownZone for what is no country."""
    return Jurisdiction(country, load_calendar(country, subdivision), find_zone(country, subdivision), PACKAGE)


def _part_of(jurisdiction: str) -> str | None:
    return jurisdiction.partition("-")[2] or None
