"""What a supervisor looks at: who carries how much and for how long, and what no one moves. Plain columns only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy import case as sql_case

from portal.domain.lifecycle import ActorKind, CaseStatus
from portal.models.accounts import Staff
from portal.models.cases import Case
from portal.models.events import Event
from portal.services.casefile.queue.listing import QueueRow, list_chosen
from portal.services.casefile.responses import Answered, count_answered
from portal.services.work import Work

AGES = (7, 30, 90)  # days since a case was reported; the last column holds what is older
UNMOVED = (7, 14, 30)  # days, of which the supervisor chooses
MOST = 50


@dataclass(frozen=True, kw_only=True)
class CarrierRow:
    """One member's open cases; None: nobody's. `ages` by `AGES`, the last one older than all of them."""

    name: str | None
    open: int
    overdue: int
    ages: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Load:
    """`unmoved`: the first of the open cases in which no member did anything for so long; and how many there are."""

    carriers: tuple[CarrierRow, ...]
    answered: Answered
    unmoved: tuple[QueueRow, ...]
    unmoved_count: int


def read_load(work: Work, *, team_ids: Collection[UUID], days: int) -> Load:
    """Of the cases of these teams. As many statements for many cases as for few."""
    quiet = work.now - timedelta(days=days)
    moved = select(Event.id).where(Event.case_id == Case.id, Event.actor == ActorKind.STAFF, Event.recorded_at > quiet)
    unmoved = and_(Case.submitted_at <= quiet, ~moved.correlate(Case).exists())
    rows, count = list_chosen(work, team_ids=team_ids, chosen=unmoved, most=MOST)
    return Load(
        carriers=_list_carriers(work, team_ids),
        answered=count_answered(work, team_ids=team_ids),
        unmoved=rows,
        unmoved_count=count,
    )


def _list_carriers(work: Work, team_ids: Collection[UUID]) -> tuple[CarrierRow, ...]:
    """The most loaded first, nobody's cases before all."""
    ends = [work.now - timedelta(days=days) for days in AGES]
    begins, lasts = (*ends, datetime.min.replace(tzinfo=UTC)), (work.now, *ends)
    ages = [
        and_(Case.submitted_at > begun, Case.submitted_at <= last) for begun, last in zip(begins, lasts, strict=True)
    ]
    sums = [func.count(sql_case((chosen, 1))) for chosen in (Case.next_due_at < work.now, *ages)]
    query = select(Staff.name, func.count(Case.id), *sums).select_from(Case)
    query = query.outerjoin(Staff, Staff.id == Case.assignee_id)
    query = query.where(Case.team_id.in_(team_ids), Case.status == CaseStatus.OPEN)
    query = query.group_by(Case.assignee_id, Staff.name)
    rows = [
        CarrierRow(name=name, open=total, overdue=overdue, ages=tuple(counts))
        for name, total, overdue, *counts in work.session.execute(query)
    ]
    return tuple(sorted(rows, key=lambda row: (row.name is not None, -row.open, row.name or "")))
