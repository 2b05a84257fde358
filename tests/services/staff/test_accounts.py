"""Staff, teams and the keys between them."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import Role
from portal.models.accounts import Staff
from portal.services.staff import accounts
from portal.services.staff.accounts import AccountRefused, NewStaff, WrongSignIn
from tests.cost import REAL_COST
from tests.services.factories import NOW, make_team

pytestmark = REAL_COST
PASSWORD = "correct horse battery staple"


def add(session: Session, login: str, role: Role = Role.ADVOCATE) -> Staff:
    new = NewStaff(login=login, name=login.title(), role=role, password=PASSWORD)
    return accounts.add_staff(session, new, now=NOW)


def test_the_right_password_gives_the_keys_of_the_members_teams(session: Session) -> None:
    team, key = make_team(session)
    accounts.add_membership(session, add(session, "mere"), team, key, now=NOW)
    signed_in = accounts.sign_in(session, " Mere ", PASSWORD)
    assert signed_in.team_keys == {team.id: key}
    assert signed_in.actor.role is Role.ADVOCATE


@pytest.mark.parametrize(("login", "password"), [("mere", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(session: Session, login: str, password: str) -> None:
    add(session, "mere")
    with pytest.raises(WrongSignIn) as caught:
        accounts.sign_in(session, login, password)
    assert str(caught.value) == ""


def test_an_ended_account_cannot_sign_in(session: Session) -> None:
    add(session, "mere").ended_at = NOW
    session.flush()
    with pytest.raises(WrongSignIn):
        accounts.sign_in(session, "mere", PASSWORD)


def test_a_new_member_waits_until_a_colleague_lets_them_in(session: Session) -> None:
    team, key = make_team(session)
    accounts.add_membership(session, add(session, "mere"), team, key, now=NOW)
    waiting = accounts.add_membership(session, add(session, "noah"), team, None, now=NOW)
    assert accounts.sign_in(session, "noah", PASSWORD).team_keys == {}
    assert [staff.login for _, staff in accounts.read_waiting(session, [team.id])] == ["noah"]
    accounts.grant_team_key(session, waiting.id, {team.id: key})
    session.flush()
    assert accounts.sign_in(session, "noah", PASSWORD).team_keys == {team.id: key}
    assert accounts.read_waiting(session, [team.id]) == []


def test_nobody_lets_a_colleague_into_a_team_that_is_not_theirs(session: Session) -> None:
    team, _ = make_team(session)
    other, other_key = accounts.create_team(session, "Other", now=NOW)
    waiting = accounts.add_membership(session, add(session, "noah"), team, None, now=NOW)
    with pytest.raises(AccountRefused):
        accounts.grant_team_key(session, waiting.id, {other.id: other_key})


def test_the_recovery_key_opens_each_teams_key(session: Session) -> None:
    recovery = accounts.make_recovery_key(session, now=NOW)
    team, key = accounts.create_team(session, "Harbour", now=NOW)
    assert accounts.recover_team_key(team, recovery) == key
    with pytest.raises(CannotOpen):
        accounts.recover_team_key(team, b"\x01" * 32)


def test_there_is_one_recovery_key(session: Session) -> None:
    accounts.make_recovery_key(session, now=NOW)
    with pytest.raises(AccountRefused):
        accounts.make_recovery_key(session, now=NOW)


def test_an_administrator_belongs_to_no_team(session: Session) -> None:
    team, key = make_team(session)
    with pytest.raises(AccountRefused, match="never read cases"):
        accounts.add_membership(session, add(session, "ada", Role.ADMINISTRATOR), team, key, now=NOW)


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [("x", PASSWORD, "sign-in name"), ("Größe", PASSWORD, "sign-in name"), ("ok", "short", "at least 12")],
)
def test_what_cannot_be_an_account_is_refused_with_the_reason(
    session: Session, login: str, password: str, reason: str
) -> None:
    with pytest.raises(AccountRefused, match=reason):
        accounts.add_staff(session, NewStaff(login=login, name="N", role=Role.ADVOCATE, password=password), now=NOW)


def test_a_sign_in_name_is_used_once(session: Session) -> None:
    add(session, "mere")
    with pytest.raises(AccountRefused, match="already somebody"):
        add(session, "mere")


def test_teams_are_offered_by_country(session: Session) -> None:
    make_team(session, name="Anywhere")
    accounts.create_team(session, "Pacific", countries=["NZ", "AU"], now=NOW)
    assert [team.name for team in accounts.find_teams_for(session, "NZ")] == ["Anywhere", "Pacific"]
    assert [team.name for team in accounts.find_teams_for(session, "DE")] == ["Anywhere"]
