"""A portal with two teams, a draft and a case in which much has happened, and a browser's cookie for everybody."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.config import load_config
from portal.domain.documents import CleanDocument, DocumentKind, Original
from portal.domain.incoming import IncomingState, MatchedBy, Nature
from portal.domain.lifecycle import Answer, Handler, LetterKind, Role, Scope, SendingChannel
from portal.factory import create_app
from portal.models.accounts import Membership, Team
from portal.models.answer_links import AnswerLink
from portal.models.documents import Document
from portal.models.events import Event
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.run import worker
from portal.services.cases import documents
from portal.services.cases.documents import HandIn
from portal.services.complaints import complaints
from portal.services.inbox.matching import Match, put_into_case
from portal.services.inbox.receiving import CameIn, seal_for_server
from portal.services.intake import submission
from portal.services.letters import letters
from portal.services.requests import answer_links
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.tracking import link_answers, sending
from portal.services.tracking.link_answers import AnswerPart, SaidThere
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork, Work
from portal.web.person.requests.complaint import name_option
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.second_factor import give_code
from tests.services.factories import NOW, make_draft
from tests.sqlite import copy_database
from tests.suite import run_folder
from tests.web.addresses import at

PASSWORD = "anchor ember willow lantern meadow"
TITLE = "Recourse"


_KEYS = {table.name: ", ".join(table.primary_key.columns.keys()) for table in metadata.sorted_tables}
SIDES = ("session", "desk")  # the cookies of the two sides of the portal


def let_in(client: FlaskClient, cookie: str, sides: Sequence[str] = SIDES) -> None:
    """Give a browser this session; on both sides where it is not known on which it is good."""
    for side in sides if cookie else ():
        client.set_cookie(side, cookie)


class Caller(StrEnum):
    NOBODY = "nobody"
    DRAFT = "somebody with a draft"
    PERSON = "the person whose case it is"
    ADVOCATE = "an advocate of the team"
    STRANGER = "an advocate of another team"
    SUPERVISOR = "a supervisor of the team"
    ADMINISTRATOR = "an administrator"
    REVIEWER = "a legal reviewer of the team"
    AUDITOR = "an auditor"
    CARRIER = "an advocate who sees their own cases only, and carries this one"
    NARROW = "an advocate who sees their own cases only, and does not carry this one"


# What stands in the addresses: everything of the case of the table's person.
VALUES: Mapping[str, Any] = MappingProxyType(
    {
        "follow_up_id": UUID(int=3),  # of none
        "import_id": UUID(int=3),
        "rows": "links",
        "ending": "csv",
        "approval_id": UUID(int=3),
        "snippet_id": UUID(int=3),
        "key_id": UUID(int=3),
        "endpoint_id": UUID(int=3),
        "delivery_id": UUID(int=3),
        "mail_id": UUID(int=4),  # a mail without a case
        "poster_id": UUID(int=3),
        "tag_id": UUID(int=3),
        "view_id": UUID(int=3),
        "other": "AAAA-AAAA",  # of none
        "what": "sending",
        "handover_id": UUID(int=3),
        "end": "seen",
        "absence_id": UUID(int=3),
        "referral_id": UUID(int=3),
        "outcome": "back",
        "number": 1,
        "letter_number": 2,  # a reminder
        "paper": "police",
        "topic": "not_violation",
        "kind": "reminder",
        "action": "close",
        "form": "full",
        "packing": "zip",
        "part": "links",
        "step": "who",
        "regime": "us-take-it-down",
        "file": "laws.csv",
        "report": "funder",
        "year": 2025,
        "version": "2026-11-22.1",
        "regulator": "us-ftc",
        "option": "0123456789abcdef",  # a complaint of no case; that of the table's person is `World.option`
        "rest": "was/once",
        "team_id": UUID(int=7),
        "platform": "x",
        "subject": "letter",
        "link": "none-of-ours",
        "login": "narrow",
        "token": "a-link-that-was-never-made",
    }
)


class Watch:
    """Whether anybody has written into a database since: SQLite counts it for a connection that only looks."""

    def __init__(self, database: Path) -> None:
        self.connection = sqlite3.connect(database, check_same_thread=False)
        self._read: tuple[int, dict[str, list[tuple[Any, ...]]]] = (-1, {})

    def version(self) -> int:
        """Another one after each transaction that wrote."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, in the order of its key, as the database keeps it."""
        if self._read[0] != self.version():
            self._read = (self.version(), {name: self._rows_of(name, keys) for name, keys in _KEYS.items()})
        return self._read[1]

    def _rows_of(self, table: str, keys: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"SELECT * FROM {table} ORDER BY {keys}").fetchall()  # noqa: S608 - our names


