"""Mail that comes in is there once, and none is lost, when what takes it in and the worker are killed at any moment.

RECOURSE_KILL_SEED repeats the choices of an earlier run.
"""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Signal

import pytest
from sqlalchemy import func, select

from portal.db import begin_reading
from portal.domain.incoming import IncomingState
from portal.domain.lifecycle import History
from portal.domain.reply_addresses import make_token
from portal.models.events import Event
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.run import worker
from portal.services.history.rows_check import count_rows
from portal.services.inbox import case_mail
from portal.services.inbox.receiving import CameIn
from tests.postgres import fresh_database
from tests.run.killable import Setup, hand_in, make_env, make_parts, open_case, record_sent, write_draft
from tests.run.test_kill import SERVER, Lane, Tally
from tests.services.factories import make_team
from tests.services.fakes import print_quickly

MAILS = 500
LANES = 2
LEAST_KILLS = 25  # in the middle of taking one in
PLACE = "answers.harbour.example"


class TakingLane(Lane):
    share_killed = 0.15


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    multiprocessing.get_context("forkserver").set_forkserver_preload([SERVER])


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
    else:
        with fresh_database() as url:
            yield url


def test_each_mail_is_there_once_and_none_is_lost(database: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("RECOURSE_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"RECOURSE_KILL_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    env = {**make_env(str(tmp_path / "data"), database, "smtp://127.0.0.1:9"), "RECOURSE_REPLY_DOMAIN": PLACE}
    words, address = make_sent_case(env)
    tally, over = Tally(), Signal()
    with ThreadPoolExecutor(LANES + 1) as pool:
        behind = pool.submit(sort_until, Lane("worker", seed, env, tally), over)
        try:
            lanes = [
                pool.submit(take_share, TakingLane(f"lane {each}", seed, env, tally), each, address)
                for each in range(LANES)
            ]
            for lane in lanes:
                lane.result()
        finally:
            over.set()
        behind.result()
    print(tally)  # noqa: T201
    assert tally.kills["take mail, not acknowledged"] >= LEAST_KILLS
    check(env, words)


def make_sent_case(env: dict[str, str]) -> tuple[str, str]:
    """A case whose first letter has left: its words, and the reply address of that request."""
    parts = make_parts(Setup(env, 0))
    metadata.create_all(parts.engine)
    with parts.sessions.begin() as session:
        team, _ = make_team(session)
    words = write_draft(parts, str(team.id))
    hand_in(parts, words)
    record_sent(parts, words)
    with parts.sessions() as session:
        request_id = session.scalars(select(Request.id).where(Request.number == 1)).one()
    parts.engine.dispose()
    return words, f"{make_token(parts.ports.keys.replies, request_id)}@{PLACE}"


def take_share(lane: Lane, which: int, address: str) -> None:
    """Each lane hands over its half; every second mail names no request."""
    try:
        for number in range(which, MAILS, LANES):
            lane.ask("take mail", number=str(number), address=address if number % 4 < 2 else "no@one.example")
    finally:
        lane.end()


def sort_until(lane: Lane, over: Signal) -> None:
    try:
        while not over.is_set():
            lane.ask("sort mail")
    finally:
        lane.end()


def check(env: dict[str, str], words: str) -> None:
    """After one more round of the worker, every row and every word of it."""
    parts = make_parts(Setup(env, 999))
    while worker.take_in_mail(parts):
        pass
    with parts.sessions() as session:
        begin_reading(session)
        states = dict(session.execute(select(IncomingMail.state, func.count()).group_by(IncomingMail.state)).all())
        assert states == {IncomingState.WAITING: MAILS // 2, IncomingState.UNMATCHED: MAILS // 2}
        came = session.scalar(select(func.count()).select_from(Event).where(Event.kind == History.MAIL_CAME))
        assert came == MAILS // 2
        assert list(count_rows(session, parts.ports.keys)) == []
    with parts.sessions.begin() as session:
        opened = open_case(session, parts, words)
        rows = session.scalars(select(IncomingMail).where(IncomingMail.case_id == opened.case.id)).all()
        seen = {read_subject(case_mail.open_waiting(opened, row)) for row in rows}
        assert seen == {f"Mail {number}" for number in range(MAILS) if number % 4 < 2}
        assert sorted(row.number or 0 for row in rows) == list(range(1, MAILS // 2 + 1))
    parts.engine.dispose()


def read_subject(came: CameIn) -> str:
    return came.content.decode().splitlines()[1].removeprefix("Subject: ")
