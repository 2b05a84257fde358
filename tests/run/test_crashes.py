"""500 letters and mails leave once or not at all, whoever delivers them dies at any moment, on both databases.

One life after another, in this process: each ends at some SQL statement or commit, and after that writes nothing any
more, not even while it is unwound. So a life costs little, and hundreds of deaths fit into a test. Processes that are
killed, several at once, and a real mail server are in `test_kill_letters`. RECOURSE_KILL_SEED repeats an earlier run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from portal.adapters import mail
from portal.config import load_config
from portal.db import begin_reading
from portal.models.jobs import Job, JobKind, JobState
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.outbox import MailKind, MailState, OutboxMail
from portal.services.background import outbox
from portal.services.background.outbox import NewMail
from portal.services.history.rows_check import count_rows
from portal.services.letters import letters
from portal.services.requests.dossier import read_dossiers
from portal.services.tracking import mailing
from portal.services.tracking.parcels import MailCommand
from portal.wiring import Parts
from tests.run.killable import (
    LATE,
    MANY_SITES,
    Setup,
    draft_of_many,
    hand_in,
    make_env,
    make_parts,
    open_case,
    work,
)
from tests.run.test_kill import database, make_tables, quick  # noqa: F401
from tests.services.factories import make_work

CASES, OTHERS = 6, 350  # cases with a letter to each of their sites, and mails to staff
LETTERS = CASES * (MANY_SITES.count("\n") + 1)
LONGEST_LIFE = 120  # statements and commits; a mail has some ten
LEAST_DEATHS = 50


class Crash(BaseException):
    """The process is gone. No handler of the portal catches it."""


class Fate:
    """Ends a life at one of its statements or commits; from then on each of them ends it again. `number` counts lives:
    the clock of each is after every lease of the one before.
    """

    def __init__(self, env: dict[str, str], dice: random.Random) -> None:
        self.env, self.dice = env, dice
        self.number = self.left = 0

    def watch(self, parts: Parts) -> None:
        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(parts.engine, name, self.pass_one)

    def begin(self) -> None:
        self.number, self.left = self.number + 1, self.dice.randint(1, LONGEST_LIFE)

    def tell_time(self) -> datetime:
        return Setup(self.env, self.number).now

    def pass_one(self, *_details: object) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Crash


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch) -> Counter[UUID]:
    """How often each mail was put into the folder."""
    counted: Counter[UUID] = Counter()
    put = mail._put_into_folder

    def put_and_count(folder: Path, mail_id: UUID, *given: Any) -> str:
        said = put(folder, mail_id, *given)
        counted[mail_id] += 1
        return said

    monkeypatch.setattr(mail, "_put_into_folder", put_and_count)
    return counted


def test_five_hundred_leave_once_whenever_a_worker_dies(
    database: str,  # noqa: F811
    tmp_path: Path,
    arrived: Counter[UUID],
) -> None:
    seed = int(os.environ.get("RECOURSE_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"RECOURSE_KILL_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    env = make_env(str(tmp_path / "data"), database, f"folder:{tmp_path}/out")
    env["RECOURSE_LETTERS_AN_HOUR"] = "10000"  # the pace is another test's
    write_all(env)
    assert LETTERS + OTHERS == 500
    fate = Fate(env, random.Random(seed))  # noqa: S311 - to be repeated, not to be secret
    lives = Parts(load_config(env), clock=fate.tell_time)
    fate.watch(lives)
    deaths = live_on(fate, lives, work)
    assert deaths >= LEAST_DEATHS
    fate.left = 10**9
    with lives.sessions() as session:
        begin_reading(session)
        rows = session.scalars(select(OutboxMail)).all()
        assert len(rows) == LETTERS + OTHERS
        assert set(arrived) <= {row.id for row in rows}
        for row in rows:
            assert row.state in {MailState.SENT, MailState.UNCLEAR}
            assert arrived[row.id] == 1 if row.state is MailState.SENT else arrived[row.id] <= 1
        unclear = sum(row.state is MailState.UNCLEAR for row in rows)
        assert unclear <= deaths
        assert unclear < len(rows) / 5, "most of those that died had sent nothing, and their mail was taken up"
        check_written_down(lives)
        assert list(count_rows(session, lives.keys)) == []
    lives.engine.dispose()


def write_all(env: dict[str, str]) -> None:
    """Every letter and mail waits to leave."""
    team_id = make_tables(env)
    parts = make_parts(Setup(env, 0))
    for _ in range(CASES):
        words = draft_of_many(parts, team_id)
        hand_in(parts, words)
        with parts.sessions.begin() as session:
            opened = open_case(session, parts, words).at(LATE)
            for dossier in read_dossiers(opened):
                letters.make_missing_letter(opened, dossier.number)
                address = f"abuse{dossier.number}@{opened.reference.lower()}.example"
                command = MailCommand(letter=dossier.number, address=address, has_checked=True)
                mailing.send_letter(opened, dossier.number, command)
    with parts.sessions.begin() as session:
        for number in range(OTHERS):
            cause, to = f"level:{number}", "mere@harbour.example"
            new = NewMail(case_id=None, kind=MailKind.LEVEL, cause=cause, to=to, subject="A", text="B")
            assert outbox.put(make_work(session, parts.ports, now=LATE), new)
    parts.engine.dispose()


def live_on(fate: Fate, parts: Parts, act: Callable[[Parts], str]) -> int:
    """Life after life until one finds nothing to do. How many ended in the middle."""
    while True:
        fate.begin()
        try:
            if act(parts) == "0 0":
                return fate.number - 1
        except Crash:
            parts.engine.dispose()  # with what the dead one had begun


def check_written_down(parts: Parts) -> None:
    """Each letter that left is written down once, by its job."""
    with parts.sessions() as session:
        begin_reading(session)
        jobs = session.scalars(select(Job).where(Job.kind == JobKind.MAILED)).all()
        left = session.scalars(select(LetterMail).where(LetterMail.state == LetterMailState.ACCEPTED)).all()
        assert {job.subject_id for job in jobs if job.state is JobState.DONE} == {each.id for each in left}
        assert all(each.recorded_at is not None for each in left)
