"""What was written down and can be corrected, and what was: for pages and forms. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select

from portal.domain.lifecycle import Answer, History, Proof, StepRefused
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.requests import Request
from portal.services.cases.opening import UnknownNumber
from portal.services.history.events import read_detail, read_history
from portal.services.history.valid_events import keep_valid
from portal.services.requests.dossier import Dossier
from portal.services.requests.lookup import find_complaint
from portal.services.work import CaseWork


class Fact(StrEnum):
    """What can have been written down wrongly."""

    SENT = "sent"
    RECEIVED = "received"
    REMINDED = "reminded"
    GIVEN = "given"  # that what they asked for was sent back
    ANSWER = "answer"
    GONE = "gone"
    BACK = "back"
    TICKET = "ticket"
    CLOSED = "closed"  # that a request was closed
    LODGED = "lodged"
    COMPLAINT_ANSWER = "complaint_answer"


FACTS: Mapping[History, Fact] = MappingProxyType(
    {
        History.SENT: Fact.SENT,
        History.RECEIPT_CONFIRMED: Fact.RECEIVED,
        History.REMINDED: Fact.REMINDED,
        History.INFORMATION_SENT: Fact.GIVEN,
        History.ANSWERED: Fact.ANSWER,
        History.ITEM_GONE: Fact.GONE,
        History.ITEM_BACK: Fact.BACK,
        History.TICKET_GIVEN: Fact.TICKET,
        History.REQUEST_CLOSED: Fact.CLOSED,
        History.COMPLAINT_LODGED: Fact.LODGED,
        History.COMPLAINT_ANSWERED: Fact.COMPLAINT_ANSWER,
    }
)


@dataclass(frozen=True, kw_only=True)
class CorrectableView:
    """An entry that can be corrected, as a form offers it. `items` are the numbers of the links it names."""

    sequence: int
    fact: Fact
    at: datetime
    recorded_at: datetime
    answer: Answer | None
    text: str
    items: tuple[int, ...]
    proof: Proof | None
    ticket: str
    request_number: int | None
    complaint_number: int | None


@dataclass(frozen=True, kw_only=True)
class CorrectionView:
    """A correction that was made: what was wrong, what it said before, and what it says now; None: it never was."""

    recorded_at: datetime
    fact: Fact
    was_at: datetime
    now_at: datetime | None
    was_answer: Answer | None
    now_answer: Answer | None
    came_back: bool = False  # it happened, and did not arrive


def list_correctable(work: CaseWork, dossier: Dossier) -> tuple[CorrectableView, ...]:
    """What was written down about one request and can be corrected, newest first."""
    own = [event for event in dossier.events if event.kind in FACTS]
    return tuple(_describe(work, event, request=dossier.request) for event in reversed(own))


def list_correctable_of_complaint(work: CaseWork, number: int) -> tuple[CorrectableView, ...]:
    """The same about one complaint. Raises UnknownNumber."""
    complaint = find_complaint(work, number)
    rows = work.session.scalars(select(Event).where(Event.complaint_id == complaint.id).order_by(Event.sequence))
    own = [event for event in keep_valid(rows) if event.kind in FACTS]
    return tuple(_describe(work, event, complaint=complaint) for event in reversed(own))


def find_correctable(work: CaseWork, sequence: int) -> CorrectableView:
    """The entry that a correction would be of. Raises StepRefused where it holds no more, or never could be wrong, and
    UnknownNumber where there is none.
    """
    events = read_history(work.session, work.case.id)
    if not any(event.sequence == sequence for event in events):
        raise UnknownNumber(f"There is no entry {sequence}.")
    event = find_entry(keep_valid(events), sequence)
    request = work.session.get(Request, event.request_id) if event.request_id else None
    complaint = work.session.get(Complaint, event.complaint_id) if event.complaint_id else None
    return _describe(work, event, request=request, complaint=complaint)


def list_corrections(events: Iterable[Event]) -> tuple[CorrectionView, ...]:
    """What was corrected, in its order; `events` may hold others. What only followed from another is left out."""
    return tuple(
        CorrectionView(
            recorded_at=event.recorded_at,
            fact=Fact(event.facts["fact"]),
            was_at=datetime.fromisoformat(event.facts["was"]),
            now_at=datetime.fromisoformat(event.facts["now"]) if event.facts.get("now") else None,
            was_answer=_read_answer(event.facts.get("was_answer")),
            now_answer=_read_answer(event.facts.get("now_answer")),
            came_back=bool(event.facts.get("came_back")),
        )
        for event in events
        if event.kind is History.CORRECTED and "fact" in event.facts
    )


def find_entry(held: Sequence[Event], sequence: int) -> Event:
    """The entry of that number, of those that hold. Raises StepRefused."""
    event = next((each for each in held if each.sequence == sequence), None)
    if event is None or event.kind not in FACTS:
        raise StepRefused("This entry was corrected already, or is not one that can be. Look at the newest one.")
    return event


def _describe(
    work: CaseWork, event: Event, *, request: Request | None = None, complaint: Complaint | None = None
) -> CorrectableView:
    detail = read_detail(event, work.key)
    items: Sequence[int] = detail.get("items", ())
    proof = event.facts.get("proof")
    return CorrectableView(
        sequence=event.sequence,
        fact=FACTS[event.kind],
        at=event.at,
        recorded_at=event.recorded_at,
        answer=_read_answer(event.facts.get("answer")),
        text=str(detail.get("text") or ""),
        items=(event.facts["item"],) if "item" in event.facts else tuple(items),
        proof=Proof(proof) if proof else None,
        ticket=str(detail.get("ticket") or ""),
        request_number=request.number if request else None,
        complaint_number=complaint.number if complaint else None,
    )


def _read_answer(word: str | None) -> Answer | None:
    return Answer(word) if word else None
