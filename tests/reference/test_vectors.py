"""Worked deadlines of real laws, through the laws' own records, and the ways of counting in real calendars."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from portal.domain.clocks import find_rule
from portal.domain.counting import Due, due_at
from portal.domain.regimes import Unit
from portal.domain.schemes import SCHEMES
from portal.reference.holidays import load_calendar
from portal.reference.registry import load_registry
from portal.reference.strict import read_yaml
from portal.reference.zones import find_zone, load_zone
from tests.cases import for_each
from tests.domain.laws import make_rule

DATA = read_yaml(Path(__file__).parent.parent / "data" / "deadlines.yaml")
VECTORS: list[dict[str, Any]] = DATA["vectors"]
EDGES: list[dict[str, Any]] = DATA["schemes"]


@for_each("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_worked_deadline_comes_out_exactly(vector: dict[str, Any]) -> None:
    regime = load_registry().regime(vector["regime"])
    zone = zone_of(vector)
    started_at = datetime.fromisoformat(vector["started_at"])
    clock = vector.get("clock") or regime.primary_clock
    assert clock is not None
    rule = find_rule(regime, clock, started_at, zone)
    assert rule is not None
    calendar = load_calendar(vector["country"], vector.get("subdivision"))
    due = due_at(rule, started_at, calendar=calendar, zone=zone, extended=vector.get("extended", False))
    assert_worked(due, vector)


@for_each("vector", EDGES, ids=lambda vector: vector["id"])
def test_a_way_of_counting_comes_out_exactly_at_its_edges(vector: dict[str, Any]) -> None:
    rule = make_rule(counting=vector["counting"], amount=vector["amount"], unit=Unit(vector["unit"]))
    calendar = load_calendar(vector["country"], vector.get("subdivision"))
    started_at = datetime.fromisoformat(vector["started_at"])
    assert_worked(due_at(rule, started_at, calendar=calendar, zone=zone_of(vector)), vector)


def test_every_way_of_counting_has_at_least_three_worked_dates() -> None:
    worked = Counter(vector["counting"] for vector in EDGES)
    assert {name for name in SCHEMES if worked[name] < 3} == {"none"}


def test_every_way_of_counting_has_its_section_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "counting.md").read_text("utf-8")
    headings = [line.removeprefix("### `").removesuffix("`") for line in text.splitlines() if line.startswith("### `")]
    assert sorted(headings) == sorted(SCHEMES)


def zone_of(vector: dict[str, Any]) -> ZoneInfo:
    return load_zone(vector["zone"]) if "zone" in vector else find_zone(vector["country"], vector.get("subdivision"))


def assert_worked(due: Due, vector: dict[str, Any]) -> None:
    if "last_day" in vector:
        assert due.last_day is not None
        assert due.last_day.isoformat() == vector["last_day"]
    else:
        assert due.last_day is None
        assert due.due_at == datetime.fromisoformat(vector["due_at"])
    assert due.estimated is vector.get("estimated", False)
