"""How much the worker has printed. After so much it makes way for a new one, so that its memory stays the same.

The libraries that put fonts into a PDF keep some kilobytes of each file for good; nothing of ours holds them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

FILES = 1_000  # a letter is two; after these a process is some ten megabytes larger


@dataclass
class Wear:
    """The files that one process has made, and what to do when it has made FILES."""

    files: int = 0
    action: Callable[[], None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_file(self) -> None:
        """One more was made. Calls the action once, in the thread that made the last one."""
        with self._lock:
            self.files += 1
            action = self.action if self.files >= FILES else None
            if action is not None:
                self.action = None
        if action is not None:
            action()


wear = Wear()  # of this process
