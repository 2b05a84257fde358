"""When a period runs out: from a rule and the instant that started it to the last moment in which the duty can be met.

How each law counts is in `portal.domain.schemes`; here the rule's period and its extension are put through its scheme.
Hours are elapsed hours of the world's clock. Days are local days of the obliged organisation. A period of days, weeks,
months or years runs out with its last day, so `due_at` is then the last second of that day, in UTC.
What was done on the way is told as steps whose days add up from the start to the last day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.domain.calendars import Calendar
from portal.domain.regimes import Rule, Unit
from portal.domain.schemes import SCHEMES, Scheme, Step
from portal.domain.wording import say

__all__ = ["SCHEMES", "Due", "Scheme", "Step", "UncountablePeriod", "due_at", "end_of_day", "find_scheme", "has_number"]

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


class UncountablePeriod(ValueError):
    """The rule has no number, no such extension, or a unit that its scheme cannot count."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a period runs out, and why then."""

    due_at: datetime  # UTC; the act is in time up to and including this instant
    last_day: date | None  # the obliged organisation's local day; None for periods of hours
    estimated: bool  # the place's holidays are unknown
    steps: tuple[Step, ...]
    calendar_version: str = ""  # whose holidays were used; empty where holidays do not matter


def due_at(rule: Rule, started_at: datetime, *, calendar: Calendar, zone: ZoneInfo, extended: bool = False) -> Due:
    """When `rule`'s period runs out that an event at `started_at` (aware) started.

    `calendar` and `zone` are the obliged organisation's. `extended` counts the period with the rule's extension.
    Raises UncountablePeriod where the rule has no number, no extension, or a unit its scheme does not count.
    """
    if started_at.tzinfo is None:
        raise ValueError("started_at must be aware")
    scheme = find_scheme(rule.counting)
    local = started_at.astimezone(zone)
    steps = [Step(local.isoformat(), say("The event that starts the period: %(start)s.", start=local))]
    if extended:
        steps.append(Step(local.isoformat(), say("The period was lengthened, as the law allows.")))
    end: datetime | date = local
    for amount, unit in _list_periods(rule, extended):
        _demand_unit(rule, scheme, unit)
        end, more = _count(scheme, end, amount, unit, calendar)
        steps += more
    if isinstance(end, datetime):
        return Due(end.astimezone(UTC), None, False, tuple(steps))
    steps.append(Step(end.isoformat(), say("The period runs out at the end of %(day)s, local time.", day=end)))
    estimated = scheme.uses_holidays and not calendar.known
    if estimated:
        steps.append(Step(end.isoformat(), say("The holidays of this place are not known, so the date is estimated.")))
    version = calendar.version if scheme.uses_holidays else ""
    return Due(end_of_day(end, zone), end, estimated, tuple(steps), version)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a local day, in UTC."""
    return datetime.combine(day + _DAY, time(), zone).astimezone(UTC) - _SECOND


def find_scheme(name: str) -> Scheme:
    """The scheme of that name. Raises UncountablePeriod with the known names."""
    if name not in SCHEMES:
        raise UncountablePeriod(f"no counting scheme {name!r}; known: {', '.join(SCHEMES)}")
    return SCHEMES[name]


def has_number(rule: Rule) -> bool:
    """Whether the rule sets a number; else only its `standard` says how fast."""
    return rule.amount is not None and rule.unit is not Unit.NONE


def _list_periods(rule: Rule, extended: bool) -> Iterator[tuple[int, Unit]]:
    """One period, or two where an extension is added after the first one's last day."""
    if rule.amount is None or rule.unit is Unit.NONE:
        raise UncountablePeriod(f"{rule.id}: the law sets no number")
    if extended and rule.extension is None:
        raise UncountablePeriod(f"{rule.id}: the law gives no extension of a set length")
    extension = rule.extension if extended else None
    if extension is None or not extension.from_start:
        yield rule.amount, rule.unit
    if extension is not None:
        if extension.amount is None:
            raise UncountablePeriod(f"{rule.id}: the law gives no extension of a set length")
        yield extension.amount, extension.unit


def _demand_unit(rule: Rule, scheme: Scheme, unit: Unit) -> None:
    if unit not in scheme.units:
        raise UncountablePeriod(f"{rule.id}: {rule.counting} does not count {unit}")


def _count(
    scheme: Scheme, start: datetime | date, amount: int, unit: Unit, calendar: Calendar
) -> tuple[datetime | date, list[Step]]:
    if unit is Unit.HOURS and scheme.count_hours and isinstance(start, datetime):
        return scheme.count_hours(start, amount)
    if unit is Unit.HOURS or scheme.count_days is None:
        raise UncountablePeriod(
            "hours cannot be added to a period of days, nor days to one without a way to count them"
        )
    return scheme.count_days(start.date() if isinstance(start, datetime) else start, amount, unit, calendar)
