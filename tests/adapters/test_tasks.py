"""The queue that wakes the worker: it carries ids, and losing a message costs time only."""

from __future__ import annotations

import json
import pickle
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from huey import MemoryHuey, SqliteHuey
from huey import storage as huey_storage

from portal.adapters.tasks import BadMessage, BadQueue, TaskQueue, enqueuer, open_queue
from tests.stores import find_free_port, open_redis

KEYS = (b"k" * 32,)


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a queue on one machine and on many."""
    if request.param == "redis":
        with open_redis() as server:
            yield server.url
    else:
        yield f"sqlite:///{tmp_path / 'queue.db'}"


def nothing() -> None:
    """A sweep that finds nothing."""


def test_a_job_is_run_at_once_in_immediate_mode() -> None:
    queue = TaskQueue(MemoryHuey("test", immediate=True, results=False))
    seen: list[UUID] = []
    queue.handle(seen.append, nothing)
    job_id = uuid4()
    queue.enqueue(job_id)
    assert seen == [job_id]


def test_a_message_written_by_one_process_is_read_by_another(url: str) -> None:
    job_id = uuid4()
    enqueuer(url, KEYS)(job_id)
    seen: list[UUID] = []
    done = threading.Event()

    def run(each: UUID) -> None:
        seen.append(each)
        done.set()

    worker = open_queue(url, [b"newer" * 8, *KEYS])  # after a rotation, the older key still fits
    worker.handle(run, nothing)
    consumer = worker.make_consumer()
    consumer._set_signal_handlers = nothing  # signals belong to the test runner
    consumer.start()
    try:
        assert done.wait(10)
    finally:
        consumer.stop(graceful=True)
    assert seen == [job_id]


def test_a_message_holds_the_id_and_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'queue.db'}"
    job_id = uuid4()
    enqueuer(url, KEYS)(job_id)
    (task,) = SqliteHuey("recourse", filename=str(tmp_path / "queue.db"), results=False).storage.enqueued_items()
    assert str(job_id).encode() in task
    assert len(task) < 400


class Bomb:
    """What a pickle can do: here it leaves a file behind as soon as it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_a_message_that_somebody_else_wrote_runs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever can write into the queue's store can neither run code in the worker nor name a job."""
    url, harm = f"sqlite:///{tmp_path / 'queue.db'}", tmp_path / "harm"
    enqueuer(url, [b"another key" * 3])(uuid4())
    storage = SqliteHuey("recourse", filename=str(tmp_path / "queue.db"), results=False).storage
    plain = json.dumps({"id": "1", "name": "huey.api.run_job", "args": [str(uuid4())]}).encode()
    for forged in (pickle.dumps(Bomb(harm)), b"0" * 32 + plain, plain, b"", b"x"):
        storage.enqueue(forged)
    ours = uuid4()
    enqueuer(url, KEYS)(ours)
    seen: list[UUID] = []
    worker = open_queue(url, KEYS)
    worker.handle(seen.append, nothing)
    refused = 0
    while worker._huey.pending_count():
        try:
            worker._huey.execute(worker._huey.dequeue())
        except BadMessage:
            refused += 1
    assert refused == 6
    assert seen == [ours]
    assert not harm.exists()


def test_a_queue_that_is_down_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Down(MemoryHuey):  # type: ignore[misc]
        def enqueue(self, task: object) -> object:
            raise ConnectionError("no queue here")

    TaskQueue(Down("test", results=False)).enqueue(uuid4())
    assert "ConnectionError" in caplog.text


def test_a_redis_that_is_down_holds_no_page_up(caplog: pytest.LogCaptureFixture) -> None:
    begun = time.monotonic()
    enqueuer(f"redis://127.0.0.1:{find_free_port()}/0", KEYS)(uuid4())
    assert time.monotonic() - begun < 5
    assert "ConnectionError" in caplog.text


def test_a_redis_that_does_not_answer_holds_no_page_up_for_long(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        enqueuer(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", KEYS)(uuid4())
    assert time.monotonic() - begun < 10
    assert "TimeoutError" in caplog.text


def test_redis_without_its_package_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huey_storage, "Redis", None)
    with pytest.raises(BadQueue, match=r"requirements-grown\.txt"):
        open_queue("redis://127.0.0.1/0")


@pytest.mark.parametrize("url", ["kafka://somewhere", "", "sqlite:////no/such/folder/queue.db"])
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(BadQueue):
        open_queue(url)


def test_a_process_that_runs_no_jobs_says_so(caplog: pytest.LogCaptureFixture) -> None:
    queue = TaskQueue(MemoryHuey("test", immediate=True, results=False))
    with pytest.raises(RuntimeError, match="does not run jobs"):
        queue._receive(str(uuid4()))
