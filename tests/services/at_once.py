"""Two who do something at the same moment, each with a connection and a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

Result = TypeVar("Result")
PATIENCE = 1.0  # seconds that the first waits for the second, which may wait for its turn in the database


def do_at_once(
    sessions: sessionmaker[Session], acts: Sequence[Callable[[], Result]], *, after: str
) -> list[Result | Exception]:
    """What each of the acts returns or raises. They stop behind each statement that contains `after`, until all are
    there or one has waited long enough.
    """
    together = Barrier(len(acts))

    def wait_for_the_others(*execution: Any) -> None:
        if after in execution[2]:
            with suppress(BrokenBarrierError):
                together.wait(timeout=PATIENCE)

    def run(act: Callable[[], Result]) -> Result | Exception:
        try:
            return act()
        except Exception as error:
            return error

    engine = sessions.kw["bind"]
    event.listen(engine, "after_cursor_execute", wait_for_the_others)
    try:
        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(run, acts))
    finally:
        event.remove(engine, "after_cursor_execute", wait_for_the_others)
