"""The desk with all that a helpline has: 10,000 cases with 500,000 links on SQLite, 100,000 cases with 5,000,000 links
and 300,000 clocks on PostgreSQL.

Whole pages are asked for, as a browser does. `make bench` fills 1 % and 4 % of that; `make bench-desk` 1 % and all of
it, which takes a quarter of an hour and some 8 GB in the folder for what is temporary. On SQLite everything happens in
this process, so the processor's time is measured; on PostgreSQL the time on the clock. How a figure grows is told as
the slope of its logarithm over that of the number of cases: 0 is flat, 1 grows with the desk, more is a fault. The list
is asked for at its first pages, at the last with a number, and behind cases far down in it.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.config import load_config
from portal.domain.lifecycle import CaseStatus, Handler, Role, SendingChannel
from portal.factory import create_app
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.tables import metadata
from portal.run.worker import save_looking
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import BulkAction, BulkCommand, Sending
from portal.services.casefile.queue.filters import QueueFilter
from portal.services.casefile.queue.listing import MOST_COUNTED
from portal.services.clocks.many import is_overdue
from portal.services.history.events import find_break, read_history
from portal.services.history.rows_check import count_rows
from portal.services.intake import submission
from portal.services.letters import letters
from portal.services.operations import sweep
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.bench import desk_rows
from tests.bench.bench_sweep import CORES, READY, ready
from tests.bench.served import keep_as_served
from tests.bench.table import Row, keep_below
from tests.postgres import fresh_database, wait_for_disk
from tests.second_factor import give_code
from tests.services.factories import NOW, make_case, make_draft
from tests.services.fakes import print_quickly, reopen, send
from tests.web.world import PASSWORD

WHOLE: Mapping[str, int] = {"SQLite": 10_000, "PostgreSQL": 100_000}  # cases
SHARES = tuple(float(each) for each in os.environ.get("DESK", "1 4").split())  # of the whole, in %
TODAY = NOW + timedelta(days=2)
MUCH_LATER = NOW + timedelta(days=100)  # every clock that can run out has
ROUNDS = 20
LINKS, SITES = 500, 60  # of the case that is opened
TOGETHER = 200  # requests that one press records as sent
MOST: Mapping[str, float] = {"Today": 100, "queue": 100, "case with 500 links": 200, "find by link": 20}  # ms
BULK, SWEEP = "200 requests recorded as sent", "sweep of all clocks"
WRONG = "of a hundred, cases that are not whole afterwards"
FLAT, LINEAR = 0.3, 1.0  # slopes
FLAT_MS = 10  # what takes less than this is noise, whatever its slope
LOGINS = ("mere", "tane", "ana", "wiremu")


@dataclass(frozen=True)
class Desk:
    """A portal with a team's cases in it, and the browser of a member."""

    app: Flask
    parts: Parts
    client: FlaskClient
    reference: str  # of the case with 500 links
    cases: int

    @property
    def clock(self) -> Callable[[], float]:
        """What the measurements are taken with, in seconds."""
        return process_time if self.parts.engine.dialect.name == "sqlite" else perf_counter


def rows() -> list[Row]:
    return [row for kind in WHOLE for row in _measure_kind(kind)]


def _measure_kind(kind: str) -> Iterator[Row]:
    found: dict[int, dict[str, float]] = {}
    for share in SHARES:
        cases = max(1, round(WHOLE[kind] * share / 100))
        with _open_desk(kind, cases) as desk:
            found[cases] = dict(_measure(desk))
    for cases, figures in found.items():
        links = cases * desk_rows.LINKS
        for name, figure in figures.items():
            most, unit = _budget(name)
            yield keep_below(f"{name}, {cases:,} cases, {links:,} links, {kind}", figure, at_most=most, unit=unit)
    if len(found) > 1:
        yield from (_grow(kind, name, {cases: found[cases][name] for cases in found}) for name in (*MOST, BULK, SWEEP))


def _budget(name: str) -> tuple[float, str]:
    if name in MOST:
        return MOST[name], "ms, 95 of 100"
    return {BULK: (10.0, "s"), SWEEP: (60.0, "s"), WRONG: (0.0, "cases")}[name]


