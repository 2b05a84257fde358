"""What a column of joined outcomes is called: short, and no two alike."""

from __future__ import annotations

from itertools import combinations

import pytest
from flask import Flask

from portal.domain.figures.facts import Outcome
from portal.reference.registry import load_registry
from portal.web.figures import OUTCOMES, Names


@pytest.fixture
def names(app: Flask) -> Names:
    with app.test_request_context():
        return Names(load_registry())


def test_joined_outcomes_are_named_by_what_they_have_in_common(app: Flask, names: Names) -> None:
    with app.test_request_context():
        assert names.column([Outcome.IN_TIME]) == "Removed in time"
        assert names.column([Outcome.IN_TIME, Outcome.LATE]) == "Removed: in time, late"
        assert names.column([Outcome.REFUSED, Outcome.OVERDUE]) == "Not removed: refused, overdue"
        assert names.column([Outcome.BACK, Outcome.REFUSED, Outcome.OVERDUE]) == "Others (3)"


def test_neighbours_that_are_joined_in_any_way_have_different_names(app: Flask, names: Names) -> None:
    order = list(Outcome)
    with app.test_request_context():
        for cuts in (pair for size in range(4) for pair in combinations(range(1, len(order)), size)):
            parts = [order[start:end] for start, end in zip((0, *cuts), (*cuts, len(order)), strict=True)]
            called = [names.column(part) for part in parts]
            assert len(set(called)) == len(called), called
        assert set(order) <= set(OUTCOMES)
