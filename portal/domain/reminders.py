"""Of what a person is reminded, when, and under which title: never by what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from portal.domain.regimes import Binding
from portal.domain.safe_hours import SafeHours

# Whoever looks over a shoulder reads them as anybody's.
TITLES = ("A reminder", "Check my list", "Call back", "Appointment")
OURS = "A date of our own"  # of a member's calendar: no law has this one
HOUR = timedelta(hours=1)
# A person's own last day is told while there is time; everything else when there is a next step, which is afterwards.
_BEFORE: Mapping[Binding, timedelta] = MappingProxyType({Binding.LIMITATION: timedelta(days=7)})
LONGEST_BEFORE = max(_BEFORE.values())


def find_reminder(due_at: datetime, binding: Binding) -> datetime:
    """When somebody is to be reminded of a clock that ends at `due_at` (aware)."""
    return due_at - _BEFORE.get(binding, timedelta())


def place_in_calendar(moments: Iterable[datetime], hours: SafeHours | None) -> tuple[datetime, ...]:
    """Full hours in UTC, each once, none before its moment and none outside of the hours: ten letters of one evening
    are one entry.
    """
    full = {_round_up(at.astimezone(UTC)) for at in moments}
    return tuple(sorted({hours.find_next(at) if hours else at for at in full}))


def _round_up(at: datetime) -> datetime:
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour if hour == at else hour + HOUR
