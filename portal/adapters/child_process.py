"""Starts a child process that reads one file from its input and writes one answer, and ends it when its time is up.

The child shuts itself in (`confinement.py`); it gets no setting and no secret of ours.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from threading import Thread, Timer
from typing import IO, cast

ROOT = Path(__file__).resolve().parents[2]


def ask_child(module: str, content: bytes, *arguments: str, seconds: float, most: int) -> bytes:
    """What the module writes within `seconds`, `most` bytes of it; less than that where its limits ended it."""
    command = [sys.executable, "-P", "-s", "-B", "-m", module, *arguments]
    with subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT)},
        cwd="/",
        start_new_session=True,  # no terminal, and a group of its own
    ) as child:
        to_child, from_child = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
        timer = Timer(seconds, child.kill)
        writer = Thread(target=_feed, args=(to_child, content), daemon=True)
        timer.start()
        writer.start()
        try:
            return from_child.read(most)
        finally:
            timer.cancel()
            child.kill()
            writer.join()


def _feed(to_child: IO[bytes], content: bytes) -> None:
    """Write the file to the child, which may be gone before it has read all of it."""
    with contextlib.suppress(OSError):
        to_child.write(content)
    with contextlib.suppress(OSError):
        to_child.close()
