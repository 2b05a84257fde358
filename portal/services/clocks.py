"""The clocks' snapshot: rebuilt from the history by the engine, so that lists can be sorted and misses noticed.

Nothing here needs a case's key. A clock once started keeps the date it was given, the rule's version and the
calendar's, whatever the law's record or the holidays say later; only what happens to the case can change it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import Clock as Derived
from portal.domain.clocks import ClockState, RequestEvent, derive_clocks, list_misses
from portal.domain.letters.law import step_of
from portal.domain.lifecycle import SETTLED, CaseStatus, History
from portal.domain.regimes import Actor, Binding, Regime, RegimeKind
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.requests import Basis, Request
from portal.services import cases, jobs, sessions
from portal.services.happenings import complaint_events, find_missed, lodged_events, request_events
from portal.services.history import Happening, record
from portal.services.places import Place, place_of_platform, place_of_regulator
from portal.services.ports import SYSTEM, Ports
from portal.services.views import ClockView, StepView

OWED = frozenset({Binding.DUTY, Binding.SAFE_HARBOUR})
SWEPT_AT_ONCE = 500
PLATFORM_PREFIX = "platform-"  # "regulator" of an appeal that goes to the platform itself

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Found:
    """A clock as the engine gives it, with what the snapshot keeps beside it."""

    clock: Derived
    regime: Regime
    place: Place


@dataclass(frozen=True)
class Swept:
    """What a sweep did: clocks found missed, rows purged, jobs sent again."""

    missed: int
    purged: int
    jobs: int


def refresh_clocks(session: Session, case: Case, owner: Request | Complaint, *, now: datetime, ports: Ports) -> int:
    """Rebuild the clocks of one request or complaint and the case's next date. Returns how many were found missed."""
    found = list(_derive_any(session, case, owner, now, ports))
    rows = {(row.regime, row.rule): row for row in _rows_of(session, owner)}
    for each in found:
        row = rows.get((each.regime.id, each.clock.id))
        if row is None:
            row = Clock(id=uuid4(), case_id=case.id, regime=each.regime.id, rule=each.clock.id)
            row.request_id = owner.id if isinstance(owner, Request) else None
            row.complaint_id = owner.id if isinstance(owner, Complaint) else None
            session.add(row)
            rows[each.regime.id, each.clock.id] = row
        _write(row, each, now=now)
    missed = _record_misses(session, case, owner, rows.values(), now=now)
    session.flush()
    update_next_due(session, case)
    return missed


def update_next_due(session: Session, case: Case) -> None:
    """The case's place in the queue: its nearest date that matters, and whether that date is only estimated."""
    nearest = min(_list_pressing(session, case), key=lambda row: row.due_at or row.started_at, default=None)
    case.next_due_at = nearest.due_at if nearest else None
    case.next_due_estimated = bool(nearest and nearest.estimated)