@dataclass
class World:
    """A portal with two teams, a draft and a case, a cookie for each caller, and a copy to go back to."""

    app: Flask
    parts: Parts
    database: Path
    copy: Path
    reference: str
    others: str  # the reference of a case of the other team
    membership: UUID
    cookies: dict[Caller, str]
    option: str = ""  # what stands for a complaint in the addresses of the person's case
    files: dict[str, bytes] = field(default_factory=dict)
    watch: Watch = field(init=False)
    kept_at: int = 0  # what the database was when it was kept or restored

    def __post_init__(self) -> None:
        self.watch = Watch(self.database)

    def ask(self, caller: Caller, method: str, path: str) -> TestResponse:
        """The answer to somebody at an address, or at the page of that name."""
        client = self.app.test_client()
        let_in(client, self.cookies[caller])
        return client.open(at(path), method=method, environ_overrides=self.leaving())

    def leaving(self) -> dict[str, str]:
        """For the one check of an answer that has to know where the operator lets people leave to."""
        return {"test.leave_url": self.parts.config.leave_url}

    def count_events(self) -> int:
        with self.parts.sessions() as session:
            return session.scalar(select(func.count()).select_from(Event)) or 0

    def keep(self) -> None:
        copy_database(self.database, self.copy)
        self.kept_at = self.watch.version()
        with self.parts.sessions() as session:
            rows = session.scalars(select(Document)).all()
            keys = [f"{row.case_id}/{row.id}-{kind}" for row in rows for kind in ("document", "original")]
        self.files = {key: self.parts.ports.storage.get(key) for key in keys}

    def restore(self) -> bool:
        """Back to what was kept, and whether anything had changed. Files come and go with a row: where none was
        written, there is nothing to do.
        """
        if self.watch.version() == self.kept_at:
            return False
        copy_database(self.copy, self.database)
        self.kept_at = self.watch.version()
        storage = self.parts.ports.storage
        there = set(storage.list_keys())
        for key, content in self.files.items():
            if key not in there or storage.get(key) != content:  # a step may have removed it
                storage.put(key, content)
        return True


def read_rows(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table: nothing is read into our types, and nothing is read again that nobody has written."""
    return dict(world.watch.rows())


@dataclass(frozen=True)
class _Made:
    """What was put into the database."""

    reference: str
    others: str
    words: str
    draft_words: str
    membership: UUID
    option: str


@contextmanager
def make_world(folder: Path) -> Iterator[World]:
    """The world in a folder of its own, on its third day."""
    built = _build_world()
    shutil.copytree(built.folder, folder, dirs_exist_ok=True)
    app = _open_app(folder)
    assert app.test_client().get("/").status_code == 200  # the first request of a process finds its key
    parts: Parts = app.extensions[EXTENSION]
    filled, database = built.filled, folder / "recourse.db"
    made = World(
        app,
        parts,
        database,
        folder / "copy.db",
        filled.reference,
        filled.others,
        filled.membership,
        dict(built.cookies),
        filled.option,
    )
    made.keep()
    yield made
    made.watch.connection.close()
    parts.engine.dispose()


@dataclass(frozen=True)
class _Built:
    """A world that nobody has touched: what lies in its folder is copied for each module."""

    folder: Path
    filled: _Made
    cookies: Mapping[Caller, str]


@cache
def _build_world() -> _Built:
    """Once in each process: its letters are set and signed as a portal does it, and eight people sign in."""
    folder = run_folder() / f"world-{os.getpid()}"
    folder.mkdir()
    app = _open_app(folder)
    parts: Parts = app.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    filled = _fill(parts)
    worker.run_sweep(parts)
    assert worker.run_left_jobs(parts) == 1
    app.config["WTF_CSRF_ENABLED"] = False  # only while everybody comes in
    cookies = {
        Caller.NOBODY: "",
        Caller.DRAFT: _enter(app, "/return", words=filled.draft_words),
        Caller.PERSON: _enter(app, "/return", words=filled.words),
        Caller.ADVOCATE: _enter_desk(app, parts, "advocate"),
        Caller.STRANGER: _enter_desk(app, parts, "stranger"),
        Caller.SUPERVISOR: _enter_desk(app, parts, "supervisor"),
        Caller.ADMINISTRATOR: _enter_desk(app, parts, "administrator"),
        Caller.REVIEWER: _enter_desk(app, parts, "reviewer"),
        Caller.AUDITOR: _enter_desk(app, parts, "auditor"),
        Caller.CARRIER: _enter_desk(app, parts, "carrier"),
        Caller.NARROW: _enter_desk(app, parts, "narrow"),
    }
    parts.engine.dispose()  # the last connection leaves nothing in a log beside the file
    return _Built(folder, filled, cookies)


def _open_app(folder: Path) -> Flask:
    later = NOW + timedelta(days=3)
    config = load_config({"RECOURSE_DATA": str(folder), "RECOURSE_QUEUE": "memory:", "RECOURSE_TITLE": TITLE})
    return create_app(config, clock=lambda: later)


def _fill(parts: Parts) -> _Made:
    """A case that has a sent request, letters and a complaint; another team's case; a draft; somebody who waits."""
    ports, later = parts.ports, NOW + timedelta(days=3)
    with parts.sessions.begin() as session:
        accounts.make_recovery_key(session, now=NOW)
        teams = {name: accounts.create_team(session, name, now=NOW) for name in ("Harbour", "Mountain")}

        def join(
            login: str,
            role: Role,
            place: tuple[Team, bytes] | None,
            *,
            waits: bool = False,
            scope: Scope | None = None,
        ) -> Membership | None:
            new = NewStaff(login=login, name=login.capitalize(), role=role, password=PASSWORD, scope=scope)
            member = accounts.add_staff(session, new, now=NOW)
            if place is None:
                return None
            return accounts.add_membership(session, member, place[0], None if waits else place[1], now=NOW)

        join("advocate", Role.ADVOCATE, teams["Harbour"])
        join("stranger", Role.ADVOCATE, teams["Mountain"])
        join("supervisor", Role.SUPERVISOR, teams["Harbour"])
        join("administrator", Role.ADMINISTRATOR, None)
        join("reviewer", Role.LEGAL_REVIEWER, teams["Harbour"])
        join("auditor", Role.AUDITOR, None)
        join("narrow", Role.ADVOCATE, teams["Harbour"], scope=Scope.OWN)
        carrier = join("carrier", Role.ADVOCATE, teams["Harbour"], scope=Scope.OWN)
        waiting = join("newcomer", Role.ADVOCATE, teams["Harbour"], waits=True)
        assert waiting is not None
        assert carrier is not None
        team = teams["Harbour"][0]
        opened, words = make_draft(session, ports, handler=Handler.TEAM, team_id=str(team.id))
        submission.submit(opened.at(NOW))
        came = Original(content=b"From: a@platform.example\n\nWe have got it.", is_whole=True)
        clean = CleanDocument(kind=DocumentKind.EMAIL, content=b"We have got it.", original=came)
        handed = HandIn(request_number=1, label="Their answer", given=b"We have got it.")
        documents.hand_in(opened.at(NOW), handed, clean)
        sent = SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=NOW, received_at=NOW, ticket="T-1")
        letters.make_missing_letter(opened.at(NOW), 1)
        sending.record_sent(opened.at(NOW), 1, sent)
        letters.make_letter(opened.at(later), LetterKind.REMINDER, 1)
        regime, regulator = str(VALUES["regime"]), str(VALUES["regulator"])
        complaints.prepare(opened.at(later), regime, regulator, [1])
        opened.case.assignee_id = carrier.staff_id
        come_in(session, parts, opened)
        others, _ = make_draft(session, ports, handler=Handler.TEAM, team_id=str(teams["Mountain"][0].id))
        submission.submit(others.at(NOW))
        _, draft_words = make_draft(session, ports, now=later)
        option = name_option(opened.key, regime, regulator)
        return _Made(opened.reference, others.reference, words, draft_words, waiting.id, option)


