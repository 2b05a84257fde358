"""The start says what is not shut: a folder that others look into, walls that the kernel does not give, open modes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portal.adapters.confinement import Wall
from portal.config import load_config
from portal.run import serve

ROOT = Path(__file__).resolve().parents[2]


def test_a_folder_that_others_can_look_into_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(serve.CannotStart, match="chmod 700"):
        serve.shut_others_out(load_config({"RECOURSE_DATA": str(tmp_path)}))
    tmp_path.chmod(0o700)
    (tmp_path / "recourse.db").touch(mode=0o644)
    serve.shut_others_out(load_config({"RECOURSE_DATA": str(tmp_path)}))
    assert "recourse.db could be read by others" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("missing", "setting", "lines", "words"),
    [
        (frozenset(), "confined", 0, ""),
        ({Wall.LANDLOCK}, "confined", 1, "the kernel has no Landlock"),
        ({Wall.SECCOMP}, "confined", 2, "no file is taken"),
        ({Wall.SECCOMP, Wall.LANDLOCK}, "anyway", 3, "opened all the same"),
    ],
)
def test_the_start_names_each_wall_that_is_missing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    missing: frozenset[Wall],
    setting: str,
    lines: int,
    words: str,
) -> None:
    monkeypatch.setattr(serve, "find_missing_walls", lambda: missing)
    serve.tell_missing_walls(load_config({"RECOURSE_UPLOADS": setting}))
    told = capsys.readouterr().err
    assert len(told.splitlines()) == lines
    assert words in told


def test_whatever_starts_the_application_its_files_are_its_own() -> None:
    code = "import os; os.umask(0o022); import app; print(oct(os.umask(0)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"0o77\n"
