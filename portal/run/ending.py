"""Waiting until a signal asks this process to end.

A handler interrupts the very code that waits, and a second signal interrupts the handler. So it may take no lock, and
an event of `threading` has one. Writing a byte to a pipe takes none.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal


class Ending:
    """Whether a signal has asked for the end. Stays true once it is; signals may come again at any moment."""

    def __init__(self) -> None:
        self._asked, self._ask = os.pipe()  # children do not inherit them
        os.set_blocking(self._ask, False)
        self._numbers: list[int] = []

    def listen(self, *numbers: int) -> None:
        """Take these signals as asking for the end. Only in the main thread."""
        for number in numbers:
            signal.signal(number, self._note)
            self._numbers.append(number)

    def finish(self) -> None:
        """The process ends by itself now. Python takes handlers away at its end, so a late signal is ignored."""
        for number in self._numbers:
            signal.signal(number, signal.SIG_IGN)

    def ask(self) -> None:
        """Ask for the end without a signal, from any thread."""
        with contextlib.suppress(BlockingIOError):  # a full pipe has been asked often enough
            os.write(self._ask, b".")

    def is_asked(self) -> bool:
        """Whether the end was asked for."""
        return self.wait(0.0)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the end is asked for, or for so long. Whether it was asked for."""
        ready, _, _ = select.select([self._asked], [], [], seconds)  # the byte is left there for whoever asks next
        return bool(ready)

    def _note(self, *_: object) -> None:
        self.ask()
