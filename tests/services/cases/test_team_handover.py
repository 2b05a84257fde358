"""A case goes to another team with the person's yes and that team's, for good or until a day, and comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.handovers import HandoverReason
from portal.domain.lifecycle import ActorKind, History, Role, StepRefused
from portal.models.cases import Case, CaseKey
from portal.models.handovers import Handover
from portal.services.cases import handover, opening, team_handover
from portal.services.cases.opening import NoAccess
from portal.services.cases.team_handover import TeamHandover
from portal.services.operations import sweep
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork, Work
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_work
from tests.services.people import kinds, share_case

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Two:
    """A case with a team, and another team with one member."""

    person: CaseWork
    first: CaseWork
    other: UUID
    key: bytes
    actor: Actor
    words: str

    @property
    def keys(self) -> dict[UUID, bytes]:
        return {self.other: self.key}


def make(session: Session, ports: Ports) -> Two:
    shared = share_case(session, ports)
    team, key = accounts.create_team(session, "Hill", now=NOW, is_shown=True)
    new = NewStaff(login="odd", name="Odd", role=Role.ADVOCATE, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, member, team, key, now=NOW)
    actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name="Odd")
    session.flush()
    return Two(shared.person, shared.first, team.id, key, actor, shared.words)


@pytest.fixture
def two(session: Session, ports: Ports) -> Two:
    return make(session, ports)


def offer(two: Two, *, days: int = 0, told: str = "") -> Handover:
    ends_on = (NOW + days * DAY).date() if days else None
    new = TeamHandover(
        team_id=two.other, reason=HandoverReason.LANGUAGE, note="She speaks Welsh.", ends_on=ends_on, told=told
    )
    team_handover.offer_to_team(two.first, new)
    two.first.session.flush()
    return two.first.session.scalars(select(Handover).where(Handover.over_at.is_(None))).one()


def theirs(two: Two, ports: Ports) -> Work:
    return make_work(two.first.session, ports, now=NOW, actor=two.actor)


def can_open(two: Two, ports: Ports) -> bool:
    two.first.session.flush()
    try:
        opening.open_for_staff(theirs(two, ports), two.first.reference, team_keys=two.keys, to_change=False)
    except NoAccess:
        return False
    return True


def test_a_case_goes_to_another_team_once_the_person_and_that_team_have_said_yes(two: Two, ports: Ports) -> None:
    row = offer(two)
    assert not team_handover.list_offers(theirs(two, ports), two.keys), "nobody is told before the person said yes"
    with pytest.raises(StepRefused):
        team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=True, words="")
    team_handover.agree(two.person, row.id)
    (seen,) = team_handover.list_offers(theirs(two, ports), two.keys)
    assert (seen.note, seen.reason, seen.from_team) == ("She speaks Welsh.", HandoverReason.LANGUAGE, "Harbour")
    assert team_handover.count_offers(theirs(two, ports), list(two.keys)) == 1
    assert not can_open(two, ports), "an offer is no case yet"
    team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=True, words="")
    assert can_open(two, ports)
    holders = two.first.session.scalars(select(CaseKey.team_id).where(CaseKey.team_id.is_not(None))).all()
    assert holders == [two.other], "the first team has no key any more"
    happened = kinds(two.first.session, two.first)
    assert happened[-3:] == [History.HANDOVER_ASKED, History.HANDOVER_AGREED, History.HANDOVER_ACCEPTED]


def test_what_the_person_told_is_written_down_as_her_yes(two: Two, ports: Ports) -> None:
    offer(two, told="On the phone at noon: yes, please.")
    assert [each.is_agreed for each in team_handover.list_offers(theirs(two, ports), two.keys)] == [True]


def test_the_person_says_no_and_may_take_a_yes_back(two: Two, ports: Ports) -> None:
    row = offer(two)
    team_handover.agree(two.person, row.id)
    team_handover.refuse(two.person, row.id)
    assert not team_handover.list_offers(theirs(two, ports), two.keys)
    assert two.first.session.scalars(select(CaseKey).where(CaseKey.team_id == two.other)).first() is None
    with pytest.raises(StepRefused):
        team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=True, words="")


def test_the_other_team_declines_with_a_reason_that_the_first_reads(two: Two, ports: Ports) -> None:
    row = offer(two, told="Yes.")
    with pytest.raises(StepRefused, match="why not"):
        team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=False, words=" ")
    team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=False, words="Nobody is here this week.")
    assert not can_open(two, ports)
    seen = team_handover.read_current(two.first)
    assert seen is not None
    assert (seen.is_accepted, seen.answer) == (False, "Nobody is here this week.")
    team_handover.put_away(two.first)
    two.first.session.flush()
    assert team_handover.read_current(two.first) is None


def test_a_case_comes_back_by_itself_after_its_last_day(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        two = make(session, ports)
        row = offer(two, days=3, told="Yes.")
        team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=True, words="")
    for days, team in ((3, two.other), (4, row.from_team_id)):
        sweep.sweep(sessions, now=NOW + days * DAY, ports=ports)
        with sessions() as session:
            assert session.get_one(Case, two.first.case.id).team_id == team
    with sessions() as session:
        assert kinds(session, two.first)[-1] is History.HANDOVER_RETURNED
        assert session.scalars(select(CaseKey).where(CaseKey.team_id == two.other)).first() is None


def test_the_first_team_calls_it_back_and_the_other_gives_it_back(two: Two, ports: Ports) -> None:
    ours = make_work(two.first.session, ports, now=NOW, actor=two.first.actor)
    for way in ("recall", "give back"):
        row = offer(two, days=3, told="Yes.")
        own = row.from_team_id
        team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=True, words="")
        assert can_open(two, ports)
        if way == "recall":
            with pytest.raises(StepRefused):
                team_handover.recall(theirs(two, ports), row.id, two.keys)
            team_handover.recall(ours, row.id, {own: b""})
        else:
            opened = opening.open_for_staff(theirs(two, ports), two.first.reference, team_keys=two.keys, to_change=True)
            team_handover.give_back(opened)
        assert not can_open(two, ports)
        assert two.first.case.team_id == own


def test_the_person_ends_it_by_going_on_alone(two: Two, ports: Ports) -> None:
    row = offer(two, days=3, told="Yes.")
    team_handover.answer(theirs(two, ports), row.id, two.keys, accepts=True, words="")
    handover.take_back(two.person)
    assert two.first.session.scalars(select(CaseKey.team_id).where(CaseKey.team_id.is_not(None))).all() == []
    assert team_handover.return_over(theirs(two, ports).at(NOW + 9 * DAY)) == 0
    assert two.first.case.team_id is None


def test_two_who_accept_and_withdraw_at_the_same_moment(sessions: sessionmaker[Session], ports: Ports) -> None:
    """Whoever comes second is refused: the case is with one team and has its key."""
    with sessions.begin() as session:
        two = make(session, ports)
        row = offer(two, told="Yes.")

    def accept() -> str:
        with sessions.begin() as session:
            work = make_work(session, ports, now=NOW, actor=two.actor)
            team_handover.answer(work, row.id, two.keys, accepts=True, words="")
            return "accepted"

    def withdraw() -> str:
        with sessions.begin() as session:
            case = session.get_one(Case, two.first.case.id, with_for_update=True)
            work = make_work(session, ports, now=NOW, actor=two.first.actor).on(case, two.first.key)
            team_handover.withdraw(work)
            return "withdrawn"

    found = do_at_once(sessions, [accept, withdraw], after="FROM cases")
    (done,) = [each for each in found if isinstance(each, str)]
    with sessions() as session:
        case = session.get_one(Case, two.first.case.id)
        assert case.team_id == (two.other if done == "accepted" else row.from_team_id)
        holders = session.scalars(select(CaseKey.team_id).where(CaseKey.team_id.is_not(None))).all()
        assert holders == [case.team_id]
