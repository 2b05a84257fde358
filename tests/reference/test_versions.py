"""A record that changed has a new version: notices name the version they were made with."""

from __future__ import annotations

from pathlib import Path

from portal.reference.audit import list_versions
from portal.reference.registry import load_registry

KEPT = Path(__file__).parents[1] / "data" / "law_versions.txt"
AGAIN = "Write them again: flask --app app law versions > tests/data/law_versions.txt"


def test_no_record_changed_under_its_old_version() -> None:
    kept = {tuple(line.split()[:2]): line for line in KEPT.read_text("utf-8").splitlines()}
    for line in list_versions(load_registry().regimes.values()):
        regime, version = line.split()[:2]
        changed = kept.get((regime, version), line) != line
        assert not changed, f"{regime} changed: give it a new version. {AGAIN}"


def test_every_version_is_noted() -> None:
    assert KEPT.read_text("utf-8").splitlines() == list(list_versions(load_registry().regimes.values())), AGAIN
