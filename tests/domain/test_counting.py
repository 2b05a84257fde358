"""When periods run out, and that the explanation leads to the same date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.calendars import WorkingDays
from portal.domain.counting import Due, PausedPeriod, UncountablePeriod, due_at, end_of_day, has_number
from portal.domain.regimes import PauseEffect, Rule, Unit
from portal.domain.schemes import SCHEMES, add_months
from tests.domain.laws import (
    AUCKLAND,
    DUBLIN,
    NO_HOLIDAYS,
    UNKNOWN,
    UTC_ZONE,
    FakeCalendar,
    count_days,
    make_extension,
    make_open_rule,
    make_rule,
)

YEAR_END = FakeCalendar(
    {
        date(2025, 12, 25): "Christmas Day",
        date(2025, 12, 26): "Boxing Day",
        date(2026, 1, 1): "New Year's Day",
        date(2026, 1, 2): "Second of January",
        date(2026, 4, 6): "Easter Monday",
    }
)

MONTHS = [
    # start, months, plain end
    (date(2026, 1, 31), 1, date(2026, 2, 28)),  # short month
    (date(2028, 1, 31), 1, date(2028, 2, 29)),  # leap year
    (date(2028, 2, 29), 12, date(2029, 2, 28)),  # from a leap day
    (date(2026, 8, 31), 1, date(2026, 9, 30)),  # month end
    (date(2026, 11, 30), 3, date(2027, 2, 28)),  # over the year's end
    (date(2026, 12, 15), 1, date(2027, 1, 15)),
]


@pytest.mark.parametrize(("start", "amount", "end"), MONTHS)
def test_months_end_on_the_same_date_or_on_the_last_day(start: date, amount: int, end: date) -> None:
    assert add_months(start, amount) == end
    assert count_days("months", amount, Unit.MONTHS, start).last_day == end


@pytest.mark.parametrize(
    ("counting", "amount", "unit", "start", "end"),
    [
        ("calendar-days", 30, Unit.CALENDAR_DAYS, date(2026, 2, 1), date(2026, 3, 3)),
        ("calendar-days", 30, Unit.CALENDAR_DAYS, date(2028, 2, 1), date(2028, 3, 2)),
        ("calendar-days", 10, Unit.CALENDAR_DAYS, date(2025, 12, 24), date(2026, 1, 3)),
        ("calendar-days-roll", 10, Unit.CALENDAR_DAYS, date(2025, 12, 24), date(2026, 1, 5)),
        ("weeks", 4, Unit.WEEKS, date(2025, 12, 4), date(2026, 1, 1)),
        ("months-roll", 1, Unit.MONTHS, date(2025, 12, 1), date(2026, 1, 5)),
        ("years", 1, Unit.YEARS, date(2028, 2, 29), date(2029, 2, 28)),
        ("working-days", 5, Unit.WORKING_DAYS, date(2025, 12, 23), date(2026, 1, 5)),
        ("uk-corresponding-date", 1, Unit.MONTHS, date(2025, 12, 1), date(2026, 1, 5)),
        ("uk-days", 30, Unit.CALENDAR_DAYS, date(2025, 12, 2), date(2026, 1, 5)),
        ("eu-1182-71", 1, Unit.MONTHS, date(2025, 11, 25), date(2025, 12, 29)),
        ("eu-1182-71", 2, Unit.WEEKS, date(2025, 12, 12), date(2025, 12, 29)),
        ("eu-1182-71", 90, Unit.CALENDAR_DAYS, date(2025, 9, 27), date(2025, 12, 29)),
        ("eu-1182-71", 3, Unit.WORKING_DAYS, date(2025, 12, 24), date(2025, 12, 31)),
    ],
)
def test_each_way_of_counting_over_holidays_and_the_year_end(
    counting: str, amount: int, unit: Unit, start: date, end: date
) -> None:
    assert count_days(counting, amount, unit, start, YEAR_END).last_day == end


def test_a_short_european_period_has_two_working_days() -> None:
    """Friday to Sunday would hold none; Art. 3(5) of Regulation 1182/71 makes it last until Tuesday."""
    due = count_days("eu-1182-71", 2, Unit.CALENDAR_DAYS, date(2026, 11, 20))
    assert due.last_day == date(2026, 11, 24)
    assert count_days("eu-1182-71", 1, Unit.CALENDAR_DAYS, date(2026, 11, 20)).last_day == date(2026, 11, 23)


def test_a_european_period_of_hours_leaves_out_the_hour_of_the_event() -> None:
    due = count_days("eu-1182-71", 24, Unit.HOURS, datetime(2026, 11, 20, 10, 20, tzinfo=UTC))
    assert due.due_at == datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert due.last_day is None


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # Central time of Texas. 20 November 2026 is a Friday.
        ("2026-11-20T22:15:00-06:00", 48, "2026-11-24T22:15:00-06:00"),  # 1 h 45 min of Friday, Monday, 22 h 15 min
        ("2026-11-21T09:00:00-06:00", 48, "2026-11-25T00:00:00-06:00"),  # begins with Monday
        ("2026-11-19T00:00:00-06:00", 48, "2026-11-21T00:00:00-06:00"),  # ends with Friday
        ("2026-11-25T10:00:00-06:00", 48, "2026-11-27T10:00:00-06:00"),  # Thanksgiving counts
        ("2026-10-30T12:00:00-05:00", 24, "2026-11-02T12:00:00-06:00"),  # clocks go back on the Sunday
        ("2026-11-20T12:00:00-06:00", 168, "2026-12-01T12:00:00-06:00"),  # over two weekends
    ],
)
def test_texas_leaves_out_the_hours_of_weekends_and_counts_those_of_holidays(start: str, hours: int, end: str) -> None:
    texas = ZoneInfo("America/Chicago")
    counted = count_days("hours-without-weekends", hours, Unit.HOURS, datetime.fromisoformat(start), zone=texas)
    assert counted.due_at == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        (date(2026, 11, 22), 45, date(2027, 1, 5)),  # 9 days of November, 31 of December, 5 of January
        (date(2028, 2, 1), 29, date(2028, 2, 29)),
        (date(2026, 11, 22), 1, date(2026, 11, 22)),
        (date(2026, 11, 22), 90, date(2027, 2, 19)),
    ],
)
def test_the_day_of_the_event_can_be_day_one(start: date, amount: int, end: date) -> None:
    assert count_days("calendar-days-first-counted", amount, Unit.CALENDAR_DAYS, start).last_day == end


def test_new_zealand_leaves_out_the_summer_and_keeps_regional_days() -> None:
    calendar = FakeCalendar({date(2023, 2, 6): "Waitangi Day"}, {date(2023, 1, 30): "Anniversary"})
    due = count_days("nz-working-days", 20, Unit.WORKING_DAYS, date(2022, 11, 28), calendar)
    assert due.last_day == date(2023, 1, 16)
    later = count_days("nz-working-days", 6, Unit.WORKING_DAYS, date(2023, 1, 27), calendar)
    assert later.last_day == date(2023, 2, 7)


@pytest.mark.parametrize(
    ("started_at", "due"),
    [
        ("2026-03-28T12:00:00+00:00", "2026-03-30T13:00:00+01:00"),
        ("2026-10-24T12:00:00+01:00", "2026-10-26T11:00:00+00:00"),
    ],
)
def test_hours_are_elapsed_hours_when_clocks_change(started_at: str, due: str) -> None:
    counted = count_days("elapsed-hours", 48, Unit.HOURS, datetime.fromisoformat(started_at), zone=DUBLIN)
    assert counted.due_at == datetime.fromisoformat(due)
    assert any("Clocks go" in step.text for step in counted.steps)


def test_days_are_local_days_of_the_organisation() -> None:
    """Late on 30 June in UTC it is 1 July in Auckland."""
    started_at = datetime(2026, 6, 30, 20, tzinfo=UTC)
    due = count_days("calendar-days", 1, Unit.CALENDAR_DAYS, started_at, zone=AUCKLAND)
    assert due.last_day == date(2026, 7, 2)
    assert due.due_at == datetime(2026, 7, 2, 11, 59, 59, tzinfo=UTC)


def test_a_day_ends_with_its_last_second_even_when_midnight_does_not_exist() -> None:
    santiago = ZoneInfo("America/Santiago")  # clocks go from 24:00 to 01:00
    assert end_of_day(date(2026, 9, 5), santiago) == datetime(2026, 9, 6, 3, 59, 59, tzinfo=UTC)


def test_an_extension_from_the_start_replaces_the_period() -> None:
    rule = make_rule(
        amount=1, unit=Unit.MONTHS, counting="months", extension=make_extension(3, Unit.MONTHS, from_start=True)
    )
    started_at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    due = due_at(rule, started_at, calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True)
    assert due.last_day == date(2026, 4, 30)


def test_an_extension_otherwise_begins_where_the_first_period_ends() -> None:
    rule = make_rule(
        amount=1, unit=Unit.MONTHS, counting="months", extension=make_extension(2, Unit.MONTHS, from_start=False)
    )
    started_at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    due = due_at(rule, started_at, calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True)
    assert due.last_day == date(2026, 4, 28)
    assert sum(step.days for step in due.steps) == (date(2026, 4, 28) - date(2026, 1, 31)).days


def test_hours_can_be_extended_by_hours() -> None:
    rule = make_rule(extension=make_extension(24, Unit.HOURS, from_start=False))
    due = due_at(rule, datetime(2026, 1, 1, tzinfo=UTC), calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True)
    assert due.due_at == datetime(2026, 1, 4, tzinfo=UTC)


def test_the_steps_name_each_holiday_that_does_not_count() -> None:
    texts = [step.text for step in count_days("working-days", 5, Unit.WORKING_DAYS, date(2025, 12, 23), YEAR_END).steps]
    for name in ("Christmas Day", "Boxing Day", "New Year's Day", "Second of January"):
        assert any(name in text for text in texts), name


def test_a_recess_is_told_in_one_step() -> None:
    due = count_days("nz-working-days", 20, Unit.WORKING_DAYS, date(2022, 11, 28))
    told = [step for step in due.steps if "Privacy Act" in step.text]
    assert [step.days for step in told] == [15]


def test_a_step_can_be_told_in_another_language() -> None:
    step = count_days("weeks", 4, Unit.WEEKS, date(2026, 11, 24)).steps[1]
    assert step.render(lambda key, **values: f"<{key % values}>") == f"<{step.text}>"


def test_where_holidays_are_unknown_the_date_does_not_roll_and_is_estimated() -> None:
    due = count_days("months-roll", 1, Unit.MONTHS, date(2026, 9, 3), UNKNOWN)
    assert (due.last_day, due.estimated) == (date(2026, 10, 3), True)
    assert "estimated" in due.steps[-1].text


def test_unknown_holidays_do_not_matter_where_the_law_does_not_ask_for_them() -> None:
    assert not count_days("elapsed-hours", 48, Unit.HOURS, date(2026, 9, 3), UNKNOWN).estimated


def test_a_date_tells_whose_holidays_were_used() -> None:
    assert count_days("months-roll", 1, Unit.MONTHS, date(2026, 9, 3)).calendar_version == "invented 1"
    assert count_days("weeks", 1, Unit.WEEKS, date(2026, 9, 3)).calendar_version == "invented 1"
    assert count_days("quebec-days", 1, Unit.WEEKS, date(2026, 9, 3)).calendar_version == "CQLR c. I-16, s 61(23)"
    assert count_days("elapsed-hours", 48, Unit.HOURS, date(2026, 9, 3)).calendar_version == ""


@pytest.mark.parametrize("counting", ["calendar-days", "weeks", "months", "years"])
@pytest.mark.parametrize(
    ("start", "estimated"), [(date(2026, 9, 4), False), (date(2026, 9, 5), True), (date(2026, 9, 6), True)]
)
def test_a_last_day_on_a_day_off_stays_and_is_estimated_where_no_rule_is_known(
    counting: str, start: date, estimated: bool
) -> None:
    unit = {"weeks": Unit.WEEKS, "months": Unit.MONTHS, "years": Unit.YEARS}.get(counting, Unit.CALENDAR_DAYS)
    amount = {"calendar-days": 7, "weeks": 1, "months": 12, "years": 1}[counting]
    due = count_days(counting, amount, unit, start)
    is_off = due.last_day is not None and due.last_day.weekday() in {5, 6}
    assert due.estimated is is_off
    if counting in {"calendar-days", "weeks"}:
        assert is_off is estimated
    assert ("no rule" in due.steps[-1].text) is due.estimated


def test_a_last_day_on_a_holiday_is_estimated_and_the_day_that_they_named_is_not() -> None:
    calendar = FakeCalendar({date(2026, 9, 14): "Day off"})
    assert count_days("calendar-days", 7, Unit.CALENDAR_DAYS, date(2026, 9, 7), calendar).estimated
    extension = make_extension(None, Unit.NONE, from_start=True)
    rule = make_rule(amount=7, unit=Unit.CALENDAR_DAYS, counting="calendar-days", extension=extension)
    start = datetime(2026, 9, 7, 9, tzinfo=UTC)
    due = due_at(rule, start, calendar=calendar, zone=UTC_ZONE, extended=True, until=date(2026, 9, 20))
    assert (due.last_day, due.estimated) == (date(2026, 9, 20), False)


def test_a_day_that_the_place_keeps_and_the_law_does_not_list_is_an_estimate() -> None:
    calendar = FakeCalendar({date(2026, 12, 28): "the day after Boxing Day"})
    due = count_days("quebec-days", 30, Unit.CALENDAR_DAYS, date(2026, 11, 27), calendar)
    assert (due.last_day, due.estimated) == (date(2026, 12, 28), True)


def test_days_that_a_short_period_leaves_out_are_told() -> None:
    due = count_days("singapore-days", 6, Unit.CALENDAR_DAYS, date(2026, 9, 4))
    assert due.last_day == date(2026, 9, 11)  # Saturday, then Sunday is left out, then Monday to Friday
    assert [step.days for step in due.steps if step.days] == [1, 6]
    assert "Day 6 of those that count" in " ".join(step.text for step in due.steps)
    assert count_days("elapsed-hours", 48, Unit.HOURS, date(2026, 9, 3)).calendar_version == ""


def test_a_rule_without_a_number_has_no_date() -> None:
    rule = make_open_rule()
    assert not has_number(rule)
    with pytest.raises(UncountablePeriod, match="no number"):
        due_at(rule, datetime(2026, 1, 1, tzinfo=UTC), calendar=NO_HOLIDAYS, zone=UTC_ZONE)


def test_what_cannot_be_counted_is_refused() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(UncountablePeriod, match="no counting scheme"):
        count_days("by-moon", 1, Unit.MONTHS, start)
    with pytest.raises(UncountablePeriod, match="does not count"):
        count_days("elapsed-hours", 1, Unit.MONTHS, start)
    with pytest.raises(UncountablePeriod, match="no extension"):
        due_at(make_rule(), start, calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True)
    with pytest.raises(ValueError, match="aware"):
        due_at(make_rule(), start.replace(tzinfo=None), calendar=NO_HOLIDAYS, zone=UTC_ZONE)


def test_hours_cannot_follow_a_period_of_days() -> None:
    rule = make_rule(
        amount=1, unit=Unit.MONTHS, counting="eu-1182-71", extension=make_extension(5, Unit.HOURS, from_start=False)
    )
    with pytest.raises(UncountablePeriod, match="hours"):
        due_at(rule, datetime(2026, 1, 1, tzinfo=UTC), calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True)


# --- Receipt after hours ---


@pytest.mark.parametrize(
    ("received_at", "day"),
    [
        ("2026-11-20T17:00:00+00:00", date(2026, 11, 20)),  # a Friday, to the second in time
        ("2026-11-20T17:00:01+00:00", date(2026, 11, 23)),
        ("2026-11-21T09:00:00+00:00", date(2026, 11, 23)),  # a Saturday
        ("2025-12-24T18:00:00+00:00", date(2025, 12, 29)),  # before two holidays and a weekend
        ("2025-12-25T09:00:00+00:00", date(2025, 12, 29)),  # on a holiday
    ],
)
def test_what_comes_after_hours_or_on_a_day_off_counts_from_the_next_working_day(received_at: str, day: date) -> None:
    rule = make_rule(amount=10, unit=Unit.CALENDAR_DAYS, counting="calendar-days", received_by="17:00")
    start = datetime.fromisoformat(received_at)
    due = due_at(rule, start, calendar=YEAR_END, zone=UTC_ZONE)
    assert due.last_day == day + timedelta(days=10)
    assert any("next working day" in step.text for step in due.steps) is (day != start.date())
    assert_adds_up(due, start)


def test_hours_run_from_the_beginning_of_the_next_working_day() -> None:
    rule = make_rule(amount=24, received_by="17:00")
    due = due_at(rule, datetime(2026, 11, 20, 18, tzinfo=UTC), calendar=NO_HOLIDAYS, zone=UTC_ZONE)
    assert due.due_at == datetime(2026, 11, 24, tzinfo=UTC)
    assert due.calendar_version == "invented 1"


def test_the_hour_is_the_local_one_and_the_working_day_that_of_the_law() -> None:
    """17:30 in Auckland on 24 December 2026: received on Monday 18 January 2027, says the Privacy Act's summer."""
    rule = make_rule(amount=1, unit=Unit.WORKING_DAYS, counting="nz-working-days", received_by="17:00")
    due = due_at(rule, datetime(2026, 12, 24, 4, 30, tzinfo=UTC), calendar=NO_HOLIDAYS, zone=AUCKLAND)
    assert due.last_day == date(2027, 1, 19)


