"""The supervisor's page: marks, who is in the team, taking somebody out."""

from __future__ import annotations

from sqlalchemy import select

from portal.models.accounts import Team
from portal.models.team_keys import FormerTeamKey
from portal.services.staff import lists, members
from tests.web.desk.colleague import Desk


def test_whoever_is_taken_out_reads_nothing_from_that_moment_and_the_team_reads_on(desk: Desk) -> None:
    reference = desk.add_case()
    leaver, supervisor = desk.visit("mira"), desk.visit("ines")
    leaver.go(f"/desk/cases/{reference}")
    leaver.press("Take this case")
    supervisor.go("/desk/team")
    supervisor.follow("Remove Mira")

    page = supervisor.press("Remove Mira Anker")

    assert "The team’s key was changed" in page.text
    assert "Ines Lotse removed Mira Anker from the team" in page.text
    leaver.go(f"/desk/cases/{reference}", status=404)
    assert "Unassigned in the team" in supervisor.go(f"/desk/cases/{reference}").text
    with desk.parts.sessions() as session:
        assert session.get_one(Team, desk.team_id).generation == 2
        assert session.scalars(select(FormerTeamKey)).all() == []


def test_a_change_of_key_that_is_due_is_done_when_a_member_signs_in(desk: Desk) -> None:
    reference = desk.add_case()
    desk.add("mira")
    with desk.parts.sessions.begin() as session:
        members.end_staff(session, "mira", now=desk.parts.clock())
    with desk.parts.sessions() as session:
        assert session.get_one(Team, desk.team_id).key_change_due_since is not None

    colleague = desk.visit("tane")

    with desk.parts.sessions() as session:
        team = session.get_one(Team, desk.team_id)
        assert (team.generation, team.key_change_due_since) == (2, None)
    assert reference in colleague.go(f"/desk/cases/{reference}").text


def test_a_mark_stays_until_this_supervisor_has_seen_it(desk: Desk) -> None:
    supervisor = desk.visit("ines")
    desk.add("newt")
    with desk.parts.sessions.begin() as session:
        members.end_staff(session, "newt", now=desk.parts.clock())
    page = supervisor.go("/desk/team")
    assert "An account was ended" in page.text
    assert "done on the server" in page.text

    assert "An account was ended" not in supervisor.press("I have seen these").text


def test_a_supervisor_cannot_take_themselves_out(desk: Desk) -> None:
    supervisor = desk.visit("ines")
    desk.add("mira")
    page = supervisor.go("/desk/team")
    assert "Remove Ines Lotse" not in page.links()
    with desk.parts.sessions() as session:
        own = next(one for one in lists.list_members(session, [desk.team_id]) if one.login == "ines")
    supervisor.go(f"/desk/team/members/{own.membership_id}/remove")
    assert "cannot take yourself out" in supervisor.press("Remove Ines Lotse", status=409).text


def test_somebody_who_waits_can_be_refused(desk: Desk) -> None:
    desk.add("newt")
    supervisor = desk.visit("ines")
    supervisor.go("/desk/team")
    supervisor.follow("Do not let in")

    page = supervisor.press("Remove Newt")

    assert "Nobody waits." in page.text
    with desk.parts.sessions() as session:
        assert session.get_one(Team, desk.team_id).generation == 1, "who never had the key takes none along"


def test_a_team_says_how_fast_it_usually_answers(desk: Desk) -> None:
    supervisor = desk.visit("ines")
    address = f"/desk/team/{desk.team_id}/address"
    supervisor.go(address)
    supervisor.press("Save", email="", replies="24")
    with desk.parts.sessions() as session:
        assert session.get_one(Team, desk.team_id).reply_hours == 24
    page = supervisor.go(address)
    chosen = [each.get("value") for each in page.root.iter("input") if each.get("checked") is not None]
    assert chosen == ["24"]
    supervisor.press("Save", status=400, email="", replies="25")
