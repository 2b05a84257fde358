"""Many cases whose dates have passed while nobody looked: how long until every miss is in its history.

The processor's own time is measured, so that what else the machine does is not; the histories are followed afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_engine, make_session_factory
from portal.domain.lifecycle import History, RequestState
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.models.tables import metadata
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.history import guards
from portal.services.history.events import NewEvent, find_break, read_history, record_in_cases
from portal.services.operations import sweep
from portal.services.ports import SYSTEM, Ports
from tests.bench.rows import basis_rows, case_row, request_row
from tests.bench.table import Row, keep_above, keep_below
from tests.services.factories import NOW, SERVER_KEYS, make_ports, make_work

CASES = int(os.environ.get("CASES", "5000"))  # `CASES=100000 python -m tests.bench sweep` for the whole of it
AT_ONCE = 500
LAWS = ("us-take-it-down", "eu-dsa-16", "nz-privacy-act-2020")
LATER = NOW + timedelta(days=60)
PER_SECOND = 300


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        factory = guards.watch(make_session_factory(engine), lambda: SERVER_KEYS)
        ports = make_ports(Path(folder))
        for first in range(0, CASES, AT_ONCE):
            fill(factory, ports, min(AT_ONCE, CASES - first))
        started = process_time()
        swept = sweep.sweep(factory, now=LATER, ports=ports)
        taken = process_time() - started
        wrong = swept.failed + count_wrong(factory)
        engine.dispose()
    name = f"{CASES:,} overdue cases swept"
    return [
        keep_above(name, CASES / taken, at_least=PER_SECOND, unit="per second"),
        keep_below(f"{name}: cases that were left or broken", wrong, at_most=0, unit="cases"),
    ]


def count_wrong(factory: sessionmaker[Session]) -> int:
    """Cases without a miss in their history, and of the first hundred those whose chain is broken."""
    with factory() as session:
        told = select(func.count(Event.case_id.distinct())).where(Event.kind == History.CLOCK_MISSED)
        missing = CASES - (session.scalar(told) or 0)
        some = session.scalars(select(Case.id).limit(100)).all()
        return missing + sum(find_break(read_history(session, case_id)) is not None for case_id in some)


def fill(factory: sessionmaker[Session], ports: Ports, number: int) -> None:
    """Cases with one request under three laws, received; the clocks of the first are given to all, being alike."""
    cases = [case_row(NOW) for _ in range(number)]
    requests = [request_row(case, RequestState.SENT, sent_at=NOW) for case in cases]
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
    for request in requests:
        for kind in (History.SENT, History.RECEIPT_CONFIRMED):
            yield request["case_id"], NewEvent(kind=kind, at=NOW, request_id=request["id"])
