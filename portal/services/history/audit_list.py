"""What an auditor sees: that something happened in a case, when, and by whom. No content and no key is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.journal import Noted
from portal.domain.lifecycle import ActorKind, History
from portal.models.accounts import Staff
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.journal import JournalEntry

PAGE_ROWS = 100


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One event of one case."""

    reference: str
    sequence: int
    kind: History
    at: datetime
    recorded_at: datetime
    actor: ActorKind
    staff: str | None


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """Pages count from 1."""

    rows: tuple[AuditRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class ListTaken:
    """A list of cases that a member took out. `view` is a word of the queue."""

    at: datetime
    staff: str | None
    view: str
    cases: int
    has_names: bool
    has_links: bool


def list_taken(session: Session) -> tuple[ListTaken, ...]:
    """The last lists that were taken out, the newest first."""
    query = select(JournalEntry.recorded_at, JournalEntry.facts, Staff.name)
    query = query.outerjoin(Staff, Staff.id == JournalEntry.staff_id).where(JournalEntry.kind == Noted.EXPORTED.value)
    query = query.where(JournalEntry.event_id.is_(None), JournalEntry.case_id.is_(None))
    found = session.execute(query.order_by(JournalEntry.position.desc()).limit(PAGE_ROWS))
    return tuple(
        ListTaken(
            at=row.recorded_at,
            staff=row.name,
            view=str(row.facts.get("view", "")),
            cases=int(row.facts.get("cases", 0)),
            has_names=bool(row.facts.get("names")),
            has_links=bool(row.facts.get("links")),
        )
        for row in found
    )


def list_events(session: Session, *, page: int, reference: str | None = None) -> AuditPage:
    """One page of what happened, the newest first, in all cases or in one. A page past the end is the last."""
    chosen = Case.reference == reference if reference else Case.id.is_not(None)
    joined = select(func.count()).select_from(Event).join(Case, Case.id == Event.case_id).where(chosen)
    total = session.scalar(joined) or 0
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(max(page, 1), pages)
    query = (
        select(Case.reference, Event.sequence, Event.kind, Event.at, Event.recorded_at, Event.actor, Staff.name)
        .join(Case, Case.id == Event.case_id)
        .outerjoin(Staff, Staff.id == Event.staff_id)
        .where(chosen)
        .order_by(Event.recorded_at.desc(), Event.case_id, Event.sequence.desc())
    )
    found = session.execute(query.offset((page - 1) * PAGE_ROWS).limit(PAGE_ROWS))
    rows = tuple(
        AuditRow(
            reference=row.reference,
            sequence=row.sequence,
            kind=row.kind,
            at=row.at,
            recorded_at=row.recorded_at,
            actor=row.actor,
            staff=row.name,
        )
        for row in found
    )
    return AuditPage(rows=rows, total=total, page=page, pages=pages)
