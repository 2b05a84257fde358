"""A member of staff at a browser, and what stands behind the desk's tests: a team, its members, a case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from portal.domain.lifecycle import Handler, Role
from portal.parts import Parts
from portal.services import accounts
from portal.services import staff as staff_service
from portal.services.accounts import NewStaff
from tests.services.factories import LINKS, make_case
from tests.web.pages import Page, Visitor, check_page

PASSWORD = "six invented words for one test"
ZONE = "UTC"


class Colleague(Visitor):
    """A browser on the desk, where a case's reference may stand in the address."""

    def _show(self, answer: TestResponse, status: int) -> Page:
        assert answer.status_code == status, f"{answer.status_code} at {answer.request.path}: {answer.text[:3000]}"
        self.seen.append(Page(answer, check_page(answer, self.title)))
        return self.page

    def sign_in(self, login: str, *, password: str = PASSWORD, status: int = 200) -> Page:
        self.go("/desk/sign-in")
        return self.press("Sign in", login=login, password=password, status=status)

    def sign_in_again(self, path: str, login: str = "mira") -> Page:
        """After a while the session has ended."""
        self.sign_in(login)
        return self.go(path)

    @property
    def anchors(self) -> list[str]:
        """Where links of the page's main part lead."""
        return [each.get("href", "") for each in self.page.root.iter("a")]


@dataclass(frozen=True)
class Desk:
    """The application with a team of three, a colleague who waits, an administrator, and another team."""

    app: Flask
    parts: Parts
    team_id: UUID

    def visit(self, login: str) -> Colleague:
        """A signed-in browser of its own."""
        colleague = Colleague(self.app)
        colleague.sign_in(login)
        return colleague

    def add_case(self, *, links: str = LINKS, now: datetime | None = None, **changes: object) -> str:
        """A case handed in to the team; its reference."""
        values = {"handler": Handler.TEAM, "team_id": str(self.team_id), **changes}
        with self.parts.sessions.begin() as session:
            when = now or self.parts.clock()
            return make_case(session, self.parts.ports, links=links, now=when, **values).reference


def make_desk(app: Flask, parts: Parts) -> Desk:
    now = parts.clock()
    with parts.sessions.begin() as session:
        first = NewStaff(login="mira", name="Mira Anker", role=Role.ADVOCATE, password=PASSWORD)
        staff_service.add_member(session, first, team="Harbour", now=now)
        team = accounts.find_team(session, "Harbour")
        assert team is not None
        key = accounts.sign_in(session, "mira", PASSWORD).team_keys[team.id]
        for login, name, role in (("tane", "Tane Boje", Role.ADVOCATE), ("ines", "Ines Lotse", Role.SUPERVISOR)):
            made = accounts.add_staff(session, NewStaff(login=login, name=name, role=role, password=PASSWORD), now=now)
            accounts.join_team(session, made, team, key, now=now)
        others = (
            ("newt", Role.ADVOCATE, "Harbour"),
            ("odd", Role.ADVOCATE, "Hill"),
            ("vera", Role.ADMINISTRATOR, None),
        )
        for login, role, name in others:
            new = NewStaff(login=login, name=login.title(), role=role, password=PASSWORD)
            staff_service.add_member(session, new, team=name, now=now)
        return Desk(app, parts, team.id)


def find_reference(text: str) -> str:
    """The first case reference in a text."""
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", text)
    assert found, text
    return found[0]
