"""The `confinement` command says what the machine gives, and what follows where it gives too little."""

from __future__ import annotations

import pytest

from portal.adapters.confinement import Wall
from portal.cli import confinement as command
from tests.cli.runner import run


def test_each_wall_is_named() -> None:
    result = run("confinement")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [[wall.value, "in", "force"] for wall in Wall]


@pytest.mark.parametrize(("setting", "words"), [("confined", "no file is taken"), ("anyway", "opened all the same")])
def test_a_missing_filter_is_told_with_what_follows(setting: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_missing_walls", lambda: frozenset({Wall.SECCOMP}))
    result = run("confinement", env={"RECOURSE_UPLOADS": setting})
    assert result.exit_code == 1
    assert "seccomp     MISSING" in result.stdout
    assert words in result.stdout


def test_without_the_second_wall_files_are_still_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_missing_walls", lambda: frozenset({Wall.LANDLOCK}))
    result = run("confinement")
    assert result.exit_code == 1
    assert "no file is taken" not in result.stdout
