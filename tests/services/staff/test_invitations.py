"""Joining and coming back by words: a password of one's own, no access before a colleague says so, and marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.word_list import WrongCount
from portal.domain.lifecycle import Role, Scope
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Membership
from portal.services.ports import Ports
from portal.services.signin import factors, sessions
from portal.services.staff import accounts, invitations, members, security_notices
from portal.services.staff.accounts import AccountRefused, NewStaff, WrongSignIn
from portal.services.staff.invitations import InvitationOver, Invitee
from tests.services.factories import NOW, make_team, make_work

PASSWORD = "six invented words for one test"
OWN = "another long saying of the newcomer"


@dataclass
class Office:
    session: Session
    ports: Ports
    team_id: UUID
    team_key: bytes
    administrator: UUID
    supervisor: UUID

    def invite(self, login: str = "newt") -> str:
        guest = Invitee(login=login, name="Newt", role=Role.ADVOCATE, scope=Scope.OWN, team_id=self.team_id)
        return invitations.invite(make_work(self.session, self.ports), guest, by=self.administrator)

    def accept(self, words: str, login: str = "newt", *, days: int = 1) -> None:
        when = NOW + timedelta(days=days)
        invitations.accept(make_work(self.session, self.ports, now=when), login, words, OWN)
        self.session.flush()

    def seen_by_supervisor(self) -> list[SecurityNoticeKind]:
        return [one.kind for one in security_notices.list_unseen(self.session, self.supervisor, [self.team_id])]


@pytest.fixture
def office(session: Session, ports: Ports) -> Office:
    team, key = make_team(session)
    people = {}
    for login, role in (("vera", Role.ADMINISTRATOR), ("ines", Role.SUPERVISOR)):
        new = NewStaff(login=login, name=login.title(), role=role, password=PASSWORD)
        people[login] = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, people["ines"], team, key, now=NOW)
    return Office(session, ports, team.id, key, people["vera"].id, people["ines"].id)


def test_a_newcomer_sets_their_own_password_and_waits_to_be_let_in(office: Office) -> None:
    office.accept(office.invite())

    signed_in = accounts.sign_in(office.session, "newt", OWN)
    assert signed_in.team_keys == {}
    assert signed_in.actor.scope is Scope.OWN
    assert set(office.seen_by_supervisor()) == {SecurityNoticeKind.MEMBER_INVITED, SecurityNoticeKind.MEMBER_ADDED}
    waiting = accounts.read_waiting(office.session, [office.team_id])
    members.let_colleague_in(
        office.session, waiting[0][0].id, {office.team_id: office.team_key}, by=office.supervisor, now=NOW
    )
    assert accounts.sign_in(office.session, "newt", OWN).team_keys == {office.team_id: office.team_key}


def test_words_work_once_for_their_name_and_for_seven_days(office: Office) -> None:
    words = office.invite()
    with pytest.raises(InvitationOver):
        office.accept(words, "somebody-else")
    with pytest.raises(InvitationOver):
        office.accept(words, days=7)
    with pytest.raises(WrongCount):
        office.accept("only three words")
    office.accept(words)
    with pytest.raises(InvitationOver):
        office.accept(words)


def test_words_that_were_ended_or_replaced_do_not_work(office: Office) -> None:
    first, second = office.invite(), office.invite()
    with pytest.raises(InvitationOver):
        office.accept(first)
    (row,) = invitations.list_open(office.session, now=NOW)
    invitations.end(office.session, row.id, now=NOW)
    with pytest.raises(InvitationOver):
        office.accept(second)


def test_a_weak_password_is_refused_and_the_words_still_work(office: Office) -> None:
    words = office.invite()
    with pytest.raises(AccountRefused):
        invitations.accept(make_work(office.session, office.ports), "newt", words, "password1234")
    office.accept(words)


def test_a_new_password_makes_new_keys_and_an_administrator_reads_no_case_by_it(office: Office) -> None:
    words = invitations.invite_back(make_work(office.session, office.ports), "ines", by=office.administrator)
    assert accounts.sign_in(office.session, "ines", PASSWORD).team_keys, "nothing changes before the words are used"

    office.accept(words, "ines")

    with pytest.raises(WrongSignIn):
        accounts.sign_in(office.session, "ines", PASSWORD)
    assert accounts.sign_in(office.session, "ines", OWN).team_keys == {}
    membership = office.session.scalars(select(Membership).where(Membership.staff_id == office.supervisor)).one()
    assert membership.team_key is None
    assert SecurityNoticeKind.PASSWORD_RESET in office.seen_by_supervisor()


def test_a_new_password_ends_the_codes_on_paper_with_the_rest(office: Office) -> None:
    """Who finds the paper later has no second factor by it; the member sets up a new one."""
    words = invitations.invite_back(make_work(office.session, office.ports), "ines", by=office.administrator)
    factors.make_codes(office.session, office.supervisor)

    office.accept(words, "ines")

    assert factors.count_codes(office.session, office.supervisor) == 0


def test_a_new_password_ends_every_open_session(office: Office) -> None:
    token = sessions.new_token()
    sessions.save(office.session, token, {"staff_id": str(office.supervisor)}, now=NOW, lasts=None)
    words = invitations.invite_back(make_work(office.session, office.ports), "ines", by=office.administrator)
    assert sessions.load(office.session, token, now=NOW) is not None

    office.accept(words, "ines")

    assert sessions.load(office.session, token, now=NOW) is None


def test_what_makes_no_sense_is_refused_in_words(office: Office) -> None:
    def invite(**changes: object) -> None:
        values = {"login": "newt", "name": "N", "role": Role.ADVOCATE, "scope": Scope.TEAM, "team_id": office.team_id}
        guest = Invitee(**{**values, **changes})  # type: ignore[arg-type]
        invitations.invite(make_work(office.session, office.ports), guest, by=office.administrator)

    for changes, reason in (
        ({"login": "ines"}, "already somebody"),
        ({"login": "Ünsinn"}, "sign-in name"),
        ({"team_id": None}, "have a team"),
        ({"role": Role.AUDITOR, "scope": Scope.ORGANISATION}, "have a team"),
        ({"role": Role.SUPERVISOR, "scope": Scope.OWN}, "does not see as far"),
        ({"role": Role.OFFICER, "scope": Scope.OWN}, "has no account"),
    ):
        with pytest.raises(AccountRefused, match=reason):
            invite(**changes)
    with pytest.raises(AccountRefused, match="yourself"):
        invitations.invite_back(make_work(office.session, office.ports), "vera", by=office.administrator)


def test_another_role_ends_sessions_leaves_a_mark_and_takes_the_key_of_whoever_reads_no_more(office: Office) -> None:
    with pytest.raises(AccountRefused, match="your own role"):
        members.change_role(office.session, "vera", Role.AUDITOR, Scope.ORGANISATION, by=office.administrator, now=NOW)

    members.change_role(office.session, "ines", Role.AUDITOR, Scope.ORGANISATION, by=office.administrator, now=NOW)

    assert SecurityNoticeKind.ROLE_CHANGED in office.seen_by_supervisor()
    signed_in = accounts.sign_in(office.session, "ines", PASSWORD)
    assert (signed_in.role, signed_in.team_keys) == (Role.AUDITOR, {})


@pytest.mark.parametrize("ending", ["end", "another role"])
def test_words_made_by_a_former_administrator_let_nobody_in(office: Office, ending: str) -> None:
    """Else somebody who has to leave could make themselves a way back beforehand."""
    words = office.invite()
    if ending == "end":
        members.end_staff(office.session, "vera", now=NOW)
    else:
        members.change_role(office.session, "vera", Role.AUDITOR, Scope.ORGANISATION, by=None, now=NOW)
    assert invitations.list_open(office.session, now=NOW) == ()
    with pytest.raises(InvitationOver):
        office.accept(words)
