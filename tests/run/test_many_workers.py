"""A grown installation: three workers over one PostgreSQL, one S3-compatible storage and one queue, each a real server.

The queue is Redis or PostgreSQL. What one of them is told or has done, no other does again; what a killed one had in
hand is taken up; a queue that loses its messages, or is gone, loses no work.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, func, select

from portal.adapters.tasks import open_queue
from portal.config import load_config
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import History
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.jobs import Job, JobState
from portal.models.outbox import MailKind, MailState, OutboxMail
from portal.models.tables import metadata
from portal.services.background import outbox
from portal.services.background.outbox import NewMail
from portal.services.cases import erasure
from portal.services.complaints import complaints, reading
from portal.services.work import CaseWork
from portal.wiring import Parts
from tests.mailbox import SENDER, Mailbox, open_mailbox
from tests.postgres import fresh_database
from tests.run.test_worker import ROOT
from tests.services.factories import make_case
from tests.services.fakes import DAY, HOUR, print_quickly, reopen, send
from tests.stores import RedisServer, open_bucket, open_redis

WORKERS = 3
CASES = 6
MAILS = 60
PATIENCE = 90.0  # seconds
HOLDER = "holder"


@dataclass
class Grown:
    """The servers that all processes share, and the workers that are alive."""

    env: Mapping[str, str]
    folder: Path
    mailbox: Mailbox
    redis: RedisServer | None
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, number: int = WORKERS) -> None:
        command = [sys.executable, "-m", "tests.run.hurried_worker", str(self.folder)]
        for _ in range(number):
            self.workers.append(
                subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self.env}, stderr=subprocess.PIPE, text=True)
            )

    def stop(self) -> str:
        """End all workers that are left; what they said."""
        for each in self.workers:
            each.send_signal(signal.SIGTERM)
        return "".join(each.communicate(timeout=PATIENCE)[1] for each in self.workers)


@pytest.fixture(params=["redis", "postgresql"])
def grown(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Grown]:
    print_quickly(monkeypatch)
    with ExitStack() as stack:
        database, locks = stack.enter_context(fresh_database()), stack.enter_context(fresh_database())
        redis = stack.enter_context(open_redis()) if request.param == "redis" else None
        mailbox = stack.enter_context(open_mailbox())
        env = {
            **stack.enter_context(open_bucket()),
            "RECOURSE_DATA": str(tmp_path / "data"),
            "RECOURSE_DATABASE": database,
            "RECOURSE_LOCKS": locks,
            "RECOURSE_QUEUE": redis.url if redis else database,
            "RECOURSE_MAIL_URL": mailbox.url,
            "RECOURSE_MAIL_FROM": SENDER,
        }
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        yield (running := Grown(env, tmp_path, mailbox, redis))
        for each in running.workers:
            each.kill()
            each.communicate()


@pytest.fixture
def parts(grown: Grown) -> Iterator[Parts]:
    """The web server's side of it, all but its pages."""
    env = {name: value for name, value in grown.env.items() if name.startswith("RECOURSE_")}
    made = Parts(load_config(env))
    metadata.create_all(made.engine)
    yield made
    made.ports.enqueue.__self__._huey.storage.close()  # type: ignore[attr-defined]
    made.engine.dispose()
    made.ports.locks.dispose()


def test_three_workers_tell_each_miss_once_and_send_each_mail_once(grown: Grown, parts: Parts) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the processes under test read the clock themselves
    with parts.sessions.begin() as session:
        for _ in range(CASES):
            opened = make_case(session, parts.ports, links="https://x.com/someone/status/1111", now=now - 5 * DAY)
            send(session, opened, parts.ports, at=now - 4 * DAY)
        for number in range(MAILS):
            outbox.put(parts.work(session), write_mail(opened, number))
    with parts.sessions() as session:  # each worker is told of every mail, some more than once
        rows = session.scalars(select(OutboxMail.id)).all()
    tell_all(parts, [*rows, *rows])
    grown.start()
    wait_until(lambda: count(parts, OutboxMail.state == MailState.SENT) == MAILS)
    wait_until(lambda: count_misses(parts).total() >= CASES)
    time.sleep(5)  # some more of their minutes, in which nothing may happen twice
    said = grown.stop()
    assert [each.returncode for each in grown.workers] == [0] * WORKERS
    assert "Traceback" not in said
    assert len(grown.mailbox.mails) == MAILS
    assert set(Counter(mail["Message-ID"] for mail in grown.mailbox.mails).values()) == {1}
    missed = count(parts, Clock.state == ClockState.MISSED)
    assert missed == count_misses(parts).total() >= CASES
    assert set(count_misses(parts).values()) == {1}


