"""One deadline for anybody who asks: law, event, time and place in; the date and why out. Needs no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from portal.domain.calendars import Calendar
from portal.domain.clocks import find_rule
from portal.domain.counting import Due, UncountablePeriod, due_at, find_scheme, has_number
from portal.domain.regimes import Binding, Confidence, Regime, Rule, Status
from portal.domain.wording import format_day
from portal.reference.holidays import UnknownPart, UnknownPlace, load_calendar
from portal.reference.registry import Registry
from portal.reference.zones import PACKAGE, UnknownZone, find_zone, load_zone


class InvalidQuery(ValueError):
    """What was asked cannot be counted. `field` names the part of the question; the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class DeadlineQuestion:
    """`country` and what follows it are of the organisation that has to act."""

    regime: str
    clock: str | None = None  # None: the law's main clock
    started: str  # ISO 8601 with its offset
    country: str
    subdivision: str | None = None  # with or without the country's code before it
    zone: str | None = None  # None: that of the place
    extended: bool = False


@dataclass(frozen=True, kw_only=True)
class CalculatedDeadline:
    """The answer. `due` is None where the law gives no number: its `rule.standard` is all there is."""

    regime: Regime
    rule: Rule
    started_at: datetime
    calendar: Calendar
    zone: ZoneInfo
    zone_version: str
    due: Due | None


@dataclass(frozen=True, kw_only=True)
class DeadlineStep:
    """One step of the way to a date: an ISO day or instant, and what was done there."""

    at: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The answer as machines read it. Instants are ISO 8601 in the organisation's zone."""

    regime: str
    clock: str
    started_at: str
    due_at: str | None  # None: the law gives no number
    last_day: str | None  # None for periods of hours
    binding: Binding
    estimated: bool
    steps: tuple[DeadlineStep, ...]
    version: str
    zone: str
    calendar_version: str | None  # None: no holiday can move the date
    zone_version: str | None  # None: there is no date


def deadline_of(answer: CalculatedDeadline) -> Deadline:
    """The answer, with its steps in English."""
    due = answer.due
    steps = tuple(DeadlineStep(at=step.at, text=step.text) for step in due.steps) if due else ()
    if due is None:
        steps = (
            DeadlineStep(at=answer.started_at.astimezone(answer.zone).isoformat(), text=describe_standard(answer.rule)),
        )
    return Deadline(
        regime=answer.regime.id,
        clock=answer.rule.id,
        started_at=answer.started_at.isoformat(),
        due_at=due.due_at.astimezone(answer.zone).isoformat() if due else None,
        last_day=due.last_day.isoformat() if due and due.last_day else None,
        binding=answer.rule.binding,
        estimated=due.estimated if due else False,
        steps=steps,
        version=answer.regime.version,
        zone=answer.zone.key,
        calendar_version=(due.calendar_version or None) if due else None,
        zone_version=answer.zone_version if due else None,
    )


def describe_standard(rule: Rule) -> str:
    """What is said in place of a date."""
    if rule.confidence is Confidence.MEMORY:
        return "We did not see this time in any source, so there is no date."
    return f"The law gives no number, so there is no date. By when: {rule.standard}."


def calculate_deadline(question: DeadlineQuestion, registry: Registry) -> CalculatedDeadline:
    """The deadline that the law in force on that day gives. Raises InvalidQuery."""
    regime = _find_regime(question.regime, registry)
    clock_id = _find_clock_id(regime, question.clock)
    calendar = _find_calendar(question.country, question.subdivision)
    zone = _find_zone(question)
    started_at = read_instant(question.started)
    rule = _find_rule_in_force(regime, clock_id, started_at, zone)
    calendar = _keep_holidays_of_the_law(rule, calendar)
    return CalculatedDeadline(
        regime=regime,
        rule=rule,
        started_at=started_at,
        calendar=calendar,
        zone=zone,
        zone_version=PACKAGE,
        due=_count(rule, started_at, calendar, zone, extended=question.extended),
    )