def test_without_known_holidays_a_receipt_after_hours_is_an_estimate() -> None:
    rule = make_rule(amount=24, received_by="17:00")
    assert due_at(rule, datetime(2026, 11, 20, 9, tzinfo=UTC), calendar=UNKNOWN, zone=UTC_ZONE).estimated


# --- Pauses ---

SUSPENDS, ANEW = PauseEffect.SUSPENDS, PauseEffect.BEGINS_ANEW
MONTH = make_rule(amount=1, unit=Unit.MONTHS, counting="eu-1182-71")


def stand_still(first: date, last: date | None, effect: PauseEffect = SUSPENDS) -> PausedPeriod:
    """From noon of one day to noon of another."""
    return PausedPeriod(noon(first), noon(last) if last else None, effect)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def due_after(start: date, *pauses: PausedPeriod, rule: Rule = MONTH, calendar: FakeCalendar = NO_HOLIDAYS) -> Due:
    return due_at(rule, noon(start), calendar=calendar, zone=UTC_ZONE, pauses=pauses)


def test_the_days_of_a_pause_are_added_and_then_the_last_day_rolls_once() -> None:
    """3 October 2026 is a Saturday. Five days later it is Thursday the 8th, not five days after Monday the 5th."""
    due = due_after(date(2026, 9, 3), stand_still(date(2026, 9, 10), date(2026, 9, 15)))
    assert due.last_day == date(2026, 10, 8)
    assert any("5 days" in step.text for step in due.steps)
    assert_adds_up(due, noon(date(2026, 9, 3)))
    rolled = due_after(date(2026, 9, 3), stand_still(date(2026, 9, 10), date(2026, 9, 17)))
    assert rolled.last_day == date(2026, 10, 12)  # the 10th is a Saturday again


