"""The worker's rounds: what fails keeps nothing else waiting, and what is due each hour is never passed over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from portal.config import load_config
from portal.domain.rights import SecurityNoticeKind
from portal.models.contacts import LinkAsk
from portal.models.guards import HistoryCheck
from portal.models.items import Item
from portal.models.jobs import Job, JobKind, JobState
from portal.models.outbox import MailKind, MailState, OutboxMail
from portal.models.security_notices import SecurityNotice
from portal.models.tables import metadata
from portal.run import beside, worker
from portal.run.serve import guard_rows
from portal.run.worker import Rounds
from portal.services.background import jobs, outbox
from portal.services.background.outbox import NewMail
from portal.services.cases import mail_contact
from portal.services.history import checkpoints, guards
from portal.services.operations import audits, sweep
from portal.services.operations.sweep import Swept
from portal.services.ports import Ports
from portal.wiring import Parts
from tests.services.background.test_outbox import Post
from tests.services.factories import make_case, make_work
from tests.services.people import MAIL

TEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that the test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(TEN)


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Parts:
    made = Parts(load_config({"RECOURSE_DATA": str(tmp_path), **MAIL}), clock=clock)
    metadata.create_all(made.engine)
    return made


@pytest.fixture
def sessions(parts: Parts) -> sessionmaker[Session]:
    return parts.sessions


def fail(*_given: object, **_named: object) -> None:
    raise RuntimeError("canary")


def is_signed(parts: Parts) -> bool:
    with parts.sessions() as session:
        return checkpoints.is_signed(session, now=parts.clock())


def test_a_sweep_that_breaks_down_keeps_nobody_else_waiting(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    post = Post()
    monkeypatch.setattr(worker, "make_mailer", lambda _server: post)
    monkeypatch.setattr(sweep, "sweep", fail)
    with parts.sessions.begin() as session:
        put_mail(session, parts.ports)
    Rounds(parts).go()
    assert is_signed(parts)
    assert len(post.sent) == 1
    assert "a duty of the worker failed for sweep: RuntimeError at portal/run/worker.py:" in caplog.text
    assert "canary" not in caplog.text


def test_a_day_that_cannot_be_signed_keeps_no_mail_waiting(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post()
    monkeypatch.setattr(worker, "make_mailer", lambda _server: post)
    monkeypatch.setattr(checkpoints, "is_signed", fail)
    with parts.sessions.begin() as session:
        put_mail(session, parts.ports)
    Rounds(parts).go()
    assert len(post.sent) == 1


def test_what_is_due_each_hour_is_done_however_late_the_minute_comes(
    parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[datetime] = []
    monkeypatch.setattr(worker, "purge_links", lambda _parts: done.append(clock.now))
    rounds = Rounds(parts)
    for minutes in (0, 1, 59, 62, 63, 121, 122):  # the minutes 60 and 120 were missed, because a sweep took long
        clock.now = TEN + minutes * MINUTE
        rounds.go()
    assert done == [TEN, TEN + 62 * MINUTE, TEN + 122 * MINUTE]


def test_an_hourly_duty_that_failed_is_tried_again_the_next_minute(
    parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds, done = Rounds(parts), []
    monkeypatch.setattr(worker, "purge_locks", fail)
    rounds.go()
    monkeypatch.setattr(worker, "purge_locks", lambda _parts: done.append(clock.now))
    clock.now += MINUTE
    rounds.go()
    assert done == [TEN + MINUTE]


def test_a_mail_that_cannot_be_opened_waits_longer_each_time_and_stops_no_other(
    parts: Parts, sessions: sessionmaker[Session], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post()
    monkeypatch.setattr(worker, "make_mailer", lambda _server: post)
    with sessions.begin() as session:
        spoilt = put_mail(session, parts.ports)
        session.execute(update(OutboxMail).values(sealed=b"nonsense"))
        put_mail(session, parts.ports)
    assert worker.deliver_due_mail(parts) == 2
    assert len(post.sent) == 1
    with sessions() as session:
        row = session.get_one(OutboxMail, spoilt)
        assert (row.state, row.tries, row.next_try_at) == (MailState.WAITING, 1, TEN + MINUTE)
        assert outbox.list_due(session, now=TEN) == []


def test_somebody_who_asked_and_cannot_be_read_stops_no_other_and_is_forgotten(
    parts: Parts, sessions: sessionmaker[Session], clock: Clock
) -> None:
    with sessions.begin() as session:
        mail_contact.ask_link(make_work(session, parts.ports, now=TEN - MINUTE), "a@example.net")
        session.flush()
        session.execute(update(LinkAsk).values(sealed=b"nonsense"))
        mail_contact.ask_link(make_work(session, parts.ports, now=TEN), "b@example.net")
    assert worker.answer_asks(parts) == 1
    clock.now = TEN + mail_contact.RETURN_LASTS
    assert worker.answer_asks(parts) == 1
    with sessions() as session:
        assert session.scalars(select(LinkAsk)).all() == []


def test_a_job_that_cannot_be_opened_fails_after_its_tries_and_stops_no_other(
    parts: Parts, sessions: sessionmaker[Session], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(worker.RUNNERS, JobKind.BUNDLE, lambda *_given: lambda _session, _now: None)
    with sessions.begin() as session:
        spoilt = add_job(session, parts.ports)
        session.execute(update(Job).values(sealed=b"nonsense"))
        whole = add_job(session, parts.ports)
    for _ in range(4):
        worker.run_left_jobs(parts)
        clock.now += 10 * MINUTE
    with sessions() as session:
        assert session.get_one(Job, whole).state is JobState.DONE
        job = session.get_one(Job, spoilt)
        assert (job.state, job.problems) == (JobState.FAILED, jobs.GAVE_UP)


def put_mail(session: Session, ports: Ports) -> UUID:
    case_id, cause = make_case(session, ports, now=TEN).case.id, f"reply:{uuid4()}"
    new = NewMail(case_id=case_id, kind=MailKind.REPLY, cause=cause, to="a@example.net", subject="A", text="B")
    assert outbox.put(make_work(session, ports, now=TEN), new)
    return session.scalars(select(OutboxMail.id).where(OutboxMail.cause == cause)).one()


def add_job(session: Session, ports: Ports) -> UUID:
    opened = make_case(session, ports, now=TEN)
    work = make_work(session, ports, now=TEN)
    return jobs.add_job(work, JobKind.BUNDLE, case_id=opened.case.id, subject_id=uuid4(), key=opened.key).id


def test_the_history_is_checked_each_night_by_itself(parts: Parts, clock: Clock) -> None:
    rounds = Rounds(parts)
    rounds.start()
    with parts.sessions.begin() as session:
        make_case(session, parts.ports, now=TEN)
    rounds.go()
    with parts.sessions() as session:
        first = session.get_one(HistoryCheck, audits.CHECK)
        assert (first.checked_at, first.breaks) == (TEN, 0)
    clock.now += timedelta(hours=5)
    rounds.go()
    with parts.sessions.begin() as session:
        assert session.get_one(HistoryCheck, audits.CHECK).checked_at == TEN
        session.execute(text("UPDATE staff SET role = role"))
        session.execute(text("UPDATE items SET state = 'removed'"))
    clock.now += timedelta(days=7)
    rounds.go()
    with parts.sessions() as session:
        last = session.get_one(HistoryCheck, audits.CHECK)
        notices = session.scalars(select(SecurityNotice.kind)).all()
    assert last.checked_at == clock.now
    assert last.breaks > 0
    assert notices == [SecurityNoticeKind.HISTORY_BROKEN]


def test_a_journal_that_was_cut_is_neither_signed_nor_written_down(parts: Parts, clock: Clock) -> None:
    rounds = Rounds(parts)
    rounds.start()
    with parts.sessions.begin() as session:
        make_case(session, parts.ports, now=TEN)
    rounds.go()
    known = parts.ports.locks.read_witness()
    assert known is not None
    with parts.sessions.begin() as session:
        session.execute(text("DELETE FROM journal WHERE position = :last"), {"last": known[0]})
    clock.now += timedelta(days=1)
    rounds.go()
    with parts.sessions() as session:
        assert len(checkpoints.list_checkpoints(session)) == 1
    assert parts.ports.locks.read_witness() == known


def test_mail_waits_for_no_sweep_however_long_it_takes(
    parts: Parts, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post()
    waited: list[timedelta] = []
    monkeypatch.setattr(worker, "make_mailer", lambda _server: post)

    def sweep_long(*_given: object, may_go_on: Callable[[], bool], **_named: object) -> Swept:
        with parts.sessions.begin() as session:
            put_mail(session, parts.ports)
        begun_at = clock.now
        while may_go_on():
            clock.now += timedelta(seconds=0.5)
            if post.sent and not waited:
                waited.append(clock.now - begun_at)
        return Swept(missed=0, purged=0, jobs=0, failed=0, position=None)

    monkeypatch.setattr(sweep, "sweep", sweep_long)
    Rounds(parts).go()
    assert len(post.sent) == 1
    assert waited[0] <= timedelta(seconds=4)
    assert clock.now - TEN >= worker.SWEEP_LASTS


def test_what_takes_long_runs_beside_the_rest_and_once_at_a_time() -> None:
    aside, begun, may_end = beside.Aside(), threading.Semaphore(0), threading.Event()

    def work() -> None:
        begun.release()
        may_end.wait(10)

    aside.start(work)
    aside.start(work)
    assert begun.acquire(timeout=10)
    assert not begun.acquire(blocking=False)
    may_end.set()


def test_rows_from_before_there_were_guards_get_theirs_before_the_portal_answers(parts: Parts) -> None:
    with parts.sessions.begin() as session:
        make_case(session, parts.ports, now=TEN)
        for model in guards.list_guarded():
            session.flush()
            session.connection().execute(text(f"UPDATE {model.__tablename__} SET guard = NULL"))  # noqa: S608
    guard_rows(parts.config)
    with parts.sessions() as session:
        assert audits.is_adopted(session)
        assert session.scalars(select(Item.guard).where(Item.guard.is_(None))).all() == []
