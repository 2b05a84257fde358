"""Inviting, joining, another role, a new password and the end of an account, on the administrator's pages."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from portal.domain.lifecycle import Role
from portal.models.accounts import Membership, Staff, Team
from portal.services.staff import accounts
from portal.services.staff import members as staff_service
from portal.services.staff.accounts import NewStaff
from tests.web.desk.colleague import PASSWORD, Desk
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
    assert "made an account for Nova Berg" in page.text
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
    administrator.press("Cancel the invitation")
    assert "do not fit" in join(desk, words, status=400).page.text


def test_a_lost_password_costs_no_case_and_a_colleague_lets_the_member_in_again(desk: Desk) -> None:
    desk.add("mira")
    administrator, supervisor = desk.visit("vera"), desk.visit("ines")
    administrator.go("/desk/staff/mira/password")
    words = read_words(administrator.press("Make the words"))

    join(desk, words, "mira")

    page = supervisor.go("/desk/team")
    assert "set a new password for Mira Anker" in page.text
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


def test_an_administrator_makes_a_team_and_gets_no_key_by_it(desk: Desk) -> None:
    desk.add("mira")
    supervisor, administrator = desk.visit("ines"), desk.visit("vera")
    administrator.go("/desk/staff")
    administrator.follow("Make a team")
    assert "Mira" not in administrator.page.text, "its first member is a supervisor"
    refused = administrator.press("Make the team", name="Lake", countries="New Zealand", first="ines", status=400)
    assert "two letters" in refused.text
    administrator.press("Make the team", name="Lake", countries="nz, au", first="ines")

    with desk.parts.sessions() as session:
        team = session.scalars(select(Team).where(Team.name == "Lake")).one()
        assert team.countries == ["NZ", "AU"]
        (only,) = session.scalars(select(Membership).where(Membership.team_id == team.id)).all()
        assert session.get_one(Staff, only.staff_id).login == "ines"
        assert only.team_key is not None
        assert team not in accounts.find_teams_for(session, "NZ"), "nobody is offered it yet"
    page = supervisor.go("/desk/team")
    assert "Lake" in page.text
    assert "by Vera" in page.text
    assert "A new team is shown to people from now on" in supervisor.press("Show it to people").text
    with desk.parts.sessions() as session:
        assert team.id in {one.id for one in accounts.find_teams_for(session, "NZ")}
    reference = desk.add_case(team_id=str(team.id))
    assert reference in supervisor.go(f"/desk/cases/{reference}").text
    administrator.go(f"/desk/cases/{reference}", status=403)


def test_the_supervisors_of_every_team_see_that_a_team_was_made(desk: Desk) -> None:
    elsewhere, administrator = desk.visit("ines"), desk.visit("vera")
    with desk.parts.sessions.begin() as session:
        new = NewStaff(login="sigrid", name="Sigrid Holm", role=Role.SUPERVISOR, password=PASSWORD)
        staff_service.add_member(session, new, team="Hill", now=desk.parts.clock())
    elsewhere.go("/desk/team")
    elsewhere.press("I have seen these")
    administrator.go("/desk/staff/team")
    administrator.press("Make the team", name="Lake", countries="", first="sigrid")
    text = elsewhere.go("/desk/team").text
    assert "made a team, with Sigrid Holm as its first member" in text
    assert "team Lake" in text


def test_nobody_changes_their_own_role_or_ends_their_own_account(desk: Desk) -> None:
    administrator = desk.visit("vera")
    administrator.go("/desk/staff/vera/role")
    assert "your own role" in administrator.press("Change", role="auditor:organisation", status=400).text
    administrator.go("/desk/staff/vera/end")
    assert "your own account" in administrator.press("End the account", status=400).text
