"""Calendars of countries and their regions, from the pinned `holidays` package; nothing is fetched.

A calendar says for each day whether it is a public holiday, with its name in English where the package has one.
Where the package is wrong or a statute differs, the day stands in `holidays.yaml`, with its source.
What a law leaves out beyond that (New Zealand's summer, for instance) belongs to the law's way of counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import holidays

from portal.domain.calendars import SATURDAY_AND_SUNDAY
from portal.reference.strict import BadReference, build, read_yaml
from portal.reference.zones import is_country

PACKAGE = f"holidays {version('holidays')}"

# The package lists for the country alone only what all parts share; where a bare country stands for its main part,
# that part's list is meant: bank holidays of England and Wales.
DEFAULT_SUBDIVISIONS: Mapping[str, str] = MappingProxyType({"GB": "ENG"})

_NO_DAYS: Mapping[date, str] = MappingProxyType({})


class UnknownPlace(ValueError):
    """No such country, or no such part of it."""


class UnknownPart(UnknownPlace):
    """The country is known, and has no such part."""


@dataclass(frozen=True, kw_only=True)
class ChangedDay:
    """One day on which a place differs from the package. Without a `name` it is an ordinary day there."""

    country: str
    day: date
    name: str | None
    why: str
    source: str
    seen_on: date
    subdivision: str | None = None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Every changed day. `version` is the day of the last change, with a counter."""

    version: str
    days: tuple[ChangedDay, ...]

    def of(self, country: str, subdivision: str | None) -> Mapping[date, str | None]:
        """What changes for a place: the days of the whole country, and over them those of its part."""
        whole = {each.day: each.name for each in self.days if (each.country, each.subdivision) == (country, None)}
        part = {each.day: each.name for each in self.days if (each.country, each.subdivision) == (country, subdivision)}
        return whole | part


@cache
def _list_countries() -> Mapping[str, tuple[str, ...]]:
    return {code: tuple(parts) for code, parts in holidays.list_supported_countries().items()}


def load_changes(path: Path) -> Changes:
    """The file of changed days. Raises BadReference for another form, no such place, or a day that stands twice."""
    changes = build(read_yaml(path), Changes, where=path.name)
    seen = set()
    for each in changes.days:
        place = (each.country, each.subdivision, each.day)
        known = _list_countries().get(each.country, ())
        if not is_country(each.country) or (each.subdivision is not None and each.subdivision not in known):
            raise BadReference(f"{path.name}: {each.day}: there is no place {each.country!r}, {each.subdivision!r}")
        if place in seen:
            raise BadReference(f"{path.name}: {each.day} stands twice for {each.country!r}, {each.subdivision!r}")
        seen.add(place)
    return changes


CHANGES = load_changes(Path(__file__).with_suffix(".yaml"))


@dataclass(frozen=True, eq=False)
class CountryCalendar:
    """Public holidays of a country or of one of its parts. Read once per year, then kept."""

    country: str
    subdivision: str | None
    known: bool
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    changes: Changes = field(default=CHANGES, repr=False)
    last_year: int | None = None  # the last one the package lists; None where it has no end
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, repr=False)

    @cached_property
    def version(self) -> str:
        """The package's release and that of the changed days."""
        return f"{PACKAGE}, changes {self.changes.version}"

    @property
    def code(self) -> str:
        """`IE`, or `CA-QC` with a part."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    @cached_property
    def national(self) -> CountryCalendar:
        """The same country without what only one part keeps."""
        return self if self.subdivision is None else _load(self.country, None, self.changes)

    def knows(self, day: date) -> bool:
        """Whether the list reaches the year of `day`: those of places with lunar holidays end with the last decree."""
        return self.known and (self.last_year is None or day.year <= self.last_year)

    def holiday_name(self, day: date) -> str | None:
        """The name of the public holiday on `day`, or None."""
        names = self._years.get(day.year)
        if names is None:
            names = self._years[day.year] = self._read_year(day.year)
        return names.get(day)

    def _read_year(self, year: int) -> Mapping[date, str]:
        if not self.known:
            return _NO_DAYS
        listed = holidays.country_holidays(
            self.country, subdiv=self.subdivision, years=year, expand=False, language=_find_language(self.country)
        )
        changed = self.changes.of(self.country, self.subdivision)
        kept = {day: name for day, name in listed.items() if day not in changed}
        return kept | {day: name for day, name in changed.items() if name is not None and day.year == year}


def load_calendar(country: str, subdivision: str | None = None, *, changes: Changes = CHANGES) -> CountryCalendar:
    """The calendar of a country (ISO 3166-1 alpha-2) or of its part (the part of ISO 3166-2 after the hyphen).

    A country whose holidays nobody knows gives a calendar with `known` false. Raises UnknownPlace for no country at
    all, and for a part that a known country does not have.
    """
    code = country.upper()
    if not is_country(code):
        raise UnknownPlace(f"There is no country with the code {country!r}")
    part = subdivision.upper() if subdivision else DEFAULT_SUBDIVISIONS.get(code)
    known = _list_countries().get(code)
    if part and known is not None and part not in known:
        raise UnknownPart(f"{code} has no part with the code {subdivision!r}; its parts: {', '.join(known) or 'none'}")
    return _load(code, part, changes)


def name_part(country: str, part: str) -> str:
    """The name of a country's part as people there write it; its code where the package has no name."""
    if country not in _list_countries():
        return part
    names = holidays.country_holidays(country, years=()).get_subdivision_aliases().get(part, [])
    return names[0] if names else part


@cache
def _load(country: str, part: str | None, changes: Changes) -> CountryCalendar:
    known = country in _list_countries()
    if not known:
        return CountryCalendar(country, part, known=False, changes=changes)
    listed = holidays.country_holidays(country, subdiv=part, years=(), expand=False)
    weekend = frozenset(listed.weekend)
    return CountryCalendar(country, part, known=True, weekend=weekend, changes=changes, last_year=listed.end_year)


@cache
def _find_language(country: str) -> str | None:
    """English where the package has it, since what is explained is explained in English first."""
    languages: tuple[str, ...] = holidays.country_holidays(country, years=()).supported_languages
    return next((language for language in languages if language.startswith("en")), None)
