"""Modules that the documents name are there. Decisions are left as they were written on their day."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
MODULE = re.compile(r"`([\w/]+\.py)\b[^`]*`")


@cache
def list_modules() -> frozenset[str]:
    """Every module by its whole path and by each end of it, because a text often says the rest."""
    found = [path.relative_to(ROOT) for name in ("portal", "tests", "tools") for path in (ROOT / name).rglob("*.py")]
    return frozenset("/".join(path.parts[start:]) for path in found for start in range(len(path.parts)))


def find_missing(text: str) -> list[str]:
    return sorted(set(MODULE.findall(text)) - list_modules())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_a_document_names_is_there(document: Path) -> None:
    assert find_missing(document.read_text("utf-8")) == []


def test_a_module_that_is_gone_would_be_found() -> None:
    assert find_missing("`portal/serve.py` `law/versions.py` `tests/none.py::test_it`") == [
        "portal/serve.py",
        "tests/none.py",
    ]
