"""Fills a portal with invented cases, through the same use cases that people use, with times of the past.

Which cases there are stands in `stories.py`. Everything is invented: names mean "example" in many languages,
addresses are reserved ones, and the paths on real platforms lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import ClockState
from portal.domain.journal import Noted
from portal.domain.lifecycle import Handler, Role
from portal.domain.report import Report, ReportedPlace
from portal.models.accounts import Staff
from portal.models.clocks import Clock
from portal.models.jobs import JobKind
from portal.models.snippets import SnippetUse
from portal.services.background import jobs
from portal.services.cases import tags
from portal.services.cases.opening import open_for_person, open_for_staff
from portal.services.complaints.bundle import make_bundle
from portal.services.history import journal
from portal.services.intake import drafts, submission
from portal.services.operations import sweep
from portal.services.ports import PERSON, Actor, Ports
from portal.services.signin import factors
from portal.services.staff import accounts, recovery_key, snippets
from portal.services.staff.accounts import NewStaff
from portal.services.staff.snippets import SnippetCommand
from portal.services.work import CaseWork, Work

TEAM = "Harbour helpline"
SECOND_TEAM = "Bridge legal aid"  # the advocate and the supervisor are in both
ADVOCATE = ("demo.advocate", "Maren Anker", Role.ADVOCATE)
COLLEAGUE = ("demo.colleague", "Tomas Boje", Role.ADVOCATE)
SUPERVISOR = ("demo.supervisor", "Ines Lotse", Role.SUPERVISOR)
NEWCOMER = ("demo.newcomer", "Jonah Ponton", Role.ADVOCATE)
ADMINISTRATOR = ("demo.administrator", "Vera Pier", Role.ADMINISTRATOR)
TEXTS = (
    (TEAM, SnippetUse.MESSAGE, "We have your report", "Your report reached us on {today}. We look at it today. You "
     "don’t have to do anything for now.\n{my name}, {team}"),
    (TEAM, SnippetUse.MESSAGE, "They said no", "They said no. That happens often, and it is not the end. We write to "
     "them again and go to the authority. You will see here what comes of it.\n{my name}"),
    (TEAM, SnippetUse.NOTE, "Called, nobody answered", "{today}: called, nobody answered, left no message."),
    (SECOND_TEAM, SnippetUse.NOTE, "Complaint read", "{today}: {my name} read the complaint of {reference}."),
)  # fmt: skip
TAGS = ((TEAM, "school"), (TEAM, "press knows"), (SECOND_TEAM, "court"))
SWEEP = timedelta(minutes=1)  # how often a running portal looks at its clocks


class AlreadyFilled(ValueError):
    """The invented cases are there already."""


@dataclass(frozen=True, kw_only=True, repr=False)
class SignIn:
    login: str
    name: str
    role: Role
    password: str
    app_secret: str  # for an app of codes
    codes: tuple[str, ...] = ()  # on paper, each good once


@dataclass(frozen=True, kw_only=True, repr=False)
class Filled:
    """What to print: how to sign in, and the words of one person's case."""

    sign_ins: tuple[SignIn, ...]
    words: str
    reference: str
    cases: int
    recovery_key: str | None  # only where the organisation had none


@dataclass(frozen=True, repr=False)
class DemoStage:
    """A moment in an invented case: the case as somebody holds it open then, and the team's members by login."""

    work: CaseWork
    staff: dict[str, UUID]


Act = Callable[[DemoStage], None]


@dataclass(frozen=True, kw_only=True)
class StoryStep:
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
    steps: tuple[StoryStep, ...] = ()
    is_draft: bool = False
    team: str = TEAM


@dataclass(frozen=True, repr=False)
class _Crew:
    """The invented teams by name, each with its id and the key to its cases, and who works in them."""

    teams: dict[str, tuple[UUID, bytes]]
    advocate: Actor
    staff: dict[str, UUID]
    recovery_key: str | None


def fill(
    sessions: sessionmaker[Session], stories: Sequence[Story], *, shown: str, now: datetime, ports: Ports
) -> Filled:
    """Make the staff and play the stories. `shown` names the story whose words are returned. Raises AlreadyFilled."""
    with sessions() as session:
        require_empty(session)
    sign_ins = tuple(
        SignIn(login=login, name=name, role=role, password=ports.words.draw(), app_secret=factors.new_secret())
        for login, name, role in (ADVOCATE, SUPERVISOR, ADMINISTRATOR, COLLEAGUE, NEWCOMER)
    )
    oldest = max(story.age for story in stories)
    with sessions.begin() as session:
        journal.note(session, Noted.DEMO_BEGUN, now=now)
        journal.write_pending(session)
        crew = _make_crew(session, sign_ins, now=now - oldest - timedelta(days=30))
        _keep_words(Work(session=session, actor=crew.advocate, now=now - oldest, ports=ports), crew)
        sign_ins = tuple(_set_up_factor(session, one, now=now) for one in sign_ins)
    played = {story.key: _Player(sessions, story, crew, now, ports).play() for story in stories}
    with sessions.begin() as session:
        journal.note(session, Noted.DEMO_ENDED, now=now)
    words, reference = played[shown]
    return Filled(
        sign_ins=sign_ins, words=words, reference=reference, cases=len(stories), recovery_key=crew.recovery_key
    )


def require_empty(session: Session) -> None:
    """Raises AlreadyFilled."""
    if session.scalars(select(Staff.id).where(Staff.login == ADVOCATE[0])).first() is not None:
        raise AlreadyFilled("The invented cases are there already. Their passwords were shown when they were made.")


