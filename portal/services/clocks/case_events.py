"""From a case's history to what the engine counts with. Reads plain facts only: it works with nobody signed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.clocks import EventKind, RequestEvent
from portal.domain.lifecycle import Answer, History, Proof
from portal.domain.regimes import RegimeKind
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.events import Event
from portal.models.requests import Request
from portal.services.history.valid_events import keep_valid


class ComplaintAnswer(StrEnum):
    """What a regulator's or body's answer means."""

    ACKNOWLEDGED = "acknowledged"
    PROGRESS = "progress"  # it tells how far it is
    DECIDED = "decided"
    REFUSED = "refused"
    TRANSFERRED = "transferred"


# A refusal is a decision too, and opens the time to contest it; so does an answer about some of the links, but it
# decides nothing about the others, so it meets no duty to decide. An answer by which receipt became known is told to
# the clocks by the event of the receipt itself. For a law,
# content is removed when every link of the request is gone: the event with which that came about lists such requests
# under `whole`, whosever event it is.
REMOVING = (History.ANSWERED, History.ITEM_GONE)
# What is read of other requests' events besides their own: those by which links were gone, and what corrected them.
ELSEWHERE = (*REMOVING, History.CORRECTED)
_REFUSED = (EventKind.DECIDED, EventKind.REFUSED, EventKind.DECISION_RECEIVED)
_ANSWERS: Mapping[Answer, tuple[EventKind, ...]] = {
    Answer.ACKNOWLEDGED: (EventKind.ACKNOWLEDGED, EventKind.PLATFORM_CONFIRMED),
    Answer.MORE_ASKED: (EventKind.INFORMATION_ASKED,),
    Answer.IDENTITY_ASKED: (EventKind.IDENTITY_ASKED,),
    Answer.EXTENDED: (EventKind.EXTENDED_ANSWER,),
    Answer.UPDATE: (EventKind.UPDATE_RECEIVED,),
    Answer.REMOVED: (EventKind.DECIDED,),
    Answer.PARTLY: (EventKind.DECISION_RECEIVED,),
    Answer.REFUSED: _REFUSED,
    Answer.GEO_BLOCKED: (EventKind.DECIDED, EventKind.DECISION_RECEIVED),
    Answer.NOT_FOUND: _REFUSED,
    Answer.NOT_VIOLATION: _REFUSED,
    Answer.NO_REASON: _REFUSED,
    Answer.LOGIN_ASKED: (),  # no law lets them ask for an account, so nothing pauses
    Answer.PASSED_ON: (EventKind.AUTHOR_NOTIFIED,),
    Answer.WRONG_PLACE: (),
    Answer.COUNTER_NOTICE: (EventKind.COUNTER_NOTICE_RECEIVED,),
    Answer.LEGAL_THREAT: (),
    Answer.AUTO_REPLY: (),
}
# What was sent back answers the questions that were open. That it arrived, or was enough, nobody has proven.
_GIVEN: Mapping[Answer, EventKind] = {
    Answer.MORE_ASKED: EventKind.INFORMATION_GIVEN,
    Answer.IDENTITY_ASKED: EventKind.IDENTITY_PROVEN,
}
_ASSUMED = frozenset({History.INFORMATION_SENT})


def _is_assumed(event: Recorded) -> bool:
    """What was given back is assumed to have arrived; a receipt of which nobody has proof is told, not proven."""
    return event.kind in _ASSUMED or event.facts.get("proof") == Proof.NONE


def kinds_of_answer(answer: Answer) -> tuple[EventKind, ...]:
    """What an answer about every link tells the engine, besides the receipt."""
    return _ANSWERS[answer]


def _read_answer(event: Recorded) -> tuple[EventKind, ...]:
    """What an answer means to the laws. One about some of the links only decides nothing about the others."""
    kinds = _ANSWERS[Answer(event.facts["answer"])]
    return tuple(kind for kind in kinds if kind is not EventKind.DECIDED) if event.facts.get("part") else kinds


_COMPLAINT_ANSWERS: Mapping[ComplaintAnswer, tuple[EventKind, ...]] = {
    ComplaintAnswer.ACKNOWLEDGED: (EventKind.ACKNOWLEDGED,),
    ComplaintAnswer.PROGRESS: (EventKind.EXTENDED_ANSWER, EventKind.UPDATE_RECEIVED),
    ComplaintAnswer.DECIDED: (EventKind.DECIDED, EventKind.AUTHORITY_DECISION),
    ComplaintAnswer.REFUSED: (EventKind.DECIDED, EventKind.REFUSED, EventKind.AUTHORITY_DECISION),
    ComplaintAnswer.TRANSFERRED: (EventKind.TRANSFERRED,),
}


class Recorded(Protocol):
    """What is read of an event: a row of the table, or these columns of it."""

    @property
    def sequence(self) -> int: ...
    @property
    def kind(self) -> History: ...
    @property
    def at(self) -> datetime: ...
    @property
    def facts(self) -> dict[str, Any]: ...
    @property
    def request_id(self) -> UUID | None: ...
    @property
    def complaint_id(self) -> UUID | None: ...


class EventsByRequest:
    """The events of one case, by the request that each has something to say about: looked through once for them all."""

    def __init__(self, rows: Iterable[Recorded]) -> None:
        self._own: dict[str, list[Recorded]] = defaultdict(list)
        self._corrections: list[Recorded] = []
        for row in rows:
            if row.kind is History.CORRECTED:
                self._corrections.append(row)
                continue
            named = row.facts.get("whole", ()) if row.kind in REMOVING else ()
            for request_id in {*named, str(row.request_id)}:
                self._own[request_id].append(row)

    def about(self, request_id: UUID) -> list[Recorded]:
        """In their order: its own, those by which all its links were gone, and every correction."""
        rows = (*self._own.get(str(request_id), ()), *self._corrections)
        return sorted(rows, key=lambda row: row.sequence)


def request_events(session: Session, request: Request) -> tuple[RequestEvent, ...]:
    """What happened to a request, for every law it cites."""
    removing = and_(Event.case_id == request.case_id, Event.kind.in_(ELSEWHERE))
    return translate_request(request.id, _read(session, or_(Event.request_id == request.id, removing)))


def translate_request(request_id: UUID, rows: Sequence[Recorded]) -> tuple[RequestEvent, ...]:
    """The same from events of its case, which may hold others, with their corrections."""
    held = keep_valid(rows)
    own = _translate((row for row in held if row.request_id == request_id), _OF_REQUESTS)
    gone = (row for row in held if row.kind in REMOVING and str(request_id) in row.facts.get("whole", ()))
    return (*own, *(RequestEvent(kind=EventKind.REMOVED, at=row.at) for row in gone))


def lodged_events(session: Session, request: Request) -> Mapping[str, tuple[RequestEvent, ...]]:
    """The complaints lodged about a request, by the law each one rests on."""
    lodged = session.execute(
        select(Complaint.regime, Complaint.lodged_at)
        .join(ComplaintRequest, ComplaintRequest.complaint_id == Complaint.id)
        .where(ComplaintRequest.request_id == request.id, Complaint.lodged_at.is_not(None))
        .order_by(Complaint.lodged_at)
    )
    return translate_lodged((regime, at) for regime, at in lodged if at is not None)


def translate_lodged(complaints: Iterable[tuple[str, datetime]]) -> Mapping[str, tuple[RequestEvent, ...]]:
    """The same from each complaint's law and the instant when it was lodged."""
    found: dict[str, tuple[RequestEvent, ...]] = {}
    for regime, at in complaints:
        found[regime] = (*found.get(regime, ()), RequestEvent(kind=EventKind.COMPLAINT_LODGED, at=at))
    return found