def test_pauses_that_overlap_do_not_count_twice() -> None:
    one, other = stand_still(date(2026, 9, 10), date(2026, 9, 15)), stand_still(date(2026, 9, 12), date(2026, 9, 18))
    assert due_after(date(2026, 9, 3), one, other) == due_after(date(2026, 9, 3), other, one)
    assert due_after(date(2026, 9, 3), one, other).last_day == date(2026, 10, 12)  # 3 October and 8 days: a Sunday


def test_a_pause_that_begins_after_the_end_changes_nothing() -> None:
    late = stand_still(date(2026, 10, 6), date(2026, 10, 20))
    assert due_after(date(2026, 9, 3), late) == due_after(date(2026, 9, 3))
    on_the_last_day = stand_still(date(2026, 10, 5), date(2026, 10, 20))
    assert due_after(date(2026, 9, 3), on_the_last_day).last_day == date(2026, 10, 19)  # the 18th is a Sunday


def test_a_pause_that_lasts_leaves_the_date_so_far_as_an_estimate() -> None:
    due = due_after(date(2026, 9, 3), stand_still(date(2026, 9, 10), None))
    assert (due.last_day, due.is_paused, due.estimated) == (date(2026, 10, 5), True, True)
    assert any("stands still" in step.text for step in due.steps)
    assert_adds_up(due, noon(date(2026, 9, 3)))


