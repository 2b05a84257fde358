"""Fills a portal with invented cases, through the same use cases that people use, with times of the past.

Which cases there are stands in `demo_cases.py`. Everything is invented: names mean "example" in many languages,
addresses are reserved ones, and the paths on real platforms lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import Handler, Role
from portal.domain.report import Report, ReportedPlace
from portal.models.accounts import Staff
from portal.services import accounts, clocks, intake
from portal.services import staff as staff_service
from portal.services.accounts import NewStaff
from portal.services.cases import OpenCase, open_for_staff
from portal.services.ports import Actor, Ports

TEAM = "Harbour helpline"
ADVOCATE = ("demo.advocate", "Maren Anker", Role.ADVOCATE)
COLLEAGUE = ("demo.colleague", "Tomas Boje", Role.ADVOCATE)
SUPERVISOR = ("demo.supervisor", "Ines Lotse", Role.SUPERVISOR)
NEWCOMER = ("demo.newcomer", "Jonah Ponton", Role.ADVOCATE)
ADMINISTRATOR = ("demo.administrator", "Vera Pier", Role.ADMINISTRATOR)


class AlreadyFilled(ValueError):
    """The invented cases are there already."""


@dataclass(frozen=True, kw_only=True, repr=False)
class SignIn:
    login: str
    name: str
    role: Role
    password: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Filled:
    """What to print: how to sign in, and the words of one person's case."""

    sign_ins: tuple[SignIn, ...]
    words: str
    reference: str
    cases: int


@dataclass(frozen=True, repr=False)
class Stage:
    """A moment in an invented case: who holds it open, and when it is."""

    session: Session
    opened: OpenCase
    now: datetime
    ports: Ports
    staff: dict[str, UUID]

    def at(self, now: datetime) -> Stage:
        return replace(self, now=now)


Act = Callable[[Stage], None]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happens so long after the report."""

    after: timedelta
    act: Act


@dataclass(frozen=True, kw_only=True)
class Story:
    """An invented case: what was reported, how long ago, and what happened then. `is_draft` never hands it in."""

    key: str
    age: timedelta
    report: Report
    links: str = ""
    places: tuple[ReportedPlace, ...] = ()
    steps: tuple[Step, ...] = ()
    is_draft: bool = False


@dataclass(frozen=True, repr=False)
class _Crew:
    """The invented team, with the key to its cases."""

    team_id: UUID
    team_key: bytes
    advocate: Actor
    staff: dict[str, UUID]


def fill(
    sessions: sessionmaker[Session], stories: Sequence[Story], *, shown: str, now: datetime, ports: Ports
) -> Filled:
    """Make the staff and play the stories, each in a transaction of its own. `shown` names the story of the words.

    Raises AlreadyFilled.
    """
    with sessions() as session:
        if session.scalars(select(Staff.id).where(Staff.login == ADVOCATE[0])).first() is not None:
            raise AlreadyFilled("The invented cases are there already. Their passwords were shown when they were made.")
    sign_ins = tuple(
        SignIn(login=login, name=name, role=role, password=ports.words.draw())
        for login, name, role in (ADVOCATE, SUPERVISOR, ADMINISTRATOR, COLLEAGUE, NEWCOMER)
    )
    oldest = max(story.age for story in stories)
    with sessions.begin() as session:
        crew = _make_crew(session, sign_ins, now=now - oldest - timedelta(days=30))
    words = reference = ""
    for story in stories:
        with sessions.begin() as session:
            found = _play(session, story, crew, now=now, ports=ports)
        if story.key == shown:
            words, reference = found
    clocks.sweep(sessions, now=now, ports=ports)
    return Filled(sign_ins=sign_ins, words=words, reference=reference, cases=len(stories))


def _make_crew(session: Session, sign_ins: Sequence[SignIn], *, now: datetime) -> _Crew:
    """A team of three, an administrator, and a newcomer who waits to be let in."""
    staff_service.make_recovery_key_once(session, now=now)
    team, key = accounts.make_team(session, TEAM, now=now)
    made = {}
    for one in sign_ins:
        new = NewStaff(login=one.login, name=one.name, role=one.role, password=one.password)
        made[one.login] = accounts.add_staff(session, new, now=now)
        if one.role is not Role.ADMINISTRATOR:
            is_in = one.login != NEWCOMER[0]
            accounts.join_team(session, made[one.login], team, key if is_in else None, now=now)
    ids = {login: row.id for login, row in made.items()}
    return _Crew(team.id, key, accounts.actor_of(made[ADVOCATE[0]]), ids)


def _play(session: Session, story: Story, crew: _Crew, *, now: datetime, ports: Ports) -> tuple[str, str]:
    """One story from the first question to today. Returns the words and the reference."""
    began_at = now - story.age
    opened, words = intake.start_draft(session, language="en", now=began_at, ports=ports)
    report = story.report
    if report.handler is Handler.TEAM:
        report = replace(report, team_id=str(crew.team_id))
    report = replace(intake.add_links(report, story.links, ports=ports), places=story.places)
    intake.save_report(opened, report, version=None)
    if story.is_draft:
        return words, opened.reference
    intake.submit(session, opened, now=began_at, ports=ports)
    session.flush()
    stage = Stage(session, _as_advocate(session, opened, crew), began_at, ports, crew.staff)
    for step in story.steps:
        step.act(stage.at(began_at + step.after))
        session.flush()
    return words, opened.reference


def _as_advocate(session: Session, opened: OpenCase, crew: _Crew) -> OpenCase:
    """The case as the team opens it; a person who carries it alone keeps it open."""
    if opened.case.team_id is None:
        return opened
    keys = {crew.team_id: crew.team_key}
    return open_for_staff(session, opened.reference, actor=crew.advocate, team_keys=keys, to_change=True)
