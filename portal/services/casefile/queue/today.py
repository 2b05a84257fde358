"""What a member sees first: what can be saved, what waits for an answer, what was promised, and what is new since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.clocks import ClockState
from portal.domain.deadline_levels import ORDER, Level
from portal.domain.lifecycle import SETTLED, CaseStatus, ComplaintState, RequestState
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.deadline_notices import DeadlineNotice
from portal.models.follow_ups import DeskVisit
from portal.models.requests import Request
from portal.services.casefile.queue.filters import QueueChoice, QueueFilter
from portal.services.casefile.queue.listing import QueueRow, count_chosen, list_first
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
    """`before` is when the member was here last, in the shift before; empty where there was none. `levels` says by
    reference how far it has come with the furthest deadline of a case, as far as it still matters.
    """

    sections: Mapping[QueueFilter, tuple[QueueRow, ...]]
    levels: Mapping[str, Level]
    counts: Mapping[QueueFilter, int]
    before: datetime | None
    changed: int


def read_today(work: Work, *, team_ids: Collection[UUID]) -> Today:
    """As many statements for many cases as for few."""
    counts, sections = list_first(work, team_ids=team_ids, views=SECTIONS, most=MOST)
    before = find_before(work)
    choice = QueueChoice(since=before)
    changed = count_chosen(work, team_ids=team_ids, choice=choice) if before else 0
    shown = {row.reference for rows in sections.values() for row in rows}
    levels = find_levels(work.session, shown)
    return Today(sections=sections, levels=levels, counts=counts, before=before, changed=changed)


def find_levels(session: Session, references: Collection[str]) -> Mapping[str, Level]:
    """The furthest level of each of these cases, of clocks whose date is still the one that was told of and that were
    not met, settled or taken further since.
    """
    found: dict[str, Level] = {}
    for reference, level in session.execute(_ask_levels(), {"references": list(references)}):
        found[reference] = max(found.get(reference, level), level, key=ORDER.index)
    return found


@cache
def _ask_levels() -> Select[str, Level]:
    """Put together once, which takes as long as to run it."""
    taken = aliased(Complaint)
    lodged = select(ComplaintRequest.request_id).join(taken, taken.id == ComplaintRequest.complaint_id)
    lodged = lodged.where(ComplaintRequest.request_id == Clock.request_id, taken.lodged_at.is_not(None))
    lodged = lodged.correlate(Clock)
    is_told = and_(
        Clock.due_at == DeadlineNotice.due_at,
        Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)),
        or_(Request.id.is_(None), and_(Request.state.not_in(SETTLED), ~lodged.exists())),
    )
    own = aliased(Request)
    is_own = and_(
        DeadlineNotice.level == Level.OWN,
        or_(own.state.in_((RequestState.SENT, RequestState.ACKNOWLEDGED)), Complaint.state == ComplaintState.LODGED),
    )
    query = select(Case.reference, DeadlineNotice.level).join(Case, Case.id == DeadlineNotice.case_id)
    query = query.outerjoin(Clock, Clock.id == DeadlineNotice.clock_id)
    query = query.outerjoin(Request, Request.id == Clock.request_id)
    query = query.outerjoin(own, own.id == DeadlineNotice.subject_id)
    query = query.outerjoin(Complaint, Complaint.id == DeadlineNotice.subject_id)
    return query.where(
        Case.reference.in_(bindparam("references", expanding=True)),
        Case.status == CaseStatus.OPEN,
        or_(and_(Clock.id.is_not(None), is_told), is_own),
    )


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
