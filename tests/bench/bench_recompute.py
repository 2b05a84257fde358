"""Open clocks counted again by today's records, and a correction of a law applied to every case they touch."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from types import MappingProxyType
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading, make_engine, make_session_factory
from portal.domain.lifecycle import ActorKind, CaseStatus, History, RequestState
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.models.tables import metadata
from portal.services.clocks.recount import CASES_AT_ONCE, UNENDED, apply_changes, find_changes
from portal.services.clocks.snapshot import add_row, derive_any, write_row
from portal.services.ports import Ports
from tests.bench.rows import basis_rows, case_row, request_row
from tests.bench.table import Row, keep_below
from tests.services.factories import NOW, make_ports, make_work

CLOCKS = int(os.environ.get("CLOCKS", "40000"))  # `CLOCKS=100000` for the whole of it
MOST_S = 60 * CLOCKS / 100_000
APPLIED_CASES = 200
LAWS = ("us-take-it-down", "eu-dsa-16", "uk-gdpr-17", "nz-privacy-act-2020", "eu-gdpr-17")
RECORDS = (History.SENT, History.RECEIPT_CONFIRMED, History.ANSWERED)


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        factory, ports = make_session_factory(engine), make_ports(Path(folder))
        fill(factory, ports)
        found, changed = measure_finding(factory, amend(ports))
        applied = measure_applying(factory, amend(ports))
        engine.dispose()
    name = f"{CLOCKS:,} open clocks counted again, {changed:,} changes found"
    return [
        keep_below(name, found, at_most=MOST_S, unit="s"),
        keep_below(f"a change applied to one case, of {APPLIED_CASES}", applied * 1000, at_most=100, unit="ms"),
    ]


def measure_finding(factory: sessionmaker[Session], ports: Ports) -> tuple[float, int]:
    """Seconds for all clocks, and how many would change."""
    with factory() as session:
        begin_reading(session)
        started = perf_counter()
        changed = sum(1 for _ in find_changes(make_work(session, ports, now=now())))
        return perf_counter() - started, changed


def measure_applying(factory: sessionmaker[Session], ports: Ports) -> float:
    """Seconds for each case, its own transaction with it; the search before is left out, since it was measured."""
    with factory.begin() as session:
        kept = set(session.scalars(select(Case.id).order_by(Case.id).limit(APPLIED_CASES)))
        for case in session.scalars(select(Case)):
            case.status = CaseStatus.OPEN if case.id in kept else CaseStatus.CLOSED
    with factory() as session:
        started = perf_counter()
        sum(1 for _ in find_changes(make_work(session, ports, now=now())))
        searched = perf_counter() - started
    started = perf_counter()
    apply_changes(factory, now=now(), ports=ports)
    return (perf_counter() - started - searched) / APPLIED_CASES


def amend(ports: Ports) -> Ports:
    """A correction of one law: a month more or a few hours."""
    regime = ports.registry.regimes[LAWS[0]]
    rules = tuple(replace(rule, amount=rule.amount + 1) if rule.amount else rule for rule in regime.rules)
    newer = {**ports.registry.regimes, regime.id: replace(regime, rules=rules, version="2099-01-01.1")}
    return replace(ports, registry=replace(ports.registry, regimes=MappingProxyType(newer)))


def now() -> datetime:
    return NOW + timedelta(hours=30)


def fill(factory: sessionmaker[Session], ports: Ports) -> None:
    """Cases with one request under five laws, received and acknowledged, until there are enough open clocks."""
    while count_clocks(factory) < CLOCKS:
        with factory.begin() as session:
            cases = [case_row(NOW) for _ in range(CASES_AT_ONCE)]
            requests = [request_row(case, RequestState.ACKNOWLEDGED, sent_at=NOW) for case in cases]
            session.execute(insert(Case), cases)
            session.execute(insert(Request), requests)
            session.execute(insert(Basis), [basis for request in requests for basis in basis_rows(request, LAWS)])
            session.execute(insert(Event), [event for request in requests for event in make_events(request)])
            session.flush()
            copy_clocks(session, ports, requests)


def count_clocks(factory: sessionmaker[Session]) -> int:
    with factory() as session:
        return session.scalar(select(func.count()).select_from(Clock).where(Clock.state.in_(UNENDED))) or 0


def copy_clocks(session: Session, ports: Ports, requests: list[dict[str, object]]) -> None:
    """The clocks of the first request, given to all of them: they are alike."""
    request = session.get_one(Request, requests[0]["id"])
    case = session.get_one(Case, request.case_id)
    made = []
    for found in derive_any(make_work(session, ports, now=now()), case, request):
        row = add_row(session, case, request, found)
        write_row(row, found, now=now())
        made.append(row)
    session.flush()
    columns = [{column.key: getattr(row, column.key) for column in Clock.__table__.columns} for row in made]
    session.execute(
        insert(Clock),
        [
            {**values, "id": uuid4(), "case_id": each["case_id"], "request_id": each["id"]}
            for each in requests[1:]
            for values in columns
        ],
    )


def make_events(request: dict[str, object]) -> list[dict[str, object]]:
    return [make_event(request, kind, number) for number, kind in enumerate(RECORDS, start=1)]


def make_event(request: dict[str, object], kind: History, number: int) -> dict[str, object]:
    event_id: UUID = uuid4()
    return {
        "id": event_id,
        "case_id": request["case_id"],
        "request_id": request["id"],
        "sequence": number,
        "kind": kind,
        "at": NOW + timedelta(hours=number),
        "recorded_at": NOW + timedelta(hours=number),
        "actor": ActorKind.PERSON,
        "is_visible": True,
        "facts": {"answer": "acknowledged", "whole": []} if kind is History.ANSWERED else {},
        "sealed": b"\0" * 300,
        "digest": event_id.bytes * 2,
    }
