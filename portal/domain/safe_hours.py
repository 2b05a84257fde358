"""The hours in which it is safe to write to somebody, in the time of the place where they live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7
EVERY_DAY = frozenset(range(WEEK))
_LOOKED_AT = 2 * WEEK + 1  # days: a night of clock change may leave out the only hours of a week


class NoSafeHour(ValueError):
    """No day was chosen, or the hours begin when they end: then nothing could ever be written."""


@dataclass(frozen=True, kw_only=True)
class SafeHours:
    """`days` are 0 (Monday) to 6. From `first` on and before `last`; hours that end earlier than they begin go over
    midnight and belong to the day on which they began. `zone` is a name of the time zone database.

    Raises NoSafeHour.
    """

    days: frozenset[int]
    first: time
    last: time
    zone: str

    def __post_init__(self) -> None:
        if not self.days or not self.days <= EVERY_DAY or self.first == self.last:
            raise NoSafeHour

    def is_safe(self, at: datetime) -> bool:
        """Whether it may be written at this instant (aware). An hour that comes twice is as safe the second time."""
        local = at.astimezone(ZoneInfo(self.zone))
        hour, day = local.time(), local.weekday()
        if self.first < self.last:
            return day in self.days and self.first <= hour < self.last
        return (day in self.days and hour >= self.first) or ((day - 1) % WEEK in self.days and hour < self.last)

    def find_next(self, at: datetime) -> datetime:
        """The first safe instant that is not before `at` (aware), in UTC."""
        if self.is_safe(at):
            return at.astimezone(UTC)
        return min(start for start in self._list_starts(at) if start >= at and self.is_safe(start))

    def _list_starts(self, at: datetime) -> Iterator[datetime]:
        """When the hours of the coming days begin, in UTC. One that clocks leave out begins as much later."""
        zone = ZoneInfo(self.zone)
        today = at.astimezone(zone).date()
        for days in range(_LOOKED_AT):
            for fold in (0, 1):
                start = datetime.combine(today + timedelta(days=days), self.first, zone)
                yield start.replace(fold=fold).astimezone(UTC)
