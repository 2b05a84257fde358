"""Wherever a local time is typed: an hour that came twice is asked about, one that never came is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from portal.domain.lifecycle import Proof
from portal.services.law.deadline_calculator import InvalidQuery
from portal.web.forms.readers import Choices, Reader
from portal.web.forms.requests import ReceivedForm
from portal.web.local_times import show_time
from portal.web.open.clock import ClockQuery, _read_moment
from portal.web.unit_of_work import unit

# The zone, the day, a time that came twice or never, and the two instants that it was.
TWICE = [
    ("Europe/Berlin", "2026-10-25", "02:30", ("+02:00", "2026-10-25T00:30"), ("+01:00", "2026-10-25T01:30")),
    ("Pacific/Auckland", "2027-04-04", "02:30", ("+13:00", "2027-04-03T13:30"), ("+12:00", "2027-04-03T14:30")),
]
NO_WORDS: Mapping[type[StrEnum], Choices] = MappingProxyType({Proof: ()})  # nothing is chosen here
NEVER = [("Europe/Berlin", "2026-03-29", "02:30"), ("Pacific/Auckland", "2026-09-27", "02:30")]


def read_person(app: Flask, zone: str, day: str, time: str) -> tuple[datetime | None, list[str]]:
    """What the person's form makes of it, and what it says."""
    parts = dict(zip(("year", "month", "day"), day.split("-"), strict=True)) | {"time": time}
    typed = MultiDict({f"received_at-{name}": value for name, value in parts.items()})
    with app.test_request_context():
        form = ReceivedForm(Reader(is_staff=False, zone=zone, words=NO_WORDS), formdata=typed, meta={"csrf": False})
        form.validate()
        assert form.received_at.typed["time"] == time, "what was typed stays"
        return form.received_at.data, [str(each) for each in form.received_at.errors]


def read_desk(app: Flask, zone: str, day: str, time: str) -> tuple[datetime | None, list[str]]:
    with app.test_request_context():
        object.__setattr__(unit().config, "time_zone", ZoneInfo(zone))
        typed = MultiDict({"received_at": f"{day} {time}"})
        form = ReceivedForm(Reader(is_staff=True, zone=zone, words=NO_WORDS), formdata=typed, meta={"csrf": False})
        form.validate()
        return form.received_at.data, [str(each) for each in form.received_at.errors]


def read_open(app: Flask, zone: str, day: str, time: str) -> tuple[datetime | None, list[str]]:
    with app.test_request_context():
        try:
            text = _read_moment(ClockQuery(day=day, hour=time, zone=zone))
        except InvalidQuery as error:
            return None, [str(error)]
        return datetime.fromisoformat(text), []


READERS = [read_person, read_desk, read_open]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("zone", "day", "time", "first", "second"), TWICE)
def test_a_time_that_came_twice_is_asked_about_and_taken_with_its_offset(
    app: Flask, reader: Any, zone: str, day: str, time: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    unclear, asked = reader(app, zone, day, time)
    assert unclear is None
    assert "came twice" in asked[0]
    for offset, instant in (first, second):
        assert time + offset in asked[0]
        moment, errors = reader(app, zone, day, time + offset)
        assert errors == []
        assert moment is not None
        assert moment.astimezone(UTC) == datetime.fromisoformat(f"{instant}+00:00")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("zone", "day", "time"), NEVER)
def test_a_time_that_never_came_is_refused(app: Flask, reader: Any, zone: str, day: str, time: str) -> None:
    moment, errors = reader(app, zone, day, time)
    assert moment is None
    assert "did not happen" in errors[0]


@pytest.mark.parametrize(("zone", "day", "time", "first", "second"), TWICE)
def test_what_is_shown_is_read_back_as_the_same_instant(
    app: Flask, zone: str, day: str, time: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    for offset, instant in (first, second):
        local = datetime.fromisoformat(f"{instant}+00:00").astimezone(ZoneInfo(zone))
        assert show_time(local) == time + offset
    assert show_time(datetime(2026, 11, 23, 9, 5, tzinfo=ZoneInfo(zone))) == "09:05"