def come_in(session: Session, parts: Parts, opened: CaseWork) -> None:
    """Mail: one that waits in the case, for its first request, and one that has no case."""
    content = (
        b"From: a@platform.example\nSubject: Your report\nDate: Tue, 24 Nov 2026 08:00:00 +0000\n\nWe look at it.\n"
    )
    work = parts.work(session)
    request_id = session.scalars(select(Request.id).where(Request.case_id == opened.case.id, Request.number == 1)).one()
    for row_id in (VALUES["mail_id"], UUID(int=5)):
        came = CameIn(content=content, envelope=(), at=work.now)
        row = IncomingMail(
            id=row_id,
            digest=row_id.bytes,
            server_key=parts.ports.keys.id,
            state=IncomingState.UNMATCHED,
            nature=Nature.ANSWER,
            received_at=work.now,
            size=len(content),
            sealed=seal_for_server(parts.ports.keys, row_id, came),
        )
        session.add(row)
        session.flush()
    put_into_case(work, row, came, Match(opened.case.id, request_id, MatchedBy.ADDRESS))
    say_over_link(work, opened.case.id, request_id)


def say_over_link(work: Work, case_id: UUID, request_id: UUID, *, is_new: bool = True) -> None:
    """What a platform said over the link in the letter of a request that was sent; it waits. `is_new`: the letter had
    none, because the portal has no address of its own.
    """
    if is_new:
        work.session.add(AnswerLink(request_id=request_id, case_id=case_id, letter=1, numbers=[1], made_at=work.now))
        work.session.flush()
    said = SaidThere(parts=(AnswerPart(answer=Answer.NOT_VIOLATION, links=(1,)),), text="It breaks no rule of ours.")
    link_answers.keep(work, answer_links.name_link(work.ports, request_id), said)


def _enter_desk(app: Flask, parts: Parts, login: str) -> str:
    """The cookie of a member of staff who has taken both steps."""
    with parts.sessions.begin() as session:
        code = give_code(session, login)
    steps = {"/desk/sign-in": {"login": login, "password": PASSWORD}, "/desk/second-factor": {"second_code": code}}
    return _walk(app, steps)


def _enter(app: Flask, path: str, **typed: str) -> str:
    """The cookie of whoever came in there."""
    return _walk(app, {path: typed})


def _walk(app: Flask, steps: Mapping[str, Mapping[str, str]]) -> str:
    client = app.test_client()
    for path, typed in steps.items():
        assert client.post(path, data=typed).status_code == 303
    cookie = client.get_cookie("desk" if "/desk/sign-in" in steps else "session")
    assert cookie is not None
    return cookie.value
