"""Levels of deadlines: each is told once, by whoever gets to it first, and not at all where it was met meanwhile."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import SealContext
from portal.db import make_engine, make_session_factory
from portal.domain.deadline_levels import LawPace, Level
from portal.domain.lifecycle import Answer, CaseStatus, Role
from portal.models.absences import Absence
from portal.models.accounts import Staff, Team
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.deadline_notices import AlertSettings, DeadlineNotice
from portal.models.outbox import MailKind, OutboxMail
from portal.services.alerts import levels, preferences
from portal.services.alerts.preferences import AlertChoices
from portal.services.background.duties import Tally
from portal.services.operations import sweep
from portal.services.ports import Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff, actor_of
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, guarded, make_work
from tests.services.fakes import DAY, HOUR, reopen, send
from tests.services.people import make_mail_ports, share_case

ONE_LINK = "https://pictures.example.org/album/7"
SENT = NOW + HOUR  # the law's 48 hours begin
DUE = SENT + 48 * HOUR
LAW = "us-take-it-down"
Told = list[Level]


@pytest.fixture
def case(sessions: sessionmaker[Session], ports: Ports) -> CaseWork:
    """A case of mere's whose letter has left and arrived."""
    with sessions.begin() as session:
        shared = share_case(session, ports, links=ONE_LINK)
        send(session, shared.first, ports, at=SENT, received_at=SENT)
        shared.first.case.assignee_id = shared.first.actor.staff_id
        return shared.first


@pytest.fixture
def case_id(sessions: sessionmaker[Session], case: CaseWork) -> UUID:
    with sessions() as session:
        return session.scalars(select(Case.id)).one()


def note(sessions: sessionmaker[Session], ports: Ports, at: datetime) -> Tally:
    """A minute of the worker."""
    sweep.sweep(sessions, now=at, ports=ports)
    return levels.note_levels(sessions, now=at, ports=ports)


def told(sessions: sessionmaker[Session], case_id: UUID) -> Told:
    """The levels that were noted of the clock that the law sets for taking it down, oldest first."""
    with sessions() as session:
        query = select(DeadlineNotice.level).join(Clock, Clock.id == DeadlineNotice.clock_id)
        query = query.where(DeadlineNotice.case_id == case_id, Clock.regime == LAW, Clock.due_at == DUE)
        return list(session.scalars(query.order_by(DeadlineNotice.noted_at, DeadlineNotice.level)))


def wish(sessions: sessionmaker[Session], ports: Ports, login: str, *wanted: Level, hour: int | None = None) -> UUID:
    """Let a member hear at once of these levels, at an address that is confirmed."""
    with sessions.begin() as session:
        member = session.scalars(select(Staff).where(Staff.login == login)).one()
        work = make_work(session, ports, actor=actor_of(member))
        choices = AlertChoices(address=f"{login}@harbour.example", levels=frozenset(wanted), digest_hour=hour)
        preferences.save_alerts(work, choices)
        row = session.get_one(AlertSettings, member.id)
        row.confirmed_at = NOW
        return member.id


def add_leader(sessions: sessionmaker[Session], case_id: UUID, login: str = "ines") -> UUID:
    with sessions.begin() as session:
        new = NewStaff(login=login, name=login.title(), role=Role.SUPERVISOR, password="a long password here")
        member = accounts.add_staff(session, new, now=NOW)
        team_id = session.get_one(Case, case_id).team_id
        team = session.get_one(Team, team_id)
        accounts.add_membership(session, member, team, b"k" * 32, now=NOW)
        return member.id


def mails(sessions: sessionmaker[Session], ports: Ports, kind: MailKind = MailKind.LEVEL) -> list[dict[str, str]]:
    """What waits to leave, as it reads."""
    with sessions() as session:
        rows = session.scalars(select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.created_at))
        return [
            json.loads(ports.keys.open_outbox(SealContext("outbox", str(row.id), str(row.case_id)), row.sealed))
            for row in rows
            if row.sealed
        ]


def test_each_level_is_told_once_in_its_time(sessions: sessionmaker[Session], ports: Ports, case_id: UUID) -> None:
    note(sessions, ports, DUE - 13 * HOUR)
    assert told(sessions, case_id) == []
    steps = [
        (DUE - 12 * HOUR, Level.BEFORE),
        (DUE + timedelta(minutes=1), Level.AT),
        (DUE + DAY, Level.AFTER),
        (DUE + 2 * DAY, Level.SUPERVISOR),
        (DUE + 3 * DAY, Level.DRAFT),
    ]
    for place, (at, _level) in enumerate(steps, 1):
        note(sessions, ports, at)
        note(sessions, ports, at + timedelta(minutes=1))
        assert told(sessions, case_id) == [level for _at, level in steps[:place]]
    assert note(sessions, ports, DUE + 4 * DAY).failed == 0


