"""One run of the suite: its folder, shared by its worker processes, and the guardian that clears up after it.

What is started once for a run (PostgreSQL) lies in the folder. Every process that a run starts carries the run's mark
in its environment, by which the guardian finds what is left when the run has ended or was killed.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

MARK = "SUITE_RUN"
PATIENCE = 20.0  # seconds, for the guardian to be done
_GUARDIAN = Path(__file__).with_name("guardian.py")
_guardians: list[subprocess.Popen[bytes]] = []


def begin_run() -> None:
    """Make a run of its own, also where this process was itself started by a test of another run."""
    folder = Path(tempfile.mkdtemp(prefix="recourse-tests-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, and has its folder in this one
    without = {name: value for name, value in os.environ.items() if name != MARK}
    guardian = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_GUARDIAN), str(folder), f"{MARK}={folder}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=without,  # it kills what has the mark
        start_new_session=True,  # neither Ctrl-C nor a signal to the whole group of the run is meant for it
    )
    os.environ[MARK] = str(folder)
    _guardians.append(guardian)
    atexit.register(end_run)


def end_run() -> None:
    """Let the guardian clear up, and wait for it. Does nothing in a worker of a run, nor a second time."""
    while _guardians:
        guardian = _guardians.pop()
        guardian.communicate(timeout=PATIENCE)
        os.environ.pop(MARK, None)


@lru_cache(maxsize=1)
def run_folder() -> Path:
    """The folder of the run that this process belongs to; outside the suite (a bench) one of its own."""
    if MARK not in os.environ:
        begin_run()
    return Path(os.environ[MARK])
