"""The time zone of a place."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest

from portal.reference.registry import load_registry
from portal.reference.zones import UnknownZone, find_zone, is_country, load_zone
from portal.services.law.deadline_calculator import DeadlineQuestion, InvalidQuery, calculate_deadline
from portal.zone_names import read_table

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("country", "subdivision", "zone"),
    [
        ("IE", None, "Europe/Dublin"),
        ("NZ", None, "Pacific/Auckland"),
        ("CA", None, "America/Toronto"),
        ("CA", "BC", "America/Vancouver"),
        ("US", "CA", "America/Los_Angeles"),
        ("US", "NY", "America/New_York"),
        ("DE", None, "Europe/Berlin"),
        ("JE", None, "Europe/Jersey"),
        ("XK", None, "Europe/Belgrade"),
        ("PT", "20", "Atlantic/Azores"),
        ("PT", "30", "Atlantic/Madeira"),
        ("ES", "CN", "Atlantic/Canary"),
        ("ES", "MD", "Europe/Madrid"),
        ("US", "GU", "Pacific/Guam"),
        ("GU", None, "Pacific/Guam"),
        ("US", "AS", "Pacific/Pago_Pago"),
        ("US", "PR", "America/Puerto_Rico"),
        ("FR", "974", "Indian/Reunion"),
        ("FR", "NC", "Pacific/Noumea"),
        ("CL", "MA", "America/Punta_Arenas"),
        ("FM", "YAP", "Pacific/Chuuk"),
        ("NZ", "CIT", "Pacific/Chatham"),
    ],
)
def test_a_place_has_the_zone_of_its_capital_or_of_its_part(country: str, subdivision: str | None, zone: str) -> None:
    assert find_zone(country, subdivision).key == zone


def test_a_zone_comes_from_the_pinned_package_whatever_the_machine_says(tmp_path: Path) -> None:
    """A machine may be years behind a law that moved the clocks; here it takes Dublin for Tokyo."""
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Dublin").write_bytes(files("tzdata").joinpath("zoneinfo/Asia/Tokyo").read_bytes())
    look = "from datetime import datetime; print(datetime(2026, 1, 1, tzinfo={}).utcoffset())"
    asked = [
        ("from zoneinfo import ZoneInfo;", 'ZoneInfo("Europe/Dublin")'),
        ("from portal.reference.zones import find_zone;", 'find_zone("IE")'),
    ]
    found = [
        subprocess.run(
            [sys.executable, "-c", start + look.format(zone)],
            cwd=ROOT,
            env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for start, zone in asked
    ]
    assert found == ["9:00:00", "0:00:00"]


# Parts of countries with more than one time, which keep the time of the country's main zone.
AS_THE_CAPITAL = {
    "AU": "ACT NSW TAS VIC 'NSW Western'",
    "BR": "AL AP BA CE DF ES GO MA MG PA PB PE PI PR RJ RN RS SC SE SP TO 'São Paulo Capital'",
    "CA": "NU ON QC",
    "CL": "AN AP AR AT BI CO LI LL LR ML NB RM TA VS",
    "ES": "AN AR AS CB CE CL CM CT EX GA IB MC MD ML NC PV RI VC Barcelona",
    "FM": "KSA PNI",
    "NZ": "AUK BOP CAN GIS HKB MBH MWT NSN NTL OTA STL TAS TKI WGN WKO WTC 'South Canterbury'",
    "PT": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 30",
    "US": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
}
MOMENTS = [datetime(2026, month, 15, tzinfo=UTC) for month in (1, 7, 11)]


def list_times(zone: ZoneInfo) -> list[timedelta | None]:
    return [moment.astimezone(zone).utcoffset() for moment in MOMENTS]


def test_every_part_of_a_country_with_more_than_one_time_is_decided_on() -> None:
    """By the tables of the tz database: whatever is not in the list above has another time than the capital."""
    zones: dict[str, list[ZoneInfo]] = {}
    for country, _, name, *_ in read_table("zone.tab"):
        zones.setdefault(country, []).append(ZoneInfo(name))
    parts = holidays.list_supported_countries()
    several = [code for code, found in zones.items() if len({tuple(list_times(each)) for each in found}) > 1]
    tested: list[str] = []
    for country in several:
        capital = list_times(find_zone(country))
        same = [part for part in parts.get(country, ()) if list_times(find_zone(country, part)) == capital]
        assert sorted(same) == sorted(shlex.split(AS_THE_CAPITAL.get(country, ""))), country
        tested += parts.get(country, ())
    assert len(tested) > 150


def test_the_main_zone_of_every_country_with_several_is_chosen_and_not_the_first_of_a_list() -> None:
    for country, _, name, *_ in read_table("zone.tab"):
        assert find_zone(country).key in {row[2] for row in read_table("zone.tab") if row[0] == country}, name


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("posix/America/New_York", "America/New_York"),
        ("right/Europe/Berlin", "Europe/Berlin"),
        ("US/Eastern", "America/New_York"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Etc/UTC", "UTC"),
        ("GMT", "UTC"),
        ("Factory", None),
        ("EST5EDT", None),
        ("Etc/GMT+5", None),
        ("posixrules", None),
        ("localtime", None),
        ("europe/berlin", None),
        ("Europe/Berlin ", None),
    ],
)
def test_a_name_that_is_not_of_a_place_is_refused_with_the_one_to_write(name: str, instead: str | None) -> None:
    with pytest.raises(UnknownZone, match="time zone") as caught:
        load_zone(name)
    if instead:
        assert f"write {instead}" in str(caught.value)


def test_what_pages_and_settings_take_is_every_zone_of_the_tables() -> None:
    for table in ("zone.tab", "zone1970.tab"):
        for row in read_table(table):
            assert load_zone(row[2]).key == row[2]
    assert load_zone("UTC").key == "UTC"


DUE = [  # questions whose answers were worked out by hand: regime, started, place, last day or instant
    ("ca-pipeda-access", "2026-11-10T07:30:00+00:00", {"country": "CA", "subdivision": "BC"}, "2026-12-10"),
    ("ca-pipeda-access", "2026-11-10T06:30:00+00:00", {"country": "CA", "subdivision": "AB"}, "2026-12-10"),
    ("ca-pipeda-access", "2026-11-10T07:30:00+00:00", {"country": "CA", "subdivision": "NT"}, "2026-12-10"),
    ("sg-pdpa", "2026-11-28T23:30:00+00:00", {"country": "MA"}, "2026-12-28"),
    ("sg-pdpa", "2026-11-28T04:30:00+00:00", {"country": "CU"}, "2026-12-28"),
    ("us-take-it-down", "2026-05-18T15:00:00+00:00", {"country": "US", "subdivision": "GU"}, "2026-05-20T15:00:00"),
    ("eu-gdpr-17", "2026-11-21T00:30:00+00:00", {"country": "PT", "subdivision": "20"}, "2026-12-22T00:59:59"),
    ("eu-gdpr-17", "2026-01-20T23:30:00+00:00", {"country": "ES", "subdivision": "CN"}, "2026-02-20"),
    ("sg-pdpa", "2026-11-20T18:30:00+00:00", {"country": "KZ"}, "2026-12-21"),
    ("sg-pdpa", "2026-07-01T02:30:00+00:00", {"country": "PY"}, "2026-07-30"),
    ("us-take-it-down", "2027-04-03T12:00:00+11:00", {"country": "AU", "zone": "Australia/Lord_Howe"},
     "2027-04-05T01:00:00"),
    ("nz-privacy-act-2020", "2026-11-29T10:20:00+00:00", {"country": "NZ", "subdivision": "CIT"}, "2027-01-19"),
    ("sg-pdpa", "2026-11-29T10:20:00+00:00", {"country": "KI", "zone": "Pacific/Kiritimati"}, "2026-12-30"),
    ("ph-npc", "2026-03-05T20:20:00-03:00", {"country": "CL"}, "2026-04-05T03:59:59"),
    ("sg-pdpa", "2026-02-05T20:20:00-05:00", {"country": "CU"}, "2026-03-08T04:59:59"),
    ("sg-pdpa", "2026-02-26T20:20:00+02:00", {"country": "LB"}, "2026-03-28T21:59:59"),
    ("us-take-it-down", "2026-11-29T10:00:00+00:00", {"country": "XK"}, "2026-12-01T10:00:00"),
    ("sg-pdpa", "2026-02-26T20:20:00-02:00", {"country": "GL"}, "2026-03-29T00:59:59"),
]  # fmt: skip


@pytest.mark.parametrize(("regime", "started", "place", "end"), DUE)
def test_a_deadline_is_counted_in_the_days_of_its_place(
    regime: str, started: str, place: dict[str, Any], end: str
) -> None:
    answer = calculate_deadline(DeadlineQuestion(regime=regime, started=started, **place), load_registry())
    assert answer.due is not None
    found = answer.due.due_at.replace(tzinfo=None) if "T" in end else answer.due.last_day
    assert found is not None
    assert found.isoformat() == end


def test_a_question_with_a_copy_of_a_zone_is_refused_by_name() -> None:
    question = DeadlineQuestion(
        regime="us-take-it-down", started="2026-11-29T10:00:00+00:00", country="US", zone="posix/America/New_York"
    )
    with pytest.raises(InvalidQuery, match="write America/New_York") as caught:
        calculate_deadline(question, load_registry())
    assert caught.value.field == "zone"


def test_an_unknown_country_or_zone_is_refused() -> None:
    assert not is_country("XX")
    with pytest.raises(UnknownZone, match="country"):
        find_zone("XX")
    for name in ("Europe/Atlantis", "", "../etc/passwd", "Europe"):
        with pytest.raises(UnknownZone, match="time zone"):
            load_zone(name)
