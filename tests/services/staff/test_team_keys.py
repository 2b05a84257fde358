"""A team's key changes when somebody leaves: nothing is lost, the old key opens nothing, an interruption heals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import CaseStatus, Handler, Role
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Membership, Staff, Team
from portal.models.cases import Case, CaseKey
from portal.models.security_notices import SecurityNotice
from portal.models.team_keys import FormerTeamKey
from portal.services.cases import opening
from portal.services.cases.handover import hand_to_team
from portal.services.cases.opening import new_reference, open_for_staff
from portal.services.ports import Ports
from portal.services.staff import accounts, members, team_keys
from portal.services.staff.accounts import NewStaff
from portal.services.staff.team_keys import StaleKey
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_team, make_work

PASSWORD = "six invented words for one test"
MANY = 200


@dataclass
class Crew:
    """A team with a supervisor who holds its key, and a member who will leave."""

    sessions: sessionmaker[Session]
    ports: Ports
    team_id: UUID
    supervisor_id: UUID
    private_key: bytes
    leaver_id: UUID
    old_key: bytes
    recovery_key: bytes
    references: list[str]
    case_keys: dict[str, bytes]

    def key(self, session: Session) -> bytes:
        """The team's key as the supervisor gets it with each request."""
        member = session.get_one(Staff, self.supervisor_id)
        return accounts.team_keys_of(session, member, self.private_key)[self.team_id]

    def open(self, session: Session, reference: str, key: bytes) -> CaseWork:
        actor = accounts.actor_of(session.get_one(Staff, self.supervisor_id))
        keys = {self.team_id: key}
        return open_for_staff(make_work(session, self.ports, actor=actor), reference, team_keys=keys, to_change=False)

    def check_all_open(self) -> None:
        with self.sessions() as session:
            key = self.key(session)
            for reference in self.references:
                assert self.open(session, reference, key).key == self.case_keys[reference]

    def membership(self, session: Session, staff_id: UUID) -> Membership:
        query = select(Membership).where(Membership.team_id == self.team_id, Membership.staff_id == staff_id)
        return session.scalars(query).one()

    def go_on(self) -> bool:
        with self.sessions.begin() as session:
            member = session.get_one(Staff, self.supervisor_id)
            return team_keys.continue_rotation(session, member, self.team_id, self.private_key, now=NOW)


MakeCrew = Callable[[int], Crew]


@pytest.fixture
def make_crew(sessions: sessionmaker[Session], ports: Ports) -> MakeCrew:
    def make(count: int) -> Crew:
        with sessions.begin() as session:
            recovery = accounts.make_recovery_key(session, now=NOW)
            team, key = accounts.create_team(session, "Harbour", now=NOW)
            people = []
            for login, role in (("ines", Role.SUPERVISOR), ("leo", Role.ADVOCATE)):
                new = NewStaff(login=login, name=login.title(), role=role, password=PASSWORD)
                people.append(accounts.add_staff(session, new, now=NOW))
                accounts.add_membership(session, people[-1], team, key, now=NOW)
            private = accounts.sign_in(session, "ines", PASSWORD).private_key
            crew = Crew(sessions, ports, team.id, people[0].id, private, people[1].id, key, recovery, [], {})
        for _ in range(count):
            add_case(crew)
        return crew

    return make


def add_case(crew: Crew) -> str:
    """A case without content that the team carries."""
    with crew.sessions.begin() as session:
        case = Case(id=uuid4(), reference=new_reference(), status=CaseStatus.OPEN, language="en", created_at=NOW)
        case.handler = Handler.PERSON
        session.add(case)
        session.flush()
        opened = make_work(session, crew.ports).on(case, vault.new_key())
        hand_to_team(opened.at(NOW), crew.team_id)
        crew.references.append(case.reference)
        crew.case_keys[case.reference] = opened.key
        return case.reference


def remove_leaver(crew: Crew) -> None:
    with crew.sessions.begin() as session:
        keys = {crew.team_id: crew.key(session)}
        row = crew.membership(session, crew.leaver_id)
        members.remove_from_team(session, row.id, keys=keys, by=crew.supervisor_id, now=NOW)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_whoever_leaves_has_no_key_at_once_and_200_cases_stay_readable_at_every_step(make_crew: MakeCrew) -> None:
    crew = make_crew(MANY)

    remove_leaver(crew)

    with crew.sessions() as session:
        assert accounts.team_keys_of(session, session.get_one(Staff, crew.leaver_id), b"\1" * 32) == {}
        assert crew.key(session) != crew.old_key
    crew.check_all_open()
    while True:
        with crew.sessions.begin() as session:
            left = team_keys.renew_wraps(session, crew.team_id, crew.key(session), most=30)
        if left == MANY - 90:
            crew.check_all_open()
        if not left:
            break
    crew.check_all_open()
    with crew.sessions() as session:
        assert count(session, FormerTeamKey) == 0
        wraps = session.scalars(select(CaseKey).where(CaseKey.holder == Handler.TEAM)).all()
        assert {row.generation for row in wraps} == {2}
        for row in wraps:
            with pytest.raises(CannotOpen):
                vault.unwrap_with_private_key(row.wrapped, crew.old_key)