def test_a_period_that_begins_anew_is_counted_from_the_end_of_the_pause() -> None:
    due = due_after(date(2026, 9, 3), stand_still(date(2026, 9, 10), date(2026, 9, 30), ANEW))
    assert due.last_day == date(2026, 10, 30)
    assert_adds_up(due, noon(date(2026, 9, 3)))
    waiting = due_after(date(2026, 9, 3), stand_still(date(2026, 9, 10), None, ANEW))
    assert (waiting.last_day, waiting.is_paused) == (date(2026, 10, 5), True)


def test_what_stood_still_before_the_new_beginning_is_not_added_again() -> None:
    before = stand_still(date(2026, 9, 5), date(2026, 9, 8))
    anew = stand_still(date(2026, 9, 10), date(2026, 9, 30), ANEW)
    after = stand_still(date(2026, 10, 1), date(2026, 10, 5))
    assert due_after(date(2026, 9, 3), before, anew).last_day == date(2026, 10, 30)
    assert due_after(date(2026, 9, 3), before, anew, after).last_day == date(2026, 11, 3)


TEN_WORKING_DAYS = make_rule(amount=10, unit=Unit.WORKING_DAYS, counting="working-days")
PERU = (  # asked, given, and the last day of ten working days from Monday 2 November 2026
    (None, None, date(2026, 11, 16)),  # days 1 to 4 are the 3rd to the 6th, 5 to 9 the 9th to the 13th, 10 is the 16th
    (
        date(2026, 11, 6),
        date(2026, 11, 9),
        date(2026, 11, 18),
    ),  # Friday and Monday stand still, the weekend did so anyway
    (date(2026, 11, 7), date(2026, 11, 8), date(2026, 11, 16)),  # a weekend: nothing was running
    (date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 17)),  # the day of the request was no day of the period
    (date(2026, 11, 16), date(2026, 11, 30), date(2026, 12, 1)),  # the tenth day itself comes after the answer
)


