"""The commands of backup and secret, as an operator types them: on a portal of its own, and an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.config import load_config
from portal.services.cases import opening
from portal.wiring import Parts
from tests.services.factories import NOW, make_draft, make_work

ROOT = Path(__file__).resolve().parent.parent.parent


def flask(folder: Path, *arguments: str, stdin: str = "", module: tuple[str, ...] = ("flask", "--app", "app")) -> str:
    """What a command prints; a failure is part of it, with its exit code."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RECOURSE_")}
    environment |= {"RECOURSE_DATA": str(folder), "RECOURSE_QUEUE": "memory:", "RECOURSE_PORT": "8399"}
    done = subprocess.run(
        [sys.executable, "-m", *module, *arguments],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{done.returncode}: {done.stdout}{done.stderr}"


def open_parts(folder: Path) -> Parts:
    return Parts(load_config({"RECOURSE_DATA": str(folder), "RECOURSE_QUEUE": "memory:"}), clock=lambda: NOW)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The data folder, the printed recovery key, and somebody's words."""
    folder = tmp_path_factory.mktemp("portal")
    assert flask(folder, "--prepare", module=("portal.run.serve",)).startswith("0:")
    made = flask(folder, "staff", "add", "mere", "--name", "Mere", "--role", "advocate", "--team", "Harbour")
    printed = next(word for word in made.split() if word.count("-") > 8)
    parts = open_parts(folder)
    with parts.sessions.begin() as session:
        _, words = make_draft(session, parts.ports)
    return folder, printed, words


def test_create_verify_and_restore(portal: tuple[Path, str, str], tmp_path: Path) -> None:
    folder, printed, words = portal
    (tmp_path / "apart").mkdir()
    data, keys = tmp_path / "data.backup", tmp_path / "apart" / "keys.backup"
    made = flask(folder, "backup", "create", str(data), str(keys))
    assert made.startswith("0: Kept: 1 cases")
    assert "no older copy" in made
    assert flask(folder, "backup", "verify", str(data), str(keys), stdin=printed).startswith("0: Whole: 1 cases")
    another = ("A" if printed[0] != "A" else "B") + printed[1:]
    assert "wrong" in flask(folder, "backup", "verify", str(data), stdin=another)
    fresh = tmp_path / "fresh"
    restored = flask(fresh, "backup", "restore", str(data), str(keys), stdin=printed)
    assert "Restored: 1 cases" in restored
    parts = open_parts(fresh)
    with parts.sessions.begin() as session:
        assert opening.open_by_words(make_work(session, parts.ports), words).report
    assert "Restore into an empty data folder" in flask(fresh, "backup", "restore", str(data), str(keys), stdin=printed)


def test_a_backup_that_is_cut_is_refused_before_anything_is_written(
    portal: tuple[Path, str, str], tmp_path: Path
) -> None:
    folder, printed, _ = portal
    (tmp_path / "apart").mkdir()
    data, keys, fresh = tmp_path / "data.backup", tmp_path / "apart" / "keys.backup", tmp_path / "fresh"
    flask(folder, "backup", "create", str(data), str(keys))
    data.write_bytes(data.read_bytes()[:-1000])
    answer = flask(fresh, "backup", "restore", str(data), str(keys), stdin=printed)
    assert answer == "1: Error: The backup is cut or damaged.\n"
    assert not fresh.exists() or list(fresh.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(portal: tuple[Path, str, str], tmp_path: Path) -> None:
    answer = flask(portal[0], "backup", "create", str(tmp_path / "a"), str(tmp_path / "missing" / "b"))
    assert answer.startswith(f"1: Error: There is no folder {tmp_path / 'missing'}. Make it first")
    assert list(tmp_path.iterdir()) == []


def test_one_folder_for_both_is_refused_and_nothing_is_written(portal: tuple[Path, str, str], tmp_path: Path) -> None:
    answer = flask(portal[0], "backup", "create", str(tmp_path / "a"), str(tmp_path / "b"))
    assert answer.startswith("1:")
    assert "another folder" in answer
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_named(portal: tuple[Path, str, str], tmp_path: Path) -> None:
    answer = flask(portal[0], "backup", "verify", str(tmp_path / "none"), stdin=portal[1])
    assert answer.startswith("1:")
    assert "none: No such file" in answer


def test_the_secret_changes_and_people_come_back(portal: tuple[Path, str, str]) -> None:
    folder, _, words = portal
    assert "1 sets of words" in flask(folder, "secret", "status")
    assert "new secret" in flask(folder, "secret", "rotate")
    assert "1 sets of words" in flask(folder, "secret", "retire")
    parts = open_parts(folder)
    with parts.sessions.begin() as session:
        opening.move_words(make_work(session, parts.ports), words)
    assert "1 older secrets were destroyed" in flask(folder, "secret", "retire")
    parts = open_parts(folder)
    with parts.sessions.begin() as session:
        assert opening.open_by_words(make_work(session, parts.ports), words).report
