"""What somebody tries who has the password, or guesses at it, or was let in before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pyotp
import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from portal.adapters import vault
from portal.config import load_config
from portal.factory import create_app
from portal.models.accounts import Staff
from portal.models.journal import JournalEntry
from portal.models.tables import metadata
from portal.services.signin import factors, sessions
from portal.web.access import MARK
from portal.web.unit_of_work import EXTENSION
from tests.authenticator import Authenticator
from tests.cost import REAL_COST
from tests.second_factor import give_code
from tests.web.conftest import NOW, TestClock
from tests.web.desk.colleague import PASSWORD, Colleague, Desk, make_desk
from tests.web.pages import Page
from tests.web.world import VALUES

pytestmark = REAL_COST
WRONG = "not the password at all"
HOME = "192.0.2.7"
ELSEWHERE = "198.51.100.9"


def begin(desk: Desk, login: str = "mira") -> Colleague:
    """A browser whose password fitted."""
    desk.add(login)
    colleague = Colleague(desk.app)
    colleague.go("/desk/sign-in")
    colleague.press("Sign in", login=login, password=PASSWORD)
    return colleague


def code_for(desk: Desk, login: str = "mira") -> str:
    desk.add(login)
    with desk.parts.sessions.begin() as session:
        return give_code(session, login)


def address_of(app: Flask, rule: Rule) -> str:
    known = {**VALUES, "reference": "ABCD-EFGH", "membership_id": UUID(int=1), "invitation_id": UUID(int=2)}
    with app.test_request_context():
        return url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})


def read_secret(page: Page) -> str:
    """The secret in letters, as somebody would type it into an app."""
    found = [each for each in page.root.iter("p") if each.get("class") == "secret"]
    return "".join("".join(found[0].itertext()).split(":")[1].split())


def read_options(page: Page) -> str:
    """What the page asks the browser for."""
    return next(each.get("data-options", "") for each in page.root.iter() if each.get("data-passkey"))


def read_codes(page: Page) -> list[str]:
    """The codes for paper on the page."""
    lists = [each for each in page.root.iter("ol") if each.get("class") == "codes"]
    return ["".join(each.itertext()).strip() for each in lists[0].iter("code")]


def knock(desk: Desk, password: str, *, address: str, login: str = "mira", browser: str = "") -> str:
    """One try at the sign-in from a network, perhaps with the cookie of a known browser. The sentence, or nothing."""
    colleague = Colleague(desk.app)
    if browser:
        colleague.client.set_cookie("browser", browser)
    colleague.client.environ_base["REMOTE_ADDR"] = address
    colleague.go("/desk/sign-in")
    answer = colleague.client.post(
        "/desk/sign-in", data={"login": login, "password": password, "csrf_token": find_token(colleague.page)}
    )
    return "" if answer.status_code == 303 else Colleague(desk.app)._show(answer, 400).errors[0]


def find_token(page: Page) -> str:
    return next(each.get("value", "") for each in page.root.iter("input") if each.get("name") == "csrf_token")


def list_noted(desk: Desk) -> list[str]:
    with desk.parts.sessions() as session:
        return list(session.scalars(select(JournalEntry.kind)))


def test_a_password_alone_opens_no_page_of_the_desk(desk: Desk) -> None:
    code_for(desk)
    colleague = begin(desk)
    assert colleague.page.path == "/desk/second-factor"
    closed = 0
    for rule in desk.app.url_map.iter_rules():
        mark = str(getattr(desk.app.view_functions[rule.endpoint], MARK, ""))
        if not mark.startswith(("staff:", "right:")):
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        path = address_of(desk.app, rule)
        answer = colleague.client.open(path, method=method, data={"csrf_token": find_token(colleague.page)})
        assert answer.status_code in {303, 404}, rule
        if answer.status_code == 303:
            assert answer.location == "/desk/sign-in", rule
            closed += 1
    assert closed > 20


def test_an_app_is_set_up_once_and_nobody_sets_up_another_with_a_password_alone(desk: Desk) -> None:
    colleague = begin(desk)
    assert colleague.page.path == "/desk/second-factor/set-up"
    secret = read_secret(colleague.page)
    assert any(each.tag.endswith("svg") for each in colleague.page.root.iter() if isinstance(each.tag, str))
    colleague.press("Keep the app", second_code="000000", status=400)
    assert read_secret(colleague.page) == secret, "the app that has it already keeps fitting"
    codes = read_codes(colleague.press("Keep the app", second_code=pyotp.TOTP(secret).at(NOW)))
    assert len(set(codes)) == 10
    assert colleague.go("/desk").path == "/desk"
    with desk.parts.sessions() as session:
        assert factors.count_codes(session, session.scalars(select(Staff.id).where(Staff.login == "mira")).one()) == 10
    again = begin(desk)
    assert again.page.path == "/desk/second-factor", "nobody sets up another one with a password alone"
    assert again.go("/desk/second-factor/set-up").path == "/desk/second-factor"
    assert again.press("Go on", second_code=codes[3]).path == "/desk/today"


def test_a_code_of_the_app_opens_once(desk: Desk, clock: TestClock) -> None:
    colleague = begin(desk)
    app = pyotp.TOTP(read_secret(colleague.page))
    colleague.press("Keep the app", second_code=app.at(clock.now))
    clock.move(minutes=10)
    assert begin(desk).press("Go on", second_code=app.at(clock.now)).path == "/desk/today"
    refused = begin(desk).press("Go on", second_code=app.at(clock.now), status=400)
    assert refused.errors == ["This does not fit, or it was used before. Wait for the next code and type that."]
    assert "sign_in_refused" in list_noted(desk)


def test_a_passkey_is_made_and_opens_and_its_answer_opens_once(desk: Desk) -> None:
    colleague = begin(desk)
    origin = desk.parts.config.base_url
    passkey = Authenticator(origin, "127.0.0.1")
    made = {"second_passkey": passkey.create(read_options(colleague.page)), "csrf_token": find_token(colleague.page)}
    colleague.send("/desk/second-factor/set-up", made)
    assert len(read_codes(colleague.page)) == 10
    other = begin(desk)
    answer = passkey.get(read_options(other.page))
    assert other.press("Go on", second_passkey=answer).path == "/desk/today"
    replayed = begin(desk)
    replayed.press("Go on", second_passkey=answer, status=400)
    assert replayed.go("/desk").path == "/desk/sign-in"


def test_each_step_has_a_session_of_its_own(desk: Desk) -> None:
    code = code_for(desk)
    colleague = Colleague(desk.app)
    seen = []
    colleague.go("/desk/sign-in")
    seen.append(session_cookie(colleague.client))
    colleague.press("Sign in", login="mira", password=PASSWORD)
    seen.append(session_cookie(colleague.client))
    colleague.press("Go on", second_code=code)
    seen.append(session_cookie(colleague.client))
    assert len(set(seen)) == 3
    for old in seen[:2]:
        stranger = Colleague(desk.app)
        stranger.client.set_cookie("desk", old)
        assert stranger.go("/desk").path == "/desk/sign-in"


def session_cookie(client: FlaskClient) -> str:
    found = client.get_cookie("desk")
    assert found is not None
    return found.value


def test_every_try_costs_one_derivation_whatever_is_wrong(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("mira")
    counted: list[str] = []
    real = vault.derive_from_secret

    def derive(secret: str, salt: bytes, **more: Any) -> bytes:
        counted.append(secret)
        return real(secret, salt, **more)

    monkeypatch.setattr(vault, "derive_from_secret", derive)
    answers = {knock(desk, WRONG, address=HOME, login=login) for login in ("mira", "nobody", "NOT A NAME")}
    assert answers == {"The sign-in name or the password is wrong."}
    assert counted == [WRONG] * 3


def test_whoever_stands_still_after_the_password_begins_again_after_ten_minutes(desk: Desk, clock: TestClock) -> None:
    colleague = begin(desk)
    clock.move(minutes=10)
    assert colleague.go("/desk/second-factor/set-up").path == "/desk/second-factor/set-up"
    clock.move(seconds=1)
    assert colleague.go("/desk/second-factor/set-up").path == "/desk/sign-in"


def test_guessing_waits_and_a_stranger_locks_nobody_out(desk: Desk, clock: TestClock) -> None:
    known = desk.visit("mira").client.get_cookie("browser")
    assert known is not None
    for _ in range(3):
        assert knock(desk, WRONG, address=ELSEWHERE).startswith("The sign-in name")
    waits = "Too many wrong tries. Try again in 1 seconds."
    assert knock(desk, PASSWORD, address=ELSEWHERE) == waits, "not even the right one is looked at"
    assert knock(desk, PASSWORD, address=HOME) == "", "another network is not slowed"
    assert knock(desk, PASSWORD, address=ELSEWHERE, browser=known.value) == "", "nor is a known browser in the same one"
    assert knock(desk, WRONG, address=ELSEWHERE, browser="made up") == waits
    clock.move(seconds=2)
    assert knock(desk, PASSWORD, address=ELSEWHERE) == ""


def test_six_digits_are_not_guessed_from_many_networks_at_once(desk: Desk, clock: TestClock) -> None:
    """Only whoever has the password comes so far, and only from a browser that the member never used."""
    owner = desk.visit("mira")
    thief = begin(desk)
    answers = []
    for number in range(25):
        thief.client.environ_base["REMOTE_ADDR"] = f"198.51.{number}.9"
        answers.append(thief.press("Go on", second_code="000000", status=400).errors[0])
    refused = "This does not fit, or it was used before. Wait for the next code and type that."
    assert answers[:20] == [refused] * 20
    assert answers[20:] == ["Too many wrong tries. Try again in 1 seconds."] * 5
    known = owner.client.get_cookie("browser")
    assert known is not None
    again = Colleague(desk.app)
    again.client.set_cookie("browser", known.value)
    again.go("/desk/sign-in")
    again.press("Sign in", login="mira", password=PASSWORD)
    assert again.press("Go on", second_code=code_for(desk)).path == "/desk/today", "the owner's browser is not slowed"


def test_an_unknown_account_waits_like_a_known_one(desk: Desk) -> None:
    desk.add("mira")
    answers = {
        login: [knock(desk, WRONG, address=address, login=login) for _ in range(4)]
        for login, address in (("mira", HOME), ("nobody", ELSEWHERE))
    }
    assert answers["mira"] == answers["nobody"]


def test_a_refused_sign_in_keeps_the_name_and_no_secret(desk: Desk) -> None:
    page = Colleague(desk.app).sign_in("mira", password=WRONG, status=400)
    values = {each.get("name"): each.get("value") for each in page.root.iter("input")}
    assert (values["login"], values["password"]) == ("mira", "")


def test_nobody_ends_the_session_of_somebody_else(desk: Desk) -> None:
    mira, tane = desk.visit("mira"), desk.visit("tane")
    with desk.parts.sessions() as session:
        tanes = session.scalars(select(Staff.id).where(Staff.login == "tane")).one()
        theirs = sessions.list_of_staff(session, tanes, "", now=NOW)[0].id
    mira.go("/desk/account")
    mira.send("/desk/account/sessions", {"which": theirs, "csrf_token": find_token(mira.page)})
    assert tane.go("/desk").path == "/desk"


def test_cookies_behind_https_are_bound_to_this_site(tmp_path: Any) -> None:
    settings = {
        "RECOURSE_DATA": str(tmp_path),
        "RECOURSE_BASE_URL": "https://portal.example",
        "RECOURSE_QUEUE": "memory:",
    }
    app: Flask = create_app(load_config(settings), clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    parts = app.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    desk = make_desk(app, parts)
    code = code_for(desk)
    client = app.test_client()
    answers = [
        client.post("/desk/sign-in", data={"login": "mira", "password": PASSWORD}, base_url="https://portal.example"),
        client.post("/desk/second-factor", data={"second_code": code}, base_url="https://portal.example"),
    ]
    set_cookies = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    parts.engine.dispose()
    assert {line.split("=")[0] for line in set_cookies} == {"__Host-desk", "__Host-browser"}
    for line in set_cookies:
        flags = {part.strip() for part in line.split(";")[1:]}
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= flags
        assert not any(flag.startswith("Domain") for flag in flags)