def complaint_events(session: Session, complaint: Complaint, kind: RegimeKind) -> tuple[RequestEvent, ...]:
    """What happened to a complaint under a law of that kind."""
    return translate_complaint(complaint.id, _read(session, Event.complaint_id == complaint.id), kind)


def translate_complaint(complaint_id: UUID, rows: Sequence[Recorded], kind: RegimeKind) -> tuple[RequestEvent, ...]:
    """The same from events of its case. An appeal to the platform itself is a notice to it as well."""
    events = _translate((row for row in keep_valid(rows) if row.complaint_id == complaint_id), _OF_COMPLAINTS)
    if kind is not RegimeKind.APPEAL:
        return events
    notices = (RequestEvent(kind=_AS_NOTICE[event.kind], at=event.at) for event in events if event.kind in _AS_NOTICE)
    return (*events, *notices)


def list_open_questions(session: Session, request: Request) -> tuple[Answer, ...]:
    """What the recipient has asked for since something was last sent back, each kind once."""
    open_questions: dict[Answer, None] = {}
    for event in keep_valid(_read(session, Event.request_id == request.id)):
        if event.kind is History.INFORMATION_SENT:
            open_questions.clear()
        elif event.kind is History.ANSWERED and (answer := Answer(event.facts["answer"])) in _GIVEN:
            open_questions[answer] = None
    return tuple(open_questions)


