"""What happened in cases, told to endpoints: read from the journal, each entry once, in its order.

How far it was read moves on in the transaction that writes the deliveries, so that a worker that dies leaves neither.
Only cases that a team has are told of, and of those the reference, what happened, and when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import CaseStatus
from portal.domain.partners import API_EVENTS
from portal.domain.webhooks import WebhookEvent
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.journal import JournalEntry, JournalTip
from portal.models.webhooks import WebhookEndpoint, WebhookPlace
from portal.services.webhooks.deliveries import publish_all
from portal.services.work import Work

PLACE = 1
AT_ONCE = 500  # entries that are looked at in one transaction


def tell_of_cases(sessions: sessionmaker[Session], make_work: Callable[[Session], Work]) -> int:
    """Write down for endpoints what happened since the last time; how many deliveries that were."""
    count, goes_on = 0, True
    while goes_on:
        with sessions.begin() as session:
            told, goes_on = _tell(make_work(session))
            count += told
    return count


def _tell(work: Work) -> tuple[int, bool]:
    session = work.session
    end = session.scalar(select(func.max(JournalTip.position))) or 0
    since = session.scalar(select(func.min(WebhookEndpoint.made_at)).where(WebhookEndpoint.ended_at.is_(None)))
    place = session.get(WebhookPlace, PLACE, with_for_update=True, populate_existing=True)
    if place is None:  # of two that begin at once one fails here, and goes on in a minute
        place = WebhookPlace(id=PLACE, position=0)
        place.position = _find_last(session, before=since) if since else end
        session.add(place)
        session.flush()
    if since is None:
        place.position = end
        return 0, False
    first, last = place.position, min(end, place.position + AT_ONCE)
    place.position = max(first, last)
    return _publish(work, first, last), last < end


def _find_last(session: Session, *, before: datetime) -> int:
    """The place of the last entry that was written down before that moment."""
    query = select(func.max(JournalEntry.position)).where(JournalEntry.recorded_at < before)
    return session.scalar(query) or 0


def _publish(work: Work, first: int, last: int) -> int:
    """Of the entries behind `first` up to `last`."""
    chosen = (JournalEntry.position > first, JournalEntry.position <= last, JournalEntry.kind.in_(API_EVENTS))
    ids = set(work.session.scalars(select(JournalEntry.case_id).where(*chosen)))
    # The cases are held, so that none is erased between looking and writing.
    held = select(Case.id, Case.reference).where(Case.id.in_(ids), Case.team_id.is_not(None))
    held = held.where(Case.status.in_((CaseStatus.OPEN, CaseStatus.CLOSED))).order_by(Case.id)
    references = {row.id: row.reference for row in work.session.execute(held.with_for_update(read=True))}
    query = select(Event.case_id, Event.kind, Event.at).join(JournalEntry, JournalEntry.event_id == Event.id)
    query = query.where(*chosen, Event.case_id.in_(references)).order_by(JournalEntry.position)
    by_event: dict[WebhookEvent, list[tuple[UUID | None, Mapping[str, Any]]]] = defaultdict(list)
    for row in work.session.execute(query):
        data = {"reference": references[row.case_id], "happened_at": row.at.isoformat()}
        by_event[WebhookEvent(API_EVENTS[row.kind])].append((row.case_id, data))
    return sum(publish_all(work, event, those) for event, those in by_event.items())
