"""Calendars of real places."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import indent

import pytest

from portal.domain.calendars import WorkingDays
from portal.reference.holidays import (
    CHANGES,
    PACKAGE,
    Changes,
    CountryCalendar,
    UnknownPlace,
    load_calendar,
    load_changes,
)
from portal.reference.strict import BadReference


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
        # A day in the place of one that fell on a weekend
        ("GB", None, date(2026, 12, 28), True),  # Boxing Day was a Saturday
        ("GB", None, date(2027, 12, 27), True),  # Christmas was a Saturday, Boxing Day a Sunday
        ("GB", None, date(2027, 12, 28), True),
        ("GB", None, date(2027, 12, 29), False),
        ("NZ", None, date(2027, 2, 8), True),  # Waitangi Day was a Saturday
        ("NZ", None, date(2026, 2, 9), False),  # Waitangi Day was a Friday
        ("NZ", None, date(2027, 4, 26), True),  # Anzac Day was a Sunday
        ("AU", "NSW", date(2026, 4, 27), True),  # New South Wales keeps a Monday for Anzac Day too
        ("AU", "VIC", date(2026, 4, 27), False),
        ("ZA", None, date(2027, 5, 3), False),  # Workers' Day is a Saturday: only Sundays move
        ("ZA", None, date(2026, 8, 10), True),  # National Women's Day was a Sunday
        ("JP", None, date(2026, 5, 6), True),  # Constitution Day was a Sunday, and two holidays followed
        ("KR", None, date(2026, 5, 25), True),  # Buddha's Birthday was a Sunday
        ("IE", None, date(2026, 12, 28), False),  # Saint Stephen's Day was a Saturday: nothing takes its place
        # Labour Day on its own days
        ("NZ", None, date(2026, 10, 26), True),
        ("US", None, date(2026, 9, 7), True),
        ("AU", "NSW", date(2026, 10, 5), True),
        ("IE", None, date(2026, 5, 1), False),  # Ireland keeps the first Monday
        ("IE", None, date(2026, 5, 4), True),
        # Bridge days and the day between two holidays
        ("AR", None, date(2026, 12, 7), True),
        ("AR", None, date(2026, 7, 10), True),
        ("JP", None, date(2026, 9, 22), True),
        ("JP", None, date(2025, 9, 22), False),  # in 2025 a week lay between the two
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
    assert (calendar.code, calendar.known) == ("CA-QC", True)
    assert calendar.version == f"{PACKAGE}, changes {CHANGES.version}"
    assert PACKAGE.startswith("holidays 0.")
    assert load_calendar("CA", "QC") is calendar


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("", None), ("IRL", None), ("CA", "XX")])
def test_a_place_that_does_not_exist_is_refused(country: str, subdivision: str | None) -> None:
    with pytest.raises(UnknownPlace):
        load_calendar(country, subdivision)


@pytest.mark.parametrize(
    ("country", "rest", "work"),
    [
        ("IL", (date(2026, 11, 20), date(2026, 11, 21)), date(2026, 11, 22)),
        ("AE", (date(2026, 11, 21), date(2026, 11, 22)), date(2026, 11, 20)),
        ("IE", (date(2026, 11, 21), date(2026, 11, 22)), date(2026, 11, 20)),
    ],
)
def test_a_place_has_its_own_days_of_rest(country: str, rest: tuple[date, date], work: date) -> None:
    calendar = load_calendar(country)
    days = WorkingDays(calendar, calendar.weekend)
    assert not any(days.is_one(day) for day in rest)
    assert days.is_one(work)


def test_a_country_nobody_knows_has_no_holidays() -> None:
    """The package knows every country there is today, so this one is made up."""
    assert CountryCalendar("XX", None, known=False).holiday_name(date(2026, 1, 1)) is None


# --- Changed days ---

ADDED = """
- {country: CA, day: "2026-07-03", name: Day of the Example, why: w, source: s, seen_on: "2026-01-01"}
- {country: CA, day: "2026-07-01", name: null, why: w, source: s, seen_on: "2026-01-01"}
- {country: CA, subdivision: QC, day: "2026-07-06", name: Day of the Part, why: w, source: s, seen_on: "2026-01-01"}
- {country: CA, subdivision: QC, day: "2026-07-03", name: null, why: w, source: s, seen_on: "2026-01-01"}
"""


def write_changes(folder: Path, days: str) -> Path:
    path = folder / "changes.yaml"
    path.write_text(f'version: "2026-01-01.1"\ndays:\n{indent(days, "  ")}', "utf-8")
    return path


@pytest.mark.parametrize(
    ("part", "day", "name"),
    [
        ("ON", date(2026, 7, 3), "Day of the Example"),
        ("ON", date(2026, 7, 1), None),  # Canada Day is taken away
        ("ON", date(2027, 7, 1), "Canada Day"),  # in that year only
        ("ON", date(2026, 7, 6), None),  # another part's day
        ("QC", date(2026, 7, 6), "Day of the Part"),
        ("QC", date(2026, 7, 3), None),  # the part's own word wins
    ],
)
def test_a_changed_day_counts_in_its_place_and_year(tmp_path: Path, part: str, day: date, name: str | None) -> None:
    calendar = load_calendar("CA", part, changes=load_changes(write_changes(tmp_path, ADDED)))
    assert calendar.holiday_name(day) == name


def test_the_version_of_the_changed_days_is_part_of_a_calendars_version(tmp_path: Path) -> None:
    changes = load_changes(write_changes(tmp_path, ADDED))
    assert load_calendar("CA", "QC", changes=changes).version == f"{PACKAGE}, changes 2026-01-01.1"
    assert load_calendar("CA", "QC", changes=changes).national.holiday_name(date(2026, 7, 3)) == "Day of the Example"
    assert load_calendar("CA", "QC").holiday_name(date(2026, 7, 6)) is None


@pytest.mark.parametrize(
    "days",
    [
        '- {country: XX, day: "2026-07-03", name: A, why: w, source: s, seen_on: "2026-01-01"}',  # no country
        '- {country: CA, subdivision: ZZ, day: "2026-07-03", name: A, why: w, source: s, seen_on: "2026-01-01"}',
        '- {country: CA, day: "2026-02-30", name: A, why: w, source: s, seen_on: "2026-01-01"}',  # no day
        '- {country: CA, day: "2026-07-03", name: A, why: w, seen_on: "2026-01-01"}',  # no source
        '- {country: CA, day: "2026-07-03", name: A, why: w, source: s, seen_on: "2026-01-01", x: y}',  # unknown key
        ADDED + ADDED,  # twice
    ],
)
def test_a_file_of_changed_days_that_cannot_be_right_is_refused(tmp_path: Path, days: str) -> None:
    with pytest.raises(BadReference, match=r"changes\.yaml"):
        load_changes(write_changes(tmp_path, days))


def test_every_changed_day_of_ours_still_differs_from_the_package() -> None:
    """What the package has learned since can be taken out of the file."""
    nothing = Changes(version="none", days=())
    for each in CHANGES.days:
        listed = load_calendar(each.country, each.subdivision, changes=nothing).holiday_name(each.day)
        assert (listed is None) is not (each.name is None), each
