"""The `law` and `schema` commands: the facts hold, are counted, and have schemas as strict as the reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portal.reference.registry import FOLDER, load_registry
from tests.cli.runner import run


def test_the_check_counts_what_is_there() -> None:
    result = run("law", "check")
    assert result.exit_code == 0, result.output
    assert f"{len(load_registry().regimes)} regimes" in result.output
    assert "Facts by confidence" in result.output


def write_law(folder: Path, *changes: tuple[str, str]) -> None:
    """Our law of Jersey as an own one, with what the test changes."""
    text = (FOLDER / "laws" / "je.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "laws").mkdir()
    (folder / "laws" / "own.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("regulator: je-joic", "regulator: je-nobody", "unknown regulator 'je-nobody'"),
        ("sources: [gov-je]", "sources: []", "names no source"),
        ("seen_on:", "seen_one:", "own.yaml"),
    ],
)
def test_what_does_not_hold_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    write_law(tmp_path, ("version: ", "version: 9"), (old, new))
    result = run("law", "check", str(tmp_path))
    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_host_of_two_platforms_is_named(tmp_path: Path) -> None:
    (tmp_path / "platforms").mkdir()
    (tmp_path / "platforms" / "mine.yaml").write_text(
        "slug: mine\nname: Mine\ncategory: social\nhosts: [instagram.com]\n"
        "confidence: memory\ncompiled_on: '2026-11-23'\n",
        "utf-8",
    )
    result = run("law", "check", str(tmp_path))
    assert result.exit_code == 1
    assert "instagram.com" in result.output


@pytest.mark.parametrize(
    ("more", "exit_code"),
    [
        ("", 1),
        ("companies:\n  - {name: One Ltd, country: IE, confidence: high, provider_for: [EEA]}\n", 1),
        ("companies:\n  - {name: One Ltd, country: IE, confidence: high, controller_for: [EEA]}\n", 0),
        ("companies:\n  - {name: One Ltd, country: IE, confidence: high, controller_for: [Europe]}\n", 1),
    ],
)
def test_more_than_one_company_needs_one_that_answers_for_a_region(tmp_path: Path, more: str, exit_code: int) -> None:
    (tmp_path / "platforms").mkdir()
    (tmp_path / "platforms" / "mine.yaml").write_text(
        "slug: mine\nname: Mine\ncategory: social\nhosts: [mine.example]\nlegal_entity: One Ltd; Two Inc.\n"
        f"confidence: memory\ncompiled_on: '2026-11-30'\n{more}",
        "utf-8",
    )
    result = run("law", "check", str(tmp_path))
    assert result.exit_code == exit_code, result.output
    if exit_code:
        assert "mine" in result.output


def test_a_law_of_ones_own_is_used_everywhere(tmp_path: Path) -> None:
    write_law(tmp_path, ("id: je-dpjl", "id: je-house-rule"))
    settings = {"RECOURSE_PACKS": str(tmp_path)}
    rows = json.loads(run("laws", "--country", "JE", "--depiction", "real", "--json", env=settings).output)
    assert {"je-house-rule", "je-dpjl"} <= {row["regime"] for row in rows}
    arguments = (
        "due",
        "--regime",
        "je-house-rule",
        "--started",
        "2026-11-24T10:00:00+00:00",
        "--country",
        "JE",
        "--json",
    )
    assert json.loads(run(*arguments, env=settings).output)["last_day"] == "2026-12-22"


def test_a_law_that_replaces_ours_needs_a_version_of_its_own(tmp_path: Path) -> None:
    write_law(tmp_path, ("amount: 4", "amount: 3"))
    result = run("law", "check", str(tmp_path))
    assert result.exit_code == 1
    assert "needs a version of its own" in result.output


@pytest.mark.parametrize("kind", ["laws", "levels", "platforms", "police", "regulators"])
def test_a_schema_knows_every_key_and_no_other(kind: str) -> None:
    schema = json.loads(run("schema", kind).output)
    objects = [part for part in schema["$defs"].values() if part.get("type") == "object"]
    assert objects
    assert all(part["additionalProperties"] is False for part in objects)


def test_all_schemas_are_written_into_a_folder(tmp_path: Path) -> None:
    result = run("schema", "--out", str(tmp_path / "made"))
    assert result.exit_code == 0, result.output
    written = {path.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "made").iterdir()}
    names = ("laws", "levels", "platforms", "police", "recipes", "regulators")
    assert set(written) == {f"{name}.schema.json" for name in names}


def test_a_schema_is_asked_for_by_name_or_all_at_once() -> None:
    assert run("schema").exit_code == 2
