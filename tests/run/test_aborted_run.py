"""A run of the suite that is aborted leaves nothing behind: no PostgreSQL, no server that a test had started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

# A test that never ends, with a database and a server of its own, as many have them.
HANGING = """
    import subprocess, sys, time
    from pathlib import Path
    from tests.postgres import fresh_database
    from tests.suite import run_folder

    def test_it_hangs():
        with fresh_database():
            server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            started = (run_folder() / "postgres" / "postmaster.pid").read_text().split()[0]
            Path(__file__).with_name("there.part").write_text(f"{run_folder()} {started} {server.pid}")
            Path(__file__).with_name("there.part").rename(Path(__file__).with_name("there"))
            time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows which process belongs to which run")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_run_that_is_aborted(ending: signal.Signals, tmp_path: Path) -> None:
    module = tmp_path / "test_hanging.py"
    module.write_text(textwrap.dedent(HANGING))
    order = ["-m", "pytest", "-q", "-n", "1", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml"]
    run = subprocess.Popen([sys.executable, *order, str(module)], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_until((tmp_path / "there").exists, run)
    finally:
        run.send_signal(ending)
        run.wait()
    folder, *processes = (tmp_path / "there").read_text().split()
    wait_until(lambda: not Path(folder).exists())
    assert not any(is_alive(int(process)) for process in processes)


def wait_until(is_so: Callable[[], bool], run: subprocess.Popen[bytes] | None = None) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < give_up_at
        assert run is None or run.poll() is None, "the run ended by itself"
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    """Whether it runs; one that has ended stands in the table until somebody asks for its exit code."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
