"""A call is kept for its team under its own key, and is opened as a case once, whoever presses at the same moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.intake import StepId
from portal.domain.lifecycle import ActorKind, Handler, History, Path, Role, StepRefused
from portal.domain.report import Report, YesNo
from portal.models.cases import CaseKey
from portal.models.events import Event
from portal.services.cases.mail_contact import choose_told_link
from portal.services.cases.opening import Changed, NoAccess, look_again, read_stamp
from portal.services.intake.drafts import add_links
from portal.services.intake.submission import Incomplete
from portal.services.phone import calls, opening
from portal.services.phone.opening import PhoneCall
from portal.services.ports import Actor, Ports
from portal.services.requests.statements import SWORN, StatementCommand, state
from portal.services.staff import accounts, team_keys
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork, Work
from tests.services.factories import LINKS, NOW, make_team, make_work


@dataclass(frozen=True)
class Taker:
    """An advocate with the key of a team."""

    actor: Actor
    team_id: UUID
    key: bytes

    def open(self, session: Session, ports: Ports, reference: str) -> CaseWork:
        work = make_work(session, ports, actor=self.actor)
        return calls.open_call(work, reference, team_keys={self.team_id: self.key}, to_change=False)


def make_taker(session: Session, name: str = "Harbour") -> Taker:
    team, key = make_team(session, name=name)
    new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, member, team, key, now=NOW)
    actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name="Mere")
    return Taker(actor, team.id, key)


def begin(session: Session, ports: Ports, taker: Taker) -> CaseWork:
    work: Work = make_work(session, ports, actor=taker.actor)
    return calls.begin_call(work, {"phone": ["111"]}, team_id=taker.team_id, language="en")


def make_call(
    ports: Ports, taker: Taker, *, links: str = LINKS, told: str = "It was read out.", **rest: object
) -> PhoneCall:
    report = Report(
        under_18=YesNo.NO, country="NZ", share_with_platforms=True, handler=Handler.TEAM, team_id=str(taker.team_id)
    )
    report = add_links(report, links, ports=ports) if links else report
    return PhoneCall(report=report, told=told, **rest)  # type: ignore[arg-type]


def test_a_call_opens_with_the_teams_key_also_after_the_team_changed_it(session: Session, ports: Ports) -> None:
    taker = make_taker(session)
    reference = begin(session, ports, taker).reference
    new_key = team_keys.rotate_key(session, taker.team_id, taker.key, by=taker.actor.staff_id, now=NOW)
    session.flush()
    opened = Taker(taker.actor, taker.team_id, new_key).open(session, ports, reference)
    assert calls.read_typed(opened) == {"phone": ["111"]}
    with pytest.raises(NoAccess):
        calls.open_call(make_work(session, ports, actor=taker.actor), reference, team_keys={}, to_change=False)


def test_a_case_is_not_opened_without_what_was_read_out_nor_without_a_place(session: Session, ports: Ports) -> None:
    taker = make_taker(session)
    work = begin(session, ports, taker)
    with pytest.raises(StepRefused):
        opening.plan_case(work, make_call(ports, taker, told=""))
    with pytest.raises(Incomplete) as found:
        opening.plan_case(work, make_call(ports, taker, links=""))
    assert [each.step for each in found.value.missing] == [StepId.LINKS]
    assert opening.plan_case(work, make_call(ports, taker, links="", links_on=date(2026, 12, 1))).items == []


def test_the_call_is_opened_once_also_at_the_same_moment(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        taker = make_taker(session)
        reference = begin(session, ports, taker).reference
    call = make_call(ports, taker)
    with sessions() as first, sessions() as second:
        for each in (first, second):
            begin_reading(each)
        works = [taker.open(each, ports, reference) for each in (first, second)]
        plans = [opening.plan_case(work, call) for work in works]
        for each in (first, second):
            each.rollback()
        look_again(works[0], to_change=True)
        opening.keep_case(works[0], plans[0], call)
        first.commit()
        look_again(works[1], to_change=True)
        assert read_stamp(works[1]) != plans[1].stamp, "who comes second sees that it is a case"
        with pytest.raises(Changed):
            calls.save_call(works[1], {}, version=None)
        second.rollback()
    with sessions() as session:
        kinds = session.scalars(select(Event.kind)).all()
        assert kinds.count(History.SUBMITTED) == 1
        assert kinds.count(History.ASSIGNED) == 1
        assert kinds.count(History.CONSENT_TOLD) == 1
        assert session.scalar(select(func.count()).select_from(CaseKey)) == 1, "the team's, and no words yet"


def test_the_team_cannot_swear_for_a_caller(session: Session, ports: Ports) -> None:
    taker = make_taker(session)
    work = begin(session, ports, taker)
    call = make_call(ports, taker)
    opening.keep_case(work, opening.plan_case(work, call), call)
    assert work.case.path is Path.REMOVAL
    assert not any(event.kind is History.STATED for event in session.scalars(select(Event)))
    report = work.report
    said = (report.states_no_consent, report.states_good_faith, report.states_accuracy, report.states_ownership)
    assert said == (False, False, False, False)
    assert (report.signature, report.signed_at) == ("", None)
    for sworn in SWORN:
        with pytest.raises(StepRefused):
            state(work, StatementCommand(numbers=(1,), statements=frozenset({sworn}), signature="Mere"))


def test_a_link_by_mail_opens_no_case_whose_address_is_not_confirmed(session: Session, ports: Ports) -> None:
    taker = make_taker(session)
    work = begin(session, ports, taker)
    call = make_call(ports, taker)
    opening.keep_case(work, opening.plan_case(work, call), call)
    with pytest.raises(StepRefused):
        choose_told_link(work)
