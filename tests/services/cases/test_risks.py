"""What a team has to know first about a case: set with a reason, sealed, and found with no case open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import ActorKind, Handler, History, Path, RiskFlag, Role, StepRefused
from portal.models.risk_marks import RiskMark
from portal.services.casefile.page import history_rows
from portal.services.casefile.queue.filters import QueueChoice, Risk
from portal.services.casefile.queue.listing import list_queue
from portal.services.cases import risks
from portal.services.cases.erasure import erase
from portal.services.ports import PERSON, Actor, Ports, ServerKeys
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_team, make_work

WHY = "She said on the phone that she has the pills beside her."


@dataclass(frozen=True)
class Three:
    """Unassigned cases of one team, as an advocate has them open: of an adult, of a threat, of a child."""

    adult: CaseWork
    threat: CaseWork
    child: CaseWork


def make_three(session: Session, ports: Ports) -> Three:
    team, key = make_team(session)
    new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, member, team, key, now=NOW)
    actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name="Mere")
    adult, threat, child = (make_case(session, ports, handler=Handler.TEAM, team_id=str(team.id)) for _ in range(3))
    threat.case.path, child.case.under_18 = Path.THREAT, True
    session.flush()
    return Three(*(replace(work, actor=actor) for work in (adult, threat, child)))


@pytest.fixture
def three(session: Session, ports: Ports) -> Three:
    return make_three(session, ports)


def list_references(work: CaseWork, choice: QueueChoice | None = None) -> list[str]:
    team = work.case.team_id
    assert team is not None
    found = list_queue(work, team_ids=[team], choice=choice or QueueChoice(), page=1)
    return [row.reference for row in found.rows]


def test_a_risk_comes_before_a_child_and_a_threat_and_can_be_looked_for(three: Three) -> None:
    adult, threat, child = three.adult.reference, three.threat.reference, three.child.reference
    assert list_references(three.adult) == [child, threat, adult]
    risks.set_risks(three.adult, [RiskFlag.SUICIDE], WHY)
    assert list_references(three.adult) == [adult, child, threat]
    risks.set_risks(three.threat, [RiskFlag.DANGER], WHY)
    assert list_references(three.adult) == [threat, adult, child]
    assert list_references(three.adult, QueueChoice(risk=Risk.SUICIDE)) == [adult]
    assert list_references(three.adult, QueueChoice(risk=Risk.DANGER)) == [threat]


def test_the_reason_is_sealed_and_no_row_names_the_flag(three: Three, session: Session) -> None:
    risks.set_risks(three.adult, [RiskFlag.SUICIDE, RiskFlag.DANGER], WHY)
    session.commit()  # the journal is written at the end
    for table in ("risk_marks", "events", "journal"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - names of ours
        assert rows
        assert "pills" not in repr(rows)
        assert "suicide" not in repr(rows)
    found = risks.list_risks(three.adult)
    assert [(each.flag, each.reason, each.by) for each in found] == [
        (RiskFlag.DANGER, WHY, "Mere"),
        (RiskFlag.SUICIDE, WHY, "Mere"),
    ]


def test_taking_it_back_needs_a_reason_too_and_the_person_sees_none_of_it(three: Three) -> None:
    for flags in ([RiskFlag.SUICIDE], []):
        with pytest.raises(StepRefused):
            risks.set_risks(three.adult, flags or [RiskFlag.DANGER], " ")
        risks.set_risks(three.adult, flags, WHY)
    assert risks.list_risks(three.adult) == ()
    told = [row.text for row in history_rows(three.adult) if row.kind is History.RISK_SET]
    assert [WHY in each for each in told] == [True, True]
    person = replace(three.adult, actor=PERSON)
    assert [row for row in history_rows(person) if row.kind is History.RISK_SET] == []
    with pytest.raises(StepRefused):
        risks.set_risks(person, [RiskFlag.DANGER], WHY)


def test_a_mark_that_was_changed_from_outside_is_said_of_its_case(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        three = make_three(session, ports)
        risks.set_risks(three.adult, [RiskFlag.DANGER], WHY)
        team_id, actor = three.adult.case.team_id, three.adult.actor
        reference = three.adult.reference
    other = next(iter(risks.values_of(ports.keys, RiskFlag.SUICIDE)))
    with sessions.kw["bind"].begin() as connection:
        connection.execute(RiskMark.__table__.update().values(value=other))  # type: ignore[attr-defined]
    assert team_id is not None
    with sessions() as session:
        work = make_work(session, ports, actor=actor)
        rows = list_queue(work, team_ids=[team_id], choice=QueueChoice(), page=1).rows
    assert {row.reference for row in rows if row.is_unfit} == {reference}


def test_marks_move_to_a_new_secret_of_the_server(three: Three, session: Session) -> None:
    risks.set_risks(three.adult, [RiskFlag.SUICIDE], WHY)
    session.flush()
    keys = ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32])
    later = replace(three.adult, ports=replace(three.adult.ports, keys=keys))
    assert list_references(later, QueueChoice(risk=Risk.SUICIDE)) == [three.adult.reference], "before it moved too"
    assert risks.move_to_new_secret(later) == 1
    session.flush()
    only_new = ServerKeys.from_secrets([b"\x08" * 32])
    assert set(session.scalars(select(RiskMark.value))) == risks.values_of(only_new, RiskFlag.SUICIDE)


def test_no_mark_is_left_of_an_erased_case(three: Three, session: Session) -> None:
    risks.set_risks(three.adult, [RiskFlag.SUICIDE], WHY)
    erase(three.adult)
    session.flush()
    assert session.scalars(select(RiskMark)).all() == []
