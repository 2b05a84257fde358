"""How the application starts: what it reads is not looked through for garbage, and whatever comes after is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASK = "import app, gc; print(gc.isenabled(), gc.get_freeze_count() > 100_000, gc.get_stats()[2]['collections'] < 3)"


def test_garbage_is_looked_for_after_the_start_and_not_in_it(tmp_path: Path) -> None:
    env = {**os.environ, "RECOURSE_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3


def test_a_wrong_setting_is_told_by_flask_in_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "RECOURSE_DATA": str(tmp_path / "var"), "RECOURSE_QUIETLY": "on"}
    command = [sys.executable, "-m", "flask", "--app", "app", "webhooks", "list"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 1
    (told,) = ended.stderr.splitlines()
    assert told.startswith("Error: ")
    assert "RECOURSE_QUIETLY" in told
