"""Calendars of real places."""

from __future__ import annotations

from datetime import date

import pytest

from portal.reference.holidays import VERSION, UnknownPlace, load_calendar


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "holiday"),
    [
        ("IE", None, date(2026, 4, 6), True),
        ("IE", None, date(2026, 4, 3), False),  # Good Friday is no public holiday in Ireland
        ("GB", None, date(2026, 8, 31), True),  # a bare country is England
        ("GB", "SCT", date(2026, 8, 31), False),
        ("GB", "SCT", date(2026, 1, 2), True),
        ("NZ", None, date(2026, 4, 27), True),  # Anzac Day moved to Monday
        ("NZ", None, date(2026, 1, 26), False),
        ("NZ", "AUK", date(2026, 1, 26), True),
        ("CA", "QC", date(2026, 6, 24), True),
        ("CO", None, date(2026, 11, 16), True),
        ("JE", None, date(2026, 5, 9), True),  # Liberation Day
    ],
)
def test_a_place_keeps_its_own_holidays(country: str, subdivision: str | None, day: date, holiday: bool) -> None:
    assert (load_calendar(country, subdivision).holiday_name(day) is not None) is holiday


def test_the_whole_country_does_not_keep_what_one_part_keeps() -> None:
    auckland = load_calendar("NZ", "AUK")
    assert auckland.national.holiday_name(date(2026, 1, 26)) is None
    assert auckland.national.holiday_name(date(2026, 2, 6)) is not None


def test_holidays_are_named_in_english_where_the_package_can() -> None:
    assert load_calendar("CO").holiday_name(date(2026, 12, 25)) == "Christmas Day"


def test_a_calendar_tells_its_place_and_its_version() -> None:
    calendar = load_calendar("ca", "qc")
    assert (calendar.code, calendar.version, calendar.known) == ("CA-QC", VERSION, True)
    assert VERSION.startswith("holidays 0.")
    assert load_calendar("CA", "QC") is calendar


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("", None), ("IRL", None), ("CA", "XX")])
def test_a_place_that_does_not_exist_is_refused(country: str, subdivision: str | None) -> None:
    with pytest.raises(UnknownPlace):
        load_calendar(country, subdivision)
