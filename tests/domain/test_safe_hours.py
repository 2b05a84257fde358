"""Hours that are safe: on clock-change days too nothing is ever written outside of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.regimes import Binding
from portal.domain.reminders import find_reminder, place_in_calendar
from portal.domain.safe_hours import EVERY_DAY, NoSafeHour, SafeHours

ZONES = ("Pacific/Auckland", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")


def hours(first: str, last: str, zone: str = "Europe/Dublin", days: frozenset[int] = EVERY_DAY) -> SafeHours:
    return SafeHours(days=days, first=time.fromisoformat(first), last=time.fromisoformat(last), zone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# fmt: off
MOMENTS = (
    (hours("10:00", "16:00"), "2026-11-23T09:59", "2026-11-23T10:00"),
    (hours("10:00", "16:00"), "2026-11-23T15:59", "2026-11-23T15:59"),
    (hours("10:00", "16:00"), "2026-11-23T16:00", "2026-11-24T10:00"),
    (hours("22:00", "06:00"), "2026-11-23T05:59", "2026-11-23T05:59"),
    (hours("22:00", "06:00"), "2026-11-23T06:00", "2026-11-23T22:00"),
    # Monday night alone: also the hours of Tuesday morning, and not those of Monday morning.
    (hours("22:00", "06:00", days=frozenset({0})), "2026-11-23T03:00", "2026-11-23T22:00"),
    (hours("22:00", "06:00", days=frozenset({0})), "2026-11-24T03:00", "2026-11-24T03:00"),
    # New Zealand goes from +13 to +12 on 5 April 2026, and Dublin from +1 to +0 on 25 October.
    (hours("09:00", "10:00", "Pacific/Auckland"), "2026-04-04T19:00", "2026-04-04T21:00"),
    (hours("09:00", "10:00"), "2026-10-25T08:30", "2026-10-25T09:00"),
    (hours("09:00", "10:00"), "2026-10-24T09:00", "2026-10-25T09:00"),
    # An hour that comes twice is safe both times.
    (hours("01:00", "02:00"), "2026-10-25T00:30", "2026-10-25T00:30"),
    (hours("01:00", "02:00"), "2026-10-25T01:30", "2026-10-25T01:30"),
    (hours("01:30", "01:45"), "2026-10-25T00:50", "2026-10-25T01:30"),
    # New York has no 02:30 on 8 March 2026: a day without its hours is left out, longer ones begin later.
    (hours("02:15", "02:45", "America/New_York"), "2026-03-08T05:00", "2026-03-09T06:15"),
    (hours("02:30", "04:00", "America/New_York"), "2026-03-08T05:00", "2026-03-08T07:30"),
    (hours("02:15", "02:45", "America/New_York", frozenset({6})), "2026-03-08T05:00", "2026-03-15T06:15"),
)
# fmt: on


@pytest.mark.parametrize(("safe", "at", "expected"), MOMENTS)
def test_the_next_safe_moment(safe: SafeHours, at: str, expected: str) -> None:
    assert safe.find_next(utc(at)) == utc(expected)


@given(
    first=st.integers(0, 23),
    length=st.integers(1, 23),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from(ZONES),
    minutes=st.integers(0, 2 * 365 * 24 * 60),
)
def test_it_is_safe_not_before_and_within_a_week_and_a_day(
    first: int, length: int, days: frozenset[int], zone: str, minutes: int
) -> None:
    safe = SafeHours(days=days, first=time(first), last=time((first + length) % 24), zone=zone)
    asked = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = safe.find_next(asked)
    assert safe.is_safe(found)
    assert asked <= found
    if length > 1:  # a single hour may be the one that clocks leave out
        assert found - asked <= timedelta(days=8)


@pytest.mark.parametrize(("first", "last", "days"), [("10:00", "10:00", EVERY_DAY), ("10:00", "11:00", frozenset())])
def test_hours_in_which_nothing_could_be_written_are_none(first: str, last: str, days: frozenset[int]) -> None:
    with pytest.raises(NoSafeHour):
        hours(first, last, days=days)


def test_a_last_day_is_told_before_and_everything_else_on_its_day() -> None:
    due_at = utc("2026-12-20T10:00")
    assert find_reminder(due_at, Binding.LIMITATION) == utc("2026-12-13T10:00")
    assert find_reminder(due_at, Binding.DUTY) == due_at


def test_a_calendar_has_full_safe_hours_and_each_once() -> None:
    evening = [utc("2026-11-23T19:00") + timedelta(minutes=minute) for minute in range(1, 60, 7)]
    assert place_in_calendar(evening, None) == (utc("2026-11-23T20:00"),)
    assert place_in_calendar(evening, hours("10:00", "16:00")) == (utc("2026-11-24T10:00"),)
    assert place_in_calendar([utc("2026-11-23T19:00")], None) == (utc("2026-11-23T19:00"),)
    local = place_in_calendar([utc("2026-10-25T00:10")], hours("01:00", "02:00"))
    assert [at.astimezone(ZoneInfo("Europe/Dublin")).hour for at in local] == [1]
