"""The clocks' snapshot: rebuilt from the history by the engine, so that lists can be sorted and misses noticed.

Nothing here needs a case's key. A clock once started keeps the date it was given, and the versions of the rule, of the
calendar and of the time zones, whatever the records of them say later; only what happens to the case can change it, or
somebody who applies the new records to open cases (`portal.services.clocks.recount`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clocks import ClockState, find_current_rule, find_rule
from portal.domain.clocks import DerivedClock as Derived
from portal.domain.letters.law_facts import StepFact, step_of
from portal.domain.lifecycle import SETTLED, CaseStatus, History
from portal.domain.regimes import Binding, ObligedParty, Regime, Rule
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.requests import Basis, Request
from portal.services.clocks.case_events import complaint_events, find_missed, lodged_events, request_events
from portal.services.clocks.derivation import (
    ComplaintClockFacts,
    PlacedClock,
    RequestClockFacts,
    derive_complaint_clocks,
    derive_request_clocks,
)
from portal.services.clocks.views import ClockView
from portal.services.history.events import NewEvent, record_all
from portal.services.ports import SYSTEM, Ports
from portal.services.work import Work

OWED = frozenset({Binding.DUTY, Binding.SAFE_HARBOUR})
# A clock that stands still keeps its place in the queue: somebody has to send what was asked for.
_COLUMNS = tuple(column.name for column in Clock.__table__.columns if column.name != "guard")
RUNS = frozenset({ClockState.RUNNING, ClockState.PAUSED})

MissKey = tuple[str, str, str]


@dataclass(frozen=True)
class _Miss:
    """One period that ran out, as its event tells it."""

    regime: str
    rule: str
    started_at: datetime
    due_at: datetime
    binding: Binding
    owed_by: ObligedParty
    estimated: bool

    @property
    def key(self) -> MissKey:
        """What tells one miss from another: the law, the rule and the start of the period."""
        return self.regime, self.rule, self.started_at.isoformat()


@dataclass(frozen=True)
class Owner:
    """Whose clocks they are: a request or a complaint of a case, by its id."""

    case_id: UUID
    request_id: UUID | None = None
    complaint_id: UUID | None = None

    def __str__(self) -> str:
        return f"request {self.request_id}" if self.request_id else f"complaint {self.complaint_id}"

    @property
    def id(self) -> UUID:
        return self.request_id or self.complaint_id or self.case_id

    @classmethod
    def of(cls, row: Request | Complaint) -> Owner:
        return cls(row.case_id, row.id, None) if isinstance(row, Request) else cls(row.case_id, None, row.id)


@dataclass(frozen=True)
class Recount:
    """What counting again came to: rows that are new, and what is to be told in the case's history, in this order."""

    added: tuple[Clock, ...]
    misses: tuple[NewEvent, ...]
    stopped: NewEvent | None

    @property
    def events(self) -> tuple[NewEvent, ...]:
        return (*self.misses, self.stopped) if self.stopped else self.misses


def refresh_clocks(work: Work, case: Case, owner: Request | Complaint) -> int:
    """Rebuild the clocks of one request or complaint and the case's next date. Returns how many were found missed."""
    session = work.session
    counted = count_again(
        Owner.of(owner),
        list_clocks(session, owner),
        list(derive_any(work, case, owner)),
        lambda: find_missed(session, owner.id),
        now=work.now,
    )
    session.add_all(counted.added)
    if counted.events:
        record_all(session, case.id, None, counted.events, actor=SYSTEM, now=work.now)
    session.flush()
    update_next_due(session, case)
    return len(counted.misses)


def count_again(
    owner: Owner,
    rows: Iterable[Clock],
    found: Iterable[PlacedClock],
    find_known: Callable[[], Collection[MissKey]],
    *,
    now: datetime,
) -> Recount:
    """Bring the rows of one request or complaint up to date with what the engine found. Asks no database.

    `find_known` gives the misses that its history tells already; it is asked only where there is a miss.
    """
    known = {(row.regime, row.rule): row for row in rows}
    uncounted, added = dict(known), list[Clock]()
    misses: list[_Miss] = []
    for each in found:
        key = each.regime.id, each.clock.id
        row = known.get(key)
        uncounted.pop(key, None)
        misses += _list_past_misses(row, each)
        if row is None:
            row = known[key] = make_row(owner, each)
            added.append(row)
        write_row(row, each, now=now)
    misses += _list_misses(known.values())
    fresh = _tell_misses(owner, misses, find_known() if misses else ())
    return Recount(tuple(added), tuple(fresh), _stop_uncounted(uncounted.values(), now=now))


