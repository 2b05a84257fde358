"""Our own dates to look again, where no law has a date: worked out from plain columns, with no key at hand.

What was answered, settled, reminded, lodged or promised meanwhile has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import CaseStatus, ComplaintState, History, RequestState
from portal.domain.own_dates import COMPLAINT, REQUEST, find_own_date
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.follow_ups import FollowUpDate
from portal.models.requests import Request

WAITING = (RequestState.SENT, RequestState.ACKNOWLEDGED)
LIVE = (ClockState.RUNNING, ClockState.PAUSED, ClockState.MISSED)


@dataclass(frozen=True)
class OwnDate:
    """A date of ours; `subject_id` is the request or the complaint that it is about."""

    subject_id: UUID
    case_id: UUID
    reference: str
    team_id: UUID | None
    assignee_id: UUID | None
    due_at: datetime


@dataclass(frozen=True)
class _Owner:
    """Which of the two it is about, by its columns."""

    row: Any
    wait: timedelta
    moments: Sequence[Any]
    waits: ColumnElement[bool]
    clock: ColumnElement[bool]
    promise: ColumnElement[bool]


def list_own_dates(
    session: Session, *chosen: ColumnElement[bool], come_by: datetime | None = None
) -> tuple[OwnDate, ...]:
    """Those of requests that were sent and complaints that were lodged, with no date of a law, in the open cases that
    fit these conditions. `come_by` leaves out what can have no date by then; a later one may be among the rest.
    """
    found = []
    for owner in _OWNERS:
        for row in session.execute(_query(owner, chosen, come_by)):
            due_at = find_own_date(*row[5:], wait=owner.wait)
            if due_at is not None:
                subject_id, case_id, reference, team_id, assignee_id = row[:5]
                found.append(OwnDate(subject_id, case_id, reference, team_id, assignee_id, due_at))
    return tuple(found)


def _query(owner: _Owner, chosen: Sequence[ColumnElement[bool]], come_by: datetime | None) -> Any:
    row = owner.row
    reminded = select(func.max(Event.at)).where(Event.kind == History.REMINDED, Event.request_id == row.id)
    moments = (*owner.moments, reminded.correlate(row).scalar_subquery()) if row is Request else owner.moments
    dated = select(Clock.id).where(owner.clock, Clock.due_at.is_not(None), Clock.state.in_(LIVE)).correlate(row)
    promised = select(FollowUpDate.id).where(owner.promise, FollowUpDate.done_at.is_(None)).correlate(row)
    query = select(row.id, row.case_id, Case.reference, Case.team_id, Case.assignee_id, *moments)
    query = query.join(Case, Case.id == row.case_id).where(Case.status == CaseStatus.OPEN, *chosen)
    query = query.where(owner.waits, ~dated.exists(), ~promised.exists())
    return query if come_by is None else query.where(owner.moments[0] <= come_by - owner.wait)


_OWNERS = (
    _Owner(
        row=Request,
        wait=REQUEST,
        moments=(Request.sent_at, Request.received_at, Request.answered_at),
        waits=and_(Request.state.in_(WAITING), Request.sent_at.is_not(None)),
        clock=Clock.request_id == Request.id,
        promise=FollowUpDate.request_id == Request.id,
    ),
    _Owner(
        row=Complaint,
        wait=COMPLAINT,
        moments=(Complaint.lodged_at, Complaint.answered_at),
        waits=and_(Complaint.state == ComplaintState.LODGED, Complaint.lodged_at.is_not(None)),
        clock=Clock.complaint_id == Complaint.id,
        promise=and_(FollowUpDate.case_id == Complaint.case_id, FollowUpDate.request_id.is_(None)),
    ),
)