@pytest.mark.parametrize(("asked", "given_on", "last_day"), PERU)
def test_working_days_stand_still_for_working_days(asked: date | None, given_on: date | None, last_day: date) -> None:
    """Peru, Decreto Supremo 016-2024-JUS, art. 70: the time stands still from the question to what was given.

    Whether the day of the question and that of the answer still count, it does not say: ten working days from Monday
    2 November with a question on Friday the 6th, answered on Monday the 9th, end on the 16th where both count, on the
    17th where one does, on the 18th where neither does. Here neither counts: on the latest day nobody complains
    too early.
    """
    pauses = [stand_still(asked, given_on)] if asked else []
    due = due_after(date(2026, 11, 2), *pauses, rule=TEN_WORKING_DAYS)
    assert due.last_day == last_day
    assert_adds_up(due, noon(date(2026, 11, 2)))


def test_a_holiday_within_a_pause_of_working_days_is_not_added() -> None:
    calendar = FakeCalendar(holidays={date(2026, 11, 9): "a holiday"})
    pause = stand_still(date(2026, 11, 6), date(2026, 11, 10))
    due = due_after(date(2026, 11, 2), pause, rule=TEN_WORKING_DAYS, calendar=calendar)
    assert due.last_day == date(2026, 11, 19)  # without the pause the 17th, and Friday and Tuesday stood still
    assert_adds_up(due, noon(date(2026, 11, 2)))


