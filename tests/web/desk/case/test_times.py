"""Times typed on the desk: clock changes are told, an offset is taken as it is; distances are rounded down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from portal.web.desk.distances import describe_distance
from portal.web.local_times import UnclearTime, read_local

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_local_time_is_read_in_the_zone(app: Flask) -> None:
    assert read_local(datetime(2026, 11, 23, 10, 0), BERLIN) == NOW  # noqa: DTZ001 - as it is typed


def test_a_time_that_did_not_happen_is_refused(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UnclearTime, match="did not happen"):
        read_local(datetime(2026, 3, 29, 2, 30), BERLIN)  # noqa: DTZ001


def test_a_time_that_came_twice_is_asked_for_its_offset(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UnclearTime, match=r"02:30\+02:00 or 2026-10-25 02:30\+01:00"):
        read_local(datetime(2026, 10, 25, 2, 30), BERLIN)  # noqa: DTZ001
    typed = datetime.fromisoformat("2026-10-25 02:30+01:00")
    assert read_local(typed, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (timedelta(0), "in 0 minutes"),
        (timedelta(minutes=59, seconds=59), "in 59 minutes"),
        (timedelta(hours=1, minutes=59), "in 1 hour"),
        (timedelta(hours=47, minutes=59), "in 47 hours"),
        (timedelta(hours=71), "in 2 days"),
        (timedelta(minutes=-1), "overdue, within the last hour"),
        (timedelta(hours=-1), "overdue by 1 hour"),
        (timedelta(days=-3, hours=-20), "overdue by 3 days"),
    ],
)
def test_no_time_is_promised_that_is_not_there(app: Flask, by: timedelta, words: str) -> None:
    with app.test_request_context():
        assert describe_distance(NOW + by, NOW) == words
