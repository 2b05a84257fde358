"""A portal with a team and a partner's key, and the system that calls with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.domain.lifecycle import ActorKind
from portal.domain.partners import PartnerScope
from portal.models.accounts import Staff
from portal.services.partners import keys
from portal.services.partners.keys import NewPartnerKey
from portal.services.ports import Actor
from portal.services.work import Work
from portal.web.unit_of_work import parts
from tests.services.partners.partners import EVERY_SCOPE, TOLD
from tests.web.desk.colleague import Desk, make_desk

BASE = "/api/v1/cases"


@dataclass
class System:
    """A partner's system with its key."""

    desk: Desk
    secret: str
    client: FlaskClient
    sent: int = field(default=0)

    def get(self, path: str = "", **headers: str) -> TestResponse:
        return self.client.get(BASE + path, headers={"Authorization": f"Bearer {self.secret}", **headers})

    def post(self, path: str, body: object, *, key: str = "", **headers: str) -> TestResponse:
        self.sent += 1
        own = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key or f"call-number-{self.sent}"}
        return self.client.post(BASE + path, json=body, headers={**own, **headers})

    def open(self, **changes: object) -> dict[str, Any]:
        answer = self.post("", make_body(self.desk, **changes))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.get_json()
        return made


def make_body(desk: Desk, **changes: object) -> dict[str, object]:
    given = {"told": TOLD, "given_at": desk.parts.clock().isoformat(), "platforms": True, "authorities": False}
    body = {"consent": given, "country": "NZ", "under_18": "no", "depiction": "real"}
    return {**body, "links": ["https://x.com/a/status/11", "https://pictures.example.org/album/7"], **changes}


def make_system(desk: Desk, *, scopes: Iterable[PartnerScope] = EVERY_SCOPE, login: str = "ines") -> System:
    desk.add(login)
    now = desk.parts.clock()
    with desk.parts.sessions.begin() as session:
        staff_id = session.scalars(select(Staff.id).where(Staff.login == login)).one()
        actor = Actor(kind=ActorKind.STAFF, staff_id=staff_id)
        new = NewPartnerKey(
            team_id=desk.team_id, name="Night line", scopes=frozenset(scopes), ends_at=now + timedelta(days=30)
        )
        work = Work(session=session, actor=actor, now=now, ports=desk.parts.ports)
        secret = keys.make_key(work, new, team_ids=None)
    return System(desk, secret, desk.app.test_client())


@pytest.fixture
def desk(app: Flask) -> Desk:
    with app.app_context():
        return make_desk(app, parts())


@pytest.fixture
def system(desk: Desk) -> System:
    return make_system(desk)