def test_an_answer_of_the_same_day_leaves_that_day_out() -> None:
    pause = PausedPeriod(noon(date(2026, 11, 6)), noon(date(2026, 11, 6)) + timedelta(hours=3), SUSPENDS)
    assert due_after(date(2026, 11, 2), pause, rule=TEN_WORKING_DAYS).last_day == date(2026, 11, 17)


def test_a_day_on_which_one_pause_ends_and_another_begins_stands_still_once() -> None:
    first, second = stand_still(date(2026, 11, 4), date(2026, 11, 5)), stand_still(date(2026, 11, 5), date(2026, 11, 6))
    whole = stand_still(date(2026, 11, 4), date(2026, 11, 6))
    due = due_after(date(2026, 11, 2), first, second, rule=TEN_WORKING_DAYS)
    assert due.last_day == due_after(date(2026, 11, 2), whole, rule=TEN_WORKING_DAYS).last_day == date(2026, 11, 19)


def test_hours_stand_still_to_the_minute() -> None:
    pause = PausedPeriod(datetime(2026, 11, 20, 10, 15, tzinfo=UTC), datetime(2026, 11, 20, 13, tzinfo=UTC), SUSPENDS)
    due = due_at(
        make_rule(), datetime(2026, 11, 20, 9, tzinfo=UTC), calendar=NO_HOLIDAYS, zone=UTC_ZONE, pauses=[pause]
    )
    assert due.due_at == datetime(2026, 11, 22, 11, 45, tzinfo=UTC)


# --- Extensions whose length the obliged side names ---

OPEN_ENDED = make_rule(
    amount=20,
    unit=Unit.WORKING_DAYS,
    counting="nz-working-days",
    extension=make_extension(None, Unit.NONE, from_start=False),
)


@pytest.mark.parametrize(
    ("until", "last_day", "estimated"),
    [
        (date(2026, 5, 29), date(2026, 5, 29), False),
        (date(2026, 5, 30), date(2026, 5, 30), False),  # a Saturday: it is the day that they named
        (date(2026, 4, 1), date(2026, 4, 24), False),  # an earlier day takes nothing away
        (None, date(2026, 4, 24), True),
    ],
)
def test_the_day_they_name_is_the_last_one(until: date | None, last_day: date, estimated: bool) -> None:
    start = noon(date(2026, 3, 27))
    due = due_at(OPEN_ENDED, start, calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True, until=until)
    assert (due.last_day, due.estimated) == (last_day, estimated)
    assert_adds_up(due, start)


