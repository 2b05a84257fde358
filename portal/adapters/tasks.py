"""The queue that wakes the background worker. It may lose a message; the table of jobs may not (`services/background`).

A message holds the id of a job and nothing else. Which store carries it is an address in the settings.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from portal.logs import describe_error

NAME = "recourse"
SHUTDOWN_SECONDS = 20.0  # that a job in hand has to be finished before it is given back
IDLE_SECONDS = 1.0

log = logging.getLogger(__name__)


class BadQueue(ValueError):
    """The queue's address cannot be used. The message says why."""


class TaskQueue:
    """Sends the ids of jobs to the worker, and in the worker runs them and a sweep each minute."""

    def __init__(self, huey: Huey) -> None:
        self._huey = huey
        self._run_job: Callable[[UUID], None] | None = None
        self._send = huey.task(name="run_job")(self._receive)

    def enqueue(self, job_id: UUID) -> None:
        """Tell the worker of a job. A queue that is down costs only time: the sweep finds the job in the database."""
        try:
            self._send(str(job_id))
        except Exception as error:
            log.warning("the queue did not take a job: %s", describe_error(error))

    def check(self) -> None:
        """Whether the store answers. Raises what its driver raises."""
        self._huey.pending_count()
        self._huey.storage.close()

    def handle(self, run_job: Callable[[UUID], None], sweep: Callable[[], None]) -> None:
        """Say what to do with a job, and what to do each minute. Only the worker does this."""
        self._run_job = run_job
        self._huey.periodic_task(crontab(), name="sweep")(sweep)

    def make_consumer(self, *, workers: int = 1) -> Any:
        """The loop that takes messages. SIGTERM ends it when the job in hand is done, or after some seconds."""
        return Consumer(
            self._huey,
            workers=workers,
            max_delay=IDLE_SECONDS,
            shutdown_timeout=SHUTDOWN_SECONDS,
            graceful_signal="TERM",
        )

    def _receive(self, job_id: str) -> None:
        if self._run_job is None:
            raise RuntimeError("this process does not run jobs")
        self._run_job(UUID(job_id))


def open_queue(url: str) -> TaskQueue:
    """`sqlite:///file`, `redis://...`, `postgresql://...`; `memory:` keeps messages to itself. Raises BadQueue."""
    scheme = url.partition(":")[0]
    if scheme not in _MAKERS:
        raise BadQueue(f"a queue's address starts with one of: {', '.join(_MAKERS)}")
    try:
        return TaskQueue(_MAKERS[scheme](url))
    except (OSError, ValueError, ImportError, sqlite3.Error, psycopg.Error) as error:
        raise BadQueue(f"the queue at {scheme}: cannot be used: {error}") from error


def _make_sqlite(url: str) -> Huey:
    # Written as SQLAlchemy writes it: four slashes for an absolute path.
    return SqliteHuey(NAME, filename=unquote(urlsplit(url).path).removeprefix("/"), results=False)


def _make_memory(_url: str) -> Huey:
    return MemoryHuey(NAME, results=False)


def _make_redis(url: str) -> Huey:
    return RedisHuey(NAME, url=url, results=False)


def _make_postgres(url: str) -> Huey:
    return PostgresHuey(NAME, dsn=url, results=False)


_MAKERS: dict[str, Callable[[str], Huey]] = {
    "sqlite": _make_sqlite,
    "memory": _make_memory,
    "redis": _make_redis,
    "rediss": _make_redis,
    "postgresql": _make_postgres,
}


def enqueuer(url: str) -> Callable[[UUID], None]:
    """What a process that only sends needs. Raises BadQueue."""
    return open_queue(url).enqueue
