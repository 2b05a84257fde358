"""Days as people remember them: "today", "last week", "June", "in 2024", "20 11 2026"."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name, monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from portal.domain.readable import write_digits

EARLIEST = 1990  # nothing was online before

_WORDS: Mapping[str, Callable[[date], date]] = MappingProxyType(
    {
        "today": lambda today: today,
        "just now": lambda today: today,
        "yesterday": lambda today: today - timedelta(days=1),
        "this week": lambda today: today - timedelta(days=today.weekday()),
        "last week": lambda today: today - timedelta(days=today.weekday() + 7),
        "this month": lambda today: today.replace(day=1),
        "last month": lambda today: (today.replace(day=1) - timedelta(days=1)).replace(day=1),
        "this year": lambda today: today.replace(month=1, day=1),
        "last year": lambda today: today.replace(year=today.year - 1, month=1, day=1),
    }
)
_MONTHS: Mapping[str, int] = MappingProxyType(
    {name.casefold(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name}
    | {"sept": 9}
)
_SMALL = re.compile(r"\b(?:about|around|in|on|the|of|early|mid|late|beginning|end|since)\b|(?<=\d)(?:st|nd|rd|th)\b")
_PARTS = re.compile(r"[\s./,-]+")


class NotADay(ValueError):
    """Nothing in the text says a day, a week, a month or a year."""


class NotInCalendar(NotADay):
    """It says a day that no month has."""


class _OtherTime(NotADay):
    """It says a day that cannot be meant. `year` is the one it lies in, mostly because another calendar was meant."""

    def __init__(self, text: str, year: int) -> None:
        super().__init__(text)
        self.year = year


class NotYet(_OtherTime):
    """It says one that has not begun."""


class LongAgo(_OtherTime):
    """It says one before anything was online."""


def read_rough_day(text: str, today: date) -> date:
    """The first day of the time that is meant, never after `today`.

    The first, because a period that is counted from it then ends too early rather than too late. A month without a year
    is the last one of that name that has begun. Digits of every script are read. Raises NotADay, or one
    of its kinds where it is known what is wrong: NotInCalendar, NotYet, LongAgo.
    """
    plain = " ".join(_SMALL.sub(" ", write_digits(text).casefold()).split())
    found = _WORDS[plain](today) if plain in _WORDS else _read_parts([one for one in _PARTS.split(plain) if one], today)
    if found is None:
        raise NotADay(text)
    if found.year < EARLIEST:
        raise LongAgo(text, found.year)
    if found > today:
        raise NotYet(text, found.year)
    return found


def _read_parts(parts: list[str], today: date) -> date | None:
    months = [_MONTHS[part] for part in parts if part in _MONTHS]
    numbers = [part for part in parts if part.isascii() and part.isdigit() and len(part) <= 4]
    if len(months) + len(numbers) != len(parts) or len(months) > 1 or not parts:
        return None
    try:
        return _with_month(months[0], numbers, today) if months else _from_numbers(numbers)
    except ValueError as error:
        raise NotInCalendar(" ".join(parts)) from error


def _with_month(month: int, numbers: list[str], today: date) -> date | None:
    """ "June", "June 2025", "3 June", "3 June 2025"."""
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers if len(number) < 3]
    if len(years) > 1 or len(days) > 1 or len(years) + len(days) != len(numbers):
        return None
    day = days[0] if days else 1
    if years:
        return date(years[0], month, day)
    now = today.year
    # A 29 February comes every fourth year, and around a century only every eighth.
    fitting = (date(year, month, day) for year in range(now, now - 9, -1) if _has_day(year, month, day))
    last = next((one for one in fitting if one <= today), None)
    return last or date(now, month, day)


def _has_day(year: int, month: int, day: int) -> bool:
    return 1 <= day <= monthrange(year, month)[1]


def _from_numbers(numbers: list[str]) -> date | None:
    """ "20 11 2026", "2026-11-20", "11 2026", "2026"."""
    sizes = tuple(len(number) == 4 for number in numbers)
    values = [int(number) for number in numbers]
    match sizes:
        case (True,):
            return date(values[0], 1, 1)
        case (False, True):
            return date(values[1], values[0], 1)
        case (True, False):
            return date(values[0], values[1], 1)
        case (False, False, True):
            return date(values[2], values[1], values[0])
        case (True, False, False):
            return date(values[0], values[1], values[2])
    return None
