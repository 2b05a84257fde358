"""How long a database of SQLite was held for writing, so that a test or a bench can say who made others wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

import sqlalchemy as sa

from portal.db import READ_ONLY


@dataclass
class LockWatch:
    """Seconds that each writing transaction held the lock, in their order: by the clock, and of work in between."""

    held: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.held, default=0.0)

    @property
    def most_work(self) -> float:
        return max(self.worked, default=0.0)


@contextmanager
def watching(engine: sa.Engine) -> Iterator[LockWatch]:
    """The writing transactions of an engine from here on. Committing is part of the time."""
    watch, began = LockWatch(), {}

    def begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get(READ_ONLY, False):
            began[id(connection.connection.dbapi_connection)] = (perf_counter(), process_time())

    def end(dbapi_connection: Any, _record: object) -> None:
        started = began.pop(id(dbapi_connection), None)
        if started is not None:
            watch.held.append(perf_counter() - started[0])
            watch.worked.append(process_time() - started[1])

    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "checkin", end)
    try:
        yield watch
    finally:
        sa.event.remove(engine, "begin", begin)
        sa.event.remove(engine, "checkin", end)