def _make_crew(session: Session, sign_ins: Sequence[SignIn], *, now: datetime) -> _Crew:
    """A team of three with a newcomer who waits to be let in, a second team of two of them, and an administrator."""
    printed = recovery_key.make_recovery_key_once(session, now=now)
    team, key = accounts.create_team(session, TEAM, now=now)
    team.email = "answers@example.org"
    second, second_key = accounts.create_team(session, SECOND_TEAM, now=now)
    made = {}
    for one in sign_ins:
        new = NewStaff(login=one.login, name=one.name, role=one.role, password=one.password)
        made[one.login] = accounts.add_staff(session, new, now=now)
        if one.role is not Role.ADMINISTRATOR:
            is_in = one.login != NEWCOMER[0]
            accounts.add_membership(session, made[one.login], team, key if is_in else None, now=now)
        if one.login in {ADVOCATE[0], SUPERVISOR[0]}:
            accounts.add_membership(session, made[one.login], second, second_key, now=now)
    ids = {login: row.id for login, row in made.items()}
    teams = {TEAM: (team.id, key), SECOND_TEAM: (second.id, second_key)}
    return _Crew(teams, accounts.actor_of(made[ADVOCATE[0]]), ids, printed)


def _keep_words(work: Work, crew: _Crew) -> None:
    """The ready texts and the tags of the teams."""
    own = [team_id for team_id, _key in crew.teams.values()]
    for team, use, title, text in TEXTS:
        command = SnippetCommand(team_id=crew.teams[team][0], use=use, title=title, text=text)
        snippets.keep(work, command, own)
    for team, name in TAGS:
        tags.keep_tag(work, crew.teams[team][0], name, own)


def _set_up_factor(session: Session, one: SignIn, *, now: datetime) -> SignIn:
    """The second factor of an invented member: an app whose secret is printed, and codes that are."""
    found = accounts.sign_in(session, one.login, one.password)
    member = session.get_one(Staff, found.actor.staff_id)
    code = pyotp.TOTP(one.app_secret).at(now - timedelta(minutes=5))
    factors.add_app(session, member, found.private_key, one.app_secret, code, now=now - timedelta(minutes=5))
    return replace(one, codes=factors.make_codes(session, member.id))


class _Player:
    """Plays one story from the first question to today: each step in its own transaction, and time passes between."""

    def __init__(self, sessions: sessionmaker[Session], story: Story, crew: _Crew, now: datetime, ports: Ports) -> None:
        self.sessions, self.story, self.crew, self.ports = sessions, story, crew, ports
        self.began_at, self.ends_at = now - story.age, now

    def play(self) -> tuple[str, str]:
        """The words and the reference."""
        opened, words = self._report()
        if self.story.is_draft:
            return words, opened.reference
        seen_at = self.began_at
        for step in self.story.steps:
            at = self.began_at + step.after
            self._pass_time(opened.case.id, seen_at, at)
            with self.sessions.begin() as session:
                step.act(DemoStage(self._reopen(session, opened.at(at)), self.crew.staff))
            self._do_jobs(at)
            seen_at = at
        self._pass_time(opened.case.id, seen_at, self.ends_at)
        return words, opened.reference

    def _report(self) -> tuple[CaseWork, str]:
        at, ports, report = self.began_at, self.ports, self.story.report
        with self.sessions.begin() as session:
            opened, words = drafts.start_draft(Work(session=session, actor=PERSON, now=at, ports=ports), language="en")
            if report.handler is Handler.TEAM:
                report = replace(report, team_id=str(self.crew.teams[self.story.team][0]))
            report = replace(drafts.add_links(report, self.story.links, ports=ports), places=self.story.places)
            drafts.save_report(opened, report, version=None)
            if not self.story.is_draft:
                submission.submit(opened)
        return opened, words

    def _reopen(self, session: Session, opened: CaseWork) -> CaseWork:
        """As the team opens it; a person who carries the case alone opens it with the key of their words."""
        if self.story.report.handler is not Handler.TEAM:
            work = Work(session=session, actor=PERSON, now=opened.now, ports=self.ports)
            return open_for_person(work, opened.case.id, opened.key, to_change=True)
        keys = dict(self.crew.teams.values())
        work = Work(session=session, actor=self.crew.advocate, now=opened.now, ports=self.ports)
        return open_for_staff(work, opened.reference, team_keys=keys, to_change=True)

    def _pass_time(self, case_id: UUID, after: datetime, until: datetime) -> None:
        """The sweep of each minute, at the minutes when it has something to do."""
        while (due_at := self._find_due(case_id, after, until)) is not None:
            after = due_at
            sweep.sweep(self.sessions, now=due_at + SWEEP, ports=self.ports)

    def _find_due(self, case_id: UUID, after: datetime, until: datetime) -> datetime | None:
        due = select(func.min(Clock.due_at)).where(
            Clock.case_id == case_id,
            Clock.state == ClockState.RUNNING,
            Clock.due_at > after,
            Clock.due_at <= until - SWEEP,
        )
        with self.sessions() as session:
            return session.scalar(due)

    def _do_jobs(self, at: datetime) -> None:
        """What the background worker would do."""
        with self.sessions() as session:
            waiting = jobs.list_waiting_jobs(session, now=at)
        for job_id in waiting:
            jobs.run_job(
                self.sessions, job_id, clock=lambda: at, ports=self.ports, runners={JobKind.BUNDLE: make_bundle}
            )
