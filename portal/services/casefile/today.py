"""What a member sees first: what can be saved, what waits for an answer, what was promised, and what is new since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.follow_ups import DeskVisit
from portal.services.casefile.queue import QueueRow, count_chosen, list_first
from portal.services.casefile.queue_filters import QueueChoice, QueueFilter
from portal.services.work import Work

SECTIONS = (
    QueueFilter.MAIL,
    QueueFilter.RUNNING,
    QueueFilter.ANSWER,
    QueueFilter.APPROVAL,
    QueueFilter.HANDED,
    QueueFilter.YOURS,
    QueueFilter.UNASSIGNED,
    QueueFilter.PROMISED,
    QueueFilter.STUCK,
)
MOST = 5  # cases of each section
AWAY = timedelta(hours=4)  # whoever was not at the desk for so long begins a new shift
ONCE_IN = timedelta(minutes=5)  # so often is it written down that a member is at the desk


@dataclass(frozen=True, kw_only=True)
class Today:
    """`before` is when the member was here last, in the shift before; empty where there was none."""

    sections: Mapping[QueueFilter, tuple[QueueRow, ...]]
    counts: Mapping[QueueFilter, int]
    before: datetime | None
    changed: int


def read_today(work: Work, *, team_ids: Collection[UUID]) -> Today:
    """As many statements for many cases as for few."""
    counts, sections = list_first(work, team_ids=team_ids, views=SECTIONS, most=MOST)
    before = find_before(work)
    choice = QueueChoice(since=before)
    changed = count_chosen(work, team_ids=team_ids, choice=choice) if before else 0
    return Today(sections=sections, counts=counts, before=before, changed=changed)


def find_before(work: Work) -> datetime | None:
    """When the member was here before this shift."""
    row = _find(work.session, work.actor.staff_id)
    if row is None:
        return None
    return row.seen_at if work.now - row.seen_at >= AWAY else row.before_at


def is_to_note(work: Work) -> bool:
    """Whether it has to be written down that the member is here."""
    row = _find(work.session, work.actor.staff_id)
    return row is None or work.now - row.seen_at >= ONCE_IN


def note_visit(work: Work) -> None:
    """The member is at the desk now."""
    if work.actor.staff_id is None:
        return
    row = _find(work.session, work.actor.staff_id)
    if row is None:
        work.session.add(DeskVisit(staff_id=work.actor.staff_id, seen_at=work.now))
        return
    if work.now - row.seen_at >= AWAY:
        row.before_at = row.seen_at
    row.seen_at = max(row.seen_at, work.now)


def _find(session: Session, staff_id: UUID | None) -> DeskVisit | None:
    return session.scalars(select(DeskVisit).where(DeskVisit.staff_id == staff_id)).one_or_none()
