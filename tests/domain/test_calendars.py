"""Which days count, and how a last day moves on."""

from __future__ import annotations

from datetime import date

import pytest

from portal.domain.calendars import SATURDAY_AND_SUNDAY, Recess, RecessCalendar, WorkingDays
from tests.domain.laws import NO_HOLIDAYS, UNKNOWN, FakeCalendar

EASTER = FakeCalendar({date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"})
SUMMER = Recess((12, 25), (1, 15), "summer")


def read(calendar: FakeCalendar) -> WorkingDays:
    return WorkingDays(calendar, calendar.weekend)


def test_a_working_day_is_neither_weekend_nor_holiday() -> None:
    days = read(EASTER)
    assert days.is_one(date(2026, 4, 2))
    assert not days.is_one(date(2026, 4, 3))
    assert not days.is_one(date(2026, 4, 4))


def test_a_country_can_rest_on_friday_and_saturday() -> None:
    calendar = FakeCalendar(weekend=frozenset({4, 5}))
    assert not read(calendar).is_one(date(2026, 11, 20))
    assert read(calendar).is_one(date(2026, 11, 22))


def test_a_law_can_read_other_days_of_rest_into_a_calendar() -> None:
    calendar = FakeCalendar(weekend=frozenset({4, 5}))
    assert WorkingDays(calendar, SATURDAY_AND_SUNDAY).is_one(date(2026, 11, 20))


def test_working_days_are_counted_from_the_day_after() -> None:
    walk = read(EASTER).add(date(2026, 4, 1), 3)
    assert walk.end == date(2026, 4, 8)
    assert walk.holidays == ((date(2026, 4, 3), "Good Friday"), (date(2026, 4, 6), "Easter Monday"))
    assert walk.rest_days == (date(2026, 4, 4), date(2026, 4, 5))


def test_a_last_day_rolls_over_a_chain_of_days_off() -> None:
    walk = read(EASTER).roll(date(2026, 4, 3))
    assert walk.end == date(2026, 4, 7)
    assert len(walk.holidays) + len(walk.rest_days) == 4


def test_a_working_last_day_stays() -> None:
    assert read(EASTER).roll(date(2026, 4, 7)).end == date(2026, 4, 7)


def test_nothing_rolls_where_the_holidays_are_unknown() -> None:
    assert not read(UNKNOWN).known
    assert read(UNKNOWN).roll(date(2026, 4, 4)).end == date(2026, 4, 4)


def test_nothing_rolls_after_the_year_in_which_the_list_of_holidays_ends() -> None:
    ends_in_2026 = read(FakeCalendar(last_year=2026))
    saturdays = [date(2026, 4, 4), date(2027, 4, 3)]
    assert [ends_in_2026.roll(day).end for day in saturdays] == [date(2026, 4, 6), date(2027, 4, 3)]


def test_working_days_between_two_days_include_both() -> None:
    assert read(EASTER).count(date(2026, 4, 2), date(2026, 4, 7)) == 2


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2026, 12, 24), False),
        (date(2026, 12, 25), True),
        (date(2027, 1, 1), True),
        (date(2027, 1, 15), True),
        (date(2027, 1, 16), False),
    ],
)
def test_a_recess_runs_over_the_end_of_the_year(day: date, covered: bool) -> None:
    assert SUMMER.covers(day) is covered


def test_a_recess_within_a_year_covers_both_ends() -> None:
    august = Recess((8, 1), (8, 31), "August")
    assert august.covers(date(2026, 8, 1))
    assert august.covers(date(2026, 8, 31))
    assert not august.covers(date(2026, 9, 1))


def test_a_calendar_with_a_recess_is_otherwise_the_one_it_stands_on() -> None:
    regional = FakeCalendar({date(2026, 4, 3): "Good Friday"}, {date(2026, 4, 7): "Anniversary"})
    calendar = RecessCalendar(regional, SUMMER)
    assert (calendar.code, calendar.version, calendar.known) == ("XX", "invented 1", True)
    assert calendar.weekend == NO_HOLIDAYS.weekend
    assert calendar.holiday_name(date(2026, 12, 28)) == "summer"
    assert calendar.holiday_name(date(2026, 4, 7)) == "Anniversary"
    assert calendar.national.holiday_name(date(2026, 4, 7)) is None
    assert calendar.national.holiday_name(date(2026, 12, 28)) == "summer"