def let_time_pass(
    owner: Owner, rows: Iterable[Clock], find_known: Callable[[], Collection[MissKey]], *, now: datetime
) -> Recount:
    """The same as `count_again` where nothing can be different but that dates have passed. Asks the engine nothing."""
    over = [row for row in rows if has_run_out(row, now)]
    for row in over:
        row.state = ClockState.MISSED
    return Recount((), tuple(_tell_misses(owner, _list_misses(over), find_known())), None)


def has_run_out(row: Clock, now: datetime) -> bool:
    """Whether its date has passed and nobody has noticed."""
    return row.state is ClockState.RUNNING and row.due_at is not None and row.due_at < now


def add_row(session: Session, case: Case, owner: Request | Complaint, found: PlacedClock) -> Clock:
    """The same as `make_row`, in the session."""
    row = make_row(Owner.of(owner), found)
    session.add(row)
    return row


def make_row(owner: Owner, found: PlacedClock) -> Clock:
    """A row for a clock that has none yet; nothing but its names is in it."""
    row = Clock(id=uuid4(), case_id=owner.case_id, regime=found.regime.id, rule=found.clock.id)
    row.request_id, row.complaint_id = owner.request_id, owner.complaint_id
    return row


def values_of(row: Clock) -> dict[str, Any]:
    """What stands in the row, by the names of its columns."""
    return {name: getattr(row, name) for name in _COLUMNS}


def write_row(row: Clock, found: PlacedClock, *, now: datetime, anew: bool = False) -> None:
    """Bring a row up to date. What it keeps for good is written when it is new, when something that happened to the
    case gives it another date, or on demand (`anew`).
    """
    if anew or _is_moved(row, found.clock):
        _start(row, found)
    # What is the same is not set: each row that is looks changed, and its guard is counted again.
    _set(row, "ended_at", found.clock.ended_at)
    _set(row, "estimated", found.clock.estimated)
    _set(row, "state", _judge(row, found.clock, now))


def drop_unfounded(work: Work, case: Case, owner: Request | Complaint) -> None:
    """Take away clocks that nothing in the history starts any more, after it was corrected. Those whose law has left
    the records stay: of them nobody can say it.
    """
    regimes = work.ports.registry.regimes
    founded = {(each.regime.id, each.clock.id) for each in derive_any(work, case, owner)}
    for row in list_clocks(work.session, owner):
        regime = regimes.get(row.regime)
        has_rule = regime is not None and any(rule.id == row.rule for rule in regime.rules)
        if has_rule and (row.regime, row.rule) not in founded:
            work.session.delete(row)
    work.session.flush()


def update_next_due(session: Session, case: Case) -> None:
    """The case's place in the queue: its nearest date that matters, and whether that date is only estimated."""
    rows = session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.due_at.is_not(None))).all()
    taken = select(ComplaintRequest.request_id).join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
    taken = taken.where(Complaint.case_id == case.id, Complaint.lodged_at.is_not(None))
    settled = select(Request.id).where(Request.case_id == case.id, Request.state.in_(SETTLED))
    keep_next_due(
        case, find_next_due(case.status, rows, taken=set(session.scalars(taken)), settled=set(session.scalars(settled)))
    )


class NextDue(NamedTuple):
    """The nearest date that matters, run out or not, whether it is estimated, and the nearest that still runs."""

    due_at: datetime | None = None
    estimated: bool = False
    running_at: datetime | None = None


def keep_next_due(case: Case, found: NextDue) -> bool:
    """Into the case, which is written to only where something is different. Says whether it was."""
    if found == (case.next_due_at, case.next_due_estimated, case.running_due_at):
        return False
    case.next_due_at, case.next_due_estimated, case.running_due_at = found
    return True


def find_next_due(
    status: CaseStatus, rows: Iterable[Clock], *, taken: Collection[UUID], settled: Collection[UUID]
) -> NextDue:
    """The same from all clocks of a case: nothing where no date matters.

    `taken` are the requests that a lodged complaint rests on, `settled` those that are over.
    """
    if status is not CaseStatus.OPEN:
        return NextDue()
    pressing = [
        (row.due_at, row.estimated, row.state)
        for row in rows
        if row.due_at is not None
        and row.request_id not in settled
        and _is_pressing(row, is_taken=row.request_id in taken)
    ]
    due_at, estimated, _state = min(pressing, key=lambda each: each[0], default=(None, False, None))
    running = (each_due for each_due, _estimated, state in pressing if state in RUNS)
    return NextDue(due_at, estimated, min(running, default=None))


def clock_views(rows: Iterable[Clock], ports: Ports) -> tuple[ClockView, ...]:
    """The clocks of a request or complaint, the one to look at first in front."""
    return tuple(clock_view(row, ports) for row in sorted(rows, key=_urgency))


