"""The figures of a year: how long a page takes after 100,000 cases, and how long the worker counts them in the night.

The page reads one row whose size hangs on how many platforms, laws and countries there are, not on how many cases. The
counting is measured on a part of the cases, because it grows with their number; its row says for how many.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.config import load_config
from portal.db import make_engine, make_session_factory
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import ActorKind, Answer, Depiction, History, RequestState
from portal.domain.regimes import Binding
from portal.domain.regimes import ObligedParty as Owed
from portal.factory import create_app
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.models.tables import metadata
from portal.services.figures import years
from portal.web.unit_of_work import parts
from tests.bench.rows import basis_rows, case_row, request_row
from tests.bench.table import Row, keep_below
from tests.services.factories import NOW, make_ports
from tests.web.filled_years import fill_year

CASES = 10_000
REQUESTS = 3  # of each case
OF_A_YEAR = 300_000  # requests, from 100,000 cases
HOUR = timedelta(hours=1)
PLATFORMS = ("x", "instagram", "tiktok", "snapchat", "reddit", "telegram")
LAWS = ("us-take-it-down", "eu-dsa-16", "eu-gdpr-17")
ROUNDS = 20


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        counting = measure_counting(Path(folder))
    with TemporaryDirectory() as folder:
        page = measure_page(Path(folder))
    return [
        keep_below("statistics page of a year with 100,000 cases", page * 1000, at_most=1000, unit="ms"),
        keep_below("counting the figures of 10,000 cases (CPU)", counting, at_most=60, unit="s"),
    ]


def measure_page(folder: Path) -> float:
    """Seconds for the slowest of some pages, the whole answer."""
    config = load_config({"RECOURSE_DATA": str(folder), "RECOURSE_STATISTICS": "on"})
    app = create_app(config, clock=lambda: NOW)
    with app.app_context():
        metadata.create_all(parts().engine)
        with parts().sessions.begin() as session:
            fill_year(session, number=OF_A_YEAR)
    client = app.test_client()
    assert client.get("/statistics").status_code == 200  # the process has read what it keeps
    taken = []
    for _ in range(ROUNDS):
        for by in ("month", "platform", "law", "country", "kind"):
            started = perf_counter()
            assert client.get(f"/statistics?by={by}").status_code == 200
            taken.append(perf_counter() - started)
    return max(taken)


def measure_counting(folder: Path) -> float:
    """Seconds of this process, as other work on the machine says nothing."""
    engine = make_engine(f"sqlite:///{folder}/bench.db")
    metadata.create_all(engine)
    factory = make_session_factory(engine)
    with factory.begin() as session:
        fill(session)
    started = process_time()
    years.count_years(factory, now=NOW + timedelta(days=30), ports=make_ports(folder))
    taken = process_time() - started
    engine.dispose()
    return taken


def fill(session: Session) -> None:
    """Cases of three sent requests, each with a law, a clock, and an answer that removes two of three."""
    cases = [case_row(NOW, depiction=Depiction.REAL, under_18=number % 9 == 0) for number in range(CASES)]
    requests = [
        request_row(
            case,
            RequestState.SENT,
            number=number + 1,
            platform=PLATFORMS[(place + number) % len(PLATFORMS)],
            sent_at=NOW + HOUR,
        )
        for place, case in enumerate(cases)
        for number in range(REQUESTS)
    ]
    session.execute(insert(Case), cases)
    session.execute(insert(Request), requests)
    session.execute(insert(Basis), [row for request in requests for row in basis_rows(request, LAWS[:2])])
    session.execute(insert(Clock), [_clock(request) for request in requests])
    session.execute(insert(Event), [_event(request, place) for request in requests for place in range(2)])


def _clock(request: dict[str, object]) -> dict[str, object]:
    return {
        "id": uuid4(),
        "case_id": request["case_id"],
        "request_id": request["id"],
        "regime": "us-take-it-down",
        "version": "1",
        "rule": "removal",
        "label": "remove it",
        "binding": Binding.DUTY,
        "owed_by": Owed.PLATFORM,
        "state": ClockState.RUNNING,
        "started_at": NOW + HOUR,
        "due_at": NOW + 49 * HOUR,
        "zone": "UTC",
        "country": "US",
        "estimated": False,
        "extended": False,
        "calendar": "",
        "steps": [],
    }


def _event(request: dict[str, object], place: int) -> dict[str, object]:
    """The sending, and the answer."""
    number = int(str(request["number"]))
    is_gone = number < REQUESTS
    answer = Answer.REMOVED if is_gone else Answer.REFUSED
    facts = {"answer": answer.value, "whole": [str(request["id"])] if is_gone else []}
    return {
        "id": uuid4(),
        "case_id": request["case_id"],
        "sequence": number * 2 + place,
        "kind": History.ANSWERED if place else History.SENT,
        "at": NOW + (20 * number if place else 1) * HOUR,
        "recorded_at": NOW + (20 * number if place else 1) * HOUR,
        "actor": ActorKind.STAFF,
        "request_id": request["id"],
        "is_visible": True,
        "facts": facts if place else {"channel": "form"},
        "digest": b"\0" * 32,
    }
