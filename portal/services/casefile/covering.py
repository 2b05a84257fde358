"""What came for colleagues who are away, for the member who covers for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from portal.domain.lifecycle import ActorKind, CaseStatus
from portal.models.accounts import Staff
from portal.models.cases import Case
from portal.models.messages import Message
from portal.services.cases.opening import seen_by
from portal.services.staff.absences import covered_by
from portal.services.work import Work


@dataclass(frozen=True, kw_only=True)
class CoveredNews:
    """In how many open cases of one colleague the person wrote and nobody has read it yet."""

    name: str
    cases: int


def list_covered_news(work: Work, *, team_ids: Collection[UUID]) -> tuple[CoveredNews, ...]:
    """For each colleague whom the member covers today and who has news, by name. One statement; no case is opened."""
    today = work.ports.config.day_at(work.now)
    query = select(Staff.name, func.count(Case.id.distinct())).select_from(Case)
    query = query.join(Staff, Staff.id == Case.assignee_id).join(Message, Message.case_id == Case.id)
    query = query.where(Case.assignee_id.in_(covered_by(work.actor.staff_id, today)), Case.team_id.in_(team_ids))
    query = query.where(Case.status == CaseStatus.OPEN, seen_by(work.actor))
    query = query.where(Message.read_at.is_(None), Message.author == ActorKind.PERSON)
    rows = work.session.execute(query.group_by(Staff.id, Staff.name).order_by(Staff.name, Staff.id))
    return tuple(CoveredNews(name=name, cases=count) for name, count in rows)