def first_clock(rows: Iterable[Clock], ports: Ports) -> ClockView | None:
    """The one to look at first: the next due that the other side owes and that still runs, else what there is."""
    first = min(rows, key=_urgency, default=None)
    return clock_view(first, ports) if first else None


def find_rule_of(row: Clock, regime: Regime) -> Rule | None:
    """The rule that a clock runs by, as the law's record has it now: the one in force on the day the clock began.

    Where a corrected record has none for that day, the nearest one is meant. None where the rule is gone.
    """
    zone = ZoneInfo(row.zone)
    found = find_rule(regime, row.rule, row.started_at, zone)
    return found or find_current_rule(regime, row.rule, row.started_at.astimezone(zone).date())


def clock_view(row: Clock, ports: Ports) -> ClockView:
    regime = ports.registry.regimes.get(row.regime)
    rule = find_rule_of(row, regime) if regime else None
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
        zone_version=row.zone_version,
        steps=msgspec.convert(row.steps, tuple[StepFact, ...]),
    )


def cited_regimes(work: Work, request: Request) -> list[Regime]:
    """The laws a request cites, in their order. One that left the registry since is not counted on any more: its clocks
    keep their dates, and are stopped when these have passed.
    """
    names = work.session.scalars(select(Basis.regime).where(Basis.request_id == request.id).order_by(Basis.position))
    return [work.ports.registry.regimes[name] for name in names if name in work.ports.registry.regimes]


def derive_any(work: Work, case: Case, owner: Request | Complaint) -> Iterator[PlacedClock]:
    """The clocks of one request or complaint as the engine gives them today."""
    if isinstance(owner, Request):
        facts = RequestClockFacts(
            platform=owner.platform,
            country=case.country,
            cited=cited_regimes(work, owner),
            events=request_events(work.session, owner),
            lodged=lodged_events(work.session, owner),
        )
        return derive_request_clocks(facts, now=work.now, ports=work.ports)
    regime = work.ports.registry.regimes.get(owner.regime)
    if regime is None:
        return iter(())
    events = complaint_events(work.session, owner, regime.kind)
    complaint = ComplaintClockFacts(regulator=owner.regulator, country=case.country, regime=regime, events=events)
    return derive_complaint_clocks(complaint, now=work.now, ports=work.ports)


def list_clocks(session: Session, owner: Request | Complaint) -> Sequence[Clock]:
    """The clocks of a request or complaint as the snapshot keeps them, by their start."""
    column = Clock.request_id if isinstance(owner, Request) else Clock.complaint_id
    return session.scalars(select(Clock).where(column == owner.id).order_by(Clock.started_at, Clock.rule)).all()


def list_clocks_of_complaints(session: Session, complaint_ids: Collection[UUID]) -> Mapping[UUID, list[Clock]]:
    """The clocks of several complaints, by complaint."""
    found: dict[UUID, list[Clock]] = defaultdict(list)
    query = select(Clock).where(Clock.complaint_id.in_(complaint_ids)).order_by(Clock.started_at, Clock.rule)
    for row in session.scalars(query):
        if row.complaint_id is not None:
            found[row.complaint_id].append(row)
    return found


def _is_moved(row: Clock, clock: Derived) -> bool:
    """Whether the case gives the clock another date than the row has: a start, an extension, a named day, a pause."""
    if row.state is None or row.started_at != clock.started_at or row.extended != clock.extended:
        return True
    if (row.state is ClockState.PAUSED) is not (clock.state is ClockState.PAUSED):
        return True
    names_day = clock.extended and clock.rule.extension is not None and clock.rule.extension.amount is None
    return names_day and clock.due is not None and clock.due.last_day != row.last_day


def _start(row: Clock, found: PlacedClock) -> None:
    """What a clock keeps for good: the rule as it was, the date, and the way there."""
    clock, due = found.clock, found.clock.due
    row.version, row.label = found.regime.version, clock.rule.label
    row.binding, row.owed_by = clock.rule.binding, clock.rule.owed_by
    row.started_at, row.extended = clock.started_at, clock.extended
    row.due_at, row.last_day = (due.due_at, due.last_day) if due else (None, None)
    row.zone, row.country = found.place.zone.key, found.place.country
    row.calendar = due.calendar_version if due else ""
    row.zone_version = found.place.zone_version if due else ""
    row.steps = [msgspec.to_builtins(step_of(step)) for step in due.steps] if due else []


def _set(row: Clock, name: str, value: object) -> None:
    if getattr(row, name) != value:
        setattr(row, name, value)


