"""Nothing is lost and nothing happens twice when processes are killed at any moment.

Two people's processes and a worker work at once on one database and are killed with SIGKILL again and again: by
themselves before some SQL statement or commit, or from outside after some time. Whatever was not acknowledged is asked
for again, as a person would after a page that did not answer. Then every row is looked at.

RECOURSE_KILL_SEED repeats the choices of an earlier run.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event as Signal
from threading import Lock
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import begin_reading
from portal.domain.lifecycle import CaseStatus, ComplaintState, Handler, History, ItemState, RequestState
from portal.models.cases import Case, CaseKey, Consent
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.items import Item
from portal.models.jobs import Job, JobKind, JobState
from portal.models.letters import Letter
from portal.models.messages import Message
from portal.models.outbox import MailState, OutboxMail
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.services.cases import opening
from portal.services.complaints import bundle_files
from portal.services.history.rows_check import count_rows
from portal.services.history.verification import Against, verify
from portal.services.intake import submission
from portal.services.letters import kept_letters
from portal.services.letters.drafting import number_of, read_facts
from portal.services.work import CaseWork
from portal.wiring import Parts
from tests.mailbox import Mailbox, open_mailbox
from tests.postgres import fresh_database
from tests.run.killable import LATE, Done, Order, Setup, live, make_env, make_parts, work
from tests.services.factories import make_team, make_work
from tests.services.fakes import print_quickly

CASES = 78  # in all, which gives the least operations with some to spare
LANES = 2  # of people
LEAST_OPERATIONS = 500
LEAST_KILLS = 50  # in the middle of an operation
SHARE_KILLED = 0.3  # of the operations
SERVER = "tests.run.killable_server"


_ONE_AT_A_TIME = Lock()  # Python's own list of children is not made for several threads


@dataclass
class Person:
    """One report and what was acknowledged of it."""

    words: str
    reference: str = ""
    done: set[str] = field(default_factory=set)
    cause: str = ""


@dataclass
class Tally:
    """What became of the orders of all lanes."""

    orders: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)


class Lane:
    """A process that is started again whenever it was killed; each order is repeated until it is acknowledged."""

    share_killed = SHARE_KILLED

    def __init__(self, name: str, seed: int, env: dict[str, str], tally: Tally) -> None:
        self.dice = random.Random(f"{seed} {name}")  # noqa: S311 - to be repeated, not to be secret
        self.env, self.tally = env, tally
        self.usual: dict[str, tuple[int, float]] = {}  # points and seconds of each kind, when it was last whole
        self.lives = 0
        self.line: Connection | None = None
        self.process: multiprocessing.process.BaseProcess | None = None

    def ask(self, kind: str, **values: str) -> str:
        while True:
            done = self.try_once(kind, values)
            if done is not None:
                assert not done.error, f"{kind}: {done.error}"
                self.tally.acknowledged[kind] += 1
                return done.result

    def try_once(self, kind: str, values: dict[str, str]) -> Done | None:
        """One try, perhaps with a death in it. None where no acknowledgement came."""
        line = self.line or self.start()
        is_killed = kind in self.usual and self.dice.random() < self.share_killed
        is_inside = self.dice.random() < 0.5
        points, seconds = self.usual.get(kind, (0, 0.0))
        die_at = self.dice.randint(1, points + 1) if is_killed and is_inside else 0
        patience = self.dice.uniform(0, 1.2 * seconds) if is_killed and not is_inside else None
        started = time.monotonic()
        self.tally.orders[kind] += 1
        line.send(Order(kind, values, die_at))
        done = self.wait(line, patience)
        if done is not None and not is_killed:
            self.usual[kind] = done.points, time.monotonic() - started
        if is_killed:
            self.tally.kills[f"{kind}, {'not ' if done is None else ''}acknowledged"] += 1
            self.end()
        return done

    def wait(self, line: Connection, patience: float | None) -> Done | None:
        assert self.process is not None
        if not line.poll(patience):
            self.process.kill()
        try:
            answer = line.recv()
        except (EOFError, ConnectionResetError):
            return None
        assert isinstance(answer, Done)
        return answer

    def start(self) -> Connection:
        context = multiprocessing.get_context("forkserver")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=live, args=(theirs, Setup(self.env, self.lives)), daemon=True)
        with _ONE_AT_A_TIME:
            self.process.start()
        theirs.close()
        self.lives += 1
        return self.line

    def end(self) -> None:
        """Kill what is left of the process."""
        if self.process is not None and self.line is not None:
            self.process.kill()
            with _ONE_AT_A_TIME:
                self.process.join()
                self.process.close()
            self.line.close()
        self.process = self.line = None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the killed processes, see `killable.be_quick`."""
    print_quickly(monkeypatch)
    multiprocessing.get_context("forkserver").set_forkserver_preload([SERVER])


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
    else:
        with fresh_database() as url:
            yield url


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with open_mailbox() as opened:
        yield opened


