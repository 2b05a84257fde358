"""Inviting, joining, another role, a new password and the end of an account, on the administrator's pages."""

from __future__ import annotations

import re
from typing import Any

from tests.web.desk.colleague import Desk
from tests.web.pages import Page, Visitor

OWN = "another long saying of the newcomer"
WORDS = re.compile(r"Six words ((?:[a-z-]+ ){5}[a-z-]+)")


def read_words(page: Page) -> str:
    found = WORDS.search(page.text)
    assert found, page.text
    return found.group(1)


def invite(desk: Desk, login: str = "nova") -> str:
    administrator = desk.visit("vera")
    administrator.go("/desk/staff")
    administrator.follow("Invite somebody")
    values: dict[str, Any] = {"name": "Nova Berg", "login": login, "role": "advocate:team", "team": str(desk.team_id)}
    return read_words(administrator.press("Make the words", **values))


def join(desk: Desk, words: str, login: str = "nova", *, status: int = 200) -> Visitor:
    newcomer = Visitor(desk.app)
    newcomer.go("/desk/staff/join")
    newcomer.press("Set the password", login=login, words=words, password=OWN, again=OWN, status=status)
    return newcomer


def test_a_newcomer_joins_with_words_and_is_let_in_by_a_supervisor(desk: Desk) -> None:
    words = invite(desk)

    assert join(desk, words).page.heading == "Sign in to the desk"

    supervisor = desk.visit("ines")
    page = supervisor.go("/desk/team")
    assert "Nova Berg" in page.text
    assert "A new account was made" in page.text
    assert "Nobody waits." in supervisor.press("Let in").text


def test_words_that_do_not_fit_are_refused_and_the_name_stays(desk: Desk) -> None:
    words = invite(desk)
    page = join(desk, words, "somebody-else", status=400).page
    assert "do not fit" in page.text
    assert 'value="somebody-else"' in page.answer.text
    assert OWN not in page.answer.text
    assert words not in page.answer.text


def test_ended_words_work_no_more(desk: Desk) -> None:
    words = invite(desk)
    administrator = desk.visit("vera")
    assert "Nova Berg" in administrator.go("/desk/staff").text
    administrator.press("End these words")
    assert "do not fit" in join(desk, words, status=400).page.text


def test_a_lost_password_costs_no_case_and_a_colleague_lets_the_member_in_again(desk: Desk) -> None:
    desk.add("mira")
    administrator, supervisor = desk.visit("vera"), desk.visit("ines")
    administrator.go("/desk/staff/mira/password")
    words = read_words(administrator.press("Make the words"))

    join(desk, words, "mira")

    page = supervisor.go("/desk/team")
    assert "A new password was set" in page.text
    assert "Waiting to be let in" in page.text
    assert "Nobody waits." in supervisor.press("Let in").text


def test_another_role_and_the_end_of_an_account_sign_the_member_out(desk: Desk) -> None:
    administrator, member = desk.visit("vera"), desk.visit("mira")
    administrator.go("/desk/staff/mira/role")
    assert "legal reviewer" in administrator.press("Change", role="legal_reviewer:team").text
    assert member.go("/desk").heading == "Sign in to the desk"

    administrator.go("/desk/staff/mira/end")
    assert "ended" in administrator.press("End the account").text
    administrator.go("/desk/staff/mira/end", status=404)


def test_nobody_changes_their_own_role_or_ends_their_own_account(desk: Desk) -> None:
    administrator = desk.visit("vera")
    administrator.go("/desk/staff/vera/role")
    assert "your own role" in administrator.press("Change", role="auditor:organisation", status=400).text
    administrator.go("/desk/staff/vera/end")
    assert "your own account" in administrator.press("End the account", status=400).text
