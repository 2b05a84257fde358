"""Letters by e-mail leave once or not at all, and are written down once, whoever is killed when; see `test_kill`.

RECOURSE_KILL_SEED repeats the choices of an earlier run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Signal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import begin_reading
from portal.domain.lifecycle import History, RequestState
from portal.models.events import Event
from portal.models.jobs import Job, JobKind, JobState
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.outbox import OutboxMail
from portal.models.requests import Request
from portal.services.history.rows_check import count_rows
from tests.mailbox import Mailbox
from tests.run.killable import make_env
from tests.run.test_kill import Lane, Tally, database, mailbox, make_tables, quick, run_worker, settle  # noqa: F401

CASES = 20  # of each lane; each has three requests
LANES = 2
WORKERS = 2
REQUESTS = ("1", "2", "3")


class DyingLane(Lane):
    """A worker that is killed in more than every other round: it is in its hands that a letter leaves."""

    share_killed = 0.6


def test_each_letter_leaves_once_and_is_written_down_once(database: str, tmp_path: Path, mailbox: Mailbox) -> None:  # noqa: F811
    seed = int(os.environ.get("RECOURSE_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"RECOURSE_KILL_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    env, tally = make_env(str(tmp_path / "data"), database, mailbox.url), Tally()
    run_lanes(seed, env, make_tables(env), tally)
    print(tally)  # noqa: T201
    assert tally.kills["work, not acknowledged"] >= WORKERS
    assert tally.kills["mail, not acknowledged"] >= LANES
    lives = settle(env)
    with lives.sessions() as session:
        begin_reading(session)
        mails = session.scalars(select(LetterMail)).all()
        assert len(mails) == LANES * CASES * len(REQUESTS)
        check_mails(session, mails, mailbox, tally)
        assert list(count_rows(session, lives.keys)) == [], "every row fits its guard"
    lives.engine.dispose()


def run_lanes(seed: int, env: dict[str, str], team_id: str, tally: Tally) -> None:
    over = Signal()
    with ThreadPoolExecutor(LANES + WORKERS) as pool:
        behind = [
            pool.submit(run_worker, DyingLane(f"worker {each}", seed, env, tally), over) for each in range(WORKERS)
        ]
        try:
            lanes = [
                pool.submit(send_letters, Lane(f"lane {each}", seed, env, tally), team_id) for each in range(LANES)
            ]
            for sending in lanes:
                sending.result()
        finally:
            over.set()
        for each in behind:
            each.result()


def send_letters(lane: Lane, team_id: str) -> None:
    try:
        for _ in range(CASES):
            words = lane.ask("draft", team_id=team_id)
            lane.ask("hand in", words=words)
            for number in REQUESTS:
                lane.ask("mail", words=words, number=number)
    finally:
        lane.end()


def check_mails(session: Session, mails: Sequence[LetterMail], mailbox: Mailbox, tally: Tally) -> None:  # noqa: F811
    """What left is written down as sent at that moment, once. What may have left is marked so, and left alone."""
    arrived = Counter(UUID(mail["Message-ID"].strip("<>").split("@")[0]) for mail in mailbox.mails)
    assert set(arrived) <= {mail.id for mail in mails}
    sent = Counter(session.scalars(select(Event.request_id).where(Event.kind == History.SENT)))
    requests: dict[UUID | None, Request] = {request.id: request for request in session.scalars(select(Request))}
    assert len({mail.request_id for mail in mails}) == len(mails), "one letter for each request"
    for mail in mails:
        request = requests[mail.request_id]
        if mail.state is LetterMailState.ACCEPTED:
            assert arrived[mail.id] == 1
            assert mail.recorded_at is not None
            assert (request.state, request.sent_at, sent[request.id]) == (RequestState.SENT, mail.left_at, 1)
        else:
            assert mail.state is LetterMailState.UNCLEAR
            assert arrived[mail.id] <= 1
            assert (request.state, sent[request.id]) == (RequestState.PREPARED, 0)
    unclear = sum(mail.state is LetterMailState.UNCLEAR for mail in mails)
    assert unclear <= tally.kills["work, not acknowledged"]
    assert session.scalar(select(func.count()).where(OutboxMail.sealed.is_not(None))) == 0
    jobs = session.scalars(select(Job).where(Job.kind == JobKind.MAILED)).all()
    assert {(job.state, job.sealed) for job in jobs} == {(JobState.DONE, None)}
