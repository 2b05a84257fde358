"""The team's list of cases, nearest date first. It reads plain columns only: no case is opened to list it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select
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
from portal.services.history import guards
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
    """One case in the team's list: plain columns only, nothing about the person.

    `is_unfit`: what the list shows of the case is not as it was written, so its dates are not to be relied on.
    """

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
    is_unfit: bool
    submitted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[QueueFilter, int]


PAGE_ROWS = 50
_LISTED = (CaseStatus.OPEN, CaseStatus.CLOSED)
COLUMNS = (
    Case.id,
    Case.reference,
    Case.status,
    Case.path,
    Case.country,
    Team.name.label("team_name"),
    Staff.name.label("assignee_name"),
    Case.item_count,
    Case.next_due_at,
    Case.next_due_estimated,
    Case.submitted_at,
)


def list_queue(work: Work, *, team_ids: Collection[UUID], filter: QueueFilter, page: int) -> QueuePage:
    """One page of those of these teams' cases that the member sees. Pages count from 1; a later one is the last."""
    ours = and_(Case.team_id.in_(team_ids), seen_by(work.actor))
    counted = _count(work.session, work.actor, ours, work.now)
    total, dated = counted[filter]
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(max(page, 1), pages)
    found = _find_page(work.session, and_(ours, _FILTERS[filter](work.actor, work.now)), page, dated=dated)
    counts = {each: number for each, (number, _) in counted.items()}
    return QueuePage(rows=_rows(work.session, found, work.now), total=total, page=page, pages=pages, counts=counts)


def assign(work: CaseWork, staff_id: UUID | None) -> None:
    """Give the case to a member of its team, or to nobody. Raises StepRefused."""
    if work.actor.kind is not ActorKind.STAFF or work.case.team_id is None:
        raise StepRefused("Only the team that has a case can say who works on it.")
    if staff_id is not None and not _can_carry(work.session, work.case.team_id, staff_id):
        raise StepRefused("This member of staff is not in the team that has the case, or only reads it.")
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


def _find_page(session: Session, chosen: ColumnElement[bool], page: int, *, dated: int) -> Sequence[Any]:
    """Cases with a date in its order, then those without one in the order of their coming. `dated`: how many have one.

    Two questions instead of one: each is answered in an index's own order and stops after a page, where one question
    for both would sort every case of the team.
    """
    skipped = (page - 1) * PAGE_ROWS
    query = select(*COLUMNS).outerjoin(Team, Team.id == Case.team_id).outerjoin(Staff, Staff.id == Case.assignee_id)
    found: list[Any] = []
    if skipped < dated:
        first = query.where(chosen, Case.next_due_at.is_not(None)).order_by(Case.next_due_at, Case.id)
        found += session.execute(first.offset(skipped).limit(PAGE_ROWS))
    if len(found) < PAGE_ROWS:
        rest = query.where(chosen, Case.next_due_at.is_(None)).order_by(Case.submitted_at, Case.id)
        found += session.execute(rest.offset(max(0, skipped - dated)).limit(PAGE_ROWS - len(found)))
    return found


def _count(
    session: Session, actor: Actor, ours: ColumnElement[bool], now: datetime
) -> dict[QueueFilter, tuple[int, int]]:
    """How many cases each filter finds, and how many of these have a date; all of it in one look at one index."""
    overdue = func.count(case((Case.next_due_at < now, 1)))
    counts = (func.count().label("all"), func.count(Case.next_due_at).label("dated"), overdue.label("overdue"))
    query = select(Case.status, Case.assignee_id, *counts).where(ours, Case.status.in_(_LISTED))
    rows = session.execute(query.group_by(Case.status, Case.assignee_id)).all()
    opened = [row for row in rows if row.status is CaseStatus.OPEN]
    late = sum(row.overdue for row in opened)
    return {
        QueueFilter.MINE: _add_up(row for row in opened if row.assignee_id and row.assignee_id == actor.staff_id),
        QueueFilter.UNASSIGNED: _add_up(row for row in opened if row.assignee_id is None),
        QueueFilter.OVERDUE: (late, late),
        QueueFilter.ALL: _add_up(opened),
        QueueFilter.CLOSED: _add_up(row for row in rows if row.status is CaseStatus.CLOSED),
    }


def _add_up(rows: Iterable[Any]) -> tuple[int, int]:
    chosen = list(rows)
    return sum(row.all for row in chosen), sum(row.dated for row in chosen)


def _rows(session: Session, found: Sequence[Any], now: datetime) -> tuple[QueueRow, ...]:
    case_ids = [row.id for row in found]
    missed, bent = _count_missed(session, case_ids)
    bent |= {row["id"] for row, fits in guards.read_rows(session, Case, Case.id.in_(case_ids)) if not fits}
    return tuple(
        QueueRow(
            reference=row.reference,
            status=row.status,
            path=row.path,
            country=row.country,
            team_name=row.team_name or "",
            assignee=row.assignee_name,
            item_count=row.item_count,
            next_due_at=row.next_due_at,
            next_due_estimated=row.next_due_estimated,
            is_overdue=row.next_due_at is not None and row.next_due_at < now,
            missed_count=missed[row.id],
            is_unfit=row.id in bent,
            submitted_at=row.submitted_at,
        )
        for row in found
    )


def _count_missed(session: Session, case_ids: Collection[UUID]) -> tuple[Counter[UUID], set[UUID]]:
    """How many dates the other side let pass, for the cases of one page, and where one of these clocks was bent."""
    missed = guards.read_rows(
        session,
        Clock,
        Clock.case_id.in_(case_ids),
        Clock.state == ClockState.MISSED,
        Clock.binding.in_(OWED),
        Clock.owed_by != Owed.PERSON,
    )
    return Counter(row["case_id"] for row, _fits in missed), {row["case_id"] for row, fits in missed if not fits}


def _is_open() -> ColumnElement[bool]:
    return Case.status == CaseStatus.OPEN


_FILTERS: Mapping[QueueFilter, Callable[[Actor, datetime], ColumnElement[bool]]] = {
    QueueFilter.MINE: lambda actor, now: and_(_is_open(), Case.assignee_id == actor.staff_id),
    QueueFilter.UNASSIGNED: lambda actor, now: and_(_is_open(), Case.assignee_id.is_(None)),
    QueueFilter.OVERDUE: lambda actor, now: and_(_is_open(), Case.next_due_at < now),
    QueueFilter.ALL: lambda actor, now: _is_open(),
    QueueFilter.CLOSED: lambda actor, now: Case.status == CaseStatus.CLOSED,
}