def sweep(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> Swept:
    """What has to happen with nobody signed in: misses are noticed, what is over is purged, lost jobs are sent again.

    Each case has its own transaction; running it twice, or on two machines, changes nothing more.
    """
    missed = 0
    with factory() as session:
        overdue = _list_overdue_cases(session, now)
    for case_id in overdue:
        with factory.begin() as session:
            missed += _sweep_case(session, case_id, now=now, ports=ports)
    with factory.begin() as session:
        sessions.purge(session, now=now)
        purged = cases.purge_expired(session, now=now, ports=ports)
    with factory() as session:
        left = jobs.list_left_jobs(session, now=now)
    for job_id in left:
        ports.enqueue(job_id)
    return Swept(missed=missed, purged=purged, jobs=len(left))


def clock_views(session: Session, owner: Request | Complaint, *, ports: Ports) -> tuple[ClockView, ...]:
    """The clocks of a request or complaint, the one to look at first in front."""
    rows = sorted(_rows_of(session, owner), key=_urgency)
    return tuple(clock_view(row, ports) for row in rows)


def clock_view(row: Clock, ports: Ports) -> ClockView:
    regime = ports.registry.regimes.get(row.regime)
    rule = next((rule for rule in regime.rules if rule.id == row.rule), None) if regime else None
    return ClockView(
        regime=row.regime,
        regime_name=regime.name if regime else row.regime,
        rule=row.rule,
        label=row.label,
        binding=row.binding,
        owed_by=row.owed_by,
        state=row.state,
        started_at=row.started_at,
        due_at=row.due_at,
        last_day=row.last_day,
        ended_at=row.ended_at,
        zone=row.zone,
        country=row.country,
        estimated=row.estimated,
        extended=row.extended,
        standard=rule.standard if rule else None,
        calendar=row.calendar,
        steps=tuple(StepView(at=step["at"], text=step["text"]) for step in row.steps),
    )


def list_follow_ons(cited: Iterable[Regime], ports: Ports) -> list[Regime]:
    """Laws of the steps after these: complaints and appeals that their escalations lead to, and those after them."""
    found: dict[str, Regime] = {}
    waiting = list(cited)
    while waiting:
        for escalation in waiting.pop().escalation:
            target = ports.registry.regimes.get(escalation.regime or "")
            if target and target.id not in found and target.kind in {RegimeKind.APPEAL, RegimeKind.COMPLAINT}:
                found[target.id] = target
                waiting.append(target)
    return list(found.values())


def cited_regimes(session: Session, request: Request, ports: Ports) -> list[Regime]:
    """The laws a request cites, in their order. One that left the registry since is not counted on any more."""
    names = session.scalars(select(Basis.regime).where(Basis.request_id == request.id).order_by(Basis.position))
    return [ports.registry.regimes[name] for name in names if name in ports.registry.regimes]


def _derive_any(
    session: Session, case: Case, owner: Request | Complaint, now: datetime, ports: Ports
) -> Iterator[_Found]:
    if isinstance(owner, Request):
        return _derive_request(session, case, owner, now, ports)
    return _derive_complaint(session, case, owner, now, ports)


def _derive_request(session: Session, case: Case, request: Request, now: datetime, ports: Ports) -> Iterator[_Found]:
    """Clocks of the laws it cites, then the person's own limits and waiting times under the laws of the next steps."""
    events = request_events(session, request)
    lodged = lodged_events(session, request)
    platform = ports.registry.platforms.get(request.platform)
    cited = cited_regimes(session, request, ports)
    misses: list[RequestEvent] = []
    for regime in cited:
        place = place_of_platform(regime, platform, case.country)
        clocks = _derive(regime, (*events, *lodged.get(regime.id, ())), place, now)
        misses += list_misses(clocks)
        yield from (_Found(clock, regime, place) for clock in clocks)
    for regime in list_follow_ons(cited, ports):
        place = place_of_platform(regime, platform, case.country)
        for clock in _derive(regime, (*events, *misses, *lodged.get(regime.id, ())), place, now):
            if clock.rule.owed_by is Actor.PERSON:
                yield _Found(clock, regime, place)


def _derive_complaint(
    session: Session, case: Case, complaint: Complaint, now: datetime, ports: Ports
) -> Iterator[_Found]:
    """The regulator's or body's own clocks; where the law of a notice names the regulator, only what that one owes."""
    regime = ports.registry.regimes.get(complaint.regime)
    if regime is None:
        return
    place = place_of_complaint(regime, complaint.regulator, case, ports)
    of_its_own = regime.kind in {RegimeKind.APPEAL, RegimeKind.COMPLAINT}
    for clock in _derive(regime, complaint_events(session, complaint, regime.kind), place, now):
        if of_its_own or clock.rule.owed_by in {Actor.REGULATOR, Actor.BODY}:
            yield _Found(clock, regime, place)


def place_of_complaint(regime: Regime, regulator: str, case: Case, ports: Ports) -> Place:
    """Where the addressee of a complaint counts its days."""
    found = ports.registry.regulators.get(regulator)
    if found is not None:
        return place_of_regulator(found)
    return place_of_platform(
        regime, ports.registry.platforms.get(regulator.removeprefix(PLATFORM_PREFIX)), case.country
    )


def _derive(regime: Regime, events: Sequence[RequestEvent], place: Place, now: datetime) -> tuple[Derived, ...]:
    return derive_clocks(regime, events, calendar=place.calendar, zone=place.zone, now=now)


def _rows_of(session: Session, owner: Request | Complaint) -> Sequence[Clock]:
    column = Clock.request_id if isinstance(owner, Request) else Clock.complaint_id
    return session.scalars(select(Clock).where(column == owner.id).order_by(Clock.started_at, Clock.rule)).all()


def _write(row: Clock, found: _Found, *, now: datetime) -> None:
    clock = found.clock
    if row.state is None or row.started_at != clock.started_at or row.extended != clock.extended:
        _start(row, found)
    row.ended_at, row.estimated = clock.ended_at, clock.estimated
    row.state = _judge(row, clock, now)


def _start(row: Clock, found: _Found) -> None:
    """What a clock keeps for good: the rule as it was, the date, and the way there."""
    clock, due = found.clock, found.clock.due
    row.version, row.label = found.regime.version, clock.rule.label
    row.binding, row.owed_by = clock.rule.binding, clock.rule.owed_by
    row.started_at, row.extended = clock.started_at, clock.extended
    row.due_at, row.last_day = (due.due_at, due.last_day) if due else (None, None)
    row.zone, row.country = found.place.zone.key, found.place.country
    row.calendar = due.calendar_version if due else ""
    row.steps = [msgspec.to_builtins(step_of(step)) for step in due.steps] if due else []


def _judge(row: Clock, clock: Derived, now: datetime) -> ClockState:
    """The engine's word, unless the date kept here differs from the one it would give today."""
    if row.due_at is None or row.due_at == clock.due_at:
        return clock.state
    if clock.ended_at is None:
        return ClockState.RUNNING if now <= row.due_at else ClockState.MISSED
    in_time = clock.ended_at <= row.due_at
    if clock.state in {ClockState.MET, ClockState.MET_LATE}:
        return ClockState.MET if in_time else ClockState.MET_LATE
    return ClockState.STOPPED if in_time else ClockState.MISSED


def _record_misses(
    session: Session, case: Case, owner: Request | Complaint, rows: Iterable[Clock], *, now: datetime
) -> int:
    """One event for each clock that ran out, once. Facts only: nobody may be signed in."""
    missed = [row for row in rows if row.state is ClockState.MISSED and row.due_at is not None]
    known = find_missed(session, owner.id) if missed else set()
    count = 0
    for row in sorted(missed, key=lambda row: (row.due_at or now, row.regime, row.rule)):
        facts = {"regime": row.regime, "rule": row.rule, "started_at": row.started_at.isoformat()}
        if tuple(facts.values()) in known:
            continue
        facts |= {"binding": row.binding.value, "owed_by": row.owed_by.value, "estimated": row.estimated}  # type: ignore[dict-item]
        happening = Happening(
            kind=History.CLOCK_MISSED,
            at=row.due_at or now,
            request_id=row.request_id,
            complaint_id=row.complaint_id,
            facts=facts,
        )
        record(session, case.id, None, happening, actor=SYSTEM, now=now)
        count += 1
    return count


def _list_pressing(session: Session, case: Case) -> Iterator[Clock]:
    """Clocks with a date that somebody should look at: what runs, and what the other side missed and nobody took on."""
    if case.status is not CaseStatus.OPEN:
        return
    taken = set(
        session.scalars(
            select(ComplaintRequest.request_id)
            .join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
            .where(Complaint.case_id == case.id, Complaint.lodged_at.is_not(None))
        )
    )
    settled = set(session.scalars(select(Request.id).where(Request.case_id == case.id, Request.state.in_(SETTLED))))
    for row in session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.due_at.is_not(None))):
        if row.request_id not in settled and _is_pressing(row, is_taken=row.request_id in taken):
            yield row


