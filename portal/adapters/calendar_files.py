"""Calendar files (RFC 5545) whose entries tell a stranger a time and a title, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

import icalendar

LASTS = timedelta(minutes=15)


def write_calendar(
    moments: Iterable[datetime],
    *,
    title: str,
    owner: str,
    written_at: datetime,
    others: Iterable[datetime] = (),
    other_title: str = "",
) -> bytes:
    """One entry for each moment, and for each of `others` one under the other title. `owner` is a random name that
    nobody outside knows: the same entry keeps its id by it when the file is read again. No entry rings: an alarm is
    hers to set.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Calendar//EN")
    calendar.add("version", "2.0")
    entries = [(at, title, owner) for at in moments] + [(at, other_title, f"{owner}/other") for at in others]
    for at, words, place in entries:
        event = icalendar.Event()
        event.add("uid", sha256(f"{place}/{at.isoformat()}".encode()).hexdigest()[:32])
        event.add("dtstamp", written_at.replace(hour=0, minute=0, second=0, microsecond=0))
        event.add("dtstart", at)
        event.add("duration", LASTS)
        event.add("summary", words)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
