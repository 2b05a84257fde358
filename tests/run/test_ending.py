"""Waiting for the end: a signal upon a signal never hangs the process, wherever the first one was interrupted."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A second signal comes at each line that the handler of the first one runs, then many more come in pairs.
SCRIPT = """
    import os, signal, sys, threading
    from portal.run.ending import Ending

    def interrupt_each_line(frame, event, argument):
        if event == "line":
            signal.raise_signal(signal.SIGUSR1)
        return interrupt_each_line

    ending = Ending()
    assert not ending.is_asked()
    ending.listen(signal.SIGUSR1)
    sys.settrace(interrupt_each_line)
    signal.raise_signal(signal.SIGUSR1)
    sys.settrace(None)
    assert ending.wait(5) and ending.is_asked()

    for number in range(300):
        ending = Ending()
        ending.listen(signal.SIGUSR1)
        pair = [threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGUSR1)) for _ in range(2)]
        for each in pair:
            each.start()
        assert ending.wait(5)
        for each in pair:
            each.join()
        assert ending.wait()
    for number in range(100_000):
        signal.raise_signal(signal.SIGUSR1)
    print("ended")
"""


def test_signals_upon_signals_end_the_waiting_and_never_hang_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "ended\n", done.stderr