def test_what_a_killed_worker_had_in_hand_is_taken_up_and_its_files_go_with_the_case(
    grown: Grown, parts: Parts
) -> None:
    opened = prepare_bundle(parts)
    grown.start()
    holder = grown.folder / HOLDER
    wait_until(lambda: holder.exists() and holder.read_text() != "")
    (held,) = [each for each in grown.workers if each.pid == int(holder.read_text())]
    held.kill()
    held.communicate()
    grown.workers.remove(held)
    wait_until(lambda: count_done(parts) == 1)
    grown.stop()
    with parts.sessions.begin() as session:
        again = replace(reopen(session, opened), ports=parts.ports)
        (complaint,) = reading.complaint_views(again)
        assert len(complaint.letters) == 1
        assert parts.ports.storage.list_keys(), "the workers made it, everybody reads it"
        erasure.erase(again)
    assert parts.ports.storage.list_keys() == []


@pytest.mark.parametrize("grown", ["redis"], indirect=True)
def test_a_queue_that_loses_its_messages_or_is_gone_loses_no_work(grown: Grown, parts: Parts) -> None:
    assert grown.redis is not None
    (grown.folder / HOLDER).write_text("nobody")  # no worker keeps anything in hand
    prepare_bundle(parts)
    grown.redis.kill()
    grown.redis.start()  # it held the wake-up in memory only
    grown.start()
    wait_until(lambda: count_done(parts) == 1)
    grown.redis.kill()
    prepare_bundle(parts)
    wait_until(lambda: count_done(parts) == 2)
    assert "the rounds are gone without it" in grown.stop()
    assert [each.returncode for each in grown.workers] == [0] * WORKERS


def write_mail(opened: CaseWork, number: int) -> NewMail:
    return NewMail(
        case_id=opened.case.id,
        kind=MailKind.REPLY,
        cause=f"cause:{number}",
        to="ana@example.net",
        subject="A message",
        text="There is a message for you.",
    )


def prepare_bundle(parts: Parts) -> CaseWork:
    """A complaint whose bundle waits to be made."""
    now = datetime.now(UTC)  # noqa: TID251 - as above
    with parts.sessions.begin() as session:
        opened = make_case(session, parts.ports, links="https://x.com/someone/status/1111", now=now - 5 * DAY)
        send(session, opened, parts.ports, at=now - 4 * DAY)
        complaints.prepare(opened.at(now - HOUR), "us-take-it-down", "us-ftc", (1,))
    return opened


def tell_all(parts: Parts, rows: list[UUID]) -> None:
    queue = open_queue(parts.config.queue_url, parts.keys.queue_keys())
    for each in rows:
        queue.enqueue(each)
    queue._huey.storage.close()


def count(parts: Parts, *those: ColumnElement[bool]) -> int:
    with parts.sessions() as session:
        return session.scalar(select(func.count()).where(*those)) or 0


def count_misses(parts: Parts) -> Counter[str]:
    """By request and clock, how often it was told that it was missed."""
    with parts.sessions() as session:
        rows = session.scalars(select(Event).where(Event.kind == History.CLOCK_MISSED))
        return Counter(f"{row.request_id} {json.dumps(row.facts, sort_keys=True)}" for row in rows)


def count_done(parts: Parts) -> int:
    return count(parts, Job.state == JobState.DONE)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "the workers did not come to it"
        time.sleep(0.25)
