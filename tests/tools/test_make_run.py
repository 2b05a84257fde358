"""`make run` and `make demo` on a bare machine: mail goes into a folder, unless something is said of mail."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from portal.config import load_config

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ("RECOURSE_MAIL_URL", "RECOURSE_MAIL_FROM", "RECOURSE_REPLY_DOMAIN", "RECOURSE_REPLY_MAILBOX")


def start(folder: Path, target: str, **env: str) -> tuple[dict[str, str], str]:
    """The settings that the started program has, and what it was started with."""
    stand_in = folder / "python"
    stand_in.write_text('#!/bin/sh\nenv | grep "^RECOURSE_"\necho "$@"\n')
    stand_in.chmod(0o700)
    bare = {name: value for name, value in os.environ.items() if not name.startswith("RECOURSE_")}
    asked = ["make", "--silent", "-o", f"ready-{target}", "-o", "ready-run", target, f"BIN={folder}"]
    done = subprocess.run(asked, cwd=ROOT, env={**bare, **env}, capture_output=True, text=True, check=True)
    *settings, arguments = done.stdout.splitlines()
    return dict(line.split("=", 1) for line in settings), arguments


@pytest.mark.parametrize(("target", "more"), [("run", ""), ("demo", " --demo")])
def test_without_a_word_of_mail_it_goes_into_a_folder_and_answers_come_from_one(
    tmp_path: Path, target: str, more: str
) -> None:
    settings, arguments = start(tmp_path, target, RECOURSE_DATA=str(tmp_path / "var"))
    assert arguments == f"-m portal.run.serve{more}"
    config = load_config(settings)
    assert config.mail is not None
    assert config.mail.folder == tmp_path / "var" / "mail"
    assert config.inbox_folder == tmp_path / "var" / "mail" / "in"
    assert config.replies is not None


@pytest.mark.parametrize(
    "said",
    [{"RECOURSE_MAIL_URL": ""}, {"RECOURSE_REPLY_MAILBOX": "a@example.org"}, {"RECOURSE_MAIL_FROM": "a@b.example"}],
)
def test_whatever_is_said_of_mail_stays_as_it_is(tmp_path: Path, said: dict[str, str]) -> None:
    settings, _arguments = start(tmp_path, "run", **said)
    assert {name: value for name, value in settings.items() if name in SETTINGS} == said
