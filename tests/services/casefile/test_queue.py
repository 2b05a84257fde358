"""The team's list: own cases only, nearest date first, plain columns only."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, CaseStatus, Handler, Path, Role, StepRefused
from portal.models.accounts import Team
from portal.models.cases import Case, CaseKey
from portal.services.casefile import queue
from portal.services.casefile.queue import QueueFilter, QueuePage
from portal.services.cases import handover
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from tests.services.factories import NOW, make_team, make_work
from tests.services.fakes import DAY
from tests.services.people import share_case


def add_case(session: Session, team: Team, number: int, **columns: object) -> Case:
    """A row as it stands after submitting; nothing sealed is needed for a list."""
    values: dict[str, object] = {
        "status": CaseStatus.OPEN,
        "path": Path.REMOVAL,
        "country": "NZ",
        "language": "en",
        "handler": Handler.TEAM,
        "team_id": team.id,
        "created_at": NOW,
        "submitted_at": NOW + timedelta(seconds=number),
        "sealed": b"sealed",
    }
    case = Case(id=uuid4(), reference=f"CASE-{number:04}", **{**values, **columns})
    session.add(case)
    session.flush()
    return case


def add_member(session: Session, team: Team, key: bytes, login: str = "tui") -> Actor:
    new = NewStaff(login=login, name=login.title(), role=Role.ADVOCATE, password="a long enough password")
    staff = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, staff, team, key, now=NOW)
    return Actor(kind=ActorKind.STAFF, staff_id=staff.id, role=Role.ADVOCATE, name=staff.name)


def listed(
    session: Session, ports: Ports, actor: Actor, team: Team, filter: QueueFilter = QueueFilter.ALL, page: int = 1
) -> QueuePage:
    return queue.list_queue(make_work(session, ports, actor=actor), team_ids=(team.id,), filter=filter, page=page)


def test_the_nearest_date_comes_first_and_cases_without_one_last(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1)
    add_case(session, team, 2, next_due_at=NOW + 2 * DAY)
    add_case(session, team, 3, next_due_at=NOW - DAY)
    rows = listed(session, ports, actor, team).rows
    assert [row.reference for row in rows] == ["CASE-0003", "CASE-0002", "CASE-0001"]
    assert [row.is_overdue for row in rows] == [True, False, False]


def test_each_filter_finds_its_cases_and_their_number(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1, assignee_id=actor.staff_id)
    add_case(session, team, 2, next_due_at=NOW - DAY)
    add_case(session, team, 3, status=CaseStatus.CLOSED)
    found = {
        each: [row.reference[-1] for row in listed(session, ports, actor, team, each).rows] for each in QueueFilter
    }
    assert found == {
        QueueFilter.MINE: ["1"],
        QueueFilter.UNASSIGNED: ["2"],
        QueueFilter.OVERDUE: ["2"],
        QueueFilter.ALL: ["2", "1"],
        QueueFilter.CLOSED: ["3"],
    }
    assert listed(session, ports, actor, team).counts == {each: len(numbers) for each, numbers in found.items()}


def test_a_team_sees_its_own_cases_only_and_nobody_without_a_team_sees_any(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    other, _ = accounts.create_team(session, "Elsewhere", now=NOW)
    actor = add_member(session, team, key)
    add_case(session, other, 1)
    assert listed(session, ports, actor, team).total == 0
    nothing = queue.list_queue(make_work(session, ports, actor=actor), team_ids=(), filter=QueueFilter.ALL, page=1)
    assert nothing.rows == ()


def test_drafts_and_erased_cases_are_in_no_list(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    add_case(session, team, 1, status=CaseStatus.DRAFT)
    add_case(session, team, 2, status=CaseStatus.ERASED, sealed=None)
    assert set(listed(session, ports, actor, team).counts.values()) == {0}


def test_a_page_has_fifty_cases_and_one_past_the_end_gives_the_last(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    actor = add_member(session, team, key)
    for number in range(101):
        add_case(session, team, number)
    sizes = [len(listed(session, ports, actor, team, page=page).rows) for page in (1, 2, 3)]
    assert sizes == [50, 50, 1]
    last = listed(session, ports, actor, team, page=99)
    assert (last.page, last.pages, last.total) == (3, 3, 101)


def test_a_case_is_given_to_members_of_its_team_only(session: Session, ports: Ports) -> None:
    team, key = make_team(session)
    other, other_key = accounts.create_team(session, "Elsewhere", now=NOW)
    actor = add_member(session, team, key)
    stranger = add_member(session, other, other_key, "kea")
    opened = make_work(session, ports, actor=actor).on(add_case(session, team, 1), b"\0" * 32)
    queue.take_case(opened.at(NOW))
    assert opened.case.assignee_id == actor.staff_id
    with pytest.raises(StepRefused, match="not in the team"):
        queue.assign(opened.at(NOW), stranger.staff_id)
    queue.assign(opened.at(NOW), None)
    assert opened.case.assignee_id is None


def test_a_case_that_was_taken_back_is_nobodys_when_a_team_gets_it_again(session: Session, ports: Ports) -> None:
    """Else whoever had it would read it as their own, although nobody gave it to them this time."""
    shared = share_case(session, ports)
    team_id = shared.person.case.team_id
    assert team_id is not None
    queue.take_case(shared.first.at(NOW))
    handover.take_back(shared.person.at(NOW))
    left = select(CaseKey.holder).where(CaseKey.case_id == shared.person.case.id)
    assert session.scalars(left).all() == [Handler.PERSON], "the team's wrap of the key is destroyed"
    handover.hand_to_team(shared.person.at(NOW), team_id)
    assert shared.person.case.assignee_id is None


def test_the_person_assigns_nobody(session: Session, ports: Ports) -> None:
    team, _ = make_team(session)
    opened = make_work(session, ports).on(add_case(session, team, 1), b"\0" * 32)
    with pytest.raises(StepRefused):
        queue.assign(opened.at(NOW), UUID(int=1))
