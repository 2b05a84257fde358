"""The team's list with 10,000 cases: how long a page takes, each filter and pages near and far."""

from __future__ import annotations

import statistics
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.db import begin_reading, make_engine, make_session_factory
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import ActorKind, CaseStatus, RequestState, Role
from portal.domain.regimes import Binding
from portal.domain.regimes import ObligedParty as Owed
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.services.casefile.queue.filters import QueueChoice, QueueFilter
from portal.services.casefile.queue.listing import list_queue
from portal.services.ports import Actor
from portal.services.work import Work
from tests.bench.rows import case_row, request_row
from tests.bench.table import Row, keep_below
from tests.services.factories import NOW, make_ports, make_team, make_work

CASES = 10_000
ROUNDS = 12
PAGES = (1, 2, 100, 200)
ACTOR = Actor(kind=ActorKind.STAFF, staff_id=uuid4(), role=Role.ADVOCATE)


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        factory = make_session_factory(engine)
        with factory.begin() as session:
            team_id = fill(session)
        with factory() as session:
            begin_reading(session)
            taken = measure(make_work(session, make_ports(Path(folder)), actor=ACTOR), team_id)
        engine.dispose()
    p95 = statistics.quantiles(taken, n=20)[-1] * 1000
    return [keep_below("queue page, 10,000 cases, 95 of 100", p95, at_most=150, unit="ms")]


def measure(work: Work, team_id: UUID) -> list[float]:
    """Seconds for each page of each filter."""
    taken = []
    for _ in range(ROUNDS):
        for each in QueueFilter:
            for page in PAGES:
                started = perf_counter()
                list_queue(work, team_ids=(team_id,), choice=QueueChoice(show=each), page=page)
                taken.append(perf_counter() - started)
    return taken


def fill(session: Session) -> UUID:
    """One team with all cases, each with a request and three clocks, a third of them missed."""
    team, _ = make_team(session)
    cases = [_case(team.id, number) for number in range(CASES)]
    requests = [request_row(case, RequestState.SENT) for case in cases]
    session.execute(insert(Case), cases)
    session.execute(insert(Request), requests)
    session.execute(insert(Clock), [_clock(request, number) for request in requests for number in range(3)])
    return team.id


def _case(team_id: UUID, number: int) -> dict[str, object]:
    due = NOW + timedelta(minutes=7 * (number % 9_000) - 30_000)
    return case_row(
        NOW,
        reference=f"BENCH-{number:05}",
        status=CaseStatus.CLOSED if number % 10 == 0 else CaseStatus.OPEN,
        country="NZ",
        team_id=team_id,
        next_due_at=due if number % 4 else None,
        next_due_estimated=number % 3 == 0,
        submitted_at=NOW + timedelta(seconds=number),
    )


def _clock(request: dict[str, object], number: int) -> dict[str, object]:
    return {
        "id": uuid4(),
        "case_id": request["case_id"],
        "request_id": request["id"],
        "regime": "us-take-it-down",
        "version": "1",
        "rule": f"rule-{number}",
        "label": "remove the image",
        "binding": Binding.DUTY,
        "owed_by": Owed.PLATFORM,
        "state": ClockState.MISSED if number == 0 else ClockState.RUNNING,
        "started_at": NOW,
        "due_at": NOW + timedelta(hours=48),
        "zone": "America/New_York",
        "country": "US",
        "estimated": False,
        "extended": False,
        "calendar": "",
        "steps": [],
    }
