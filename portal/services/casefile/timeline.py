"""The history of a case as the desk reads it: of some kind or about one request, newest first, by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal.domain.lifecycle import History
from portal.domain.paging import ListPart, cut
from portal.models.events import Event
from portal.services.casefile.page import describe_events, list_events
from portal.services.casefile.thread import KINDS
from portal.services.casefile.views import HistoryRow
from portal.services.history.valid_events import keep_valid
from portal.services.requests.lookup import list_requests
from portal.services.work import CaseWork

DAYS_A_PAGE = 30


class TimelineKind(StrEnum):
    """What an entry is about."""

    THREAD = "thread"  # all that went back and forth, in the order in which it happened
    LETTERS = "letters"
    ANSWERS = "answers"
    DEADLINES = "deadlines"
    COMPLAINTS = "complaints"
    LINKS = "links"
    PERSON = "person"  # messages, consent, how to reach the person
    CASE = "case"  # who has it, what was taken out of it, and whatever no other kind names


_KINDS: Mapping[TimelineKind, tuple[History, ...]] = MappingProxyType(
    {
        TimelineKind.THREAD: KINDS,
        TimelineKind.LETTERS: (
            History.REQUEST_PREPARED, History.STATED, History.LETTER_MADE, History.LETTER_DISCARDED, History.SENT,
            History.REMINDED, History.LETTER_SENT, History.INFORMATION_SENT, History.REVIEWED, History.NAME_CHOSEN,
        ),
        TimelineKind.ANSWERS: (
            History.ANSWERED, History.RECEIPT_CONFIRMED, History.TICKET_GIVEN, History.COMPLAINT_ANSWERED,
            History.DOCUMENT_ADDED, History.MAIL_CAME, History.RETURN_DOUBTED, History.LINK_ANSWERED,
        ),
        TimelineKind.DEADLINES: (
            History.CLOCK_MISSED, History.LAW_APPLIED, History.FOLLOW_UP_SET, History.FOLLOW_UP_DONE,
        ),
        TimelineKind.COMPLAINTS: (
            History.COMPLAINT_PREPARED, History.COMPLAINT_LODGED, History.COMPLAINT_ANSWERED,
            History.OFFICER_LINK_MADE, History.OFFICER_LINK_USED, History.OFFICER_LINK_ENDED,
        ),
        TimelineKind.LINKS: (
            History.SUBMITTED, History.ITEMS_ADDED, History.ITEM_GONE, History.ITEM_BACK, History.LINKS_LOOKED_AT,
        ),
        TimelineKind.PERSON: (
            History.MESSAGE, History.CONSENT_GIVEN, History.CONSENT_WITHDRAWN, History.CONTACT_SET,
            History.CONTACT_CONFIRMED, History.CONTACT_REMOVED, History.SAFE_CONTACT_SET,
        ),
    }
)  # fmt: skip
_NAMED = frozenset(kind for kinds in _KINDS.values() for kind in kinds)


@dataclass(frozen=True, kw_only=True)
class TimelineDay:
    """One day with its entries, newest first."""

    day: date
    rows: tuple[HistoryRow, ...]


def read_timeline(
    work: CaseWork, *, kind: TimelineKind | None, request_number: int | None, zone: ZoneInfo, page: int
) -> ListPart[TimelineDay]:
    """Some days of the history, newest first; a day is one in `zone`. Only what is shown is opened."""
    requests = {row.number: row.id for row in list_requests(work)} if request_number is not None else {}
    is_thread = kind is TimelineKind.THREAD
    chosen = [
        event
        for event in (_list_thread(work) if is_thread else list_events(work))
        if is_of(event.kind, kind) and (request_number is None or event.request_id == requests.get(request_number, 0))
    ]
    days = [
        (day, list(events))
        for day, events in groupby(reversed(chosen), lambda event: _day_of(event, zone, by_happening=is_thread))
    ]
    part = cut(days, page, DAYS_A_PAGE)
    rows = {
        row.sequence: row for row in describe_events(work, [event for _day, events in part.rows for event in events])
    }
    return part.with_rows(
        [TimelineDay(day=day, rows=tuple(rows[event.sequence] for event in events)) for day, events in part.rows]
    )


def _list_thread(work: CaseWork) -> list[Event]:
    """What holds, in the order in which it happened."""
    held = [event for event in keep_valid(list_events(work)) if event.kind is not History.CORRECTED]
    return sorted(held, key=lambda event: (event.at, event.sequence))


def is_of(event: History, kind: TimelineKind | None) -> bool:
    """Whether an entry belongs to a kind; to None all do. What was corrected belongs to every kind."""
    if kind is None or event is History.CORRECTED:
        return True
    return event not in _NAMED if kind is TimelineKind.CASE else event in _KINDS[kind]


def _day_of(event: Event, zone: ZoneInfo, *, by_happening: bool) -> date:
    """By when it was written down, because the history is in that order; a thread is in the order of what happened."""
    return (event.at if by_happening else event.recorded_at).astimezone(zone).date()
