"""Which crimes and which doors of the police a place has, and what holds everywhere."""

from __future__ import annotations

from datetime import date

import pytest

from portal.domain.police import Act, DoorKind
from portal.domain.regimes import Confidence
from portal.reference.registry import load_registry
from portal.services.law.police import BRING, KEEP, PoliceHelp, find_police

DAY = date(2026, 11, 30)
REGISTRY = load_registry()


def find(country: str, part: str | None = None, on: date = DAY) -> PoliceHelp:
    return find_police(country, part, REGISTRY, on=on)


@pytest.mark.parametrize(
    ("country", "part", "number", "citation"),
    [
        ("AU", None, "000", "474.17A"),
        ("GB", None, "999", "66B"),
        ("IE", None, "112", "s 2"),
        ("IT", None, "112", "612-ter"),
        ("SG", None, "999", "377BE"),
        ("US", "AZ", "911", "13-1425"),
        ("US", "US-AZ", "911", "223(h)"),
        ("PL", None, "112", "191a"),
    ],
)
def test_a_place_has_its_number_and_its_crimes(country: str, part: str | None, number: str, citation: str) -> None:
    found = find(country, part)
    assert found.emergency is not None
    assert found.emergency.address == number
    assert any(citation in each.crime.citation for each in found.crimes)
    assert all(each.sources for each in found.crimes)


def test_the_part_comes_before_the_country_and_other_parts_are_left_out() -> None:
    places = [each.place for each in find("US", "AZ").crimes]
    assert places[0] == "US-AZ"
    assert set(places) == {"US-AZ", "US"}


def test_a_country_of_the_union_without_a_record_has_the_union_number() -> None:
    found = find("BG")
    assert (found.emergency and found.emergency.address, found.crimes) == ("112", ())


def test_where_nothing_is_known_what_holds_everywhere_is_still_said() -> None:
    found = find("MA")
    assert (found.emergency, found.doors, found.crimes) == (None, (), ())
    assert (found.bring, found.keep) == (BRING, KEEP)


def test_a_territory_has_the_police_of_its_state_where_its_law_applies_of_right() -> None:
    found = find("PR")
    assert found.emergency is not None
    assert found.emergency.address == "911"


@pytest.mark.parametrize(
    ("country", "expected"), [("GB", True), ("NZ", True), ("SG", True), ("US", True), ("IE", True)]
)
def test_a_threat_needs_no_link_where_it_is_a_crime(country: str, expected: bool) -> None:
    assert find(country).needs_no_link is expected


def test_only_the_asked_acts_are_shown() -> None:
    found = find_police("KR", None, REGISTRY, on=DAY, acts=frozenset({Act.THREAT}))
    assert [each.crime.key for each in found.crimes] == ["sva-14-3"]


def test_a_crime_is_shown_from_the_day_it_is_law() -> None:
    assert find("IE", on=date(2021, 2, 9)).crimes == ()
    assert find("IE", on=date(2021, 2, 10)).crimes != ()


def test_what_rests_on_memory_is_nowhere() -> None:
    for place in REGISTRY.police:
        country, _, part = place.partition("-")
        found = find(country, part or None)
        assert Confidence.MEMORY not in {each.crime.confidence for each in found.crimes}
        assert all(door.kind is not DoorKind.EMERGENCY for door in found.doors)
        assert Confidence.MEMORY not in {door.confidence for door in found.doors}
