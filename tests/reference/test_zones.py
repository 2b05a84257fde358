"""The time zone of a place."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from portal.reference.zones import UnknownZone, find_zone, is_country, load_zone

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


def test_an_unknown_country_or_zone_is_refused() -> None:
    assert not is_country("XX")
    with pytest.raises(UnknownZone, match="country"):
        find_zone("XX")
    for name in ("Europe/Atlantis", "", "../etc/passwd", "Europe"):
        with pytest.raises(UnknownZone, match="time zone"):
            load_zone(name)
