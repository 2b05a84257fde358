"""The time zone of a place."""

from __future__ import annotations

import pytest

from portal.reference.zones import UnknownZone, find_zone, is_country, load_zone


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


def test_an_unknown_country_or_zone_is_refused() -> None:
    assert not is_country("XX")
    with pytest.raises(UnknownZone, match="country"):
        find_zone("XX")
    for name in ("Europe/Atlantis", "", "../etc/passwd", "Europe"):
        with pytest.raises(UnknownZone, match="time zone"):
            load_zone(name)