def test_hours_can_be_lengthened_to_a_day() -> None:
    rule = make_rule(extension=make_extension(None, Unit.NONE, from_start=False))
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    due = due_at(rule, start, calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True, until=date(2026, 11, 25))
    assert (due.last_day, due.due_at) == (date(2026, 11, 25), datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC))
    assert_adds_up(due, start)


def test_a_day_named_where_the_law_sets_the_length_changes_nothing() -> None:
    rule = make_rule(extension=make_extension(24, Unit.HOURS, from_start=False))
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    due = due_at(rule, start, calendar=NO_HOLIDAYS, zone=UTC_ZONE, extended=True, until=date(2027, 1, 1))
    assert due.due_at == start + timedelta(hours=72)


# --- Properties of every way of counting ---

ZONES = st.sampled_from([UTC_ZONE, DUBLIN, AUCKLAND, ZoneInfo("America/Santiago"), ZoneInfo("Asia/Kolkata")])
INSTANTS = st.integers(0, 100 * 365 * 86400).map(lambda n: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=n))
PERIODS = st.sampled_from([(name, unit) for name, scheme in SCHEMES.items() for unit in sorted(scheme.units)])
ROLLING = ("eu-1182-71", "uk-corresponding-date", "uk-days", "calendar-days-roll", "months-roll")
CALENDAR = FakeCalendar(
    {date(year, *day): "Day off" for year in range(1989, 2130) for day in [(1, 1), (5, 1), (12, 25)]}
)
WORKING_DAYS = WorkingDays(CALENDAR, CALENDAR.weekend)


@given(period=PERIODS, amount=st.integers(1, 40), start=INSTANTS, zone=ZONES)
def test_no_period_ends_before_it_starts(
    period: tuple[str, Unit], amount: int, start: datetime, zone: ZoneInfo
) -> None:
    due = count_days(period[0], amount, period[1], start, CALENDAR, zone)
    assert due.due_at >= start
    assert due.due_at.tzinfo is UTC
    assert due.last_day is None or due.due_at.astimezone(zone).date() == due.last_day


@given(period=PERIODS, amount=st.integers(1, 40), start=INSTANTS, later=st.integers(0, 10**7), zone=ZONES)
def test_a_later_start_never_ends_earlier(
    period: tuple[str, Unit], amount: int, start: datetime, later: int, zone: ZoneInfo
) -> None:
    first = count_days(period[0], amount, period[1], start, CALENDAR, zone)
    second = count_days(period[0], amount, period[1], start + timedelta(seconds=later), CALENDAR, zone)
    assert first.due_at <= second.due_at


@given(period=PERIODS, amount=st.integers(1, 40), start=INSTANTS, zone=ZONES)
def test_the_explanation_adds_up_to_the_date(
    period: tuple[str, Unit], amount: int, start: datetime, zone: ZoneInfo
) -> None:
    due = count_days(period[0], amount, period[1], start, CALENDAR, zone)
    local = start.astimezone(zone)
    assert due.steps[0].at == local.isoformat()
    assert_adds_up(due, local)


def assert_adds_up(due: Due, local: datetime) -> None:
    """The steps lead from the local start to the end, in the order of time, and none of them back."""
    assert all(step.text and step.days >= 0 for step in due.steps)
    if due.last_day is None:
        assert datetime.fromisoformat(due.steps[-1].at) == due.due_at
    else:
        assert local.date() + timedelta(days=sum(step.days for step in due.steps)) == due.last_day
        assert due.steps[-1].at == due.last_day.isoformat()
    days = [step.at[:10] for step in due.steps]
    assert days == sorted(days)


LENGTHS = st.integers(0, 90 * 86400).map(lambda seconds: timedelta(seconds=seconds))
PAUSES = st.lists(st.tuples(LENGTHS, LENGTHS, st.sampled_from(PauseEffect)), max_size=4)


def make_pauses(start: datetime, drawn: list[tuple[timedelta, timedelta, PauseEffect]]) -> list[PausedPeriod]:
    return [PausedPeriod(start + after, start + after + long, effect) for after, long, effect in drawn]


@given(
    period=PERIODS,
    amount=st.integers(1, 40),
    start=INSTANTS,
    zone=ZONES,
    drawn=PAUSES,
    hour=st.sampled_from([None, "17:00"]),
)
def test_no_pause_and_no_late_receipt_shortens_a_period_and_all_is_explained(
    period: tuple[str, Unit],
    amount: int,
    start: datetime,
    zone: ZoneInfo,
    drawn: list[tuple[timedelta, timedelta, PauseEffect]],
    hour: str | None,
) -> None:
    rule = make_rule(amount=amount, unit=period[1], counting=period[0], received_by=hour)
    plain = due_at(replace(rule, received_by=None), start, calendar=CALENDAR, zone=zone)
    received = due_at(rule, start, calendar=CALENDAR, zone=zone)
    due = due_at(rule, start, calendar=CALENDAR, zone=zone, pauses=make_pauses(start, drawn))
    assert plain.due_at <= received.due_at <= due.due_at
    assert_adds_up(due, start.astimezone(zone))


