"""Days as people remember them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.rough_days import LongAgo, NotADay, NotInCalendar, NotYet, read_rough_day

TODAY = date(2026, 11, 26)  # a Thursday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 26)),
        ("Yesterday", date(2026, 11, 25)),
        ("this week", date(2026, 11, 23)),
        ("last week", date(2026, 11, 16)),
        ("last month", date(2026, 10, 1)),
        ("June", date(2026, 6, 1)),
        ("in december", date(2025, 12, 1)),
        ("about June 2025", date(2025, 6, 1)),
        ("3rd of June", date(2026, 6, 3)),
        ("20 Nov 2026", date(2026, 11, 20)),
        ("20 11 2026", date(2026, 11, 20)),
        ("20.11.2026", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("٢٠ ١١ ٢٠٢٦", date(2026, 11, 20)),
        ("11/2026", date(2026, 11, 1)),
        ("2024", date(2024, 1, 1)),
        ("29 February", date(2024, 2, 29)),
    ],
)
def test_the_first_day_of_what_is_meant_is_taken(text: str, day: date) -> None:
    assert read_rough_day(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "whenever", "31 2 2026", "99", "20 11", "June May", "1 2 3", "²"])
def test_what_says_no_day_is_refused(text: str) -> None:
    with pytest.raises(NotADay):
        read_rough_day(text, TODAY)


@pytest.mark.parametrize("text", ["27 11 2026", "20 11 2569", "December 2026", "2027"])
def test_a_day_that_is_still_ahead_is_refused_as_such(text: str) -> None:
    with pytest.raises(NotYet):
        read_rough_day(text, TODAY)


@pytest.mark.parametrize("text", ["31 2 2026", "31 February", "31 Nov 2025", "1 13 2026", "0 May"])
def test_a_day_that_no_month_has_is_refused_as_such(text: str) -> None:
    with pytest.raises(NotInCalendar):
        read_rough_day(text, TODAY)


def test_a_year_of_another_calendar_is_named() -> None:
    with pytest.raises(NotYet) as ahead:
        read_rough_day("20 11 2569", TODAY)
    with pytest.raises(LongAgo) as past:
        read_rough_day("1 2 1405", TODAY)
    assert (ahead.value.year, past.value.year) == (2569, 1405)


@given(st.text(max_size=30))
def test_any_text_is_a_day_that_has_come_or_is_refused(text: str) -> None:
    with suppress(NotADay):
        assert read_rough_day(text, TODAY) <= TODAY


@given(st.dates(date(1990, 1, 1), TODAY))
def test_every_day_can_be_typed_as_numbers(day: date) -> None:
    assert read_rough_day(f"{day.day} {day.month} {day.year}", TODAY) == day
