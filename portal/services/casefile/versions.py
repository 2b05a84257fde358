"""From which state of a case a form was made, and what others changed since: so that nobody overwrites unseen."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from portal.domain.lifecycle import ActorKind, History
from portal.models.events import Event
from portal.models.items import Item
from portal.services.casefile.page import describe_events
from portal.services.casefile.views import HistoryRow
from portal.services.cases.opening import read_stamp
from portal.services.requests.lookup import find_request
from portal.services.work import CaseWork


def make_stamp(work: CaseWork, number: int | None = None) -> str:
    """A text for the state a form is made from: of one request, or of whose the case is and whether it is open.

    It changes whenever the request, its details or the state of one of its links is written. Raises UnknownNumber.
    """
    case = work.case
    parts: list[object] = [str(case.id), case.status, case.team_id, case.assignee_id]
    if number is not None:
        request = find_request(work, number)
        links = select(Item.number, Item.state).where(Item.request_id == request.id).order_by(Item.number)
        parts = [str(request.id), request.state, request.sealed]
        parts += [request.sent_at, request.received_at, request.answered_at]
        parts += [tuple(row) for row in work.session.execute(links)]
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()[:20]
    return f"{read_stamp(work).last_event}-{digest}"


def is_same(work: CaseWork, stamp: str, number: int | None = None) -> bool:
    """Whether what a form was made from is still so. Other entries of the case do not matter."""
    return stamp.rpartition("-")[2] == make_stamp(work, number).rpartition("-")[2]


def list_since(work: CaseWork, stamp: str, number: int | None = None) -> tuple[HistoryRow, ...]:
    """What people wrote down since about the request, or about the case where none is named, oldest first."""
    typed = stamp.partition("-")[0]
    last = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    query = select(Event).where(Event.case_id == work.case.id, Event.sequence > last)
    query = query.where(Event.actor.in_((ActorKind.STAFF, ActorKind.PERSON)), Event.kind != History.OPENED)
    about = find_request(work, number).id if number is not None else None
    query = query.where(Event.request_id == about if about else Event.request_id.is_(None))
    return describe_events(work, work.session.scalars(query.order_by(Event.sequence)).all())
