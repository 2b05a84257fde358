"""The threat model points to tests: each threat to at least one, and none to a test that is not there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "threat-model.md"
REFERENCE = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def list_threats() -> dict[str, str]:
    """Each threat's heading, such as "T3 A backup is stolen", with the text under it."""
    parts = re.split(r"^### (T\d+ .+)$", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    return {
        name: re.split(r"^## ", text, flags=re.MULTILINE)[0]
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return frozenset(name for name in found if name.startswith("test_"))


def find_dead(text: str) -> list[str]:
    """References to files or tests that are not there."""
    return [
        "::".join(filter(None, (path, name)))
        for path, name in REFERENCE.findall(text)
        if not (ROOT / path).is_file() or (name and name not in names_in(path))
    ]


@pytest.mark.parametrize("threat", list_threats())
def test_each_threat_names_the_test_that_shows_its_control(threat: str) -> None:
    text = list_threats()[threat]
    assert any(name for _path, name in REFERENCE.findall(text)), f"{threat} points nowhere"
    assert "**Open:**" in text, f"{threat} does not say what stays open"


def test_no_reference_is_dead() -> None:
    assert find_dead(DOCUMENT.read_text("utf-8")) == []


def test_threats_are_numbered_in_one_line() -> None:
    numbers = [int(re.match(r"T(\d+)", name).group(1)) for name in list_threats()]  # type: ignore[union-attr]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 10


def test_a_reference_to_nothing_would_be_found() -> None:
    here = "tests/docs/test_threat_model.py"
    text = f"`{here}::test_no_reference_is_dead` `{here}::test_that_nobody_wrote` `tests/none.py`"
    assert find_dead(text) == [f"{here}::test_that_nobody_wrote", "tests/none.py"]
