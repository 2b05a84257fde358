"""When to look again at what no law has a date for: a date of our own, and called that wherever it stands."""

from __future__ import annotations

from datetime import datetime, timedelta

REQUEST = timedelta(days=7)  # after it was sent, arrived, was acknowledged or reminded, whatever came last
COMPLAINT = timedelta(days=30)  # after it was lodged, or last answered


def find_own_date(*moments: datetime | None, wait: timedelta = REQUEST) -> datetime | None:
    """The date of our own behind the last of these moments (aware); None where none is there."""
    known = [each for each in moments if each is not None]
    return max(known) + wait if known else None
