"""A page that is loaded exactly while a team's key is changed, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from portal.config import load_config
from portal.factory import create_app
from portal.models.tables import metadata
from portal.services.staff import accounts, team_keys
from portal.web.access import SignedInStaff
from portal.web.desk.case_access import open_case
from portal.web.unit_of_work import EXTENSION, unit
from portal.wiring import Parts
from tests.postgres import fresh_database
from tests.web.desk.colleague import PASSWORD, Desk, make_desk


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    settings = {"RECOURSE_DATA": str(tmp_path), "RECOURSE_QUEUE": "memory:"}
    if request.param == "sqlite":
        yield from start(settings)
    else:
        with fresh_database() as url:
            yield from start({**settings, "RECOURSE_DATABASE": url, "RECOURSE_LOCKS": f"sqlite:///{tmp_path}/locks.db"})


def start(settings: dict[str, str]) -> Iterator[Desk]:
    app: Flask = create_app(load_config(settings))
    parts: Parts = app.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    with app.app_context():
        yield make_desk(app, parts)
    parts.engine.dispose()


def change_key(desk: Desk) -> None:
    """What another page does when a colleague leaves: the key, and every wrap."""
    now = desk.parts.clock()
    with desk.parts.sessions.begin() as writing:
        key = team_keys.rotate_key(writing, desk.team_id, desk.team_key, by=None, now=now)
        assert team_keys.renew_wraps(writing, desk.team_id, key) == 0


def test_a_case_opens_although_the_key_was_changed_since_the_page_began(desk: Desk) -> None:
    desk.add("mira")
    reference = desk.add_case()
    with desk.parts.sessions() as reading:
        signed_in = accounts.sign_in(reading, "mira", PASSWORD)
    assert signed_in.actor.staff_id is not None
    with desk.app.test_request_context(method="POST"):
        database = unit().db
        row = accounts.read_staff(database, signed_in.actor.staff_id)
        assert row is not None
        keys = accounts.team_keys_of(database, row, signed_in.private_key)
        database.commit()  # what was read stays in the session, as it does on PostgreSQL within one transaction
        change_key(desk)
        member = SignedInStaff(row, signed_in.actor, keys, signed_in.private_key)

        assert open_case(member, reference).reference == reference
        with pytest.raises(NotFound):
            open_case(member, "AAAA-AAAA")