def _grow(kind: str, name: str, taken: Mapping[int, float]) -> Row:
    """The slope from the smallest to the largest desk: a page hardly grows, and what looks at every case with them."""
    floor, steepest = (FLAT_MS, FLAT) if name in MOST else (FLAT_MS / 1000, LINEAR)
    least, most = min(taken), max(taken)
    slope = math.log(max(taken[most], floor) / max(taken[least], floor)) / math.log(most / least)
    name = f"{name}, growth from {least:,} to {most:,} cases, {kind}"
    return Row(name, f"{slope:.2f} slope", "", "", f"at most {steepest:g} slope", slope <= steepest)


def _measure(desk: Desk) -> Iterator[tuple[str, float]]:
    yield "Today", _take(desk, [lambda: _get(desk, "/desk/today")])
    places = (*(f"page={page}" for page in (1, 2, 34)), *(f"after={each}" for each in _list_somewhere(desk)))
    views = [f"/desk?show={each.value}&{place}" for each in QueueFilter for place in places]
    yield "queue", _take(desk, [lambda view=view: _get(desk, view) for view in views])  # type: ignore[misc]
    yield "case with 500 links", _take(desk, [lambda: _get(desk, f"/desk/cases/{desk.reference}")])
    yield "find by link", _take(desk, [lambda number=number: _find(desk, number) for number in range(0, LINKS, 25)])  # type: ignore[misc]
    yield BULK, _record_many(desk)
    yield SWEEP, _sweep_all(desk)
    yield WRONG, _count_wrong(desk)


