"""Calendars of countries and their regions, from the pinned `holidays` package; nothing is fetched.

A calendar says for each day whether it is a public holiday, with its name in English where the package has one.
What a law leaves out beyond that (New Zealand's summer, for instance) belongs to the law's way of counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from importlib.metadata import version
from types import MappingProxyType

import holidays

from portal.domain.calendars import SATURDAY_AND_SUNDAY
from portal.reference.zones import is_country

VERSION = f"holidays {version('holidays')}"

# The package lists for the country alone only what all parts share; where a bare country stands for its main part,
# that part's list is meant: bank holidays of England and Wales.
DEFAULT_SUBDIVISIONS: Mapping[str, str] = MappingProxyType({"GB": "ENG"})

_NO_DAYS: Mapping[date, str] = MappingProxyType({})


class UnknownPlace(ValueError):
    """No such country, or no such part of it."""


@dataclass(frozen=True, eq=False)
class CountryCalendar:
    """Public holidays of a country or of one of its parts. Read once per year, then kept."""

    country: str
    subdivision: str | None
    known: bool
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    version: str = VERSION
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, repr=False)

    @property
    def code(self) -> str:
        """`IE`, or `CA-QC` with a part."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    @cached_property
    def national(self) -> CountryCalendar:
        """The same country without what only one part keeps."""
        return self if self.subdivision is None else _load(self.country, None)

    def holiday_name(self, day: date) -> str | None:
        """The name of the public holiday on `day`, or None."""
        names = self._years.get(day.year)
        if names is None:
            names = self._years[day.year] = self._read_year(day.year)
        return names.get(day)

    def _read_year(self, year: int) -> Mapping[date, str]:
        if not self.known:
            return _NO_DAYS
        return dict(
            holidays.country_holidays(
                self.country, subdiv=self.subdivision, years=year, expand=False, language=_find_language(self.country)
            )
        )


def load_calendar(country: str, subdivision: str | None = None) -> CountryCalendar:
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
        raise UnknownPlace(f"{code} has no part with the code {subdivision!r}; its parts: {', '.join(known) or 'none'}")
    return _load(code, part)


@cache
def _load(country: str, part: str | None) -> CountryCalendar:
    known = country in _list_countries()
    if not known:
        return CountryCalendar(country, part, known=False)
    listed = holidays.country_holidays(country, subdiv=part, years=(), expand=False)
    return CountryCalendar(country, part, known=True, weekend=frozenset(listed.weekend))


@cache
def _list_countries() -> Mapping[str, tuple[str, ...]]:
    return {code: tuple(parts) for code, parts in holidays.list_supported_countries().items()}


@cache
def _find_language(country: str) -> str | None:
    """English where the package has it, since what is explained is explained in English first."""
    languages: tuple[str, ...] = holidays.country_holidays(country, years=()).supported_languages
    return next((language for language in languages if language.startswith("en")), None)