def read_instant(text: str) -> datetime:
    """An instant of ISO 8601 with its offset. Raises InvalidQuery.

    RFC 3339, which OpenAPI's `date-time` names, lets T and Z be written small (section 5.6).
    """
    try:
        instant = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise InvalidQuery("started", f"{text!r} is no instant of ISO 8601.") from error
    if instant.tzinfo is None:
        raise InvalidQuery("started", f"The time needs its offset from UTC, as in {text}+00:00.")
    return instant


def name_nearest(wanted: str, known: Iterable[str]) -> str:
    """The nearest id however far it is, since a wrong id is mostly a misremembered one."""
    nearest = get_close_matches(wanted, list(known), n=1, cutoff=0.0)
    return f" The nearest is {nearest[0]!r}." if nearest else ""


def describe_range(regime: Regime, clock_id: str) -> str:
    """From when until when a law has a clock."""
    if regime.status is not Status.IN_FORCE:
        return f"its status is {regime.status.value!r}"
    rules = [rule for rule in regime.rules if rule.id == clock_id]
    starts = [rule.in_force_from or regime.in_force_from or date.min for rule in rules]
    ends = [rule.in_force_until or regime.in_force_until for rule in rules]
    text = f"it is in force from {format_day(max(min(starts), regime.in_force_from or date.min))}"
    last = [end for end in ends if end is not None]
    return f"{text} until {format_day(max(last))}" if len(last) == len(ends) else text


def _find_regime(regime_id: str, registry: Registry) -> Regime:
    if regime_id not in registry.regimes:
        raise InvalidQuery("regime", f"No law {regime_id!r}.{name_nearest(regime_id, registry.regimes)}")
    return registry.regimes[regime_id]


def _find_clock_id(regime: Regime, clock_id: str | None) -> str:
    known = list(dict.fromkeys(rule.id for rule in regime.rules))
    wanted = clock_id or regime.primary_clock
    if wanted is None:
        raise InvalidQuery("clock", f"{regime.id} has no main clock; name one: {', '.join(known) or 'it has none'}.")
    if wanted not in known:
        raise InvalidQuery("clock", f"{regime.id} has no clock {wanted!r}.{name_nearest(wanted, known)}")
    return wanted


def _find_calendar(country: str, subdivision: str | None) -> Calendar:
    try:
        return load_calendar(country, _part(country, subdivision))
    except UnknownPart as error:
        raise InvalidQuery("subdivision", f"{error}.") from error
    except UnknownPlace as error:
        raise InvalidQuery("country", f"{error}.") from error


def _keep_holidays_of_the_law(rule: Rule, calendar: Calendar) -> Calendar:
    """An act that says "public holiday" means those of its own country: an office in Chile has Singapore's."""
    own = find_scheme(rule.counting).holidays_of
    return calendar if own is None or calendar.code.partition("-")[0] == own else load_calendar(own)


def _find_zone(question: DeadlineQuestion) -> ZoneInfo:
    try:
        if question.zone:
            return load_zone(question.zone)
        return find_zone(question.country.upper(), _part(question.country, question.subdivision))
    except UnknownZone as error:
        raise InvalidQuery("zone", f"{error}.") from error


def _part(country: str, subdivision: str | None) -> str | None:
    return subdivision.upper().removeprefix(f"{country.upper()}-") if subdivision else None


def _find_rule_in_force(regime: Regime, clock_id: str, started_at: datetime, zone: ZoneInfo) -> Rule:
    try:
        rule = find_rule(regime, clock_id, started_at, zone)
        day = started_at.astimezone(zone).date()
    except OverflowError as error:
        raise InvalidQuery("started", "The time is too far away to count from.") from error
    if rule is None:
        text = (
            f"{regime.id} had no clock {clock_id!r} in force on {format_day(day)}; {describe_range(regime, clock_id)}."
        )
        raise InvalidQuery("started", text)
    return rule


def _count(rule: Rule, started_at: datetime, calendar: Calendar, zone: ZoneInfo, *, extended: bool) -> Due | None:
    if not has_number(rule):
        return None
    try:
        return due_at(rule, started_at.astimezone(UTC), calendar=calendar, zone=zone, extended=extended)
    except UncountablePeriod as error:
        raise InvalidQuery("extended", f"Clock {error}.") from error
    except (OverflowError, ValueError) as error:
        raise InvalidQuery("started", "The time is too far away to count from.") from error
