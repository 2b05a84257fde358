"""Each version of each law is kept with what changed in it, and stays as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from portal.reference.law_history import UnknownVersion, changes_of, find_unkept, find_version, keep, list_changes
from portal.reference.registry import load_registry
from tests.cli.runner import run

REGISTRY = load_registry()
LAW = REGISTRY.regime("eu-gdpr-17")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert keep(LAW, "New.", tmp_path)
    return tmp_path


def test_every_record_of_today_is_kept_and_says_what_changed() -> None:
    assert list(find_unkept(REGISTRY.regimes.values())) == []


def test_every_kept_version_can_be_read_and_is_the_one_it_says() -> None:
    for change in list_changes():
        law = find_version(change.regime, change.version)
        assert (law.id, law.version) == (change.regime, change.version)


def test_a_version_with_nothing_about_what_changed_is_refused(folder: Path) -> None:
    (told,) = find_unkept([replace(LAW, version="2099-01-01.1")], folder)
    assert "nothing says what changed in version 2099-01-01.1" in told


def test_a_record_that_changed_under_its_version_is_refused(folder: Path) -> None:
    changed = replace(LAW, summary="Another one.")
    (told,) = find_unkept([changed], folder)
    assert "a changed record needs a new one" in told
    with pytest.raises(ValueError, match="another text"):
        keep(changed, "Something.", folder)


def test_a_change_is_kept_once_with_the_parts_that_differ(folder: Path) -> None:
    changed = replace(LAW, summary="Another one.", rules=(), version="2099-01-01.10")
    assert keep(replace(LAW, version="2099-01-01.9"), "Nothing.", folder)
    assert keep(changed, "The times were read again.", folder)
    assert not keep(changed, "The times were read again.", folder)
    newest, between, first = changes_of(LAW.id, folder)
    assert (newest.version, newest.fields, newest.note) == (
        "2099-01-01.10",
        ("summary", "rules"),
        "The times were read again.",
    )
    assert (between.fields, between.is_first, first.is_first) == ((), False, True)
    assert find_version(LAW.id, changed.version, folder) == changed
    assert find_version(LAW.id, LAW.version, folder) == LAW


def test_what_was_never_kept_is_not_found(folder: Path) -> None:
    with pytest.raises(UnknownVersion):
        find_version(LAW.id, "2020-01-01.1", folder)
    with pytest.raises(UnknownVersion):
        find_version("../registry", "1", folder)


def test_the_check_refuses_a_law_that_changed_without_a_word(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("portal.cli.law.find_unkept", lambda laws: find_unkept([replace(LAW, version="9")], folder))
    result = run("law", "check")
    assert result.exit_code == 1
    assert "nothing says what changed in version 9" in result.output + result.stderr
