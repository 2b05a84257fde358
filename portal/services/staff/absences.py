"""Days on which a member is away: meanwhile their promises stand on the first page of whoever covers for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.domain.lifecycle import Scope, StepRefused
from portal.models.absences import Absence
from portal.models.accounts import Staff
from portal.services.staff import accounts

LONGEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class AbsenceView:
    """`is_mine`: the reader is away; else they cover."""

    id: UUID
    name: str
    cover: str
    from_on: date
    until_on: date
    is_mine: bool


def set_absence(
    session: Session,
    staff_id: UUID,
    cover_id: UUID,
    days: tuple[date, date],
    *,
    team_ids: Collection[UUID],
    today: date,
    now: datetime,
) -> None:
    """`days` are the first and the last. Whoever covers sees every case of a team of the member. Raises StepRefused."""
    first, last = days
    if not today <= last or not first <= last <= today + LONGEST:
        raise StepRefused("The last day has to be today or later, not before the first, and within a year.")
    if cover_id not in {one.id for one in list_covers(session, staff_id, team_ids)}:
        raise StepRefused("Choose a colleague of your team who sees all of its cases.")
    row = Absence(id=uuid4(), staff_id=staff_id, cover_id=cover_id, from_on=first, until_on=last, set_at=now)
    session.add(row)


def end_absence(session: Session, staff_id: UUID, absence_id: UUID, *, now: datetime) -> None:
    """The member is back, or does not go. Raises StepRefused."""
    row = session.get(Absence, absence_id)
    if row is None or row.staff_id != staff_id:
        raise StepRefused("This absence is not there any more.")
    row.ended_at = row.ended_at or now


def list_covers(session: Session, staff_id: UUID, team_ids: Collection[UUID]) -> list[Staff]:
    """Colleagues who can cover: they work on cases, and see all of the team's."""
    found = {one.id: one for team in team_ids for one in accounts.read_colleagues(session, team)}
    return [one for one in found.values() if one.id != staff_id and one.scope is Scope.TEAM]


def list_absences(session: Session, staff_id: UUID, *, today: date) -> tuple[AbsenceView, ...]:
    """Those of the member, and those that they cover, which are not over."""
    away, cover = aliased(Staff), aliased(Staff)
    query = select(Absence, away.name, cover.name).join(away, away.id == Absence.staff_id)
    query = query.join(cover, cover.id == Absence.cover_id)
    query = query.where((Absence.staff_id == staff_id) | (Absence.cover_id == staff_id))
    query = query.where(Absence.ended_at.is_(None), Absence.until_on >= today)
    return tuple(
        AbsenceView(
            id=row.id,
            name=name,
            cover=covers,
            from_on=row.from_on,
            until_on=row.until_on,
            is_mine=row.staff_id == staff_id,
        )
        for row, name, covers in session.execute(query.order_by(Absence.from_on, Absence.id))
    )


def covered_by(staff_id: UUID | None, today: date) -> Any:
    """A query for the ids of those for whom this member covers today."""
    query = select(Absence.staff_id).where(Absence.cover_id == staff_id, Absence.ended_at.is_(None))
    return query.where(Absence.from_on <= today, Absence.until_on >= today)
