"""The threads beside the worker's work: one for what takes long, one that hears whether the queue is silent.

They know nothing of what is done in them: whoever makes them says.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from portal.services.background.duties import do_each

LAST_SECONDS = 10.0  # that rounds without the queue have to come to their end, after those of a job in hand

log = logging.getLogger("portal.run.worker")


class Aside:
    """One thread beside the work of the worker. It ends with the process, wherever it is: what runs in it may be torn
    away at each step and is gone on with by the next one.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def start(self, work: Callable[[], object]) -> None:
        """Begin, unless the one before is not done yet."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, args=(work,), name="aside", daemon=True)
            self._thread.start()

    @staticmethod
    def _run(work: Callable[[], object]) -> None:
        def once(_name: str) -> int:
            work()
            return 1

        do_each(("aside",), once, what="a duty of the worker")


class Pulse:
    """Goes the rounds each time the queue says so, and by itself where the queue has said nothing for long.

    A queue's store that is down, or a job that takes long, so keeps no sweep and no mail waiting.
    """

    def __init__(self, go: Callable[[], object], alone: Callable[[], object], *, patience: timedelta) -> None:
        """`alone` is done instead of `go` where the queue is silent."""
        self._go, self._alone, self._patience = go, alone, patience.total_seconds()
        self._in_hand, self._over = threading.Lock(), threading.Event()
        self._gone_at = time.monotonic()
        self._thread = threading.Thread(target=self._watch, name="pulse", daemon=True)

    def go(self) -> None:
        """What the queue calls. Rounds that are gone already are not gone twice at once."""
        self._once(self._go)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no further rounds."""
        self._over.set()

    def wait(self) -> None:
        """Let the rounds in hand come to their end, though not for ever."""
        self._thread.join(LAST_SECONDS)

    def _watch(self) -> None:
        while not self._over.wait(self._patience / 10):
            if time.monotonic() - self._gone_at >= self._patience:
                do_each(("rounds",), self._go_alone, what="a duty of the worker")

    def _go_alone(self, _name: str) -> int:
        log.info("the queue was silent: the rounds are gone without it")
        self._once(self._alone)
        return 1

    def _once(self, work: Callable[[], object]) -> None:
        if self._in_hand.acquire(blocking=False):
            try:
                self._gone_at = time.monotonic()
                work()
            finally:
                self._in_hand.release()
