"""Days that count and days that do not: the form of a calendar, working days, rolling to the next working day.

Where holidays come from is no business of this module: `portal.reference.holidays` makes calendars, tests make theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

SATURDAY_AND_SUNDAY = frozenset({5, 6})
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
class Walk:
    """A way through the calendar: where it ended, and which days on the way did not count."""

    end: date
    holidays: tuple[tuple[date, str], ...]  # on weekdays only: a holiday on a day of rest changes nothing
    rest_days: tuple[date, ...]  # Saturdays and Sundays, or the country's own


def is_weekend(day: date, weekend: frozenset[int] = SATURDAY_AND_SUNDAY) -> bool:
    """Whether `day` is a weekly day of rest."""
    return day.weekday() in weekend


def is_working_day(day: date, calendar: Calendar, weekend: frozenset[int] | None = None) -> bool:
    """Whether `day` is neither a weekly day of rest nor a public holiday. `weekend` overrules the calendar's own."""
    rest = calendar.weekend if weekend is None else weekend
    return day.weekday() not in rest and calendar.holiday_name(day) is None


def add_working_days(start: date, amount: int, calendar: Calendar, weekend: frozenset[int] | None = None) -> Walk:
    """Walk from the day after `start` until `amount` working days have been counted; it ends on the last of them."""
    rest = calendar.weekend if weekend is None else weekend
    holidays: list[tuple[date, str]] = []
    rest_days: list[date] = []
    day = start
    left = amount
    while left > 0:
        day += _DAY
        if day.weekday() in rest:
            rest_days.append(day)
        elif (name := calendar.holiday_name(day)) is not None:
            holidays.append((day, name))
        else:
            left -= 1
    return Walk(day, tuple(holidays), tuple(rest_days))


def roll_forward(day: date, calendar: Calendar, weekend: frozenset[int] | None = None) -> Walk:
    """`day` itself where it is a working day, else the next one. Nothing rolls where the holidays are unknown."""
    if not calendar.known or is_working_day(day, calendar, weekend):
        return Walk(day, (), ())
    return add_working_days(day - _DAY, 1, calendar, weekend)


def count_working_days(first: date, last: date, calendar: Calendar, weekend: frozenset[int] | None = None) -> int:
    """How many working days lie between `first` and `last`, both included."""
    return sum(is_working_day(day, calendar, weekend) for day in days_between(first, last))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    day = first
    while day <= last:
        yield day
        day += _DAY
