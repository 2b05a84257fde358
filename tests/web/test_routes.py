"""Who gets what at every address: one table of groups, one of callers, and no route outside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal import worker
from portal.config import load_config
from portal.domain.lifecycle import Channel, Handler, LetterKind, Role
from portal.factory import create_app
from portal.models.accounts import Membership, Team
from portal.models.events import Event
from portal.models.tables import metadata
from portal.parts import Parts
from portal.services import accounts, complaints, intake, letters, requests
from portal.services.accounts import NewStaff
from portal.services.requests import SentCommand
from portal.web.frame import EXTENSION
from tests.services.factories import NOW, make_draft
from tests.web.pages import check_page

PASSWORD = "anchor ember willow lantern meadow"
TITLE = "Recourse"


class Caller(StrEnum):
    NOBODY = "nobody"
    DRAFT = "somebody with a draft"
    PERSON = "the person whose case it is"
    ADVOCATE = "an advocate of the team"
    STRANGER = "an advocate of another team"
    SUPERVISOR = "a supervisor of the team"
    ADMINISTRATOR = "an administrator"


class Gets(StrEnum):
    """What a caller gets."""

    OPEN = "the page, or an answer to the form"
    WORDS = "sent to where the six words are asked for"
    RESUME = "sent back to the draft"
    CASE = "sent to the case"
    SIGN_IN = "sent to the sign-in"
    FORBIDDEN = "told that the page is not for this role"
    MISSING = "told that there is no such page"


class Group(StrEnum):
    PUBLIC = "public"
    DRAFT = "draft"
    CASE = "case"
    DESK = "desk"
    TEAM_CASE = "a case on the desk"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


OPEN, WORDS, RESUME, CASE = Gets.OPEN, Gets.WORDS, Gets.RESUME, Gets.CASE
ENTER, NEVER, NONE = Gets.SIGN_IN, Gets.FORBIDDEN, Gets.MISSING

# fmt: off
# Columns: nobody, draft, person, advocate, stranger, supervisor, administrator, as in Caller.
TABLE: Mapping[Group, tuple[Gets, ...]] = MappingProxyType(
    {
        Group.PUBLIC:        (OPEN,  OPEN,   OPEN,  OPEN,  OPEN,  OPEN,  OPEN),
        Group.DRAFT:         (WORDS, OPEN,   CASE,  WORDS, WORDS, WORDS, WORDS),
        Group.CASE:          (WORDS, RESUME, OPEN,  WORDS, WORDS, WORDS, WORDS),
        Group.DESK:          (ENTER, ENTER,  ENTER, OPEN,  OPEN,  OPEN,  NEVER),
        Group.TEAM_CASE:     (ENTER, ENTER,  ENTER, OPEN,  NONE,  OPEN,  NEVER),
        Group.SUPERVISOR:    (ENTER, ENTER,  ENTER, NEVER, NEVER, OPEN,  NEVER),
        Group.ADMINISTRATOR: (ENTER, ENTER,  ENTER, NEVER, NEVER, NEVER, OPEN),
    }
)
# fmt: on

ROUTES: Mapping[Group, str] = MappingProxyType(
    {
        Group.PUBLIC: """
            start.front start.help_now start.come_back start.enter start.leave start.style report.before report.begin
            own.erased signin.show signin.sign_out
        """,
        Group.DRAFT: "report.resume report.show report.answer",
        Group.CASE: """
            case.show case.receipt case.keep_receipt case.receipt_text case.links case.add_links case.change_state
            case.history request.show request.fill_in request.details request.change_details request.ask_sent
            request.record_sent request.ask_received request.record_received request.ask_answer request.log_answer
            request.prepare_erasure request.close complaint.options complaint.begin complaint.prepare complaint.show
            complaint.make_bundle complaint.ask_lodged complaint.record_lodged complaint.ask_answer
            complaint.log_answer letters.show letters.make letters.read letters.read_redacted own.show_messages
            own.send_message own.sharing own.change_sharing own.company own.change_company own.take_along own.export
            own.ask_erase own.erase
        """,
        Group.DESK: "queue.show",
        Group.TEAM_CASE: """
            queue.find desk_case.show desk_case.report desk_case.history desk_case.take desk_case.hand_over
            desk_case.close desk_case.reopen desk_case.prepare desk_case.add_links desk_case.mark_gone
            desk_case.mark_back desk_case.letter desk_case.talk desk_case.notes desk_requests.show
            desk_requests.change_details desk_requests.make_letter desk_requests.record_sent
            desk_requests.record_received desk_requests.log_answer desk_requests.prepare_erasure
            desk_requests.prepare_again desk_requests.close desk_complaints.show_all desk_complaints.prepare
            desk_complaints.show desk_complaints.start_bundle desk_complaints.bundle desk_complaints.record_lodged
            desk_complaints.log_answer
        """,
        Group.SUPERVISOR: "queue.team queue.let_colleague_in",
        Group.ADMINISTRATOR: "desk_staff.show",
    }
)
GROUPS = {endpoint: group for group, endpoints in ROUTES.items() for endpoint in endpoints.split()}

# What stands in the addresses: everything of the case of the table's person.
VALUES: Mapping[str, Any] = MappingProxyType(
    {"number": 1, "kind": "reminder", "form": "full", "step": "who", "regime": "us-take-it-down", "regulator": "us-ftc"}
)


@dataclass
class World:
    """A portal with two teams, a draft and a case, a cookie for each caller, and a copy to go back to."""

    app: Flask
    parts: Parts
    database: Path
    copy: Path
    reference: str
    membership: UUID
    cookies: dict[Caller, str]

    def ask(self, caller: Caller, method: str, path: str) -> TestResponse:
        client = self.app.test_client()
        if self.cookies[caller]:
            client.set_cookie("session", self.cookies[caller])
        return client.open(path, method=method)

    def count_events(self) -> int:
        with self.parts.sessions() as session:
            return session.scalar(select(func.count()).select_from(Event)) or 0

    def keep(self) -> None:
        _copy(self.database, self.copy)

    def restore(self) -> None:
        _copy(self.copy, self.database)


def _copy(source: Path, target: Path) -> None:
    start, end = sqlite3.connect(source), sqlite3.connect(target)
    start.backup(end)
    start.close()
    end.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("routes")
    later = NOW + timedelta(days=3)
    config = load_config({"RECOURSE_DATA": str(folder), "RECOURSE_QUEUE": "memory:", "RECOURSE_TITLE": TITLE})
    app = create_app(config, clock=lambda: later)
    app.config["WTF_CSRF_ENABLED"] = False  # so that each answer here is about who asks, not about the form's token
    parts: Parts = app.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    reference, words, draft_words, membership = _fill(parts)
    worker.sweep(parts)
    assert worker.run_left_jobs(parts) == 1
    made = World(app, parts, folder / "recourse.db", folder / "copy.db", reference, membership, {})
    made.cookies = {
        Caller.NOBODY: "",
        Caller.DRAFT: _enter(app, "/return", words=draft_words),
        Caller.PERSON: _enter(app, "/return", words=words),
        Caller.ADVOCATE: _enter(app, "/desk/sign-in", login="advocate", password=PASSWORD),
        Caller.STRANGER: _enter(app, "/desk/sign-in", login="stranger", password=PASSWORD),
        Caller.SUPERVISOR: _enter(app, "/desk/sign-in", login="supervisor", password=PASSWORD),
        Caller.ADMINISTRATOR: _enter(app, "/desk/sign-in", login="administrator", password=PASSWORD),
    }
    made.keep()
    yield made
    parts.engine.dispose()


def _fill(parts: Parts) -> tuple[str, str, str, UUID]:
    """Reference and words of a case that has a sent request, letters and a complaint; words of a draft; who waits."""
    ports, later = parts.ports, NOW + timedelta(days=3)
    with parts.sessions.begin() as session:
        accounts.make_recovery_key(session, now=NOW)
        teams = {name: accounts.make_team(session, name, now=NOW) for name in ("Harbour", "Mountain")}

        def join(login: str, role: Role, place: tuple[Team, bytes] | None, *, waits: bool = False) -> Membership | None:
            new = NewStaff(login=login, name=login.capitalize(), role=role, password=PASSWORD)
            member = accounts.add_staff(session, new, now=NOW)
            if place is None:
                return None
            return accounts.join_team(session, member, place[0], None if waits else place[1], now=NOW)

        join("advocate", Role.ADVOCATE, teams["Harbour"])
        join("stranger", Role.ADVOCATE, teams["Mountain"])
        join("supervisor", Role.SUPERVISOR, teams["Harbour"])
        join("administrator", Role.ADMINISTRATOR, None)
        waiting = join("newcomer", Role.ADVOCATE, teams["Harbour"], waits=True)
        assert waiting is not None
        team = teams["Harbour"][0]
        opened, words = make_draft(session, ports, handler=Handler.TEAM, team_id=str(team.id))
        intake.submit(session, opened, now=NOW, ports=ports)
        sent = SentCommand(channel=Channel.FORM, sent_at=NOW, received_at=NOW, ticket="T-1")
        requests.record_sent(session, opened, 1, sent, now=NOW, ports=ports)
        letters.make_letter(session, opened, LetterKind.REMINDER, 1, now=later, ports=ports)
        regime, regulator = str(VALUES["regime"]), str(VALUES["regulator"])
        complaints.prepare(session, opened, regime, regulator, [1], now=later, ports=ports)
        _, draft_words = make_draft(session, ports, now=later)
        return opened.reference, words, draft_words, waiting.id


def _enter(app: Flask, path: str, **typed: str) -> str:
    """The cookie of whoever came in there."""
    client = app.test_client()
    assert client.post(path, data=typed).status_code == 303
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def list_routes() -> list[tuple[str, str, str]]:
    """Method, endpoint and rule of every address of the application, the static files aside."""
    app = create_app(load_config({}))
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [
        (method, rule.endpoint, rule.rule)
        for rule in rules
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if rule.endpoint != "static"
    ]


EVERY_ROUTE = list_routes()


def test_every_route_stands_in_the_table_and_nothing_else_does() -> None:
    assert {endpoint for _method, endpoint, _rule in EVERY_ROUTE} == set(GROUPS)


@pytest.mark.parametrize(("method", "endpoint", "rule"), EVERY_ROUTE, ids=lambda part: str(part))
def test_everybody_gets_what_the_table_says(world: World, method: str, endpoint: str, rule: str) -> None:
    path = _address(world, endpoint)
    expected = dict(zip(Caller, TABLE[GROUPS[endpoint]], strict=True))
    found = {}
    for caller in Caller:
        before = world.count_events()
        answer = world.ask(caller, method, path)
        found[caller] = _read(answer, GROUPS[endpoint], f"{method} {path} for {caller}")
        if found[caller] is not Gets.OPEN:
            assert world.count_events() == before, f"{caller} was refused, and still something happened"
        elif method == "POST" or endpoint == "start.leave":
            world.restore()
    assert found == expected


def _address(world: World, endpoint: str) -> str:
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == endpoint)
    known: dict[str, Any] = {**VALUES, "reference": world.reference, "membership_id": world.membership}
    with world.app.test_request_context():
        path = world.app.url_for(endpoint, **{name: known[name] for name in rule.arguments})
    return f"{path}?reference={world.reference}" if endpoint == "queue.find" else path


# Where a refused caller is sent, by the group of the page that was asked for.
SENT_ON: Mapping[Group, Mapping[str, Gets]] = MappingProxyType(
    {
        Group.PUBLIC: {},
        Group.DRAFT: {"/return": Gets.WORDS, "/case": Gets.CASE},
        Group.CASE: {"/return": Gets.WORDS, "/report/resume": Gets.RESUME},
        Group.DESK: {"/desk/sign-in": Gets.SIGN_IN},
        Group.TEAM_CASE: {"/desk/sign-in": Gets.SIGN_IN},
        Group.SUPERVISOR: {"/desk/sign-in": Gets.SIGN_IN},
        Group.ADMINISTRATOR: {"/desk/sign-in": Gets.SIGN_IN},
    }
)
REFUSED = {403: Gets.FORBIDDEN, 404: Gets.MISSING}


def _read(answer: TestResponse, group: Group, what: str) -> Gets:
    """What was got. Pages on the way are checked for what no page may get wrong."""
    status = answer.status_code
    assert status in {200, 303, 400, 403, 404, 409}, f"{what}: {status}"
    if status == 303:
        return SENT_ON[group].get(answer.headers["Location"], Gets.OPEN)
    if answer.mimetype == "text/html":
        check_page(answer, TITLE)
    return REFUSED.get(status, Gets.OPEN)