def test_a_law_is_told_at_the_times_that_its_record_has(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = LawPace(regime=LAW, rule="remove", before=3, after=1, supervisor=2, draft=4, why="To be tried.")
    times = replace(ports.registry.level_times, laws=(own,))
    monkeypatch.setitem(vars(ports.registry), "level_times", times)
    for hours, levels_told in ((-4, 0), (-3, 1), (1, 3), (2, 4), (4, 5)):
        note(sessions, ports, DUE + hours * HOUR)
        assert len(told(sessions, case_id)) == levels_told, hours


def test_what_was_met_meanwhile_says_nothing(
    sessions: sessionmaker[Session], ports: Ports, case: CaseWork, case_id: UUID
) -> None:
    note(sessions, ports, DUE - 12 * HOUR)
    with sessions.begin() as session:
        opened = reopen(session, case).at(DUE - 2 * HOUR)
        answers.log_answer(opened, 1, AnswerCommand(answer=Answer.REMOVED, at=DUE - 3 * HOUR))
    for at in (DUE + HOUR, DUE + 2 * DAY, DUE + 5 * DAY):
        note(sessions, ports, at)
    assert told(sessions, case_id) == [Level.BEFORE]


def test_a_case_that_was_closed_says_nothing(sessions: sessionmaker[Session], ports: Ports, case_id: UUID) -> None:
    with sessions.begin() as session:
        session.get_one(Case, case_id).status = CaseStatus.CLOSED
    note(sessions, ports, DUE + DAY)
    assert told(sessions, case_id) == []


def test_after_a_time_without_a_worker_the_furthest_alone_is_mailed(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    wish(sessions, ports, "mere", *Level)
    note(sessions, ports, DUE + 5 * DAY)
    passed = set(Level) - {Level.OWN, Level.BEFORE}
    assert told(sessions, case_id) == sorted(passed, key=lambda level: level.value)
    assert len(mails(sessions, ports)) == 1


def test_only_chosen_levels_are_mailed_and_the_mail_names_nothing(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    wish(sessions, ports, "mere", Level.AFTER)
    wish(sessions, ports, "tane", *Level)
    note(sessions, ports, DUE - 12 * HOUR)
    note(sessions, ports, DUE + HOUR)
    assert mails(sessions, ports) == []
    note(sessions, ports, DUE + DAY)
    (mail,) = mails(sessions, ports)
    assert mail["to"] == "mere@harbour.example", "tane does not work on it"
    with sessions() as session:
        reference = session.get_one(Case, case_id).reference
    assert reference in mail["text"]
    assert mail["subject"] == "A message for you"
    for word in ("Ana", "pictures.example", "image", "intimate", "http", "platform", "Take It Down"):
        assert word.lower() not in (mail["text"] + mail["subject"]).lower(), word


def test_whoever_covers_hears_instead_of_a_member_who_is_away_and_supervisors_hear_of_what_is_raised(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    leader = add_leader(sessions, case_id)
    mere, tane = (wish(sessions, ports, login, *Level) for login in ("mere", "tane"))
    wish(sessions, ports, "ines", *Level)
    with sessions.begin() as session:
        days = {"from_on": date(2026, 11, 20), "until_on": date(2026, 12, 20)}
        session.add(Absence(id=uuid4(), staff_id=mere, cover_id=tane, set_at=NOW, **days))
    note(sessions, ports, DUE + HOUR)
    assert [mail["to"] for mail in mails(sessions, ports)] == ["tane@harbour.example"]
    note(sessions, ports, DUE + 2 * DAY)
    assert leader
    assert Counter(mail["to"] for mail in mails(sessions, ports))["ines@harbour.example"] == 1


def test_a_deadline_that_moves_is_told_anew(sessions: sessionmaker[Session], ports: Ports, case_id: UUID) -> None:
    note(sessions, ports, DUE - 12 * HOUR)
    with sessions.begin() as session:
        clock = session.scalars(select(Clock).where(Clock.regime == LAW, Clock.due_at == DUE)).one()
        clock.due_at = DUE + 5 * DAY
    levels.note_levels(sessions, now=DUE + 4 * DAY, ports=ports)
    with sessions() as session:
        noted = select(func.count()).select_from(DeadlineNotice).where(DeadlineNotice.level == Level.BEFORE)
        assert session.scalar(noted.where(DeadlineNotice.due_at == DUE + 5 * DAY)) == 1


def test_three_workers_at_once_tell_once(sessions: sessionmaker[Session], ports: Ports, case_id: UUID) -> None:
    wish(sessions, ports, "mere", *Level)
    sweep.sweep(sessions, now=DUE + HOUR, ports=ports)
    acts = [lambda: levels.note_levels(sessions, now=DUE + HOUR, ports=ports)] * 3
    found = do_at_once(sessions, acts, after="FROM clocks JOIN cases")
    assert [each for each in found if not isinstance(each, Tally)] == []
    assert told(sessions, case_id) == [Level.AT]
    assert len(mails(sessions, ports)) == 1


def die_at(url: str, folder: str, at: datetime, statement: int) -> None:
    """A worker that is killed at that statement or commit of its run."""
    engine = make_engine(url)
    seen = [0]

    def count(*_given: object) -> None:
        seen[0] += 1
        if seen[0] == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    levels.note_levels(guarded(make_session_factory(engine)), now=at, ports=make_mail_ports(Path(folder)))


@pytest.mark.thorough
def test_a_worker_killed_at_any_statement_leaves_the_level_to_the_next_one_once(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID, database_url: str, tmp_path: Path
) -> None:
    wish(sessions, ports, "mere", *Level)
    sweep.sweep(sessions, now=DUE + HOUR, ports=ports)
    spawned = multiprocessing.get_context("spawn")
    ends: list[int | None] = []
    for statement in range(1, 40, 3):
        worker = spawned.Process(target=die_at, args=(database_url, str(tmp_path), DUE + HOUR, statement))
        worker.start()
        worker.join(60)
        ends.append(worker.exitcode)
        is_told = told(sessions, case_id)
        assert len(is_told) == len(mails(sessions, ports)) <= 1, statement
        if worker.exitcode == 0:
            break
    assert ends[0] == -signal.SIGKILL
    levels.note_levels(sessions, now=DUE + HOUR, ports=ports)
    assert told(sessions, case_id) == [Level.AT]
    assert len(mails(sessions, ports)) == 1