def test_nothing_is_lost_and_nothing_happens_twice(database: str, tmp_path: Path, mailbox: Mailbox) -> None:
    seed = int(os.environ.get("RECOURSE_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"RECOURSE_KILL_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    env = make_env(str(tmp_path / "data"), database, mailbox.url)
    tally = Tally()
    people = run_lanes(seed, env, make_tables(env), tally)
    print(tally)  # noqa: T201
    assert tally.orders.total() >= LEAST_OPERATIONS
    assert sum(number for how, number in tally.kills.items() if "not acknowledged" in how) >= LEAST_KILLS
    assert any("lodge" in person.done for person in people), "bundles are made, so that complaints are handed in"
    lives = settle(env)
    with lives.sessions() as session:
        begin_reading(session)
        for person in people:
            check_person(session, lives, person)
        check_rows(session, tally)
        check_mail(session, mailbox, {person.cause for person in people}, tally)
        verdict = verify(session, Against(keys={}, server=lives.keys), now=lives.clock())
        assert [broken for broken in verdict.breaks if broken.row.split()[0] not in {"head", "heads"}] == []
        assert list(count_rows(session, lives.keys)) == []
        assert verdict.events == session.scalar(select(func.count()).select_from(Event))
    lives.engine.dispose()


def make_tables(env: dict[str, str]) -> str:
    """All tables, and one team; its id."""
    parts = make_parts(Setup(env, 0))
    metadata.create_all(parts.engine)
    with parts.sessions.begin() as session:
        team, _ = make_team(session)
    parts.engine.dispose()
    return str(team.id)


def run_lanes(seed: int, env: dict[str, str], team_id: str, tally: Tally) -> list[Person]:
    """All operations of the people, with the worker beside them until they have finished."""
    over = Signal()
    with ThreadPoolExecutor(LANES + 1) as pool:
        behind = pool.submit(run_worker, Lane("worker", seed, env, tally), over)
        try:
            lanes = [pool.submit(run_people, Lane(f"lane {each}", seed, env, tally), team_id) for each in range(LANES)]
            people = [person for lane in lanes for person in lane.result()]
        finally:
            over.set()
        behind.result()
    return people


def run_people(lane: Lane, team_id: str) -> list[Person]:
    people = []
    try:
        for number in range(CASES // LANES):
            person = Person(words=lane.ask("draft", team_id=team_id))
            people.append(person)
            person.reference = lane.ask("hand in", words=person.words)
            lane.ask("send", words=person.words)
            person.cause = lane.ask("message", words=person.words)
            person.done |= {"send", "message"}
            if number % 2:
                lane.ask("escalate", words=person.words)
                person.done.add("escalate")
            waiting = [each for each in people[:-2] if "escalate" in each.done and "lodge" not in each.done]
            if waiting and lane.ask("lodge", words=waiting[0].words) == "lodged":
                waiting[0].done.add("lodge")
    finally:
        lane.end()
    return people


def run_worker(lane: Lane, over: Signal) -> None:
    try:
        while not over.wait(0.2):
            lane.ask("work")
    finally:
        lane.end()


def settle(env: dict[str, str]) -> Parts:
    """A worker that is let alone until nothing waits; its clock runs ahead of every lease and put-off try."""
    for number in range(1_000, 1_030):
        parts = make_parts(Setup(env, number))
        assert work(parts)
        parts.engine.dispose()
    return make_parts(Setup(env, 1_030))


def check_person(session: Session, parts: Parts, person: Person) -> None:
    """What was acknowledged is there, and opens with the words."""
    opened = opening.open_by_words(make_work(session, parts.ports), person.words)
    assert opened.reference == person.reference
    assert opened.case.status is CaseStatus.OPEN
    check_whole(session, parts, opened)
    sent = session.scalars(select(Request).where(Request.case_id == opened.case.id, Request.number == 1)).one()
    assert sent.state is RequestState.SENT
    message = session.scalars(select(Message).where(Message.case_id == opened.case.id)).one()
    assert opened.read_sealed(message) == {"text": person.cause}
    found = session.scalars(select(Complaint).where(Complaint.case_id == opened.case.id)).all()
    assert len(found) == ("escalate" in person.done)
    for complaint in found:
        assert (complaint.state is ComplaintState.LODGED) == ("lodge" in person.done)
        check_bundle(session, parts, opened, complaint)


def check_whole(session: Session, parts: Parts, opened: CaseWork) -> None:
    """Not half a case: each link is an item with a request, and the history says each step once."""
    case_id = opened.case.id
    report = opened.report
    items = session.scalars(select(Item).where(Item.case_id == case_id).order_by(Item.number)).all()
    assert [opened.read_sealed(item)["url"] for item in items] == [link.url for link in report.links]
    requests = session.scalars(select(Request).where(Request.case_id == case_id)).all()
    assert {item.request_id for item in items} == {request.id for request in requests}
    assert {item.state for item in items} == {ItemState.REPORTED, ItemState.ASKED}
    recipients = session.scalars(select(Consent.recipient).where(Consent.case_id == case_id)).all()
    assert sorted(recipients) == ["platforms", "regulators", "team"]
    keys = session.scalars(select(CaseKey).where(CaseKey.case_id == case_id)).all()
    assert {key.holder: key.is_locked for key in keys} == {Handler.PERSON: True, Handler.TEAM: True}
    events = session.scalars(select(Event).where(Event.case_id == case_id).order_by(Event.sequence)).all()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    counted = Counter(event.kind for event in events)
    assert counted[History.SUBMITTED] == 1
    assert counted[History.SENT] == 1
    submitted = next(event for event in events if event.kind is History.SUBMITTED)
    assert opened.read_sealed(submitted) == {"digest": submission.digest_report(report)}
    check_letters(session, parts, opened, counted)


def check_letters(session: Session, parts: Parts, opened: CaseWork, counted: Counter[History]) -> None:
    """Each letter has its number once, its event once and both its files."""
    rows = session.scalars(select(Letter).where(Letter.case_id == opened.case.id).order_by(Letter.number)).all()
    assert [letter.number for letter in rows] == [number_of(read_facts(opened, letter)) for letter in rows]
    assert len({letter.number for letter in rows}) == len(rows), "a number that a killed worker reserved stays unused"
    assert counted[History.LETTER_MADE] == len(rows)
    assert len([letter for letter in rows if letter.request_id]) == 1
    for letter in rows:
        for is_redacted in (False, True):
            assert kept_letters.read_letter(replace(opened, ports=parts.ports), letter.number, redacted=is_redacted)


def check_bundle(session: Session, parts: Parts, opened: CaseWork, complaint: Complaint) -> None:
    """One complaint has one bundle, made once, or its job says that it stopped and can be started again."""
    job = session.scalars(select(Job).where(Job.subject_id == complaint.id)).one()
    made = session.scalars(select(Letter).where(Letter.complaint_id == complaint.id)).all()
    prepared = select(func.count()).where(Event.complaint_id == complaint.id)
    assert session.scalar(prepared.where(Event.kind == History.COMPLAINT_PREPARED)) == 1
    lodged = session.scalar(prepared.where(Event.kind == History.COMPLAINT_LODGED))
    assert lodged == (complaint.state is ComplaintState.LODGED)
    assert job.state in {JobState.DONE, JobState.FAILED}
    assert len(made) == (job.state is JobState.DONE)
    if job.state is JobState.FAILED:
        check_second_start(parts, opened, complaint)


def check_second_start(parts: Parts, opened: CaseWork, complaint: Complaint) -> None:
    """A bundle whose worker was killed too often is made when it is asked for again."""
    with parts.sessions.begin() as session:
        again = replace(opened, session=session, case=session.get_one(Case, opened.case.id))
        job = bundle_files.start_bundle(again.at(LATE), complaint.number)
    assert work(parts)
    with parts.sessions() as session:
        assert session.get_one(Job, job.id).state is JobState.DONE


def check_rows(session: Session, tally: Tally) -> None:
    """Also what was never acknowledged is whole: either all of a report or nothing of it."""
    for case in session.scalars(select(Case)):
        is_open = case.status is CaseStatus.OPEN
        assert case.sealed
        assert session.scalar(select(func.count()).where(Item.case_id == case.id)) == (3 if is_open else 0)
        assert session.scalar(select(func.count()).where(CaseKey.case_id == case.id)) == (2 if is_open else 1)
    drafts = session.scalar(select(func.count()).where(Case.status == CaseStatus.DRAFT)) or 0
    assert drafts <= tally.kills["draft, not acknowledged"]
    assert set(session.scalars(select(Job.kind))) == {JobKind.BUNDLE}
    open_jobs = select(func.count()).where(Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    assert session.scalar(open_jobs) == 0


def check_mail(session: Session, mailbox: Mailbox, causes: set[str], tally: Tally) -> None:
    """Each mail arrived once. One that a worker died over may have arrived or not, is marked so, and not sent again."""
    arrived = Counter(UUID(mail["Message-ID"].strip("<>").split("@")[0]) for mail in mailbox.mails)
    rows = session.scalars(select(OutboxMail)).all()
    assert {row.cause for row in rows} == causes
    assert len(rows) == len(causes)
    assert set(arrived) <= {row.id for row in rows}
    for row in rows:
        assert row.state in {MailState.SENT, MailState.UNCLEAR}
        assert arrived[row.id] == 1 if row.state is MailState.SENT else arrived[row.id] <= 1
    unclear = sum(row.state is MailState.UNCLEAR for row in rows)
    assert unclear <= tally.kills["work, not acknowledged"]
