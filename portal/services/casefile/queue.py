"""The team's list of cases, nearest date first. It reads plain columns only: no case is opened to list it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import ActorKind, CaseStatus, History, Path, StepRefused
from portal.domain.regimes import ObligedParty as Owed
from portal.domain.rights import Right, roles_with
from portal.models.accounts import Membership, Staff, Team
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.services.cases.opening import seen_by
from portal.services.clocks.snapshot import OWED
from portal.services.history.events import NewEvent
from portal.services.ports import Actor
from portal.services.work import CaseWork, Work


class QueueFilter(StrEnum):
    """Which of a team's cases are listed."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    ALL = "all"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One case in the team's list: plain columns only, nothing about the person."""

    reference: str
    status: CaseStatus
    path: Path | None
    country: str | None
    team_name: str
    assignee: str | None
    item_count: int
    next_due_at: datetime | None
    next_due_estimated: bool
    is_overdue: bool
    missed_count: int
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[QueueFilter, int]


PAGE_ROWS = 50
COLUMNS = (
    Case.id,
    Case.reference,
    Case.status,
    Case.path,
    Case.country,
    Case.team_id,
    Case.assignee_id,
    Case.item_count,
    Case.next_due_at,
    Case.next_due_estimated,
    Case.submitted_at,
)


def list_queue(work: Work, *, team_ids: Collection[UUID], filter: QueueFilter, page: int) -> QueuePage:
    """One page of those of these teams' cases that the member sees. Pages count from 1; a later one is the last."""
    ours = and_(Case.team_id.in_(team_ids), seen_by(work.actor))
    counts = _count(work.session, work.actor, ours, work.now)
    total = counts[filter]
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(max(page, 1), pages)
    found = _find_page(work.session, and_(ours, _FILTERS[filter](work.actor, work.now)), page)
    return QueuePage(rows=_rows(work.session, found, work.now), total=total, page=page, pages=pages, counts=counts)


def assign(work: CaseWork, staff_id: UUID | None) -> None:
    """Give the case to a member of its team, or to nobody. Raises StepRefused."""
    if work.actor.kind is not ActorKind.STAFF or work.case.team_id is None:
        raise StepRefused("Only the team that carries a case can say who works on it.")
    if staff_id is not None and not _can_carry(work.session, work.case.team_id, staff_id):
        raise StepRefused("This member of staff is not in the team that carries the case, or only reads it.")
    if staff_id == work.case.assignee_id:
        return
    work.case.assignee_id = staff_id
    facts = {"to": str(staff_id) if staff_id else None}
    work.record(NewEvent(kind=History.ASSIGNED, at=work.now, facts=facts))


def take_case(work: CaseWork) -> None:
    """The member who has the case open takes it. Raises StepRefused."""
    assign(work, work.actor.staff_id)


def _can_carry(session: Session, team_id: UUID, staff_id: UUID) -> bool:
    query = select(Membership.id).join(Staff, Staff.id == Membership.staff_id)
    query = query.where(Membership.team_id == team_id, Membership.staff_id == staff_id, Staff.ended_at.is_(None))
    query = query.where(Staff.role.in_(roles_with(Right.WORK_ON_CASES)))
    return session.scalars(query).first() is not None


def _find_page(session: Session, chosen: ColumnElement[bool], page: int) -> Sequence[Any]:
    """Cases with a date in its order, then those without one in the order of their coming.

    Two questions instead of one: the first is answered in the index's own order and stops after a page, where one
    question for both would sort every case of the team.
    """
    dated, undated = and_(chosen, Case.next_due_at.is_not(None)), and_(chosen, Case.next_due_at.is_(None))
    with_date = session.scalar(select(func.count()).select_from(Case).where(dated)) or 0
    skipped = (page - 1) * PAGE_ROWS
    first = select(*COLUMNS).where(dated).order_by(Case.next_due_at, Case.id)
    found = list(session.execute(first.offset(skipped).limit(PAGE_ROWS))) if skipped < with_date else []
    rest = select(*COLUMNS).where(undated).order_by(Case.submitted_at, Case.id)
    if len(found) < PAGE_ROWS:
        found += session.execute(rest.offset(max(0, skipped - with_date)).limit(PAGE_ROWS - len(found)))
    return found


def _count(session: Session, actor: Actor, ours: ColumnElement[bool], now: datetime) -> dict[QueueFilter, int]:
    """How many cases each filter finds. Who works on them is counted in one go: no index holds it."""
    by_member = select(Case.assignee_id, func.count()).where(ours, _is_open()).group_by(Case.assignee_id)
    carried: dict[UUID | None, int] = {staff_id: number for staff_id, number in session.execute(by_member)}
    query = select(func.count()).select_from(Case).where(ours)
    return {
        QueueFilter.MINE: carried.get(actor.staff_id, 0) if actor.staff_id else 0,
        QueueFilter.UNASSIGNED: carried.get(None, 0),
        QueueFilter.OVERDUE: session.scalar(query.where(_FILTERS[QueueFilter.OVERDUE](actor, now))) or 0,
        QueueFilter.ALL: sum(carried.values()),
        QueueFilter.CLOSED: session.scalar(query.where(_FILTERS[QueueFilter.CLOSED](actor, now))) or 0,
    }


def _rows(session: Session, found: Sequence[Any], now: datetime) -> tuple[QueueRow, ...]:
    teams = {row.id: row.name for row in session.execute(select(Team.id, Team.name))}
    names = {row.id: row.name for row in session.execute(select(Staff.id, Staff.name))}
    missed = _count_missed(session, [row.id for row in found])
    return tuple(
        QueueRow(
            reference=row.reference,
            status=row.status,
            path=row.path,
            country=row.country,
            team_name=teams.get(row.team_id, ""),
            assignee=names.get(row.assignee_id),
            item_count=row.item_count,
            next_due_at=row.next_due_at,
            next_due_estimated=row.next_due_estimated,
            is_overdue=row.next_due_at is not None and row.next_due_at < now,
            missed_count=missed.get(row.id, 0),
            submitted_at=row.submitted_at,
        )
        for row in found
    )


def _count_missed(session: Session, case_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many dates the other side let pass, for the cases of one page."""
    query = select(Clock.case_id, func.count().label("missed")).where(
        Clock.case_id.in_(case_ids),
        Clock.state == ClockState.MISSED,
        Clock.binding.in_(OWED),
        Clock.owed_by != Owed.PERSON,
    )
    return {row.case_id: row.missed for row in session.execute(query.group_by(Clock.case_id))}


def _is_open() -> ColumnElement[bool]:
    return Case.status == CaseStatus.OPEN


_FILTERS: Mapping[QueueFilter, Callable[[Actor, datetime], ColumnElement[bool]]] = {
    QueueFilter.MINE: lambda actor, now: and_(_is_open(), Case.assignee_id == actor.staff_id),
    QueueFilter.UNASSIGNED: lambda actor, now: and_(_is_open(), Case.assignee_id.is_(None)),
    QueueFilter.OVERDUE: lambda actor, now: and_(_is_open(), Case.next_due_at < now),
    QueueFilter.ALL: lambda actor, now: _is_open(),
    QueueFilter.CLOSED: lambda actor, now: Case.status == CaseStatus.CLOSED,
}