def find_receipt_proof(session: Session, request: Request) -> Proof | None:
    """By what the receipt of a request is known; None where none is recorded, or nobody was asked by what."""
    found = None
    for event in keep_valid(_read(session, Event.request_id == request.id)):
        if event.kind is History.RECEIPT_CONFIRMED:
            found = event.facts.get("proof")
    return Proof(found) if found else None


def find_missed(session: Session, owner_id: UUID) -> set[tuple[str, str, str]]:
    """The clocks of a request or complaint whose miss is already in the history: regime, rule and start."""
    missed = Event.kind == History.CLOCK_MISSED
    rows = _read(session, and_(missed, or_(Event.request_id == owner_id, Event.complaint_id == owner_id)))
    return list_missed(rows, owner_id)


def list_missed(rows: Iterable[Recorded], owner_id: UUID) -> set[tuple[str, str, str]]:
    """The same from events of its case, which may hold others."""
    return {
        (row.facts["regime"], row.facts["rule"], row.facts["started_at"])
        for row in rows
        if row.kind is History.CLOCK_MISSED and owner_id in (row.request_id, row.complaint_id)
    }


def _read(session: Session, whose: object) -> Sequence[Event]:
    return session.scalars(select(Event).where(whose).order_by(Event.sequence)).all()  # type: ignore[arg-type]


_Reader = Callable[[Recorded], Iterable[EventKind]]


def _translate(rows: Iterable[Recorded], readers: Mapping[History, _Reader]) -> tuple[RequestEvent, ...]:
    """Kinds of event that no law looks at are passed over. Of several receipts the one written down last counts: proof
    that came later stands in the place of what was only told.
    """
    known = list(rows)
    receipts = [row for row in known if row.kind is History.RECEIPT_CONFIRMED]
    return tuple(
        RequestEvent(kind=kind, at=row.at, estimated=_is_assumed(row), until=_read_until(row))
        for row in known
        if row.kind in readers and not any(row is each for each in receipts[:-1])
        for kind in readers[row.kind](row)
    )


def _read_until(event: Recorded) -> date | None:
    """The day that the other side named with an extension."""
    named = event.facts.get("until")
    return date.fromisoformat(named) if named else None


def _always(*kinds: EventKind) -> _Reader:
    return lambda _event: kinds


_OF_REQUESTS: Mapping[History, _Reader] = {
    History.SENT: _always(EventKind.NOTICE_SENT),
    History.RECEIPT_CONFIRMED: _always(EventKind.NOTICE_RECEIVED),
    History.ANSWERED: _read_answer,
    History.INFORMATION_SENT: lambda event: [_GIVEN[Answer(answer)] for answer in event.facts["answers"]],
    History.ITEM_BACK: _always(EventKind.PUT_BACK),
    History.REQUEST_CLOSED: _always(EventKind.WITHDRAWN),
}
_OF_COMPLAINTS: Mapping[History, _Reader] = {
    History.COMPLAINT_LODGED: _always(EventKind.COMPLAINT_LODGED),
    History.RECEIPT_CONFIRMED: _always(EventKind.COMPLAINT_RECEIVED),
    History.COMPLAINT_ANSWERED: lambda event: _COMPLAINT_ANSWERS[ComplaintAnswer(event.facts["meaning"])],
}
_AS_NOTICE = {
    EventKind.COMPLAINT_LODGED: EventKind.NOTICE_SENT,
    EventKind.COMPLAINT_RECEIVED: EventKind.NOTICE_RECEIVED,
}

# Every kind of event that a clock can hang on.
COUNTED = frozenset({*_OF_REQUESTS, *_OF_COMPLAINTS, *ELSEWHERE})
