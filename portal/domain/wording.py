"""Sentences with values: English at once, any other language later.

What the rules say (why a date is that date, why a law applies) is shown on pages and printed in letters. It is kept as
a key, the English sentence with `%(name)s` places, and the values for those places, so that a translation can be made
wherever it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

Value = str | int | date | datetime
Translate = Callable[..., str]

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence with named places, and what goes into them."""

    key: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return self.key % {name: format_value(value) for name, value in self.values}

    def render(self, translate: Translate, format_with: Callable[[Value], str] | None = None) -> str:
        """The sentence in another language: `translate(key, **values)`, dates and instants through `format_with`."""
        formatter = format_with or format_value
        return translate(self.key, **{name: formatter(value) for name, value in self.values})


def format_sentence(key: str, **values: Value) -> Sentence:
    """A sentence from its key and its values."""
    return Sentence(key, tuple(values.items()))


def as_form(key: str) -> re.Pattern[str]:
    """A sentence with its places open: it finds again what was filled into them."""
    pieces = re.split(r"%\((\w+)\)s", key)
    return re.compile(
        "".join(f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
    )


def format_value(value: Value) -> str:
    """English text of a value. A datetime must be aware; it is shown in its own zone with the offset."""
    if isinstance(value, datetime):
        return _format_instant(value)
    if isinstance(value, date):
        return format_day(value)
    return str(value)


def format_day(day: date) -> str:
    """`Saturday 3 October 2026`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _format_instant(instant: datetime) -> str:
    clock = f"{instant.hour:02}:{instant.minute:02}"
    if instant.second:
        clock = f"{clock}:{instant.second:02}"
    # %z would give +0530; isoformat gives the usual +05:30 and, for UTC, +00:00.
    offset = instant.isoformat()[-6:]
    return f"{format_day(instant)} at {clock} (UTC{offset})"
