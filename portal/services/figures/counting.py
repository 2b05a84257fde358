"""From the rows of cases to counts of a year. Plain columns alone are read: nobody has to be signed in.

What happened is read from the history as it holds, with its corrections, and never from a row that says less.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.clocks import EventKind, RequestEvent
from portal.domain.figures.facts import (
    NO_TEAM,
    UNKNOWN,
    UNLISTED,
    CountedRequest,
    Grouping,
    Population,
    ResponseTargets,
    age_of,
    closing_of,
    judge,
    judge_response,
    kind_of,
)
from portal.domain.figures.reports import ARTICLE_16
from portal.domain.figures.year import Counts, add_case, add_request
from portal.domain.lifecycle import ActorKind, CaseStatus, CloseReason, History, Path
from portal.domain.regimes import ObligedParty, Stop
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.requests import Basis, Request
from portal.services.clocks.case_events import COUNTED, translate_request
from portal.services.clocks.snapshot import OWED
from portal.services.history.valid_events import keep_valid
from portal.services.ports import Ports

_TOLD = COUNTED | {History.CLOSED, History.REOPENED, History.HANDED_TO_TEAM}
_DECIDED = frozenset({EventKind.REFUSED, EventKind.DECISION_RECEIVED})
_ENDS = frozenset({Stop.REMOVED, Stop.DECIDED})
COUNTED_CASES = (CaseStatus.OPEN, CaseStatus.CLOSED)


class Frame:
    """Which years are counted, and up to when: what is sent later is left out, what happens later is not known yet.

    `until` and `judged_at` by year; a year that is not among them is passed over.
    """

    def __init__(self, ports: Ports, until: Mapping[int, datetime], judged_at: Mapping[int, datetime]) -> None:
        self.zone = ports.config.time_zone
        self.targets = targets_of(ports)
        self.has_flagger = ports.config.is_trusted_flagger
        self.until, self.judged_at = until, judged_at
        self.platforms = ports.registry.platforms
        self.ending = {
            (regime.id, rule.id)
            for regime in ports.registry.regimes.values()
            for rule in regime.rules
            if _ENDS & set(rule.stops)
        }

    def year_of(self, moment: datetime) -> int | None:
        year = moment.astimezone(self.zone).year
        return year if year in self.until and moment < self.until[year] else None

    def month_of(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%Y-%m}"


def targets_of(ports: Ports) -> ResponseTargets:
    """Within which hours the helpline wants to answer, by its settings."""
    return ResponseTargets(usual=ports.config.response_hours, urgent=ports.config.urgent_response_hours)


def count_cases(session: Session, case_ids: Collection[UUID], frame: Frame) -> dict[int, Counts]:
    """The counts that these cases add to each year. Six statements, however many cases."""
    rows = _Rows(session, case_ids)
    found: dict[int, Counts] = defaultdict(Counter)
    for case in rows.cases:
        _count_case(found, case, rows, frame)
        for request in rows.requests.get(case.id, ()):
            _count_request(found, case, request, rows, frame)
    return dict(found)


def _count_case(found: dict[int, Counts], case: Any, rows: _Rows, frame: Frame) -> None:
    year = frame.year_of(case.submitted_at)
    if year is None:
        return
    at = frame.judged_at[year]
    handed = next((row.at for row in rows.events.get(case.id, ()) if row.kind is History.HANDED_TO_TEAM), None)
    since = handed or (case.submitted_at if case.team_id is not None else None)
    is_closed = case.status is CaseStatus.CLOSED and case.closed_at is not None and case.closed_at <= at
    response = judge_response(
        since,
        rows.answered.get(case.id),
        frame.targets,
        is_urgent=bool(case.under_18) or case.path in (Path.CHILD, Path.THREAT),
        at=at,
    )
    values = {
        Grouping.MONTH: frame.month_of(case.submitted_at),
        Grouping.COUNTRY: case.country or UNKNOWN,
        Grouping.AGE: age_of(case.under_18, case.age_band).value,
        Grouping.KIND: kind_of(case.path, case.depiction, case.under_18).value,
        Grouping.CLOSING: closing_of(_find_reason(rows.events.get(case.id, ())), is_closed=is_closed),
        Grouping.RESPONSE: response.value,
        Grouping.TEAM: str(case.team_id or NO_TEAM),
    }
    add_case(found[year], values)


def _count_request(found: dict[int, Counts], case: Any, request: Any, rows: _Rows, frame: Frame) -> None:
    year = frame.year_of(request.sent_at)
    if year is None:
        return
    cited = rows.cited.get(request.id, ())
    due = [row.due_at for row in rows.clocks.get(request.id, ()) if (row.regime, row.rule) in frame.ending]
    events = translate_request(request.id, rows.events.get(case.id, ()))
    facts = _read_facts(request.sent_at, min(due, default=None), events)
    values = {
        Grouping.MONTH: frame.month_of(request.sent_at),
        Grouping.PLATFORM: request.platform if request.platform in frame.platforms else UNLISTED,
        Grouping.LAW: cited[0] if cited else UNKNOWN,
        Grouping.COUNTRY: case.country or UNKNOWN,
        Grouping.KIND: kind_of(case.path, case.depiction, case.under_18).value,
        Grouping.TEAM: str(case.team_id or NO_TEAM),
    }
    is_flagged = frame.has_flagger and ARTICLE_16 in cited
    population = Population.FLAGGED if is_flagged else Population.REQUESTS
    add_request(found[year], population, values, judge(facts, at=frame.judged_at[year]))


def _read_facts(sent_at: datetime, due_at: datetime | None, events: Sequence[RequestEvent]) -> CountedRequest:
    def first(*kinds: EventKind) -> datetime | None:
        return min((event.at for event in events if event.kind in kinds), default=None)

    removed = first(EventKind.REMOVED)
    back = [event.at for event in events if event.kind is EventKind.PUT_BACK and removed and event.at >= removed]
    return CountedRequest(
        sent_at=sent_at,
        due_at=due_at,
        removed_at=removed,
        back_at=min(back, default=None),
        refused_at=first(*_DECIDED),
        closed_at=first(EventKind.WITHDRAWN),
    )


def _find_reason(events: Sequence[Any]) -> CloseReason | None:
    reason = None
    for event in keep_valid(events):
        if event.kind is History.CLOSED and "reason" in event.facts:
            reason = CloseReason(event.facts["reason"])
    return reason


class _Rows:
    """What counting these cases looks at: each table read once."""

    def __init__(self, session: Session, case_ids: Collection[UUID]) -> None:
        self._session = session
        self.cases = self._read_cases(case_ids)
        self.requests = self._read_requests(case_ids)
        self.cited = self._read_cited(case_ids)
        self.clocks = self._read_clocks(case_ids)
        self.events = self._read_events(case_ids)
        self.answered = self._read_answered(case_ids)

    def _read_cases(self, case_ids: Collection[UUID]) -> Sequence[Any]:
        columns = (
            *(Case.id, Case.status, Case.path, Case.country, Case.depiction, Case.under_18, Case.age_band),
            *(Case.team_id, Case.submitted_at, Case.closed_at),
        )
        wanted = (Case.id.in_(case_ids), Case.status.in_(COUNTED_CASES), Case.submitted_at.is_not(None))
        return self._session.execute(select(*columns).where(*wanted)).all()

    def _read_requests(self, case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Any]]:
        query = select(Request.case_id, Request.id, Request.platform, Request.sent_at)
        return _group(self._session.execute(query.where(Request.case_id.in_(case_ids), Request.sent_at.is_not(None))))

    def _read_cited(self, case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[str]]:
        query = select(Basis.request_id, Basis.regime).join(Request, Request.id == Basis.request_id)
        rows = self._session.execute(query.where(Request.case_id.in_(case_ids)).order_by(Basis.position))
        return {owner: [row.regime for row in each] for owner, each in _group(rows).items()}

    def _read_clocks(self, case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Any]]:
        query = select(Clock.request_id, Clock.regime, Clock.rule, Clock.due_at)
        owed = (Clock.binding.in_(OWED), Clock.owed_by != ObligedParty.PERSON, Clock.due_at.is_not(None))
        return _group(
            self._session.execute(query.where(Clock.case_id.in_(case_ids), Clock.request_id.is_not(None), *owed))
        )

    def _read_events(self, case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Any]]:
        columns = (Event.case_id, Event.sequence, Event.request_id, Event.complaint_id, Event.kind, Event.at)
        query = select(*columns, Event.facts).where(Event.case_id.in_(case_ids), Event.kind.in_(_TOLD))
        return _group(self._session.execute(query.order_by(Event.case_id, Event.sequence)))

    def _read_answered(self, case_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
        return {row[0]: row[1] for row in self._session.execute(first_answers(case_ids))}


def first_answers(case_ids: Collection[UUID]) -> Any:
    """Of each case, when a member of staff first did something that the person can see: the helpline's own answer."""
    query = select(Event.case_id, func.min(Event.recorded_at)).where(Event.case_id.in_(case_ids))
    return query.where(Event.actor == ActorKind.STAFF, Event.is_visible.is_(True)).group_by(Event.case_id)


def _group(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    """By their first column."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def list_case_ids(session: Session, at_once: int) -> Iterator[Sequence[UUID]]:
    """The ids of all cases that are counted, so many at a time."""
    query = select(Case.id).where(Case.status.in_(COUNTED_CASES)).order_by(Case.id).limit(at_once)
    page: Sequence[UUID] = [UUID(int=0)]
    while page:
        page = session.scalars(query.where(Case.id > page[-1])).all()
        if page:
            yield page