def _list_somewhere(desk: Desk) -> Sequence[str]:
    """Cases in the middle of the list and far down, where its pages have no numbers."""
    with desk.parts.sessions() as session:
        late = select(Case.reference).where(Case.status == CaseStatus.OPEN).order_by(Case.next_due_at.desc())
        found = [session.scalars(late.offset(desk.cases // part).limit(1)).one() for part in (2, 4)]
    for reference in found:
        assert 'page=1"' in desk.client.get(f"/desk?after={reference}").text or desk.cases < MOST_COUNTED
    return found


def _take(desk: Desk, acts: Sequence[Callable[[], None]]) -> float:
    """Milliseconds that 95 of 100 stay under; some are done once before, when the process reads what it keeps."""
    for act in acts[:3]:
        act()
    taken = []
    for _ in range(max(1, ROUNDS // len(acts))):
        for act in acts:
            started = desk.clock()
            act()
            taken.append((desk.clock() - started) * 1000)
    return statistics.quantiles(taken, n=20)[-1]


def _get(desk: Desk, path: str) -> None:
    answer = desk.client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"


def _find(desk: Desk, number: int) -> None:
    answer = desk.client.post("/desk/find", data={"sought": _link(number)})
    assert answer.status_code == 303, f"{number}: {answer.status_code}"
    assert desk.reference in answer.location


def _link(number: int) -> str:
    return f"https://invented-{number % SITES}.org/album/{number}"


def _record_many(desk: Desk) -> float:
    """Seconds in which one press records 200 letters as sent, the transaction's end included."""
    links = " ".join(f"https://sent-{number}.org/album/7" for number in range(TOGETHER))
    with pytest.MonkeyPatch.context() as patch:
        print_quickly(patch)
        with desk.parts.sessions.begin() as session:
            opened = make_case(session, desk.parts.ports, links=links)
            for number in range(1, TOGETHER + 1):
                letters.make_missing_letter(opened.at(NOW), number)
        how = Sending(address="abuse@sent.example", channel=SendingChannel.EMAIL)
        numbers = tuple(range(1, TOGETHER + 1))
        with desk.parts.sessions() as session:
            again = reopen(session, opened)
            command = BulkCommand(
                action=BulkAction.SENT,
                token="b" * 32,
                numbers=numbers,
                at=NOW,
                has_checked=True,
                sendings=dict.fromkeys(numbers, how),
            )
            started = desk.clock()
            done = bulk.do_to_all(again.at(TODAY), command)
            session.commit()
            taken = desk.clock() - started
    refused = [each.why for each in done if not each.is_done]
    assert not refused, refused[0]
    return taken


def _sweep_all(desk: Desk) -> float:
    """Seconds until every clock that ran out is noticed: one worker on SQLite, one for each core on PostgreSQL. Of the
    one worker the processor's time counts.
    """
    config = desk.parts.config
    workers = 1 if config.database_url.startswith("sqlite") else CORES
    order = [sys.executable, "-m", __name__, str(config.data_folder), config.database_url]
    running = [Popen(order, stdin=PIPE, stdout=PIPE, text=True) for _ in range(workers)]
    for each in running:
        ready(each)
    started = perf_counter()
    for each in running:
        print(file=each.stdin, flush=True)
    told = [json.loads(each.communicate()[0]) for each in running]
    on_clock = perf_counter() - started
    assert sum(each["failed"] for each in told) == 0
    assert sum(each["missed"] for each in told) >= desk.cases
    with desk.parts.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Clock).where(is_overdue(MUCH_LATER))) == 0
    return on_clock if workers > 1 else float(told[0]["cpu_s"])


def _count_wrong(desk: Desk) -> int:
    """Rows that do not fit their guards or their sum, and chains that are broken."""
    with desk.parts.sessions() as session:
        some = session.scalars(select(Case.id).limit(100)).all()
        bent = sum(1 for _ in count_rows(session, desk.parts.keys, some))
        return bent + sum(find_break(read_history(session, case_id)) is not None for case_id in some)


def work(folder: str, url: str) -> None:
    """One worker, as that of `bench_sweep`."""
    parts = Parts(load_config(_environment(folder, url)))
    parts.warm_up()
    sweep.sweep(parts.sessions, now=NOW, ports=parts.ports)
    save_looking()
    print(READY, end="", flush=True)
    sys.stdin.readline()
    started = process_time()
    swept = sweep.sweep(parts.sessions, now=MUCH_LATER, ports=parts.ports)
    print(json.dumps({"cpu_s": process_time() - started, "missed": swept.missed, "failed": swept.failed}))


def _environment(folder: str, url: str) -> dict[str, str]:
    locks = f"sqlite:///{folder}/locks.db"
    return {"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:", "RECOURSE_DATABASE": url, "RECOURSE_LOCKS": locks}


@contextmanager
def _open_desk(kind: str, cases: int) -> Iterator[Desk]:
    with TemporaryDirectory() as folder:
        if kind == "SQLite":
            yield from _fill(folder, f"sqlite:///{folder}/bench.db", cases)
            return
        with fresh_database() as url:
            wait_for_disk()
            yield from _fill(folder, url, cases)


def _fill(folder: str, url: str, cases: int) -> Iterator[Desk]:
    app = create_app(load_config(_environment(folder, url)), clock=lambda: TODAY)
    app.config["WTF_CSRF_ENABLED"] = False
    parts: Parts = app.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    with parts.sessions.begin() as session:
        accounts.make_recovery_key(session, now=NOW)
        team, key = accounts.create_team(session, "Harbour", now=NOW)
        members = [
            accounts.add_staff(
                session, NewStaff(login=login, name=login, role=Role.ADVOCATE, password=PASSWORD), now=NOW
            )
            for login in LOGINS
        ]
        for member in members:
            accounts.add_membership(session, member, team, key, now=NOW)
        team_id, staff_ids = team.id, [member.id for member in members]
    desk_rows.fill(parts, team_id=team_id, staff_ids=staff_ids, cases=cases)
    reference = _make_opened(parts, str(team_id))
    client = _sign_in(app, parts)
    keep_as_served(parts.config)
    try:
        yield Desk(app, parts, client, reference, cases)
    finally:
        parts.engine.dispose()


def _make_opened(parts: Parts, team_id: str) -> str:
    """A case with 500 links on 60 sites, whose requests have all left."""
    with pytest.MonkeyPatch.context() as patch, parts.sessions.begin() as session:
        print_quickly(patch)
        links = " ".join(map(_link, range(LINKS)))
        opened, _words = make_draft(session, parts.ports, links=links, handler=Handler.TEAM, team_id=team_id)
        submission.submit(opened.at(NOW))
        for number in range(1, SITES + 1):
            send(session, opened, parts.ports, number, at=NOW + timedelta(minutes=number), now=NOW + timedelta(days=1))
        return opened.reference


def _sign_in(app: Flask, parts: Parts) -> FlaskClient:
    with parts.sessions.begin() as session:
        code = give_code(session, LOGINS[0])
    client = app.test_client()
    assert client.post("/desk/sign-in", data={"login": LOGINS[0], "password": PASSWORD}).status_code == 303
    assert client.post("/desk/second-factor", data={"second_code": code}).status_code == 303
    return client


if __name__ == "__main__":
    work(*sys.argv[1:])