WORKING = st.sampled_from(["working-days", "nz-working-days", "eu-1182-71"])


@given(
    counting=WORKING, amount=st.integers(1, 40), start=INSTANTS, after=LENGTHS, long=LENGTHS, more=LENGTHS, zone=ZONES
)
def test_a_longer_pause_of_working_days_never_ends_earlier_and_adds_at_most_its_working_days(
    counting: str, amount: int, start: datetime, after: timedelta, long: timedelta, more: timedelta, zone: ZoneInfo
) -> None:
    rule = make_rule(amount=amount, unit=Unit.WORKING_DAYS, counting=counting)
    plain = due_at(rule, start, calendar=CALENDAR, zone=zone)
    asked = start + after
    pauses = [PausedPeriod(asked, asked + each, SUSPENDS) for each in (long, long + more)]
    short, longer = (due_at(rule, start, calendar=CALENDAR, zone=zone, pauses=[each]) for each in pauses)
    assert plain.due_at <= short.due_at <= longer.due_at
    assert plain.last_day is not None
    assert short.last_day is not None
    days = SCHEMES[counting].read(CALENDAR)
    stood_still = days.count(asked.astimezone(zone).date(), (asked + long).astimezone(zone).date())
    assert days.count(plain.last_day + timedelta(days=1), short.last_day) <= stood_still
    if stood_still == 0:
        assert short.last_day == plain.last_day
    assert_adds_up(short, start.astimezone(zone))


@given(period=PERIODS, amount=st.integers(1, 40), start=INSTANTS, later=st.integers(0, 10**6), zone=ZONES)
def test_a_later_receipt_never_ends_earlier_after_hours_either(
    period: tuple[str, Unit], amount: int, start: datetime, later: int, zone: ZoneInfo
) -> None:
    rule = make_rule(amount=amount, unit=period[1], counting=period[0], received_by="17:00")
    first = due_at(rule, start, calendar=CALENDAR, zone=zone)
    second = due_at(rule, start + timedelta(seconds=later), calendar=CALENDAR, zone=zone)
    assert first.due_at <= second.due_at


@given(
    period=PERIODS,
    amount=st.integers(1, 40),
    more=st.integers(1, 40),
    start=INSTANTS,
    zone=ZONES,
    until=st.none() | st.dates(date(1990, 1, 1), date(2099, 1, 1)),
)
def test_no_extension_shortens_a_period(
    period: tuple[str, Unit], amount: int, more: int, start: datetime, zone: ZoneInfo, until: date | None
) -> None:
    rule = make_rule(amount=amount, unit=period[1], counting=period[0])
    plain = due_at(rule, start, calendar=CALENDAR, zone=zone)
    for extension in (
        make_extension(more, period[1], from_start=False),
        make_extension(amount + more, period[1], from_start=True),
        make_extension(None, Unit.NONE, from_start=False),
    ):
        longer = replace(rule, extension=extension)
        due = due_at(longer, start, calendar=CALENDAR, zone=zone, extended=True, until=until)
        assert due.due_at >= plain.due_at
        assert_adds_up(due, start.astimezone(zone))


@given(name=st.sampled_from(ROLLING), amount=st.integers(1, 40), start=INSTANTS)
def test_a_period_that_rolls_ends_on_a_working_day(name: str, amount: int, start: datetime) -> None:
    unit = Unit.CALENDAR_DAYS if amount % 2 else Unit.MONTHS
    due = count_days(name, amount, unit, start, CALENDAR)
    assert due.last_day is not None
    assert WORKING_DAYS.is_one(due.last_day)


@given(amount=st.integers(1, 60), start=INSTANTS)
def test_working_days_hold_exactly_that_many_working_days(amount: int, start: datetime) -> None:
    due = count_days("working-days", amount, Unit.WORKING_DAYS, start, CALENDAR)
    assert due.last_day is not None
    days = (start.date() + timedelta(days=n) for n in range(1, (due.last_day - start.date()).days + 1))
    assert sum(WORKING_DAYS.is_one(day) for day in days) == amount
