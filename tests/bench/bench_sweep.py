"""Many cases whose dates have passed while nobody looked: how long until every miss is in its history.

SQLite has one writer, so one worker sweeps, and the processor's own time is measured. On PostgreSQL a worker for each
core shares the cases, and the time on the clock counts. Of every fifth case something was written down since its clocks
began, so that its laws are counted again. The histories are followed afterwards.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_engine, make_session_factory
from portal.domain.lifecycle import History, RequestState
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.models.tables import metadata
from portal.run.worker import save_looking
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.history import guards
from portal.services.history.events import NewEvent, find_break, read_history, record_in_cases
from portal.services.operations import sweep
from portal.services.ports import SYSTEM, Ports
from tests.bench.rows import basis_rows, case_row, request_row
from tests.bench.table import Row, keep_above, keep_below
from tests.postgres import fresh_database, wait_for_disk
from tests.services.factories import NOW, SERVER_KEYS, make_ports, make_work

CASES = int(os.environ.get("CASES", "5000"))  # `CASES=100000 python -m tests.bench sweep` for the whole of it
AT_ONCE = 500
LAWS = ("us-take-it-down", "eu-dsa-16", "nz-privacy-act-2020")
AFTER, LATER = NOW + timedelta(minutes=1), NOW + timedelta(days=60)
CORES = os.cpu_count() or 1
PER_SECOND = 100_000 / 60
EVENTFUL = 5
READY = "ready\n"


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        alone = measure(f"sqlite:///{folder}/bench.db", Path(folder), workers=1)
    with fresh_database() as url, TemporaryDirectory() as folder:
        wait_for_disk()
        shared = measure(url, Path(folder), workers=CORES)
    name = f"{CASES:,} overdue cases swept"
    return [
        keep_above(f"{name}, one worker, SQLite", CASES / alone.cpu_s, at_least=PER_SECOND, unit="per CPU second"),
        keep_above(
            f"{name}, {CORES} workers, PostgreSQL", CASES / shared.wall_s, at_least=PER_SECOND, unit="per second"
        ),
        keep_below(
            f"{name}: cases that were left, done twice or broken", alone.wrong + shared.wrong, at_most=0, unit="cases"
        ),
    ]


@dataclass(frozen=True)
class Measured:
    """Seconds of all workers together, and on the clock; `wrong` as `count_wrong` has it."""

    cpu_s: float
    wall_s: float
    wrong: int


def measure(url: str, folder: Path, *, workers: int) -> Measured:
    """Fill an empty database and let so many workers sweep it at once, each in a process of its own."""
    engine = make_engine(url)
    metadata.create_all(engine)
    factory = guards.watch(make_session_factory(engine), lambda: SERVER_KEYS)
    ports = make_ports(folder)
    for first in range(0, CASES, AT_ONCE):
        fill(factory, ports, min(AT_ONCE, CASES - first))
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))  # as PostgreSQL does by itself a minute later
    engine.dispose()
    order = [sys.executable, "-m", __name__, url, str(folder)]
    running = [Popen(order, stdin=PIPE, stdout=PIPE, text=True) for _ in range(workers)]
    for each in running:
        ready(each)
    started = perf_counter()
    for each in running:
        print(file=each.stdin, flush=True)
    told = [json.loads(each.communicate()[0]) for each in running]
    wall_s = perf_counter() - started
    wrong = sum(each["failed"] for each in told) + count_wrong(factory)
    wrong += abs(sum(each["missed"] for each in told) - count_misses(factory))
    engine.dispose()
    return Measured(sum(each["cpu_s"] for each in told), wall_s, wrong)


def ready(worker: Popen[str]) -> None:
    """Wait until it has read the laws, which a worker does once in its life."""
    if worker.stdout is None or worker.stdout.readline() != READY:
        raise RuntimeError("a worker did not start")


def work(url: str, folder: str) -> None:
    """One worker: it says that it is ready, waits for a line, sweeps, and says what that took."""
    engine = make_engine(url)
    factory = guards.watch(make_session_factory(engine), lambda: SERVER_KEYS)
    ports = make_ports(Path(folder))
    sweep.sweep(factory, now=NOW, ports=ports)
    save_looking()
    print(READY, end="", flush=True)
    sys.stdin.readline()
    started = process_time()
    swept = sweep.sweep(factory, now=LATER, ports=ports)
    taken = process_time() - started
    print(json.dumps({"cpu_s": taken, "missed": swept.missed, "failed": swept.failed}))


def count_wrong(factory: sessionmaker[Session]) -> int:
    """Cases without a miss in their history, and of the first hundred those whose chain is broken."""
    with factory() as session:
        told = select(func.count(Event.case_id.distinct())).where(Event.kind == History.CLOCK_MISSED)
        missing = CASES - (session.scalar(told) or 0)
        some = session.scalars(select(Case.id).limit(100)).all()
        return missing + sum(find_break(read_history(session, case_id)) is not None for case_id in some)


def count_misses(factory: sessionmaker[Session]) -> int:
    """How many misses all histories tell."""
    with factory() as session:
        return session.scalar(select(func.count()).where(Event.kind == History.CLOCK_MISSED)) or 0


def fill(factory: sessionmaker[Session], ports: Ports, number: int) -> None:
    """Cases with one request under three laws, received; the clocks of the first are given to all, being alike."""
    cases = [case_row(NOW) for _ in range(number)]
    requests = [request_row(case, RequestState.SENT, sent_at=NOW, received_at=NOW) for case in cases]
    with factory.begin() as session:
        guards.insert_rows(session, Case, cases)
        guards.insert_rows(session, Request, requests)
        guards.insert_rows(session, Basis, [basis for request in requests for basis in basis_rows(request, LAWS)])
        record_in_cases(session, list(tell(requests)), actor=SYSTEM, now=NOW)
        first = session.get_one(Request, requests[0]["id"])
        refresh_clocks(make_work(session, ports, now=NOW), session.get_one(Case, first.case_id), first)
        made = session.scalars(select(Clock).where(Clock.request_id == first.id)).all()
        columns = [{column.key: getattr(row, column.key) for column in Clock.__table__.columns} for row in made]
        copies = [
            {**values, "id": uuid4(), "case_id": each["case_id"], "request_id": each["id"]}
            for each in requests[1:]
            for values in columns
        ]
        guards.insert_rows(session, Clock, copies)


def tell(requests: list[dict[str, Any]]) -> Iterator[tuple[UUID, NewEvent]]:
    for number, request in enumerate(requests):
        for kind in (History.SENT, History.RECEIPT_CONFIRMED):
            yield request["case_id"], NewEvent(kind=kind, at=NOW, request_id=request["id"])
        if number % EVENTFUL == 0:
            sent = NewEvent(kind=History.INFORMATION_SENT, at=AFTER, request_id=request["id"], facts={"answers": []})
            yield request["case_id"], sent


if __name__ == "__main__":
    work(*sys.argv[1:])
