"""Each version of each record is kept with what changed in it, and stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.domain.directory import Platform
from portal.domain.regimes import Regime
from portal.reference.record_history import (
    FORMS,
    Record,
    RecordKind,
    UnknownVersion,
    changes_of,
    find_unkept,
    find_version,
    keep,
    list_changes,
    name_of,
    version_of,
)
from portal.reference.registry import load_registry
from tests.cli.runner import run

REGISTRY = load_registry()
LAW = REGISTRY.regime("eu-gdpr-17")
PLATFORM = REGISTRY.platforms["instagram"]
TODAY = date(2099, 3, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert keep(LAW, "New.", day=TODAY, root=tmp_path) == LAW.version
    return tmp_path


def test_every_record_of_today_is_kept_and_says_what_changed() -> None:
    records: list[Record] = [*REGISTRY.regimes.values(), *REGISTRY.platforms.values(), *REGISTRY.regulators.values()]
    assert list(find_unkept(records)) == []


def test_every_kept_version_can_be_read_and_is_the_one_it_says() -> None:
    for change in list_changes():
        record = find_version(FORMS[change.kind], change.record, change.version)
        assert name_of(record) == change.record
        assert getattr(record, "version", change.version) == change.version


def test_a_version_with_nothing_about_what_changed_is_refused(folder: Path) -> None:
    (told,) = find_unkept([replace(LAW, version="2099-01-01.1")], folder)
    assert "nothing says what changed in version 2099-01-01.1" in told


def test_a_record_that_changed_under_its_version_is_refused(folder: Path) -> None:
    changed = replace(LAW, summary="Another one.")
    (told,) = find_unkept([changed], folder)
    assert "a changed record needs a new one" in told
    with pytest.raises(ValueError, match="another text"):
        keep(changed, "Something.", day=TODAY, root=folder)


def test_a_change_is_kept_once_with_the_parts_that_differ(folder: Path) -> None:
    changed = replace(LAW, summary="Another one.", rules=(), version="2099-01-01.10")
    assert keep(replace(LAW, version="2099-01-01.9"), "Nothing.", day=TODAY, root=folder)
    assert keep(changed, "The times were read again.", day=TODAY, root=folder)
    assert not keep(changed, "The times were read again.", day=TODAY, root=folder)
    newest, between, first = changes_of(RecordKind.LAW, LAW.id, folder)
    assert (newest.version, newest.fields, newest.note) == (
        "2099-01-01.10",
        ("summary", "rules"),
        "The times were read again.",
    )
    assert (between.fields, between.is_first, first.is_first) == ((), False, True)
    assert find_version(Regime, LAW.id, changed.version, folder) == changed
    assert find_version(Regime, LAW.id, LAW.version, folder) == LAW


def test_a_platform_gets_the_version_of_the_day_on_which_it_is_kept(tmp_path: Path) -> None:
    changed = replace(PLATFORM, notes=("Another one.",))
    assert keep(PLATFORM, "New.", day=TODAY, root=tmp_path) == "2099-03-01.1"
    assert keep(PLATFORM, "New.", day=TODAY, root=tmp_path) is None
    assert keep(changed, "A note.", day=TODAY, root=tmp_path) == "2099-03-01.2"
    assert keep(PLATFORM, "As before.", day=date(2099, 3, 2), root=tmp_path) == "2099-03-02.1"
    newest, between, first = changes_of(RecordKind.PLATFORM, "instagram", tmp_path)
    assert (between.fields, between.note, first.fields) == (("notes",), "A note.", ())
    assert find_version(Platform, "instagram", "2099-03-01.2", tmp_path) == changed
    assert version_of(PLATFORM, tmp_path) == newest.version == "2099-03-02.1"
    assert version_of(changed, tmp_path) is None


def test_a_platform_or_an_authority_that_changed_without_a_word_is_refused(tmp_path: Path) -> None:
    body = REGISTRY.regulators["ie-cnam"]
    for record, name in ((PLATFORM, "instagram"), (body, "ie-cnam")):
        assert [told.partition(":")[0] for told in find_unkept([record], tmp_path)] == [name]
        keep(record, "New.", day=TODAY, root=tmp_path)
        assert list(find_unkept([record], tmp_path)) == []
        (told,) = find_unkept([replace(record, sources=("https://example.org",))], tmp_path)
        assert "its record changed, and nothing says what" in told


def test_what_was_never_kept_is_not_found(folder: Path) -> None:
    with pytest.raises(UnknownVersion):
        find_version(Regime, LAW.id, "2020-01-01.1", folder)
    with pytest.raises(UnknownVersion):
        find_version(Regime, "../registry", "1", folder)
    with pytest.raises(UnknownVersion):
        find_version(Platform, LAW.id, LAW.version, folder)


def test_the_check_refuses_a_law_that_changed_without_a_word(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("portal.cli.law.find_unkept", lambda laws: find_unkept([replace(LAW, version="9")], folder))
    result = run("law", "check")
    assert result.exit_code == 1
    assert "nothing says what changed in version 9" in result.output + result.stderr
