"""The list of staff, ended accounts, the printed recovery key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.lifecycle import Handler, Role, StepRefused
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Staff, Team
from portal.models.events import Event
from portal.services.cases.handover import hand_to_team
from portal.services.cases.opening import open_for_staff
from portal.services.ports import Ports
from portal.services.staff import accounts, lists, members, recovery_key, security_notices
from portal.services.staff.accounts import AccountRefused, NewStaff, WrongSignIn
from tests.services.factories import NOW, make_case, make_work

PASSWORD = "six invented words for one test"


def new(login: str, role: Role = Role.ADVOCATE) -> NewStaff:
    return NewStaff(login=login, name=login.title(), role=role, password=PASSWORD)


def test_the_first_member_makes_the_recovery_key_and_the_team(session: Session) -> None:
    added = members.add_member(session, new("mira"), team="Harbour", countries=["NZ"], now=NOW)

    assert added.recovery_key is not None
    assert added.team_is_new
    assert not added.is_waiting
    signed_in = accounts.sign_in(session, "mira", PASSWORD)
    assert len(signed_in.team_keys) == 1


def test_the_second_member_waits_and_gets_no_second_recovery_key(session: Session) -> None:
    members.add_member(session, new("mira"), team="Harbour", now=NOW)

    added = members.add_member(session, new("tane"), team="Harbour", now=NOW)

    assert added.recovery_key is None
    assert added.is_waiting
    assert accounts.sign_in(session, "tane", PASSWORD).team_keys == {}


def test_the_recovery_key_lets_a_new_member_in_at_once(session: Session) -> None:
    first = members.add_member(session, new("mira"), team="Harbour", now=NOW)
    key = recovery_key.read_recovery_key(first.recovery_key or "")

    added = members.add_member(session, new("tane"), team="Harbour", recovery_key=key, now=NOW)

    assert not added.is_waiting
    keys = accounts.sign_in(session, "tane", PASSWORD).team_keys
    assert keys == accounts.sign_in(session, "mira", PASSWORD).team_keys


def test_a_recovery_key_of_elsewhere_lets_nobody_in(session: Session) -> None:
    members.add_member(session, new("mira"), team="Harbour", now=NOW)

    with pytest.raises(AccountRefused, match="does not belong"):
        members.add_member(session, new("tane"), team="Harbour", recovery_key=vault.new_key(), now=NOW)


def test_an_advocate_without_a_team_is_refused(session: Session) -> None:
    with pytest.raises(AccountRefused, match="which team"):
        members.add_member(session, new("mira"), team=None, now=NOW)


def test_countries_of_a_team_that_is_there_are_not_changed_behind_it(session: Session) -> None:
    members.add_member(session, new("mira"), team="Harbour", now=NOW)

    with pytest.raises(AccountRefused, match="not changed"):
        members.add_member(session, new("tane"), team="Harbour", countries=["AU"], now=NOW)


def test_joining_later_waits_or_uses_the_key(session: Session) -> None:
    first = members.add_member(session, new("mira"), team="Harbour", now=NOW)
    members.add_member(session, new("tane"), team="Hillside", now=NOW)

    assert members.join_team(session, "tane", "Harbour", recovery_key=None, now=NOW)
    with pytest.raises(AccountRefused, match="already waits"):
        members.join_team(session, "tane", "Harbour", recovery_key=None, now=NOW)

    key = recovery_key.read_recovery_key(first.recovery_key or "")
    assert not members.join_team(session, "tane", "Harbour", recovery_key=key, now=NOW)
    assert len(accounts.sign_in(session, "tane", PASSWORD).team_keys) == 2
    with pytest.raises(AccountRefused, match="already in"):
        members.join_team(session, "tane", "Harbour", recovery_key=key, now=NOW)


def test_ending_an_account_stops_sign_in_and_leaves_its_cases_to_nobody(session: Session, ports: Ports) -> None:
    members.add_member(session, new("mira"), team="Harbour", now=NOW)
    signed_in = accounts.sign_in(session, "mira", PASSWORD)
    team_id = next(iter(signed_in.team_keys))
    reference = make_case(session, ports, handler=Handler.TEAM, team_id=str(team_id)).reference
    opened = open_for_staff(
        make_work(session, ports, actor=signed_in.actor), reference, team_keys=signed_in.team_keys, to_change=True
    )
    opened.case.assignee_id = signed_in.actor.staff_id
    session.flush()
    before = len(session.scalars(select(Event)).all())

    left = members.end_staff(session, "mira", now=NOW + timedelta(days=1))
    session.flush()

    assert left == 1
    assert opened.case.assignee_id is None
    assert len(session.scalars(select(Event)).all()) == before + 1
    with pytest.raises(WrongSignIn):
        accounts.sign_in(session, "mira", PASSWORD)
    with pytest.raises(AccountRefused):
        members.end_staff(session, "mira", now=NOW)


def test_the_list_shows_who_waits_and_puts_the_ended_last(session: Session) -> None:
    members.add_member(session, new("adam"), team="Harbour", now=NOW)
    members.add_member(session, new("mira"), team="Harbour", now=NOW)
    members.add_member(session, new("root", Role.ADMINISTRATOR), team=None, now=NOW)
    members.end_staff(session, "adam", now=NOW)
    session.flush()

    rows = lists.list_staff(session)

    assert [row.login for row in rows] == ["mira", "root", "adam"]
    assert [place.is_waiting for place in rows[0].teams] == [True]
    assert rows[1].teams == ()


def test_a_recovery_key_is_read_back_however_it_is_spaced() -> None:
    key = vault.new_key()
    text = recovery_key.format_recovery_key(key)

    assert recovery_key.read_recovery_key(text) == key
    assert recovery_key.read_recovery_key(" " + text.lower().replace("-", "  ") + "\n") == key


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "has 56"), ("AAAA-BBBB", "has 56"), ("8" * 56, "only the letters"), ("A" * 56, "at least one letter")],
)
def test_a_slip_in_a_recovery_key_is_named(text: str, reason: str) -> None:
    with pytest.raises(recovery_key.BadRecoveryKey, match=reason):
        recovery_key.read_recovery_key(text)


LOOKS_LIKE_HARBOUR = ("Harbour  Team", "Harbour\u00a0Team", "\u0397arb\u03bfur Team", "Harbour Team.", "harbour-team")


@pytest.fixture
def maker(session: Session) -> Staff:
    """An administrator of a portal that has a team with a supervisor, Ines."""
    members.add_member(session, new("ines", Role.SUPERVISOR), team="Harbour Team", now=NOW)
    members.add_member(session, new("vera", Role.ADMINISTRATOR), team=None, now=NOW)
    return members.find_staff(session, "vera")


def keys_of(session: Session, login: str) -> Mapping[UUID, bytes]:
    return accounts.sign_in(session, login, PASSWORD).team_keys


def find(session: Session, name: str) -> Team:
    found = accounts.find_team(session, name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", LOOKS_LIKE_HARBOUR)
def test_no_team_gets_a_name_that_looks_like_anothers(session: Session, maker: Staff, name: str) -> None:
    with pytest.raises(AccountRefused, match="Harbour Team"):
        members.make_team(session, name, (), "ines", by=maker.id, now=NOW)
    with pytest.raises(AccountRefused, match="Harbour Team"):
        members.add_member(session, new("rua", Role.SUPERVISOR), team=name, now=NOW)


def test_a_name_with_letters_that_cannot_be_seen_is_refused(session: Session, maker: Staff) -> None:
    with pytest.raises(AccountRefused, match="can be seen"):
        members.make_team(session, "Mount\u200bain", (), "ines", by=maker.id, now=NOW)


def test_a_new_team_is_offered_and_takes_cases_once_a_supervisor_of_another_has_said_so(
    session: Session, ports: Ports, maker: Staff
) -> None:
    """An administrator with an account of their own making, as the first member of a team of their own making."""
    members.add_member(session, new("rua", Role.SUPERVISOR), team="Harbour Team", now=NOW)
    members.make_team(session, "Lake", (), "rua", by=maker.id, now=NOW)
    lake, opened = find(session, "Lake"), make_case(session, ports)
    own, ines = keys_of(session, "rua"), members.find_staff(session, "ines")
    assert set(own) == {lake.id}, "Rua waits in the other team"
    assert [team.name for team in accounts.find_teams_for(session, "NZ")] == ["Harbour Team"]
    with pytest.raises(StepRefused, match="can’t take new cases"):
        hand_to_team(opened.at(NOW), lake.id)
    for login, by in (("rua", members.find_staff(session, "rua").id), ("ines", maker.id)):
        with pytest.raises(AccountRefused, match="supervisor of another team"):
            members.show_team(session, lake.id, keys_of(session, login), by=by, now=NOW)
    members.show_team(session, lake.id, keys_of(session, "ines"), by=ines.id, now=NOW)
    assert [team.name for team in accounts.find_teams_for(session, "NZ")] == ["Harbour Team", "Lake"]
    assert (lake.shown_at, lake.shown_by) == (NOW, ines.id)
    hand_to_team(opened.at(NOW), lake.id)
    with pytest.raises(AccountRefused, match="shown already"):
        members.show_team(session, lake.id, keys_of(session, "ines"), by=ines.id, now=NOW)


def test_the_first_team_of_a_portal_is_offered_at_once_and_the_next_is_not(session: Session, maker: Staff) -> None:
    assert [team.name for team in accounts.find_teams_for(session, "NZ")] == ["Harbour Team"]
    added = members.add_member(session, new("rua", Role.SUPERVISOR), team="Lake", now=NOW)
    assert not added.team_is_shown, "also where it is made on the server"
    assert [each.name for each in lists.list_new_teams(session)] == ["Lake"]


def test_the_notices_of_a_new_team_name_it_to_the_supervisors_of_every_team(session: Session, maker: Staff) -> None:
    ines = members.find_staff(session, "ines")
    members.make_team(session, "Lake", (), "ines", by=maker.id, now=NOW)
    members.show_team(session, find(session, "Lake").id, keys_of(session, "ines"), by=ines.id, now=NOW)
    members.add_member(session, new("rua", Role.SUPERVISOR), team="Hill", now=NOW)
    rua = members.find_staff(session, "rua")
    seen = security_notices.list_unseen(session, rua.id, tuple(keys_of(session, "rua")))
    told = {(each.kind, each.team) for each in seen}
    assert {(SecurityNoticeKind.TEAM_MADE, "Lake"), (SecurityNoticeKind.TEAM_SHOWN, "Lake")} <= told
