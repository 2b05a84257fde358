"""The decision table in the documents is the one that the records give."""

from __future__ import annotations

from pathlib import Path

from portal.reference.registry import load_registry
from portal.reference.tables import make_decision_table

PAGE = Path(__file__).parents[2] / "docs" / "laws.md"


def test_the_decision_table_is_what_the_records_say() -> None:
    made = make_decision_table(load_registry().regimes.values())
    assert PAGE.read_text("utf-8") == made, "Write it again: flask --app app law table > docs/laws.md"


def test_every_law_has_its_line_and_every_line_its_columns() -> None:
    regimes = load_registry().regimes
    lines = [line for line in make_decision_table(regimes.values()).splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == list(regimes)
    assert len({line.count("|") for line in lines}) == 1
