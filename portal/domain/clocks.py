"""Clocks: what recorded events mean under a regime, computed afresh each time and never stored as truth.

Only the event a rule names starts its clock. The rule in force on that local day counts, and a clock once started
keeps that rule. What an authority orders, a platform confirms or a host tells the author each starts its own clock.
A pause that the law knows moves the date or makes the clock wait; where the law restarts a clock (an update every seven
days), each restart ends one period and begins the next, and a period that ran out stays missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal.domain.calendars import Calendar
from portal.domain.counting import Due, PausedPeriod, due_at, has_number
from portal.domain.regimes import Binding, ObligedParty, Pause, Regime, Rule, Stop, Trigger


class EventKind(StrEnum):
    """What can be recorded about one request. Values are those of `Trigger` and `Stop`, and four of our own."""

    NOTICE_SENT = "notice_sent"  # receipt is not proven yet
    NOTICE_RECEIVED = "notice_received"
    IDENTITY_PROVEN = "identity_proven"
    PLATFORM_CONFIRMED = "platform_confirmed"
    DECISION_RECEIVED = "decision_received"
    AUTHOR_NOTIFIED = "author_notified"
    COUNTER_NOTICE_RECEIVED = "counter_notice_received"
    COMPLAINT_LODGED = "complaint_lodged"  # sent to the authority or body; its receipt is not proven yet
    COMPLAINT_RECEIVED = "complaint_received"
    AUTHORITY_ORDER = "authority_order"
    AUTHORITY_DECISION = "authority_decision"
    COURT_ORDER = "court_order"
    KNOWLEDGE = "knowledge"
    INCIDENT = "incident"
    UPDATE_RECEIVED = "update_received"
    DEADLINE_MISSED = "deadline_missed"  # of another regime of the same request, see `list_misses`
    REMOVED = "removed"
    DECIDED = "decided"
    REFUSED = "refused"
    ACKNOWLEDGED = "acknowledged"
    EXTENDED_ANSWER = "extended_answer"  # the obliged side says that it needs longer
    TRANSFERRED = "transferred"
    INFORMATION_ASKED = "information_asked"
    INFORMATION_GIVEN = "information_given"
    IDENTITY_ASKED = "identity_asked"
    PUT_BACK = "put_back"
    WITHDRAWN = "withdrawn"  # the person takes the request back: every clock stops


class ClockState(StrEnum):
    """Where a clock stands. For a precondition or a limitation "missed" means only that its time has run out."""

    RUNNING = "running"
    MET = "met"
    MET_LATE = "met_late"
    DONE = "done"  # what the law asks was done, and it gives no number by which that was in time or late
    MISSED = "missed"
    STOPPED = "stopped"
    OPEN = "open"  # the law gives no number; only the time that has passed can be told
    PAUSED = "paused"  # the other side waits for something it may ask for; the date so far will move on


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """Something that happened to a request. `at` is aware; `estimated` where the instant is assumed, not known.

    `until` is the last day that the obliged side named with an extension.
    """

    kind: EventKind
    at: datetime
    estimated: bool = False
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedClock:
    """One rule set in motion. `due` is None only for a rule without a number.

    Where the law restarts the clock this is its latest period, and `earlier` holds the ones before it, oldest first.
    """

    regime: str
    rule: Rule
    state: ClockState
    started_at: datetime
    due: Due | None
    ended_at: datetime | None
    estimated: bool  # the start, the place's holidays or the end of a pause or extension are assumed
    extended: bool
    earlier: tuple[DerivedClock, ...] = ()

    @property
    def id(self) -> str:
        """The rule's id; unique among the clocks of one regime."""
        return self.rule.id

    @property
    def due_at(self) -> datetime | None:
        """The last instant in time, in UTC."""
        return self.due.due_at if self.due else None

    @property
    def periods(self) -> tuple[DerivedClock, ...]:
        """The periods before this one, and this one."""
        return *self.earlier, self

    @property
    def is_over(self) -> bool:
        """Whether nothing can change the clock by waiting."""
        return self.state not in {ClockState.RUNNING, ClockState.OPEN, ClockState.PAUSED}


