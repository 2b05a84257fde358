"""The glossary names tables, modules and classes that are there, and leaves no table out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.models.tables import metadata
from portal.services import case_locks
from tests.cases import for_each

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "glossary.md"
COLUMNS = "| term | meaning | table | module |"
NO_TABLE = "no table"
NAMED = re.compile(r"`([^`]+)`")
CLASS = re.compile(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`")
TABLES = frozenset(metadata.tables) | frozenset(case_locks.metadata.tables)


@dataclass(frozen=True)
class Entry:
    """One line of the glossary."""

    term: str
    meaning: str
    tables: str
    modules: str


def read_entries(text: str) -> list[Entry]:
    """Every line of every table. Raises TypeError for one that has not four cells."""
    rows = [line.strip() for line in text.splitlines() if line.startswith("|")]
    return [
        Entry(*(cell.strip() for cell in row.strip("|").split("|")))
        for row in rows
        if row not in {COLUMNS, "|---|---|---|---|"}
    ]


def find_faults(entry: Entry) -> list[str]:
    """What of an entry is not there, one line each."""
    tables, modules = NAMED.findall(entry.tables), NAMED.findall(entry.modules)
    faults = [f"no table {name}" for name in tables if name not in TABLES]
    faults += [f"no module {name}" for name in modules if not (ROOT / "portal" / name).exists()]
    faults += [f"no class {name} there" for name in CLASS.findall(entry.meaning) if not is_defined(name)]
    if not tables and entry.tables != NO_TABLE:
        faults.append(f"neither a table nor {NO_TABLE!r}")
    if not modules:
        faults.append("no module is named")
    return faults


@cache
def defined_names() -> frozenset[str]:
    """Every class of the portal."""
    sources = (path.read_text("utf-8") for path in (ROOT / "portal").rglob("*.py"))
    return frozenset(name for source in sources for name in re.findall(r"^class (\w+)", source, flags=re.MULTILINE))


def is_defined(name: str) -> bool:
    return name in defined_names()


ENTRIES = read_entries(DOCUMENT.read_text("utf-8"))


@for_each("entry", ENTRIES, ids=lambda entry: entry.term)
def test_what_an_entry_names_is_there(entry: Entry) -> None:
    assert find_faults(entry) == []


def test_every_table_stands_in_the_glossary() -> None:
    named = {name for entry in ENTRIES for name in NAMED.findall(entry.tables)}
    assert TABLES - named == set()


def test_no_term_stands_twice() -> None:
    terms = [entry.term for entry in ENTRIES]
    assert sorted(terms) == sorted(set(terms))
    assert len(terms) > 100


def test_what_is_not_there_would_be_found() -> None:
    entry = Entry("ghost", "Nothing (`GhostView`).", "`ghosts`", "`services/ghosts.py`")
    assert find_faults(entry) == ["no table ghosts", "no module services/ghosts.py", "no class GhostView there"]
    assert find_faults(Entry("ghost", "Nothing.", "", "")) == ["neither a table nor 'no table'", "no module is named"]