def _is_pressing(row: Clock, *, is_taken: bool) -> bool:
    owed = row.binding in OWED and row.owed_by is not Actor.PERSON
    if row.state is ClockState.RUNNING:
        return owed or (row.binding is Binding.LIMITATION and row.owed_by is Actor.PERSON)
    return row.state is ClockState.MISSED and owed and not is_taken


_BINDINGS = tuple(Binding)


def _urgency(row: Clock) -> tuple[bool, bool, bool, int, datetime]:
    """What the other side owes before the person's own time; open before over; dated before undated; duties first."""
    is_over = row.state in {ClockState.MET, ClockState.STOPPED}
    last = row.due_at or row.started_at
    return row.owed_by is Actor.PERSON, is_over, row.due_at is None, _BINDINGS.index(row.binding), last


def _list_overdue_cases(session: Session, now: datetime) -> list[UUID]:
    query = select(Clock.case_id).where(Clock.state == ClockState.RUNNING, Clock.due_at < now)
    return list(session.scalars(query.distinct().limit(SWEPT_AT_ONCE)))


def _sweep_case(session: Session, case_id: UUID, *, now: datetime, ports: Ports) -> int:
    case = session.get(Case, case_id, with_for_update=True)
    if case is None or case.status is CaseStatus.ERASED:
        return 0
    overdue = select(Clock).where(Clock.case_id == case_id, Clock.state == ClockState.RUNNING, Clock.due_at < now)
    missed = 0
    owners = {(row.request_id, row.complaint_id) for row in session.scalars(overdue)}
    for request_id, complaint_id in sorted(owners, key=str):
        owner = session.get(Request, request_id) if request_id else session.get(Complaint, complaint_id)
        if owner is not None:
            missed += refresh_clocks(session, case, owner, now=now, ports=ports)
    return missed