def _judge(row: Clock, clock: Derived, now: datetime) -> ClockState:
    """The engine's word, unless the date kept here differs from the one it would give today."""
    stands_still = clock.due is not None and clock.due.is_paused
    if row.due_at is None or row.due_at == clock.due_at or stands_still:
        return clock.state
    if clock.ended_at is None:
        return ClockState.RUNNING if now <= row.due_at else ClockState.MISSED
    in_time = clock.ended_at <= row.due_at
    if clock.state in {ClockState.MET, ClockState.MET_LATE}:
        return ClockState.MET if in_time else ClockState.MET_LATE
    return ClockState.STOPPED if in_time else ClockState.MISSED


def _list_past_misses(row: Clock | None, found: PlacedClock) -> Iterator[_Miss]:
    """Periods before the present one that ran out. The row still has the date that the last of them was given."""
    for period in found.clock.earlier:
        due_at = period.due_at
        if row is not None and row.state is not None and row.started_at == period.started_at:
            due_at = row.due_at
        if due_at is not None and period.ended_at is not None and period.ended_at > due_at:
            yield _Miss(
                regime=found.regime.id,
                rule=period.id,
                started_at=period.started_at,
                due_at=due_at,
                binding=period.rule.binding,
                owed_by=period.rule.owed_by,
                estimated=period.estimated,
            )


def _list_misses(rows: Iterable[Clock]) -> Iterator[_Miss]:
    for row in rows:
        if row.state is ClockState.MISSED and row.due_at is not None:
            yield _Miss(
                row.regime, row.rule, row.started_at, row.due_at, row.binding, row.owed_by, estimated=row.estimated
            )


def _tell_misses(owner: Owner, misses: Iterable[_Miss], known: Collection[MissKey]) -> Iterator[NewEvent]:
    """One event for each period that ran out, once. Facts only: nobody may be signed in."""
    fresh = [miss for miss in misses if miss.key not in known]
    for miss in sorted(fresh, key=lambda miss: (miss.due_at, miss.regime, miss.rule)):
        yield NewEvent(
            kind=History.CLOCK_MISSED,
            at=miss.due_at,
            request_id=owner.request_id,
            complaint_id=owner.complaint_id,
            facts={
                "regime": miss.regime,
                "rule": miss.rule,
                "started_at": miss.started_at.isoformat(),
                "binding": miss.binding.value,
                "owed_by": miss.owed_by.value,
                "estimated": miss.estimated,
            },
        )


def _stop_uncounted(rows: Iterable[Clock], *, now: datetime) -> NewEvent | None:
    """End clocks that the engine no longer gives and whose date has passed, with an event.

    Their law or rule has left the records, so nobody can say any more whether the date was kept: neither "missed" nor
    "met" would be true, and "running" is not true either.
    """
    over = [row for row in rows if has_run_out(row, now)]
    if not over:
        return None
    for row in over:
        row.state, row.ended_at = ClockState.STOPPED, now
    return NewEvent(kind=History.LAW_APPLIED, at=now, facts={"clocks": [_describe_stopped(row) for row in over]})


def _describe_stopped(row: Clock) -> dict[str, str | None]:
    """The clock as it was; what is not named "before" it has no longer, as where `recount` finds it gone."""
    return {
        "request": str(row.request_id) if row.request_id else None,
        "complaint": str(row.complaint_id) if row.complaint_id else None,
        "regime": row.regime,
        "rule": row.rule,
        "version_before": row.version,
        "version_after": None,
        "calendar_before": row.calendar,
        "calendar_after": None,
        "zone_before": row.zone,
        "zone_after": None,
        "zone_version_before": row.zone_version,
        "zone_version_after": None,
        "due_before": row.due_at.isoformat() if row.due_at else None,
        "due_after": None,
        "binding_before": row.binding,
        "binding_after": None,
    }


def is_owed(row: Clock | ClockView) -> bool:
    """Whether the other side has to do something by then, so that a miss is theirs."""
    return row.binding in OWED and row.owed_by is not ObligedParty.PERSON


def _is_pressing(row: Clock, *, is_taken: bool) -> bool:
    owed = is_owed(row)
    if row.state in RUNS:
        return owed or (row.binding is Binding.LIMITATION and row.owed_by is ObligedParty.PERSON)
    return row.state is ClockState.MISSED and owed and not is_taken


_BINDINGS = tuple(Binding)


def _urgency(row: Clock) -> tuple[bool, bool, bool, int, datetime]:
    """What the other side owes before the person's own time; open before over; dated before undated; duties first."""
    is_over = row.state in {ClockState.MET, ClockState.DONE, ClockState.STOPPED}
    last = row.due_at or row.started_at
    return row.owed_by is ObligedParty.PERSON, is_over, row.due_at is None, _BINDINGS.index(row.binding), last
