"""The organisation's recovery key: rehearsed, used, replaced."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.lifecycle import Handler, Role
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Membership, Staff, Team
from portal.models.cases import CaseKey
from portal.services.cases.opening import open_for_staff
from portal.services.ports import Ports
from portal.services.staff import accounts, members, recovery_key, restore_access, security_notices, team_keys
from portal.services.staff.accounts import AccountRefused, NewStaff
from tests.services.factories import NOW, make_case, make_work

PASSWORD = "six invented words for one test"


@dataclass
class Office:
    session: Session
    key: bytes
    team_id: UUID
    reference: str
    private_key: bytes

    def supervisor(self) -> Staff:
        return members.find_staff(self.session, "ines")

    def lose_password(self) -> None:
        """What a new password does to what the old one opened."""
        row = self.session.scalars(select(Membership).where(Membership.staff_id == self.supervisor().id)).one()
        row.team_key = None
        self.session.flush()


@pytest.fixture
def office(session: Session, ports: Ports) -> Office:
    new = NewStaff(login="ines", name="Ines", role=Role.SUPERVISOR, password=PASSWORD)
    added = members.add_member(session, new, team="Harbour", now=NOW)
    key = recovery_key.read_recovery_key(added.recovery_key or "")
    team = session.scalars(select(Team)).one()
    opened = make_case(session, ports, handler=Handler.TEAM, team_id=str(team.id))
    private = accounts.sign_in(session, "ines", PASSWORD).private_key
    return Office(session, key, team.id, opened.reference, private)


def test_a_rehearsal_opens_every_case_and_changes_nothing(office: Office) -> None:
    found = restore_access.rehearse(office.session, office.key)

    assert [(one.team, one.opens_key, one.cases_opened, one.cases) for one in found] == [("Harbour", True, 1, 1)]
    assert not office.session.dirty
    assert not office.session.new


def test_a_rehearsal_with_another_key_or_with_a_broken_wrap_is_not_good(office: Office) -> None:
    assert not restore_access.rehearse(office.session, vault.new_key())[0].is_good
    row = office.session.scalars(select(CaseKey).where(CaseKey.holder == Handler.TEAM)).one()
    row.wrapped = row.wrapped[:-1] + bytes([row.wrapped[-1] ^ 1])
    found = restore_access.rehearse(office.session, office.key)[0]
    assert found.opens_key
    assert not found.is_good


def test_a_lost_password_loses_no_case_and_the_restore_leaves_a_mark(office: Office, ports: Ports) -> None:
    office.lose_password()
    assert restore_access.restore(office.session, "ines", office.key, now=NOW) == ("Harbour",)

    member = office.supervisor()
    keys = accounts.team_keys_of(office.session, member, office.private_key)
    actor = accounts.actor_of(member)
    opened = open_for_staff(
        make_work(office.session, ports, actor=actor), office.reference, team_keys=keys, to_change=False
    )
    assert opened.report.name == "Ana Exemplar"
    shown = security_notices.list_unseen(office.session, member.id, [office.team_id])
    assert {(one.kind, one.about, one.by) for one in shown} == {
        (SecurityNoticeKind.TEAM_MADE, "Ines", ""),
        (SecurityNoticeKind.LET_IN_BY_RECOVERY_KEY, "Ines", ""),
    }


def test_a_restore_with_a_foreign_key_or_for_nobody_is_refused(office: Office) -> None:
    with pytest.raises(AccountRefused, match="waits for no team"):
        restore_access.restore(office.session, "ines", office.key, now=NOW)
    office.lose_password()
    with pytest.raises(AccountRefused, match="does not belong"):
        restore_access.restore(office.session, "ines", vault.new_key(), now=NOW)


def test_a_new_recovery_key_takes_the_place_of_a_known_one_at_once(office: Office) -> None:
    new = recovery_key.read_recovery_key(restore_access.renew(office.session, office.key, now=NOW))

    assert restore_access.rehearse(office.session, new)[0].is_good
    assert not restore_access.rehearse(office.session, office.key)[0].is_good
    with pytest.raises(AccountRefused, match="does not belong"):
        restore_access.check_key(office.session, office.key)


def test_after_a_lost_key_a_team_is_in_reach_once_a_member_signs_in(office: Office) -> None:
    new = recovery_key.read_recovery_key(restore_access.renew(office.session, None, now=NOW))
    assert not restore_access.rehearse(office.session, new)[0].opens_key
    before = accounts.recover_team_key(office.session.get_one(Team, office.team_id), office.key)

    member = office.supervisor()
    while team_keys.continue_rotation(office.session, member, office.team_id, office.private_key, now=NOW):
        pass

    assert restore_access.rehearse(office.session, new)[0].is_good
    now = accounts.team_keys_of(office.session, member, office.private_key)[office.team_id]
    assert now != before, "who has the old paper and an old copy opens no later case"


def test_a_new_recovery_key_is_seen_by_every_supervisor(office: Office) -> None:
    restore_access.renew(office.session, office.key, now=NOW)
    kinds = [one.kind for one in security_notices.list_unseen(office.session, office.supervisor().id, [])]
    assert set(kinds) == {SecurityNoticeKind.TEAM_MADE, SecurityNoticeKind.RECOVERY_KEY_CHANGED}
