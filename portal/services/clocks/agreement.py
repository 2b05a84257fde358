"""Whether the rows of requests, complaints and clocks say what the history says, which alone is appended to.

Papers and pages take dates from these rows. Before anything is printed from them they are held against the events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import DECISIONS, ComplaintState, History, RequestState, StepRefused
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.services.clocks.case_events import (
    ComplaintAnswer,
    EventsByRequest,
    translate_complaint,
    translate_lodged,
    translate_request,
)
from portal.services.clocks.derivation import (
    ComplaintClockFacts,
    PlacedClock,
    RequestClockFacts,
    derive_complaint_clocks,
    derive_request_clocks,
)
from portal.services.history import guards
from portal.services.history.breaks import Break
from portal.services.history.events import find_break
from portal.services.history.valid_events import keep_valid
from portal.services.ports import Ports
from portal.services.work import CaseWork

CASES_AT_ONCE = 200
_UNSENT = frozenset({RequestState.PREPARED})
FINAL = frozenset({ComplaintAnswer.DECIDED, ComplaintAnswer.REFUSED, ComplaintAnswer.TRANSFERRED})
Row = TypeVar("Row")


class RecordsDisagree(StepRefused):
    """Something of the case is not as it was written, so nothing is printed from it. `breaks` names what."""

    def __init__(self, breaks: Sequence[Break]) -> None:
        self.breaks = tuple(breaks)
        super().__init__(
            "What is stored about this case does not fit its history, so no paper is made from it. Nothing of it was "
            "sent. Tell a supervisor: whoever runs the portal finds the row with `audit verify` and brings it back."
        )


def require_whole(work: CaseWork) -> None:
    """For whoever prints from this case, once its rows were read. Raises RecordsDisagree."""
    if breaks := list_breaks(work):
        raise RecordsDisagree(breaks)


def list_breaks(work: CaseWork) -> list[Break]:
    """What of this case is not as it was written; nine statements, however much there is."""
    breaks = list(find_disagreements(work.session, [work.case.id], now=work.now, ports=work.ports))
    return breaks + list_bent(work)


def list_bent(work: CaseWork) -> list[Break]:
    """What of the rows that were read so far is not as it was written, or is missing; two statements."""
    return [
        Break(f"{table} of {work.reference}", "does not fit its guard")
        for table in guards.list_bent(work.session, work.case.id)
    ]


def find_disagreements(session: Session, case_ids: Iterable[UUID], *, now: datetime, ports: Ports) -> Iterator[Break]:
    """Where the rows of these cases say something else than their events."""
    rest = iter(case_ids)
    while some := list(islice(rest, CASES_AT_ONCE)):
        read = _Read(session, some)
        for request in read.requests:
            yield from _check_request(request, read)
            count = partial(derive_request_clocks, _request_facts(request, read, ports), ports=ports)
            yield from _check_clocks(f"request {request.id}", read.clocks[request.id], count, now)
        for complaint in read.complaints:
            yield from _check_complaint(complaint, read)
            facts = _complaint_facts(complaint, read, ports)
            if facts is not None:
                count = partial(derive_complaint_clocks, facts, ports=ports)
                yield from _check_clocks(f"complaint {complaint.id}", read.clocks[complaint.id], count, now)
        for case_id, events in read.events.items():
            if broken := find_break(events):
                yield Break(f"event {broken.id}", f"does not follow the event before it in case {case_id}")


@dataclass(init=False, repr=False)
class _Read:
    """What belongs to some cases, each table read once."""

    def __init__(self, session: Session, case_ids: Sequence[UUID]) -> None:
        self.countries = dict(session.execute(select(Case.id, Case.country).where(Case.id.in_(case_ids))).all())
        self.requests = session.scalars(select(Request).where(Request.case_id.in_(case_ids))).all()
        self.complaints = session.scalars(select(Complaint).where(Complaint.case_id.in_(case_ids))).all()
        query = select(Event).where(Event.case_id.in_(case_ids)).order_by(Event.case_id, Event.sequence)
        self.events = _group(session.scalars(query), lambda event: event.case_id)
        self.by_request = {case_id: EventsByRequest(rows) for case_id, rows in self.events.items()}
        clocks = session.scalars(select(Clock).where(Clock.case_id.in_(case_ids)))
        self.clocks = _group(clocks, lambda clock: clock.request_id or clock.complaint_id)
        bases = select(Basis).join(Request, Request.id == Basis.request_id).where(Request.case_id.in_(case_ids))
        self.bases = _group(session.scalars(bases.order_by(Basis.position)), lambda basis: basis.request_id)
        links = (
            select(ComplaintRequest.request_id, Complaint)
            .join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
            .where(Complaint.case_id.in_(case_ids))
        )
        self.filed: dict[UUID, list[Complaint]] = defaultdict(list)
        for request_id, complaint in session.execute(links):
            self.filed[request_id].append(complaint)

    def lodged(self, request: Request) -> Iterator[tuple[datetime, str]]:
        """When complaints about a request were lodged, by their events, and under which law."""
        for complaint in self.filed[request.id]:
            at = _last(self.of_complaint(complaint), History.COMPLAINT_LODGED)
            if at is not None:
                yield at, complaint.regime

    def of_request(self, request: Request) -> list[Event]:
        return [event for event in keep_valid(self.about(request)) if event.request_id == request.id]

    def about(self, request: Request) -> Sequence[Any]:
        """The events that tell of a request, with all corrections of its case."""
        by_request = self.by_request.get(request.case_id)
        return by_request.about(request.id) if by_request else ()

    def of_complaint(self, complaint: Complaint) -> list[Event]:
        return keep_valid(event for event in self.events[complaint.case_id] if event.complaint_id == complaint.id)


def _group(rows: Iterable[Row], key: Callable[[Row], UUID | None]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _last(events: Iterable[Event], kind: History, **facts: frozenset[Any]) -> datetime | None:
    """When the last event of this kind happened, of those whose facts are among the named."""
    found = None
    for event in events:
        if event.kind is kind and all(event.facts.get(name) in values for name, values in facts.items()):
            found = event.at
    return found


def _check_request(request: Request, read: _Read) -> Iterator[Break]:
    events = read.of_request(request)
    told = {
        "sent_at": _last(events, History.SENT),
        "received_at": _last(events, History.RECEIPT_CONFIRMED),
        "answered_at": _last(events, History.ANSWERED, answer=DECISIONS),
    }
    yield from _compare("request", request, told)
    is_closed, is_sent = _last(events, History.REQUEST_CLOSED) is not None, told["sent_at"] is not None
    fits = is_closed if request.state is RequestState.CLOSED else is_sent is not (request.state in _UNSENT)
    if not fits and request.state is not RequestState.REMOVED:  # links can be gone before anything was sent
        yield Break(f"request {request.id}", "its state is not what its events say")


def _check_complaint(complaint: Complaint, read: _Read) -> Iterator[Break]:
    events = read.of_complaint(complaint)
    told = {
        "lodged_at": _last(events, History.COMPLAINT_LODGED),
        "answered_at": _last(events, History.COMPLAINT_ANSWERED, meaning=FINAL),
    }
    yield from _compare("complaint", complaint, told)
    if (told["lodged_at"] is None) is not (complaint.state is ComplaintState.PREPARED):
        yield Break(f"complaint {complaint.id}", "its state is not what its events say")


def _compare(what: str, row: Request | Complaint, told: Mapping[str, datetime | None]) -> Iterator[Break]:
    for name, at in told.items():
        if getattr(row, name) != at:
            yield Break(f"{what} {row.id}", f"its {name} is not what its events say")


def _request_facts(request: Request, read: _Read, ports: Ports) -> RequestClockFacts:
    regimes = ports.registry.regimes
    return RequestClockFacts(
        platform=request.platform,
        country=read.countries.get(request.case_id),
        cited=[regimes[basis.regime] for basis in read.bases[request.id] if basis.regime in regimes],
        events=translate_request(request.id, read.about(request)),
        lodged=translate_lodged((regime, at) for at, regime in sorted(read.lodged(request))),
    )


def _complaint_facts(complaint: Complaint, read: _Read, ports: Ports) -> ComplaintClockFacts | None:
    regime = ports.registry.regimes.get(complaint.regime)
    if regime is None:
        return None
    events = translate_complaint(complaint.id, read.events[complaint.case_id], regime.kind)
    country = read.countries.get(complaint.case_id)
    return ComplaintClockFacts(regulator=complaint.regulator, country=country, regime=regime, events=events)


def _check_clocks(
    owner: str, rows: Sequence[Clock], count: Callable[..., Iterable[PlacedClock]], now: datetime
) -> Iterator[Break]:
    """Each clock's start, and its date where law, calendar and time zones are still those it was counted with.

    A clock whose date has just passed may stand there as it was before: the sweep has not come by yet.
    """
    found = _name_clocks(count(now=now))
    for row in rows:
        problem = _find_problem(row, found)
        if problem and row.state is ClockState.RUNNING and row.due_at is not None and row.due_at < now:
            problem = _find_problem(row, _name_clocks(count(now=row.due_at)))
        if problem:
            yield Break(f"clock {row.id}", f"its {problem} is not what the events of {owner} say")


def _name_clocks(derived: Iterable[PlacedClock]) -> dict[tuple[str, str], PlacedClock]:
    return {(each.regime.id, each.clock.id): each for each in derived}


def _find_problem(row: Clock, found: Mapping[tuple[str, str], PlacedClock]) -> str | None:
    each = found.get((row.regime, row.rule))
    if each is None:
        return None  # its law or its rule left the records since; the row has its guard
    if row.started_at != each.clock.started_at:
        return "start"
    due = each.clock.due
    if due is None or due.is_paused or (row.version, row.calendar) != (each.regime.version, due.calendar_version):
        return None
    if row.zone_version not in {"", each.place.zone_version}:
        return None
    return None if (row.due_at, row.last_day) == (due.due_at, due.last_day) else "date"
