"""Days that count and days that do not: the form of a calendar, working days, rolling to the next working day.

Where holidays come from is no business of this module: `portal.reference.holidays` makes calendars, tests make theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

SUNDAY = 6
SATURDAY_AND_SUNDAY = frozenset({5, 6})
ONLY_SUNDAY = frozenset({SUNDAY})
_DAY = timedelta(days=1)


class Calendar(Protocol):
    """The days off of one place."""

    @property
    def code(self) -> str:
        """Which place: "IE", "GB-ENG"."""

    @property
    def version(self) -> str:
        """Whose list of holidays, with its release; stored beside each date counted with it."""

    @property
    def known(self) -> bool:
        """False where nobody knows the holidays of the place: dates are then estimated and nothing rolls."""

    def knows(self, day: date) -> bool:
        """Whether the holidays around `day` are known: some lists end with a year, and dates after it are estimated."""

    @property
    def weekend(self) -> frozenset[int]:
        """The weekly days of rest, as `date.weekday()` counts: Monday is 0."""

    @property
    def national(self) -> Calendar:
        """The same country without the holidays that only one of its regions keeps."""

    def holiday_name(self, day: date) -> str | None:
        """The name of the public holiday on `day`, or None where it is none."""


@dataclass(frozen=True, slots=True)
class Recess:
    """A stretch of the year that a law leaves out, both ends included; it may run over the year's end."""

    first: tuple[int, int]  # month, day
    last: tuple[int, int]
    name: str

    def covers(self, day: date) -> bool:
        """Whether `day` lies in the stretch."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True)
class RecessCalendar:
    """A calendar in which a law's own recess does not count either."""

    base: Calendar
    recess: Recess

    @property
    def code(self) -> str:
        return self.base.code

    @property
    def version(self) -> str:
        return self.base.version

    @property
    def known(self) -> bool:
        return self.base.known

    def knows(self, day: date) -> bool:
        return self.base.knows(day)

    @property
    def weekend(self) -> frozenset[int]:
        return self.base.weekend

    @property
    def national(self) -> Calendar:
        return RecessCalendar(self.base.national, self.recess)

    def holiday_name(self, day: date) -> str | None:
        """The recess wins over the holidays inside it: it is the reason the law gives."""
        return self.recess.name if self.recess.covers(day) else self.base.holiday_name(day)


@dataclass(frozen=True, slots=True)
class StatuteCalendar:
    """The holidays that a statute lists itself: they hold wherever the organisation sits."""

    base: Calendar
    list_year: Callable[[int], Mapping[date, str]]
    version: str  # the paragraph with the list

    @property
    def code(self) -> str:
        return self.base.code

    @property
    def known(self) -> bool:
        return True

    def knows(self, day: date) -> bool:
        return True

    @property
    def weekend(self) -> frozenset[int]:
        return self.base.weekend

    @property
    def national(self) -> Calendar:
        return self

    def holiday_name(self, day: date) -> str | None:
        return self.list_year(day.year).get(day)


def find_easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar."""
    century, golden = year // 100, year % 19
    skipped, corrected = century - century // 4, (8 * century + 13) // 25
    moon = (19 * golden + skipped - corrected + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    to_sunday = moon - (year + year // 4 + moon + 2 - skipped) % 7
    month = 3 + (to_sunday + 40) // 44
    return date(year, month, to_sunday + 28 - 31 * (month // 4))


def find_monday(year: int, month: int, number: int) -> date:
    """The first, second, ... Monday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7 + 7 * (number - 1))


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through the calendar: where it ended, and which days on the way did not count."""

    end: date
    holidays: tuple[tuple[date, str], ...]  # on weekdays only: a holiday on a day of rest changes nothing
    rest_days: tuple[date, ...]  # Saturdays and Sundays, or the country's own


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of a place as a law reads its calendar: neither weekly days of rest nor public holidays."""

    calendar: Calendar
    weekend: frozenset[int]

    @property
    def known(self) -> bool:
        """Whether the holidays are known; where not, only the weekly days of rest are days off."""
        return self.calendar.known

    def is_one(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return day.weekday() not in self.weekend and self.calendar.holiday_name(day) is None

    def add(self, start: date, amount: int) -> Walk:
        """Walk from the day after `start` to the last of `amount` working days."""
        return _walk(self, start, amount)

    def roll(self, day: date) -> Walk:
        """`day` itself where it is a working day, else the next one. Nothing rolls where the holidays are unknown."""
        if not self.calendar.knows(day) or self.is_one(day):
            return Walk(day, (), ())
        return self.add(day - _DAY, 1)

    def count(self, first: date, last: date) -> int:
        """How many working days lie between `first` and `last`, both included."""
        return sum(self.is_one(day) for day in _days_between(first, last))


def _days_between(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _DAY


@lru_cache(maxsize=4096)  # many cases have clocks that began on the same day
def _walk(days: WorkingDays, start: date, amount: int) -> Walk:
    holidays: list[tuple[date, str]] = []
    rest_days: list[date] = []
    day = start
    left = amount
    while left > 0:
        day += _DAY
        if day.weekday() in days.weekend:
            rest_days.append(day)
        elif (name := days.calendar.holiday_name(day)) is not None:
            holidays.append((day, name))
        else:
            left -= 1
    return Walk(day, tuple(holidays), tuple(rest_days))
