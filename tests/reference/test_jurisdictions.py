"""Every place that a law names can be counted in: a territory, a time zone of its own country, a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from portal.domain.calendars import Calendar
from portal.domain.counting import Due, due_at
from portal.domain.regimes import Regime, Unit
from portal.domain.territories import EEA_OTHERS, EU_MEMBERS, EU_PARTS, is_within
from portal.reference import holidays
from portal.reference.holidays import CountryCalendar, load_calendar
from portal.reference.registry import FOLDER, load_registry
from portal.reference.strict import read_yaml
from portal.reference.zones import find_zone, is_country
from portal.services.law.obliged_places import place_of_platform
from tests.cases import for_each
from tests.domain.laws import make_rule

REGIMES = load_registry().regimes
GROUPS = {"EU": EU_MEMBERS | EU_PARTS, "EEA": EU_MEMBERS | EU_PARTS | EEA_OTHERS}
CODES = sorted({code for regime in REGIMES.values() for code in regime.jurisdictions})
FILES = sorted((FOLDER / "laws").glob("*.yaml"))
THIS_YEAR = 2026


def list_places() -> Iterator[tuple[str, str | None]]:
    """The country and part of every code; a group of states stands for each of its states."""
    for code in CODES:
        country, _, part = code.partition("-")
        yield from ((state, None) for state in GROUPS.get(code, {country} if not part else ()))
        if part:
            yield country, part


PLACES = sorted(set(list_places()), key=lambda place: (place[0], place[1] or ""))
every_place = for_each(("country", "part"), PLACES, ids=["-".join(filter(None, one)) for one in PLACES])


@for_each("path", FILES, ids=lambda path: path.stem)
def test_the_laws_of_a_file_are_of_the_place_it_names(path: Path) -> None:
    content = read_yaml(path)
    states = GROUPS["EEA"] | set(GROUPS) if content["jurisdiction"] == "EU" else {content["jurisdiction"]}
    for regime in content["regimes"]:
        assert {code.partition("-")[0] for code in regime["jurisdictions"]} <= states, regime["id"]


@for_each("code", CODES)
def test_a_code_stands_for_a_place_that_lies_within_it(code: str) -> None:
    country, _, part = code.partition("-")
    if code in GROUPS:
        assert all(is_within(state, None, code) for state in GROUPS[code])
        assert is_within("US", None, code) is False
        return
    assert is_country(country)
    assert is_within(country, part or None, code) is True
    assert is_within(country, None, code) is (None if part else True)
    assert is_within("IE" if country != "IE" else "US", None, code) is False


def read_zones_by_country() -> dict[str, set[str]]:
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8").splitlines()
    zones: dict[str, set[str]] = {}
    for code, _, name in (line.split("\t")[:3] for line in table if line and not line.startswith("#")):
        zones.setdefault(code, set()).add(name)
    return zones


ZONES = read_zones_by_country()


@every_place
def test_a_place_keeps_a_time_zone_of_its_own_country(country: str, part: str | None) -> None:
    assert find_zone(country, part).key in ZONES[country]


@every_place
def test_a_place_has_a_calendar_with_days_in_each_year_it_says_it_knows(country: str, part: str | None) -> None:
    calendar = load_calendar(country, part)
    assert calendar.known
    for year in (THIS_YEAR, THIS_YEAR + 1, THIS_YEAR + 2):
        first = date(year, 1, 1)
        has_days = any(calendar.holiday_name(first + timedelta(days=day)) for day in range(365))
        assert has_days is calendar.knows(first)


def test_a_date_after_the_end_of_sri_lankas_list_is_an_estimate() -> None:
    calendar = load_calendar("LK")
    last = next(year for year in range(THIS_YEAR, THIS_YEAR + 9) if not calendar.knows(date(year + 1, 6, 1)))
    rule = make_rule(amount=5, unit=Unit.WORKING_DAYS, counting="working-days")
    starts = [datetime(year, 6, 1, 12, tzinfo=UTC) for year in (last, last + 1)]
    dues = [due_at(rule, start, calendar=calendar, zone=find_zone("LK")) for start in starts]
    assert [due.estimated for due in dues] == [False, True]
    assert "not known" in dues[1].steps[-1].text


def count_ten_working_days(calendar: Calendar, country: str, part: str | None) -> Due:
    rule = make_rule(amount=10, unit=Unit.WORKING_DAYS, counting="working-days")
    start = datetime(THIS_YEAR, 4, 1, 12, tzinfo=UTC)
    return due_at(rule, start, calendar=calendar, zone=find_zone(country, part))


@every_place
def test_ten_working_days_end_on_a_working_day_there(country: str, part: str | None) -> None:
    calendar = load_calendar(country, part)
    due = count_ten_working_days(calendar, country, part)
    assert not due.estimated
    assert due.last_day is not None
    assert due.last_day.weekday() not in calendar.weekend
    assert calendar.holiday_name(due.last_day) is None


@pytest.fixture
def without_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holidays, "_list_countries", dict)
    monkeypatch.setattr(holidays, "_load", holidays._load.__wrapped__)


@every_place
def test_without_its_holidays_a_date_there_is_an_estimate_and_no_error(
    country: str, part: str | None, without_holidays: None
) -> None:
    calendar = load_calendar(country, part)
    assert isinstance(calendar, CountryCalendar)
    assert not calendar.known
    assert count_ten_working_days(calendar, country, part).estimated


@for_each("regime", REGIMES.values(), ids=list(REGIMES))
def test_a_law_is_counted_somewhere_when_nothing_is_known_of_the_platform(regime: Regime) -> None:
    place = place_of_platform(regime, None, None)
    first = regime.jurisdictions[0]
    assert is_within(place.country, first.partition("-")[2] or None, first) is True
    assert place.calendar.known
