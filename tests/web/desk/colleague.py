"""A member of staff at a browser, and what stands behind the desk's tests: a team, its members, a case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from portal.domain.lifecycle import Handler, Role
from portal.models.accounts import Team
from portal.services.staff import accounts
from portal.services.staff import members as staff_service
from portal.services.staff.accounts import NewStaff
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.second_factor import give_code
from tests.services.factories import LINKS, make_case, make_team
from tests.web.pages import OWN_PAGE, Page, Visitor, check_page

TOKEN = re.compile('name="csrf_token"[^>]* value="([^"]+)"')
PASSWORD = "six invented words for one test"


class Colleague(Visitor):
    """A browser on the desk, where a case's reference may stand in the address."""

    def _show(self, answer: TestResponse, status: int) -> Page:
        assert answer.status_code == status, f"{answer.status_code} at {answer.request.path}: {answer.text[:3000]}"
        self.seen.append(Page(answer, check_page(answer, self.title)))
        return self.page

    def sign_in(self, login: str, *, password: str = PASSWORD, status: int = 200) -> Page:
        """Both steps; the first alone where it is refused."""
        self.go("/desk/sign-in")
        if status != 200:
            return self.press("Sign in", login=login, password=password, status=status)
        parts: Parts = self.app.extensions[EXTENSION]
        with parts.sessions.begin() as session:
            code = give_code(session, login)
        self.press("Sign in", login=login, password=password)
        return self.press("Go on", second_code=code)

    def come_in(self, login: str) -> Page:
        """Both steps as a browser takes them, to the page they lead to; whoever signs in looks at the others."""
        parts: Parts = self.app.extensions[EXTENSION]
        with parts.sessions.begin() as session:
            code = give_code(session, login)
        self._hand_in("/desk/sign-in", login=login, password=PASSWORD)
        return self.go(self._hand_in("/desk/second-factor", second_code=code))

    def _hand_in(self, path: str, **typed: str) -> str:
        """Where the form of a page leads that is not looked at."""
        token = TOKEN.search(self.client.get(path).text)
        assert token is not None, path
        answer = self.client.post(path, data={**typed, "csrf_token": token[1]}, headers=OWN_PAGE)
        assert answer.status_code == 303, f"{answer.status_code} at {path}"
        return answer.location

    def sign_in_again(self, path: str, login: str = "mira") -> Page:
        """After a while the session has ended."""
        self.sign_in(login)
        return self.go(path)

    @property
    def anchors(self) -> list[str]:
        """Where links of the page's main part lead."""
        return [each.get("href", "") for each in self.page.root.iter("a")]


PEOPLE: Mapping[str, tuple[str, Role, bool]] = {
    "mira": ("Mira Anker", Role.ADVOCATE, True),
    "tane": ("Tane Boje", Role.ADVOCATE, True),
    "ines": ("Ines Lotse", Role.SUPERVISOR, True),
    "newt": ("Newt", Role.ADVOCATE, False),  # in the team, and not let in yet
}
OTHERS: Mapping[str, tuple[Role, str | None]] = {
    "odd": (Role.ADVOCATE, "Hill"),
    "vera": (Role.ADMINISTRATOR, None),
    "otto": (Role.AUDITOR, None),
}


@dataclass(frozen=True)
class Desk:
    """The application with a team. Its members are made when they are first needed, since each costs an Argon2id."""

    app: Flask
    parts: Parts
    team_id: UUID
    team_key: bytes
    made: set[str]

    def add(self, login: str) -> None:
        """Make the account, unless it was made before."""
        if login in self.made:
            return
        self.made.add(login)
        now = self.parts.clock()
        with self.parts.sessions.begin() as session:
            if login in OTHERS:
                role, team = OTHERS[login]
                new = NewStaff(login=login, name=login.title(), role=role, password=PASSWORD)
                staff_service.add_member(session, new, team=team, now=now)
                return
            name, role, is_in = PEOPLE[login]
            made = accounts.add_staff(session, NewStaff(login=login, name=name, role=role, password=PASSWORD), now=now)
            team_row = session.get_one(Team, self.team_id)
            accounts.add_membership(session, made, team_row, self.team_key if is_in else None, now=now)

    def visit(self, login: str) -> Colleague:
        """A signed-in browser of its own."""
        self.add(login)
        colleague = Colleague(self.app)
        colleague.come_in(login)
        return colleague

    def add_case(self, *, links: str = LINKS, now: datetime | None = None, **changes: object) -> str:
        """A case handed in to the team; its reference."""
        values = {"handler": Handler.TEAM, "team_id": str(self.team_id), **changes}
        with self.parts.sessions.begin() as session:
            when = now or self.parts.clock()
            return make_case(session, self.parts.ports, links=links, now=when, **values).reference


def make_desk(app: Flask, parts: Parts) -> Desk:
    with parts.sessions.begin() as session:
        team, key = make_team(session, name="Harbour", now=parts.clock())
        return Desk(app, parts, team.id, key, set())
