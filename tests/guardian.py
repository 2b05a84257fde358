"""Cleans up after a run of the suite, however that ends: a process of its own which outlives the run by a moment.

    python -I -S tests/guardian.py FOLDER MARK

It waits until its standard input is closed. That happens when the run closes it at its end, and as well when the run
is killed, by whatever signal: the system closes what a dead process had open. Then it stops the PostgreSQL of the run,
kills every process that still has MARK among its environment (servers and browsers that a test had started, and the
run's own workers), and removes FOLDER. Standard library only, so that it starts in no time.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PATIENCE = 5.0  # seconds, for PostgreSQL to end; it has nothing to write
ROUNDS = 20  # a process that is killed may just have started another
PROCESSES = Path("/proc")  # of Linux; elsewhere only PostgreSQL is stopped


def main(folder: Path, mark: str) -> None:
    sys.stdin.buffer.read()
    stop_postgres(folder / "postgres")
    for _ in range(ROUNDS):
        found = list(find_marked(mark.encode()))
        for process in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        if not found:
            break
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def stop_postgres(data: Path) -> None:
    """Told to end at once, it gives its shared memory back, which it could not where it is killed."""
    try:
        server = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGQUIT)
    except (OSError, ValueError, IndexError):
        return
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at and (data / "postmaster.pid").exists():
        time.sleep(0.02)


def find_marked(mark: bytes) -> Iterator[int]:
    """The processes that were started with the mark in their environment, without this one."""
    for process in PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes().split(b"\0") and int(process.name) != os.getpid():
                yield int(process.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
