"""The queue that wakes the background worker. It may lose a message; the table of jobs may not (`services/background`).

A message holds the id of a job and nothing else, as JSON under a signature: whoever can write into the queue's store
runs nothing by it. Which store carries it is an address in the settings.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey import storage as huey_storage
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer

from portal.logs import describe_error

NAME = "recourse"
SHUTDOWN_SECONDS = 20.0  # that a job in hand has to be finished before it is given back
IDLE_SECONDS = 1.0
_SIGNATURE_BYTES = 32
# A page waits while Redis takes a message, and a worker asks it each second: one that hangs is given up soon.
_REDIS_WAITS = {"socket_connect_timeout": 2, "socket_timeout": 5, "socket_keepalive": True}

log = logging.getLogger(__name__)


class BadQueue(ValueError):
    """The queue's address cannot be used. The message says why."""


class BadMessage(ValueError):
    """A message that nobody who has the key wrote, or of another form."""


class SignedMessages(Serializer):  # type: ignore[misc]  # Huey carries no types
    """How messages are kept: the name of a task and its texts. Huey's own way is a pickle, which runs what it holds."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        super().__init__()
        self._keys = tuple(keys)  # the first one signs, any of them fits

    def _serialize(self, data: Any) -> bytes:
        if not isinstance(data, Message) or data.kwargs:
            raise BadMessage("only a task with its texts can be sent")
        body = json.dumps({"id": data.id, "name": data.name, "args": list(data.args)}).encode()
        return _sign(self._keys[0], body) + body

    def _deserialize(self, data: bytes) -> Message:
        signature, body = bytes(data[:_SIGNATURE_BYTES]), bytes(data[_SIGNATURE_BYTES:])
        if not any(hmac.compare_digest(signature, _sign(key, body)) for key in self._keys):
            raise BadMessage("a message without the signature of this server")
        found = json.loads(body)
        return Message(id=found["id"], name=found["name"], args=tuple(found["args"]), kwargs={})


class TaskQueue:
    """Sends the ids of jobs to the worker, and in the worker runs them and a sweep each minute.

    `keys` sign and check messages; without any it understands only itself.
    """

    def __init__(self, huey: Huey, keys: Sequence[bytes] = ()) -> None:
        self._huey = huey
        self._huey.serializer = SignedMessages(keys or (secrets.token_bytes(32),))
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


def open_queue(url: str, keys: Sequence[bytes] = ()) -> TaskQueue:
    """`sqlite:///file`, `redis://...`, `postgresql://...`; `memory:` keeps messages to itself. Raises BadQueue."""
    scheme = url.partition(":")[0]
    if scheme not in _MAKERS:
        raise BadQueue(f"a queue's address starts with one of: {', '.join(_MAKERS)}")
    try:
        return TaskQueue(_MAKERS[scheme](url), keys)
    except (OSError, ValueError, ImportError, sqlite3.Error, psycopg.Error) as error:
        raise BadQueue(f"the queue at {scheme}: cannot be used: {error}") from error


def _make_sqlite(url: str) -> Huey:
    # Written as SQLAlchemy writes it: four slashes for an absolute path.
    return SqliteHuey(NAME, filename=unquote(urlsplit(url).path).removeprefix("/"), results=False)


def _make_memory(_url: str) -> Huey:
    return MemoryHuey(NAME, results=False)


def _make_redis(url: str) -> Huey:
    if huey_storage.Redis is None:
        raise ImportError("it needs what stands in requirements-grown.txt, see docs/operations.md")
    pool = huey_storage.ConnectionPool.from_url(url, **_REDIS_WAITS)
    return RedisHuey(NAME, connection_pool=pool, results=False)


def _make_postgres(url: str) -> Huey:
    return PostgresHuey(NAME, dsn=url, results=False)


_MAKERS: dict[str, Callable[[str], Huey]] = {
    "sqlite": _make_sqlite,
    "memory": _make_memory,
    "redis": _make_redis,
    "rediss": _make_redis,
    "postgresql": _make_postgres,
}


def enqueuer(url: str, keys: Sequence[bytes]) -> Callable[[UUID], None]:
    """What a process that only sends needs. Raises BadQueue."""
    return open_queue(url, keys).enqueue


def _sign(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)
