"""Times that people record: what cannot be right is refused, with the reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal.models.cases import Case

AHEAD = timedelta(minutes=5)  # how far a clock on the person's side may be fast
BEFORE_CASE = timedelta(days=366)
LONGEST_EXTENSION = timedelta(days=366)


class BadInstant(ValueError):
    """The time cannot be right. The message says why, fit for a page."""


def check_instant(at: datetime, case: Case, *, now: datetime, after: datetime | None = None) -> datetime:
    """The instant, if it can be right; a little ahead of our own clock counts as now. Raises BadInstant.

    `after` is what must have happened before: the sending, for an answer.
    """
    if at.tzinfo is None:
        raise BadInstant("Say which time zone this time is in.")
    if at > now + AHEAD:
        raise BadInstant("This time is in the future. Give the time when it happened.")
    if after is not None and at < after:
        raise BadInstant("This time is before it was sent. Check the day and the hour.")
    if at < (case.submitted_at or case.created_at) - BEFORE_CASE:
        raise BadInstant("This time is more than a year before the report. Check the year.")
    return min(at, now)


def check_extension(until: date, answered_on: date) -> date:
    """The day up to which they want to take longer, if it can be right. Raises BadInstant."""
    if until < answered_on:
        raise BadInstant("The day up to which they need longer is before their answer. Check the day and the year.")
    if until > answered_on + LONGEST_EXTENSION:
        raise BadInstant("The day up to which they need longer is more than a year after their answer. Check the year.")
    return until
