"""One's own account: the second step at the door and before weighty things, sessions, password, factors."""

from __future__ import annotations

import re

import pyotp
import pytest

from tests.second_factor import give_code
from tests.web.conftest import TestClock
from tests.web.desk.colleague import PASSWORD, Colleague, Desk

NEW_PASSWORD = "copper meadow lantern twice over"
DESK_PAGES = ("/desk", "/desk/team", "/desk/account", "/desk/staff", "/desk/account/password")


def half_way(desk: Desk, login: str = "mira") -> Colleague:
    """A browser in which only the password was given."""
    desk.add(login)
    with desk.parts.sessions.begin() as session:
        give_code(session, login)
    colleague = Colleague(desk.app)
    colleague.go("/desk/sign-in")
    colleague.press("Sign in", login=login, password=PASSWORD)
    return colleague


def new_code(desk: Desk, login: str = "mira") -> str:
    with desk.parts.sessions.begin() as session:
        return give_code(session, login)


@pytest.mark.parametrize("path", DESK_PAGES)
def test_a_password_alone_opens_no_page(desk: Desk, path: str) -> None:
    assert half_way(desk).go(path).path == "/desk/sign-in"


def test_a_wrong_second_step_is_told_and_a_used_code_does_not_fit(desk: Desk) -> None:
    colleague = half_way(desk)
    assert colleague.press("Go on", second_code="000000", status=400).errors
    code = new_code(desk)
    assert colleague.press("Go on", second_code=code.lower()).path == "/desk/today"
    again = Colleague(desk.app)
    again.go("/desk/sign-in")
    again.press("Sign in", login="mira", password=PASSWORD)
    assert again.press("Go on", second_code=code, status=400).errors


def test_a_newcomer_sets_up_an_app_and_gets_ten_codes(desk: Desk) -> None:
    desk.add("tane")
    colleague = Colleague(desk.app)
    colleague.go("/desk/sign-in")
    page = colleague.press("Sign in", login="tane", password=PASSWORD)
    assert page.path == "/desk/second-factor/set-up"
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.answer.text)
    assert found is not None
    assert colleague.press("Keep the app", second_code="123456", status=400).errors
    app = pyotp.TOTP(found[1].replace(" ", ""))
    page = colleague.press("Keep the app", second_code=app.at(desk.parts.clock()))
    assert page.answer.text.count("<li><code>") == 10
    assert colleague.go("/desk").path == "/desk"


def test_guessing_gets_slower_and_says_how_long(desk: Desk) -> None:
    desk.add("mira")
    colleague = Colleague(desk.app)
    for _ in range(3):
        colleague.sign_in("mira", password="not the password at all", status=400)
    page = colleague.sign_in("mira", password=PASSWORD, status=400)
    assert "Try again in 1 seconds" in page.text or "seconds" in page.text
    assert colleague.sign_in("somebody.else", password=PASSWORD, status=400).errors == [
        "The sign-in name or the password is wrong."
    ]


def test_weighty_steps_ask_again_after_five_minutes_and_lose_nothing(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/account/factors/add")
    clock.move(minutes=6)
    page = colleague.go("/desk/account/factors/add", status=403)
    assert page.heading == "Is it still you?"
    assert colleague.press("Go on", second_code="wrong", status=400).errors
    page = colleague.press("Go on", second_code=new_code(desk))
    assert page.path == "/desk/account/factors/add"
    clock.move(minutes=6)
    colleague.go("/desk/account")
    page = colleague.press("Make ten new codes", status=403)
    assert page.heading == "Is it still you?"
    assert colleague.press("Go on", second_code=new_code(desk)).heading == "Ten codes for paper"


def test_a_bundle_is_taken_out_only_by_somebody_who_is_still_there(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    reference = desk.add_case()
    clock.move(minutes=6)
    page = colleague.go(f"/desk/cases/{reference}/complaints/1/full.zip", status=403)
    assert page.heading == "Is it still you?"


def test_after_the_second_step_a_file_is_saved_and_the_page_leads_back(desk: Desk, clock: TestClock) -> None:
    """A browser that saves a file would else stay on the question."""
    colleague = desk.visit("mira")
    reference = desk.add_case()
    clock.move(minutes=6)
    colleague.go(f"/desk/cases/{reference}/letters.zip", status=403)
    page = colleague.press("Go on", second_code=new_code(desk))
    assert page.heading == "The file is being saved"
    refresh = next(each for each in page.root.iter("meta") if each.get("http-equiv") == "refresh")
    assert refresh.get("content") == f"0; url=/desk/cases/{reference}/letters.zip"
    assert colleague.go(page.links()["Back to where you were"]).path == f"/desk/cases/{reference}"


def test_the_wait_between_password_and_second_step_is_short(desk: Desk, clock: TestClock) -> None:
    colleague = half_way(desk)
    clock.move(minutes=11)
    assert colleague.press("Go on", second_code=new_code(desk)).path == "/desk/sign-in"


def test_sessions_are_listed_and_ended(desk: Desk) -> None:
    here, there = desk.visit("mira"), desk.visit("mira")
    assert there.go("/desk").path == "/desk"
    page = here.go("/desk/account")
    assert "This one" in page.text
    assert "Another" in page.text
    here.press("End all others")
    assert there.go("/desk").path == "/desk/sign-in"
    assert here.go("/desk").path == "/desk"


def test_a_password_is_changed_and_everywhere_else_signed_out(desk: Desk) -> None:
    desk.add("ines")
    here, there = desk.visit("ines"), desk.visit("ines")
    here.go("/desk/account/password")
    page = here.press("Change it", old="wrong", new=NEW_PASSWORD, again=NEW_PASSWORD, status=400)
    assert page.errors == ["This is not the password so far."]
    assert here.press("Change it", old=PASSWORD, new=NEW_PASSWORD, again="other", status=400).errors
    assert here.press("Change it", old=PASSWORD, new="password1234", again="password1234", status=400).errors
    assert here.press("Change it", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD).path == "/desk/account"
    assert here.go("/desk").path == "/desk"
    assert there.go("/desk").path == "/desk/sign-in"
    assert Colleague(desk.app).sign_in("ines", password=NEW_PASSWORD).path == "/desk/today"
    here.go("/desk/account/password")
    here.press("Change it", old=NEW_PASSWORD, new=PASSWORD, again=PASSWORD)


def test_the_only_factor_cannot_be_taken_away(desk: Desk) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/account")
    assert "Remove" not in colleague.page.text
    page = colleague.client.post("/desk/account/factors/remove", data={"factor": "nonsense"})
    assert page.status_code in {400, 403}