# Where receipt is not recorded, the sending stands in for it and the clock is estimated.
STAND_INS: Mapping[Trigger, EventKind] = MappingProxyType(
    {
        Trigger.NOTICE_RECEIVED: EventKind.NOTICE_SENT,
        Trigger.COMPLAINT_RECEIVED: EventKind.COMPLAINT_LODGED,
    }
)

# Looked up many times for each clock, where making the member from its value takes longer than all the rest.
_BY_TRIGGER: Mapping[Trigger, EventKind] = MappingProxyType({each: EventKind(each.value) for each in Trigger})
_BY_STOP: Mapping[Stop, EventKind] = MappingProxyType({each: EventKind(each.value) for each in Stop})

# Running out of these is a failure of the other side; a target or a date of our own is none, nor is the person's limit.
_FAILING = frozenset({Binding.DUTY, Binding.SAFE_HARBOUR, Binding.PRECONDITION})


def derive_clocks(
    regime: Regime, events: Iterable[RequestEvent], *, calendar: Calendar, zone: ZoneInfo, now: datetime
) -> tuple[DerivedClock, ...]:
    """Every clock of `regime` that the events have started, in the order of its rules; state as of `now` (aware).

    `calendar` and `zone` are the obliged organisation's. Events after `now` have not happened yet. The order of events
    does not matter. A rule with the trigger `deadline_missed` starts when another clock of the regime ran out.
    """
    past = sorted((event for event in events if event.at <= now), key=lambda event: event.at)
    if not can_start(regime, past):
        return ()
    watch = _ClockDeriver(regime, past, calendar, zone, now)
    first = {id(rule): clock for rule, clock in watch.start_all(Trigger.DEADLINE_MISSED, wanted=False)}
    watch.events = sorted([*past, *list_misses(first.values())], key=lambda event: event.at)
    then = {id(rule): clock for rule, clock in watch.start_all(Trigger.DEADLINE_MISSED, wanted=True)}
    started = first | then
    return tuple(started[id(rule)] for rule in regime.rules if id(rule) in started)


def can_start(regime: Regime, events: Iterable[RequestEvent]) -> bool:
    """Whether any of the events starts any clock of the regime. Of most laws that a step could lead to, none does."""
    happened = {event.kind for event in events}
    return any(
        _BY_TRIGGER[rule.trigger] in happened or STAND_INS.get(rule.trigger) in happened for rule in regime.rules
    )


def starts_with_misses(regime: Regime) -> bool:
    """Whether any clock of the regime starts, or starts again, because another ran out."""
    missed = Trigger.DEADLINE_MISSED
    return any(rule.trigger is missed or missed in rule.restarts_on for rule in regime.rules)


def list_misses(clocks: Iterable[DerivedClock]) -> tuple[RequestEvent, ...]:
    """The misses of the other side as events, for the rules that a miss starts; in order of time."""
    missed = (
        RequestEvent(kind=EventKind.DEADLINE_MISSED, at=clock.due.due_at, estimated=clock.estimated)
        for latest in clocks
        for clock in latest.periods
        if clock.due and is_failure(clock)
    )
    return tuple(sorted(missed, key=lambda event: event.at))


def is_failure(clock: DerivedClock) -> bool:
    """Whether the other side let a period run out, even if it acted later."""
    ran_out = clock.state in {ClockState.MISSED, ClockState.MET_LATE}
    return ran_out and clock.rule.binding in _FAILING and clock.rule.owed_by is not ObligedParty.PERSON


def find_rule(regime: Regime, rule_id: str, started_at: datetime, zone: ZoneInfo) -> Rule | None:
    """The rule of that id that is law on the local day of `started_at`, or None."""
    for rule in regime.rules:
        if rule.id == rule_id and is_rule_in_force(regime, rule, started_at, zone):
            return rule
    return None


