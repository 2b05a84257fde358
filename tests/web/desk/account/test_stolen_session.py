"""What somebody can do who copied a colleague's cookie, or who is half-way in with a password that was just changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.models.accounts import Staff
from portal.services.signin import factors, known_browsers, sessions
from portal.services.staff import invitations
from tests.second_factor import give_code
from tests.services.factories import make_work
from tests.web.conftest import TestClock
from tests.web.desk.colleague import PASSWORD, Colleague, Desk

NEW_PASSWORD = "copper meadow lantern twice over"


def copy_cookie(desk: Desk, owner: Colleague) -> Colleague:
    """A thief's browser that sends the cookie which the owner's browser sends now."""
    cookie = owner.client.get_cookie("desk")
    assert cookie is not None
    thief = Colleague(desk.app)
    thief.client.set_cookie("desk", cookie.value)
    return thief


def new_code(desk: Desk, login: str) -> str:
    with desk.parts.sessions.begin() as session:
        return give_code(session, login)


def come_half_way(desk: Desk, login: str) -> Colleague:
    """A browser in which only the password was given."""
    colleague = Colleague(desk.app)
    colleague.go("/desk/sign-in")
    colleague.press("Sign in", login=login, password=PASSWORD)
    return colleague


def change_password(desk: Desk, login: str) -> Colleague:
    """The browser in which the member has just set a new password."""
    owner = desk.visit(login)
    owner.go("/desk/account/password")
    owner.press("Change it", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    return owner


def during(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """While the next request is in that step of `factors`, something else happens."""
    real = getattr(factors, name)

    def step(*values: Any, **named: Any) -> Any:
        monkeypatch.setattr(factors, name, real)
        act()
        return real(*values, **named)

    monkeypatch.setattr(factors, name, step)


def test_a_request_under_way_brings_no_ended_session_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, thief = desk.visit("mira"), desk.visit("mira")
    owner.go("/desk/account")
    during(monkeypatch, "ask_for_new_passkey", lambda: owner.press("End all others"))
    thief.go("/desk/account/factors/add")
    assert thief.go("/desk").path == "/desk/sign-in"
    with desk.parts.sessions() as session:
        mira = session.scalars(select(Staff.id).where(Staff.login == "mira")).one()
        assert len(sessions.list_of_staff(session, mira, "", now=desk.parts.clock())) == 1


def test_a_copied_cookie_ends_with_the_password(desk: Desk) -> None:
    owner = desk.visit("tane")
    thief = copy_cookie(desk, owner)
    assert thief.go("/desk").path == "/desk"
    owner.go("/desk/account/password")
    owner.press("Change it", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert owner.go("/desk").path == "/desk"
    assert thief.go("/desk").path == "/desk/sign-in"


def test_a_copied_cookie_is_not_let_through_by_the_owners_second_factor(desk: Desk, clock: TestClock) -> None:
    owner = desk.visit("mira")
    thief = copy_cookie(desk, owner)
    clock.move(minutes=6)
    owner.go("/desk/account")
    owner.press("Make ten new codes", status=403)
    owner.press("Go on", second_code=new_code(desk, "mira"))
    assert thief.go("/desk/account/factors/add").path == "/desk/sign-in"
    assert owner.go("/desk/account/factors/add").path == "/desk/account/factors/add"


def test_the_eight_hours_run_on_through_new_cookies(desk: Desk, clock: TestClock) -> None:
    owner = desk.visit("mira")
    for minutes in range(20, 8 * 60, 20):
        clock.move(minutes=20)
        owner.go("/desk/account")
        owner.press("Make ten new codes", status=403)
        owner.press("Go on", second_code=new_code(desk, "mira"))
        assert owner.go("/desk").path == "/desk", minutes
    clock.move(minutes=20)
    assert owner.go("/desk").path == "/desk/sign-in"


def test_whoever_is_half_way_in_with_the_old_password_stays_out(desk: Desk) -> None:
    desk.add("ines")
    code = new_code(desk, "ines")
    thief = come_half_way(desk, "ines")
    with desk.parts.sessions.begin() as session:
        codes = factors.make_codes(session, session.scalars(select(Staff.id).where(Staff.login == "ines")).one())
    assert code not in codes
    change_password(desk, "ines")
    assert thief.press("Go on", second_code=new_code(desk, "ines")).path == "/desk/sign-in"
    assert thief.go("/desk").path == "/desk/sign-in"


def test_whoever_is_half_way_in_sets_up_no_factor_for_an_account_that_begins_anew(desk: Desk) -> None:
    desk.add("mira")
    desk.add("vera")
    new_code(desk, "mira")
    thief = come_half_way(desk, "mira")
    now, ports = desk.parts.clock(), desk.parts.ports
    with desk.parts.sessions.begin() as session:
        vera = session.scalars(select(Staff.id).where(Staff.login == "vera")).one()
        words = invitations.invite_back(make_work(session, ports, now=now), "mira", by=vera)
    with desk.parts.sessions.begin() as session:
        invitations.accept(make_work(session, ports, now=now), "mira", words, NEW_PASSWORD)
    assert thief.go("/desk/second-factor/set-up").path == "/desk/sign-in"


def test_a_new_password_knows_no_browser_of_before(desk: Desk) -> None:
    before = desk.visit("mira")
    desk.add("vera")
    now, ports = desk.parts.clock(), desk.parts.ports
    cookie = before.client.get_cookie("browser")
    assert cookie is not None
    with desk.parts.sessions.begin() as session:
        assert known_browsers.find(session, cookie.value, "mira", now=now) is not None
        vera = session.scalars(select(Staff.id).where(Staff.login == "vera")).one()
        words = invitations.invite_back(make_work(session, ports, now=now), "mira", by=vera)
    with desk.parts.sessions.begin() as session:
        invitations.accept(make_work(session, ports, now=now), "mira", words, NEW_PASSWORD)
        assert known_browsers.find(session, cookie.value, "mira", now=now) is None
