"""Our own dates to look again, noted with nobody signed in, where no law has a date: once for each date.

They stand beside the levels of deadlines and are told in the same ways, under a word that says whose date it is. What
was answered, settled, reminded, lodged or promised meanwhile says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.clocks import ClockState
from portal.domain.deadline_levels import Level
from portal.domain.lifecycle import CaseStatus, ComplaintState, History, RequestState
from portal.domain.own_dates import COMPLAINT, REQUEST, find_own_date
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.deadline_notices import DeadlineNotice
from portal.models.events import Event
from portal.models.follow_ups import FollowUp
from portal.models.requests import Request
from portal.services.alerts.levels import TOGETHER, Step, tell
from portal.services.background.duties import Tally, do_together
from portal.services.ports import SYSTEM, Ports
from portal.services.work import Work

LOOKS_BACK = timedelta(days=30)
WAITING = (RequestState.SENT, RequestState.ACKNOWLEDGED)
LIVE = (ClockState.RUNNING, ClockState.PAUSED, ClockState.MISSED)


@dataclass(frozen=True)
class _Owner:
    """Which of the two it is about, by its columns."""

    row: Any
    wait: timedelta
    moments: Sequence[Any]
    waits: ColumnElement[bool]
    clock: ColumnElement[bool]
    promise: ColumnElement[bool]


def note_own_dates(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> Tally:
    """Write down every date of ours that has come, and tell of it. How many, and of how many cases that failed."""
    with factory() as session:
        begin_reading(session)
        case_ids = list(dict.fromkeys(step.case_id for step in _list_come(session, now)))
    tally = Tally()
    for first in range(0, len(case_ids), TOGETHER):
        some = case_ids[first : first + TOGETHER]
        tally += do_together(some, lambda those: _note(factory, those, now, ports), what="telling of a date of ours")
    return tally


def _note(factory: sessionmaker[Session], case_ids: Sequence[UUID], now: datetime, ports: Ports) -> int:
    with factory.begin() as session:
        held = select(Case.id).where(Case.id.in_(case_ids)).order_by(Case.id)
        ours = list(session.scalars(held.with_for_update(of=Case, skip_locked=True)))
        steps = _list_come(session, now, ours)
        tell(Work(session=session, actor=SYSTEM, now=now, ports=ports), steps)
        return len(steps)


def _list_come(session: Session, now: datetime, case_ids: Collection[UUID] | None = None) -> list[Step]:
    """Requests that were sent and complaints that were lodged, with no date of a law, whose own date has come."""
    found = []
    for owner in _OWNERS:
        for row in session.execute(_query(owner, now, case_ids)):
            due_at = find_own_date(*row[5:], wait=owner.wait)
            if due_at is not None and now - LOOKS_BACK < due_at <= now:
                found.append(Step(row[0], row[1], row[2], row[3], row[4], Level.OWN, due_at, None))
    told = _read_told(session, {step.subject_id for step in found})
    return [step for step in found if (step.subject_id, step.due_at) not in told]


def _query(owner: _Owner, now: datetime, case_ids: Collection[UUID] | None) -> Any:
    row = owner.row
    reminded = select(func.max(Event.at)).where(Event.kind == History.REMINDED, Event.request_id == row.id)
    moments = (*owner.moments, reminded.correlate(row).scalar_subquery()) if row is Request else owner.moments
    dated = select(Clock.id).where(owner.clock, Clock.due_at.is_not(None), Clock.state.in_(LIVE)).correlate(row)
    promised = select(FollowUp.id).where(owner.promise, FollowUp.done_at.is_(None)).correlate(row)
    query = select(row.id, row.case_id, Case.reference, Case.team_id, Case.assignee_id, *moments)
    query = query.join(Case, Case.id == row.case_id).where(Case.status == CaseStatus.OPEN, Case.team_id.is_not(None))
    query = query.where(owner.waits, owner.moments[0] <= now - owner.wait, ~dated.exists(), ~promised.exists())
    return query if case_ids is None else query.where(row.case_id.in_(case_ids))


def _read_told(session: Session, subjects: Collection[UUID]) -> set[tuple[UUID, datetime]]:
    columns = (DeadlineNotice.subject_id, DeadlineNotice.due_at)
    query = select(*columns).where(DeadlineNotice.level == Level.OWN, DeadlineNotice.subject_id.in_(subjects))
    return {(subject_id, due_at) for subject_id, due_at in session.execute(query)}


_OWNERS = (
    _Owner(
        row=Request,
        wait=REQUEST,
        moments=(Request.sent_at, Request.received_at, Request.answered_at),
        waits=and_(Request.state.in_(WAITING), Request.sent_at.is_not(None)),
        clock=Clock.request_id == Request.id,
        promise=FollowUp.request_id == Request.id,
    ),
    _Owner(
        row=Complaint,
        wait=COMPLAINT,
        moments=(Complaint.lodged_at, Complaint.answered_at),
        waits=and_(Complaint.state == ComplaintState.LODGED, Complaint.lodged_at.is_not(None)),
        clock=Clock.complaint_id == Complaint.id,
        promise=and_(FollowUp.case_id == Complaint.case_id, FollowUp.request_id.is_(None)),
    ),
)