def find_current_rule(regime: Regime, rule_id: str | None, on: date) -> Rule | None:
    """The rule of that id to speak of on a day when no clock runs: the one in force, else the next, else the last."""
    rules = [rule for rule in regime.rules if rule.id == rule_id]
    rules.sort(key=lambda rule: rule.in_force_from or date.min)
    not_over = [rule for rule in rules if on <= (rule.in_force_until or date.max)]
    return next(iter(not_over), rules[-1] if rules else None)


def is_rule_in_force(regime: Regime, rule: Rule, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the regime and this rule of it are law on the local day of `at`."""
    day = at.astimezone(zone).date()
    from_on = rule.in_force_from or day
    until_on = rule.in_force_until or day
    return regime.is_in_force_on(day) and from_on <= day <= until_on


class _ClockDeriver:
    """One reading of the events; lives only inside `derive_clocks`."""

    def __init__(
        self, regime: Regime, events: Sequence[RequestEvent], calendar: Calendar, zone: ZoneInfo, now: datetime
    ) -> None:
        self.regime, self.events, self.calendar, self.zone, self.now = regime, events, calendar, zone, now

    def start_all(self, trigger: Trigger, *, wanted: bool) -> Iterator[tuple[Rule, DerivedClock]]:
        """The clocks of the rules that have (or have not) this trigger."""
        for rule in self.regime.rules:
            if (rule.trigger is trigger) is wanted and (clock := self._start(rule)) is not None:
                yield rule, clock

    def _start(self, rule: Rule) -> DerivedClock | None:
        event = self._find_start(rule.trigger)
        if event is None or not is_rule_in_force(self.regime, rule, event.at, self.zone):
            return None
        earlier: list[DerivedClock] = []
        for restart in self._list_restarts(rule, event.at):
            earlier.append(self._measure(rule, event, restart))
            event = restart
        latest = self._measure(rule, event, None)
        return replace(latest, earlier=tuple(earlier)) if earlier else latest

    def _measure(self, rule: Rule, start: RequestEvent, restart: RequestEvent | None) -> DerivedClock:
        """One period, from its start to the event that ends it; a restart ends it in any case."""
        pauses, has_assumed_pause = self._list_pauses(rule, start.at, restart)
        due, extended = self._find_due(rule, start.at, pauses)
        end = restart or self._find_end(rule, start.at, can_extend=extended)
        return DerivedClock(
            regime=self.regime.id,
            rule=rule,
            state=self._judge(due, end),
            started_at=start.at.astimezone(UTC),
            due=due,
            ended_at=end.at.astimezone(UTC) if end else None,
            estimated=start.estimated or (due is not None and (due.estimated or has_assumed_pause)),
            extended=extended,
        )

    def _list_restarts(self, rule: Rule, started_at: datetime) -> Iterator[RequestEvent]:
        """The events that set the clock going again, one for each instant, until something ends it for good."""
        kinds = {_BY_TRIGGER[trigger] for trigger in rule.restarts_on}
        if not kinds:
            return
        end = self._find_end(rule, started_at, can_extend=False)
        last = started_at
        for event in self.events:
            if event.kind in kinds and event.at > last and (end is None or event.at < end.at):
                last = event.at
                yield event

    def _list_pauses(
        self, rule: Rule, since: datetime, restart: RequestEvent | None
    ) -> tuple[tuple[PausedPeriod, ...], bool]:
        """What stood still in this period, and whether one of the ends is assumed. What ends the clock ends a pause;
        a question that was open when the clock started holds it up from the start.
        """
        if not rule.pauses:
            return (), False
        end = restart or self._find_end(rule, since, can_extend=True)
        events = [event for event in self.events if end is None or event.at <= end.at]
        found = [
            (pause, is_assumed)
            for each in rule.pauses
            for pause, is_assumed in _read_pauses(each, events)
            if pause.ended_at is None or pause.ended_at > since
        ]
        return tuple(pause for pause, _ in found), any(is_assumed for _, is_assumed in found)

    def _find_start(self, trigger: Trigger) -> RequestEvent | None:
        """The first event that starts the clock; a known one wins over an earlier one that only stands in for it."""
        found = self._first(_BY_TRIGGER[trigger])
        if found is None and trigger in STAND_INS:
            sent = self._first(STAND_INS[trigger])
            return RequestEvent(kind=sent.kind, at=sent.at, estimated=True) if sent else None
        return found

    def _find_due(self, rule: Rule, started_at: datetime, pauses: tuple[PausedPeriod, ...]) -> tuple[Due | None, bool]:
        """When the period ends, and whether it was lengthened: only by word given before its first end."""
        if not has_number(rule):
            return None, False
        due = due_at(rule, started_at, calendar=self.calendar, zone=self.zone, pauses=pauses)
        told = self._first(EventKind.EXTENDED_ANSWER, since=started_at)
        if rule.extension is None or told is None or (told.at > due.due_at and not due.is_paused):
            return due, False
        longer = due_at(
            rule,
            started_at,
            calendar=self.calendar,
            zone=self.zone,
            extended=True,
            until=self._find_until(started_at, due),
            pauses=pauses,
        )
        return (longer if longer.due_at >= due.due_at else due), True

    def _find_until(self, since: datetime, first_due: Due) -> date | None:
        """The day that was named last in time. It need not come with the first word of an extension."""
        named = [
            event.until
            for event in self.events
            if event.kind is EventKind.EXTENDED_ANSWER
            and event.until is not None
            and event.at >= since
            and (event.at <= first_due.due_at or first_due.is_paused)
        ]
        return named[-1] if named else None

    def _find_end(self, rule: Rule, started_at: datetime, *, can_extend: bool) -> RequestEvent | None:
        """The first event that ends the clock for good. Word of an extension does not end the clock that it lengthens,
        nor does what sets it going again.
        """
        stops = {_BY_STOP[stop] for stop in rule.stops} - {_BY_TRIGGER[each] for each in rule.restarts_on}
        if can_extend:
            stops -= {EventKind.EXTENDED_ANSWER}
        stops |= {EventKind.WITHDRAWN}
        return next((event for event in self.events if event.kind in stops and event.at >= started_at), None)

    def _judge(self, due: Due | None, end: RequestEvent | None) -> ClockState:
        """What the period has come to. While it stands still nothing can be too late."""
        last = due.due_at if due and not due.is_paused else None
        in_time = last is None or (end is not None and end.at <= last)
        if end is not None and end.kind is EventKind.WITHDRAWN:
            return ClockState.STOPPED if in_time else ClockState.MISSED
        if end is not None and due is None:
            return ClockState.DONE
        if end is not None:
            return ClockState.MET if in_time else ClockState.MET_LATE
        if due is not None and due.is_paused:
            return ClockState.PAUSED
        if last is None:
            return ClockState.OPEN
        return ClockState.RUNNING if self.now <= last else ClockState.MISSED

    def _first(self, kind: EventKind, since: datetime | None = None) -> RequestEvent | None:
        return next(
            (event for event in self.events if event.kind is kind and (since is None or event.at >= since)), None
        )


def _read_pauses(pause: Pause, events: Iterable[RequestEvent]) -> Iterator[tuple[PausedPeriod, bool]]:
    """Each time the pause came about, in the order of time, and whether its end is assumed."""
    if pause.begins is None or pause.ends is None or pause.effect is None:
        return
    begins, ends = EventKind(pause.begins.value), EventKind(pause.ends.value)
    began_at: datetime | None = None
    for event in events:
        if event.kind is begins and began_at is None:
            began_at = event.at
        elif event.kind is ends and began_at is not None:
            yield PausedPeriod(began_at, event.at, pause.effect), event.estimated
            began_at = None
    if began_at is not None:
        yield PausedPeriod(began_at, None, pause.effect), False
