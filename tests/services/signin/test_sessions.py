"""Browser sessions on the server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Role
from portal.models.accounts import SessionKind, WebSession
from portal.services.ports import Ports
from portal.services.signin import sessions
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from tests.services.factories import NOW, make_draft


def test_what_was_saved_is_loaded_with_the_same_token(session: Session) -> None:
    token = sessions.new_token()
    sessions.save(session, token, {"a": 1}, now=NOW, lasts=None)
    session.flush()
    loaded = sessions.load(session, token, now=NOW)
    assert loaded is not None
    assert (loaded.values, loaded.kind) == ({"a": 1}, SessionKind.VISITOR)


@pytest.mark.parametrize("token", ["", "short", "!" * 43, "A" * 43, "A" * 500, "\u00e9" * 43])
def test_a_cookie_that_is_not_ours_is_no_session(session: Session, token: str) -> None:
    assert sessions.load(session, token, now=NOW) is None


def test_the_table_holds_neither_token_nor_content(session: Session) -> None:
    token = sessions.new_token()
    sessions.save(session, token, {"secret": "canary"}, now=NOW, lasts=None)
    session.flush()
    row = session.scalars(select(WebSession)).one()
    assert token.encode() not in row.id + row.sealed
    assert b"canary" not in row.sealed


def test_a_persons_session_ends_after_an_hour_without_a_sign_of_life(session: Session, ports: Ports) -> None:
    opened, _ = make_draft(session, ports)
    token = sessions.new_token()
    values = {"case_id": str(opened.case.id), "case_key": opened.key.hex()}
    sessions.save(session, token, values, now=NOW, lasts=None)
    session.flush()
    assert sessions.load(session, token, now=NOW + timedelta(minutes=59)) is not None
    assert sessions.load(session, token, now=NOW + timedelta(minutes=60)) is None


def test_a_draft_kept_in_the_browser_lasts_for_its_days(session: Session, ports: Ports) -> None:
    opened, _ = make_draft(session, ports)
    token = sessions.new_token()
    values = {"case_id": str(opened.case.id), "case_key": opened.key.hex()}
    sessions.save(session, token, values, now=NOW, lasts=timedelta(days=7))
    session.flush()
    assert sessions.load(session, token, now=NOW + timedelta(days=6)) is not None


def test_a_staff_session_ends_after_half_an_hour_without_a_sign_of_life(session: Session) -> None:
    new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="a long enough password")
    staff = accounts.add_staff(session, new, now=NOW)
    token = sessions.new_token()
    sessions.save(session, token, {"staff_id": str(staff.id)}, now=NOW, lasts=None)
    session.flush()
    assert sessions.load(session, token, now=NOW + timedelta(minutes=29, seconds=59)) is not None
    assert sessions.load(session, token, now=NOW + timedelta(minutes=30)) is None


def test_a_staff_session_ends_after_eight_hours_however_busy(session: Session) -> None:
    new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="a long enough password")
    staff = accounts.add_staff(session, new, now=NOW)
    token = sessions.new_token()
    for minutes in range(0, 8 * 60, 20):
        sessions.save(session, token, {"staff_id": str(staff.id)}, now=NOW + timedelta(minutes=minutes), lasts=None)
        session.flush()
    assert sessions.load(session, token, now=NOW + timedelta(hours=7, minutes=59)) is not None
    assert sessions.load(session, token, now=NOW + timedelta(hours=8)) is None


def test_an_ended_session_is_gone(session: Session) -> None:
    token = sessions.new_token()
    sessions.save(session, token, {"a": 1}, now=NOW, lasts=None)
    session.flush()
    sessions.end(session, token)
    assert sessions.load(session, token, now=NOW) is None


def test_sessions_that_are_over_are_deleted(session: Session) -> None:
    sessions.save(session, sessions.new_token(), {"a": 1}, now=NOW, lasts=None)
    sessions.save(session, sessions.new_token(), {"a": 1}, now=NOW + timedelta(hours=3), lasts=None)
    session.flush()
    sessions.purge(session, now=NOW + timedelta(hours=4))
    assert session.scalar(select(func.count()).select_from(WebSession)) == 1


def test_a_session_tells_its_last_sign_of_life(session: Session) -> None:
    token = sessions.new_token()
    for minutes in (0, 5):
        sessions.save(session, token, {"a": 1}, now=NOW + timedelta(minutes=minutes), lasts=None)
        session.flush()
    loaded = sessions.load(session, token, now=NOW + timedelta(minutes=6))
    assert loaded is not None
    assert loaded.seen_at == NOW + timedelta(minutes=5)
