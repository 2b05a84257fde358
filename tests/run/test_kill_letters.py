"""Letters by e-mail leave once or not at all, and are written down once, whoever is killed when; see `test_kill`.

RECOURSE_KILL_SEED repeats the choices of an earlier run; RECOURSE_KILL_CASES=42 sends 504 letters together and later.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
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
from portal.models.letters import Letter
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


TOGETHER = int(os.environ.get("RECOURSE_KILL_CASES") or 6)  # cases of each lane, six letters each; 42 make 504


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


def test_letters_sent_together_and_later_ones_leave_once(database: str, tmp_path: Path, mailbox: Mailbox) -> None:  # noqa: F811
    seed = int(os.environ.get("RECOURSE_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"RECOURSE_KILL_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    env, tally = make_env(str(tmp_path / "data"), database, mailbox.url), Tally()
    env["RECOURSE_LETTERS_AN_HOUR"] = "10000"  # the pace is another test's
    run_lanes(seed, env, make_tables(env), tally, send_together)
    print(tally)  # noqa: T201
    assert sum(number for how, number in tally.kills.items() if how.endswith("not acknowledged")) >= LANES
    lives = settle(env)
    with lives.sessions() as session:
        begin_reading(session)
        mails = session.scalars(select(LetterMail)).all()
        first = [mail for mail in mails if not mail.is_later]
        later = [mail for mail in mails if mail.is_later]
        assert len(first) == LANES * TOGETHER * len(REQUESTS), "however often a press arrived"
        check_mails(session, first, mailbox, tally)
        assert len({(mail.case_id, mail.letter_number) for mail in later}) == len(later)
        assert len(later) >= LANES * len(REQUESTS), "some cases were sent whole, so that later letters left too"
        check_later(session, later, mailbox)
        assert list(count_rows(session, lives.keys)) == [], "every row fits its guard"
    lives.engine.dispose()


Sends = Callable[[Lane, str], None]


def run_lanes(seed: int, env: dict[str, str], team_id: str, tally: Tally, send: Sends | None = None) -> None:
    send = send or send_letters
    over = Signal()
    with ThreadPoolExecutor(LANES + WORKERS) as pool:
        behind = [
            pool.submit(run_worker, DyingLane(f"worker {each}", seed, env, tally), over) for each in range(WORKERS)
        ]
        try:
            lanes = [pool.submit(send, Lane(f"lane {each}", seed, env, tally), team_id) for each in range(LANES)]
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


def send_together(lane: Lane, team_id: str) -> None:
    """A press for all letters of a case, and one for its later letters once the first ones have left."""
    begun: list[str] = []
    try:
        for _ in range(TOGETHER):
            words = lane.ask("draft by mail", team_id=team_id)
            lane.ask("hand in", words=words)
            lane.ask("mail together", words=words)
            begun.append(words)
        for _try in range(100):  # those of which a letter may have left are never sent whole
            begun = [words for words in begun if lane.ask("mail later", words=words) == "waits"]
            if len(begun) <= TOGETHER // 2:
                break
            time.sleep(0.2)
    finally:
        lane.end()


def check_later(session: Session, mails: Sequence[LetterMail], mailbox: Mailbox) -> None:  # noqa: F811
    """What left is written down once, in its letter and in the history; what may have left is not."""
    arrived = Counter(UUID(mail["Message-ID"].strip("<>").split("@")[0]) for mail in mailbox.mails)
    left = Counter(session.scalars(select(Event.request_id).where(Event.kind == History.LETTER_SENT)))
    for mail in mails:
        own = (Letter.case_id == mail.case_id, Letter.number == mail.letter_number)
        letter_left = session.scalars(select(Letter.left_at).where(*own)).one()
        is_sent = mail.state is LetterMailState.ACCEPTED
        assert is_sent or mail.state is LetterMailState.UNCLEAR
        assert arrived[mail.id] == 1 if is_sent else arrived[mail.id] <= 1
        assert (mail.recorded_at is not None, letter_left is not None, left[mail.request_id]) == (
            is_sent,
            is_sent,
            is_sent,
        )


def check_mails(session: Session, mails: Sequence[LetterMail], mailbox: Mailbox, tally: Tally) -> None:  # noqa: F811
    """What left is written down as sent at that moment, once. What may have left is marked so, and left alone."""
    arrived = Counter(UUID(mail["Message-ID"].strip("<>").split("@")[0]) for mail in mailbox.mails)
    assert set(arrived) <= set(session.scalars(select(LetterMail.id)))
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