def test_an_interrupted_batch_changes_nothing_and_the_next_goes_on(make_crew: MakeCrew) -> None:
    crew = make_crew(12)
    remove_leaver(crew)

    with crew.sessions() as session:
        team_keys.renew_wraps(session, crew.team_id, crew.key(session), most=5)
        session.rollback()
    with crew.sessions.begin() as session:
        assert team_keys.renew_wraps(session, crew.team_id, crew.key(session), most=5) == 7

    crew.check_all_open()
    assert not crew.go_on()
    crew.check_all_open()
    with crew.sessions() as session:
        assert team_keys.list_unfinished(session, [crew.team_id]) == []


def test_a_second_change_in_the_middle_of_the_first_loses_nothing(make_crew: MakeCrew) -> None:
    crew = make_crew(9)
    remove_leaver(crew)
    with crew.sessions.begin() as session:
        team_keys.renew_wraps(session, crew.team_id, crew.key(session), most=4)
    with crew.sessions.begin() as session:
        team_keys.rotate_key(session, crew.team_id, crew.key(session), by=None, now=NOW)
    add_case(crew)
    crew.check_all_open()

    while crew.go_on():
        pass

    crew.check_all_open()
    with crew.sessions() as session:
        assert set(session.scalars(select(CaseKey.generation).where(CaseKey.holder == Handler.TEAM))) == {3}


def test_an_administrator_who_holds_no_key_ends_an_account_and_the_next_member_changes_the_key(
    make_crew: MakeCrew,
) -> None:
    crew = make_crew(3)
    with crew.sessions.begin() as session:
        members.end_staff(session, "leo", now=NOW)
    with crew.sessions() as session:
        assert crew.key(session) == crew.old_key
        assert team_keys.list_unfinished(session, [crew.team_id]) == [crew.team_id]

    assert crew.go_on()
    assert not crew.go_on()

    with crew.sessions() as session:
        assert crew.key(session) != crew.old_key
        assert team_keys.list_unfinished(session, [crew.team_id]) == []
    crew.check_all_open()


def test_the_recovery_key_opens_the_new_key_of_the_team(make_crew: MakeCrew) -> None:
    crew = make_crew(1)
    remove_leaver(crew)
    with crew.sessions() as session:
        team = session.get_one(Team, crew.team_id)
        assert accounts.recover_team_key(team, crew.recovery_key) == crew.key(session)


def test_a_key_that_was_changed_meanwhile_lets_nobody_in_and_is_changed_by_nobody(make_crew: MakeCrew) -> None:
    crew = make_crew(1)
    with crew.sessions.begin() as session:
        new = NewStaff(login="newt", name="Newt", role=Role.ADVOCATE, password=PASSWORD)
        member = accounts.add_staff(session, new, now=NOW)
        waiting = accounts.add_membership(session, member, session.get_one(Team, crew.team_id), None, now=NOW).id
    remove_leaver(crew)
    reference = add_case(crew)

    with crew.sessions() as session:
        with pytest.raises(StaleKey):
            members.let_colleague_in(session, waiting, {crew.team_id: crew.old_key}, by=crew.supervisor_id, now=NOW)
        with pytest.raises(StaleKey):
            team_keys.rotate_key(session, crew.team_id, crew.old_key, by=None, now=NOW)
        with pytest.raises(opening.NoAccess):
            crew.open(session, reference, crew.old_key)


def test_leaving_leaves_marks_for_the_supervisors(make_crew: MakeCrew) -> None:
    crew = make_crew(0)
    remove_leaver(crew)
    with crew.sessions() as session:
        kinds = set(session.scalars(select(SecurityNotice.kind)))
    assert kinds == {SecurityNoticeKind.TEAM_LEFT, SecurityNoticeKind.TEAM_KEY_CHANGED}


def test_the_last_member_who_leaves_does_not_take_the_cases_along(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    new = NewStaff(login="solo", name="Solo", role=Role.SUPERVISOR, password=PASSWORD)
    accounts.add_membership(session, accounts.add_staff(session, new, now=NOW), team, key, now=NOW)

    members.end_staff(session, "solo", keys={team.id: key}, now=NOW)

    assert team.key_change_due_since == NOW
    assert vault.public_of(key) == team.public_key, "only the recovery key opens it now, so it must not change"
