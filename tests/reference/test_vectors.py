"""Worked deadlines of real laws, through the laws' own records."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from portal.domain.clocks import find_rule
from portal.domain.counting import due_at
from portal.reference.holidays import load_calendar
from portal.reference.registry import load_registry
from portal.reference.strict import read_yaml
from portal.reference.zones import find_zone, load_zone

VECTORS: list[dict[str, Any]] = read_yaml(Path(__file__).parent.parent / "data" / "deadlines.yaml")["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_worked_deadline_comes_out_exactly(vector: dict[str, Any]) -> None:
    regime = load_registry().regime(vector["regime"])
    country, part = vector["country"], vector.get("subdivision")
    zone = load_zone(vector["zone"]) if "zone" in vector else find_zone(country, part)
    started_at = datetime.fromisoformat(vector["started_at"])
    clock = vector.get("clock") or regime.primary_clock
    assert clock is not None
    rule = find_rule(regime, clock, started_at, zone)
    assert rule is not None
    extended = vector.get("extended", False)
    due = due_at(rule, started_at, calendar=load_calendar(country, part), zone=zone, extended=extended)
    if "last_day" in vector:
        assert due.last_day is not None
        assert due.last_day.isoformat() == vector["last_day"]
    else:
        assert due.last_day is None
        assert due.due_at == datetime.fromisoformat(vector["due_at"])
    assert not due.estimated
