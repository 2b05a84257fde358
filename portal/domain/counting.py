"""When a period runs out: from a rule and the instant that started it to the last moment in which the duty can be met.

How each law counts is in `portal.domain.schemes`; here the rule's period is put through its scheme: from receipt, which
a law may put on the next working day, over pauses and an extension, to the last day.
Hours are elapsed hours of the world's clock. Days are local days of the obliged organisation. A period of days, weeks,
months or years runs out with its last day, so `due_at` is then the last second of that day, in UTC.
What was done on the way is told as steps whose days add up from the start to the last day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.domain.calendars import SATURDAY_AND_SUNDAY, Calendar, WorkingDays
from portal.domain.regimes import PauseEffect, Rule, Unit
from portal.domain.schemes import SCHEMES, Scheme
from portal.domain.steps import CountingStep, explain_roll
from portal.domain.wording import format_sentence

__all__ = [
    "SCHEMES",
    "CountingStep",
    "Due",
    "PausedPeriod",
    "Scheme",
    "UncountablePeriod",
    "due_at",
    "end_of_day",
    "find_scheme",
    "has_number",
]

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


class UncountablePeriod(ValueError):
    """The rule has no number, no such extension, or a unit that its scheme cannot count."""


@dataclass(frozen=True, slots=True)
class PausedPeriod:
    """A pause that happened: both instants are aware; without `ended_at` it lasts."""

    began_at: datetime
    ended_at: datetime | None
    effect: PauseEffect


@dataclass(frozen=True, slots=True)
class Due:
    """When a period runs out, and why then."""

    due_at: datetime  # UTC; the act is in time up to and including this instant
    last_day: date | None  # the obliged organisation's local day; None for periods of hours
    estimated: (
        bool  # holidays unknown, a day off that may move, a pause that lasts, or a longer period without a named end
    )
    steps: tuple[CountingStep, ...]
    calendar_version: str = ""  # whose holidays were used; empty where holidays do not matter
    is_paused: bool = False  # a pause lasts: `due_at` is the date so far, and it moves on


def due_at(
    rule: Rule,
    started_at: datetime,
    *,
    calendar: Calendar,
    zone: ZoneInfo,
    extended: bool = False,
    until: date | None = None,
    pauses: Sequence[PausedPeriod] = (),
) -> Due:
    """When `rule`'s period runs out that an event at `started_at` (aware) started.

    `calendar` and `zone` are the obliged organisation's. `extended` counts the period with the rule's extension, and
    `until` is the day that the obliged side named, for laws that set no length. Of `pauses`, those count that begin
    while the period runs. Raises UncountablePeriod where the rule has no number, no extension, or a unit its scheme
    does not count.
    """
    if started_at.tzinfo is None:
        raise ValueError("started_at must be aware")
    scheme = find_scheme(rule.counting)
    course = _Computation(
        rule, scheme, scheme.read(calendar), zone, tuple(_list_periods(rule, extended)), extended, until
    )
    local = started_at.astimezone(zone)
    return course.finish(local, course.keep_pauses(local, pauses), calendar)


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
        raise UncountablePeriod(f"{rule.id}: the law gives no number")
    if extended and rule.extension is None:
        raise UncountablePeriod(f"{rule.id}: the law gives no extension")
    extension = rule.extension if extended else None
    if extension is None or extension.amount is None or not extension.from_start:
        yield rule.amount, rule.unit
    if extension is not None and extension.amount is not None:
        yield extension.amount, extension.unit


@dataclass(slots=True)  # not frozen: one is made for each date, and that takes a third of the time
class _Computation:
    """One rule's way from start to end; lives only inside `due_at`. Ends are local days, or local instants of hours."""

    rule: Rule
    scheme: Scheme
    days: WorkingDays
    zone: ZoneInfo
    periods: tuple[tuple[int, Unit], ...]
    extended: bool
    until: date | None

    @property
    def waits_for_word(self) -> bool:
        """Whether the law leaves the length of the extension to the obliged side."""
        return self.extended and self.rule.extension is not None and self.rule.extension.amount is None

    @property
    def asks_for_holidays(self) -> bool:
        return self.scheme.rolls or self.scheme.doubts or self.rule.received_by is not None

    def is_doubtful(self, last_day: date, calendar: Calendar) -> bool:
        """Whether nobody knows if this last day moves: a day off, or one that is so to the place and not to the law."""
        if last_day == self.until:
            return False
        if self.scheme.doubts:
            return not WorkingDays(calendar, calendar.weekend | SATURDAY_AND_SUNDAY).is_one(last_day)
        return self.scheme.rolls and self.days.is_one(last_day) and calendar.holiday_name(last_day) is not None

    def finish(self, local: datetime, pauses: Sequence[PausedPeriod], calendar: Calendar) -> Due:
        """The whole way, told."""
        end, steps = self.run(local, pauses)
        is_paused = bool(pauses) and pauses[-1].ended_at is None
        last_day = None if isinstance(end, datetime) else end
        kept = self.days.calendar
        is_unknown = self.asks_for_holidays and not kept.knows(last_day or local.date())
        is_doubtful = last_day is not None and self.is_doubtful(last_day, calendar)
        if last_day is not None:
            steps.append(CountingStep(last_day.isoformat(), format_sentence(_RUNS_OUT, day=last_day)))
        if is_unknown:
            steps.append(CountingStep(end.isoformat(), format_sentence(_UNKNOWN_HOLIDAYS)))
        if is_doubtful and last_day is not None:
            steps.append(CountingStep(last_day.isoformat(), format_sentence(_DOUBTFUL, day=last_day)))
        return Due(
            due_at=self.instant(end),
            last_day=last_day,
            estimated=is_unknown or is_doubtful or is_paused or (self.waits_for_word and self.until is None),
            steps=tuple(steps),
            calendar_version=kept.version if self.asks_for_holidays else "",
            is_paused=is_paused,
        )

    def keep_pauses(self, local: datetime, pauses: Sequence[PausedPeriod]) -> list[PausedPeriod]:
        """Those that begin while the period runs, in order and without overlap; none follows one that lasts."""
        kept: list[PausedPeriod] = []
        free_from = local
        for pause in sorted(pauses, key=lambda each: each.began_at):
            began_at = max(pause.began_at, free_from)
            if pause.ended_at is not None and pause.ended_at <= began_at:
                continue
            if began_at > self.instant(self.run(local, kept)[0]):
                break
            kept.append(PausedPeriod(began_at, pause.ended_at, pause.effect))
            if pause.ended_at is None:
                break
            free_from = pause.ended_at
        return kept

    def run(self, local: datetime, pauses: Sequence[PausedPeriod]) -> tuple[datetime | date, list[CountingStep]]:
        """From the event to the end. Pauses are in order, and only the last one may last."""
        steps = [
            CountingStep(
                local.isoformat(), format_sentence("The event that starts the period: %(start)s.", start=local)
            )
        ]
        start, more = self._receive(local)
        start, anew = self._begin_anew(start, pauses)
        steps += more + anew
        if self.extended:
            steps.append(
                CountingStep(start.isoformat(), format_sentence("The period was lengthened, as the law allows."))
            )
        end: datetime | date = start
        for number, (amount, unit) in enumerate(self.periods, start=1):
            end, more = self._count(end, amount, unit)
            steps += more
            if number < len(self.periods):
                end = self._roll(end, steps)
        running_from = start.date() + _DAY
        for pause in pauses:
            end = self._stand_still(start, end, pause, running_from, steps)
            if pause.ended_at is not None:
                running_from = max(running_from, pause.ended_at.astimezone(self.zone).date() + _DAY)
        end = self._roll(end, steps)
        return self._lengthen(local, end, steps), steps

    def instant(self, end: datetime | date) -> datetime:
        """The last instant in time, in UTC."""
        return end.astimezone(UTC) if isinstance(end, datetime) else end_of_day(end, self.zone)

    def _receive(self, local: datetime) -> tuple[datetime, list[CountingStep]]:
        """Where the law ends its day at an hour, what comes later or on a day off is of the next working day."""
        if self.rule.received_by is None:
            return local, []
        in_time = local.time() <= time.fromisoformat(self.rule.received_by)
        if in_time and self.days.is_one(local.date()):
            return local, []
        day = self.days.add(local.date(), 1).end
        sentence = format_sentence(_RECEIVED_LATER, hour=self.rule.received_by, day=day)
        received = datetime.combine(day, time(), self.zone)
        return received, [CountingStep(received.isoformat(), sentence, self._distance(local, received))]

    def _begin_anew(self, start: datetime, pauses: Sequence[PausedPeriod]) -> tuple[datetime, list[CountingStep]]:
        steps = []
        for pause in pauses:
            if pause.effect is PauseEffect.BEGINS_ANEW and pause.ended_at is not None and pause.ended_at > start:
                again = pause.ended_at.astimezone(self.zone)
                sentence = format_sentence(_BEGINS_ANEW, asked=pause.began_at.astimezone(self.zone), begin=again)
                steps.append(CountingStep(again.isoformat(), sentence, self._distance(start, again)))
                start = again
        return start, steps

    def _count(self, start: datetime | date, amount: int, unit: Unit) -> tuple[datetime | date, list[CountingStep]]:
        scheme = self.scheme
        if unit not in scheme.units:
            raise UncountablePeriod(f"{self.rule.id}: {self.rule.counting} does not count {unit}")
        if unit is Unit.HOURS and scheme.count_hours and isinstance(start, datetime):
            return scheme.count_hours(start, amount)
        if unit is Unit.HOURS or scheme.count_days is None:
            raise UncountablePeriod(
                "hours cannot be added to a period of days, nor days to one without a way to count them"
            )
        return scheme.count_days(start.date() if isinstance(start, datetime) else start, amount, unit, self.days)

    def _roll(self, end: datetime | date, steps: list[CountingStep]) -> datetime | date:
        if isinstance(end, datetime) or not self.scheme.rolls:
            return end
        walk = self.days.roll(end)
        steps += explain_roll(walk)
        return walk.end

    def _stand_still(
        self,
        start: datetime,
        end: datetime | date,
        pause: PausedPeriod,
        running_from: date,
        steps: list[CountingStep],
    ) -> datetime | date:
        """Adds the time of a pause to the end; one from before the period's new beginning is over and done with.

        `running_from` is the first day that no earlier pause has taken out already.
        """
        began = pause.began_at.astimezone(self.zone)
        if pause.ended_at is None:
            steps.append(CountingStep(end.isoformat(), format_sentence(_LASTS[pause.effect], asked=began)))
            return end
        ended = pause.ended_at.astimezone(self.zone)
        if pause.effect is PauseEffect.BEGINS_ANEW or ended <= start:
            return end
        if isinstance(end, datetime):
            later = (end.astimezone(UTC) + (pause.ended_at - pause.began_at)).astimezone(self.zone)
            steps.append(
                CountingStep(
                    later.isoformat(), format_sentence(_HOURS_STOOD_STILL, asked=began, given=ended, end=later)
                )
            )
            return later
        if self.periods[-1][1] is Unit.WORKING_DAYS:
            return self._skip_working_days(end, max(began.date(), running_from), ended.date(), steps)
        many = (ended.date() - began.date()).days
        moved = end + timedelta(days=many)
        sentence = format_sentence(_DAYS_STOOD_STILL, asked=began.date(), given=ended.date(), count=many, end=moved)
        steps.append(CountingStep(moved.isoformat(), sentence, many))
        return moved

    def _skip_working_days(self, end: date, first: date, last: date, steps: list[CountingStep]) -> date:
        """Working days that stood still are no days of the period, so as many follow after its end.

        The day of the question and that of the answer count as standing still. Where a law does not say, that is the
        latest of the days that can be meant, and nobody complains too early.
        """
        many = self.days.count(first, last)
        moved = self.days.add(end, many).end
        said = {"asked": first, "given": last, "end": moved}
        sentence = (
            format_sentence(_WORKING_DAYS_STOOD_STILL, count=many, **said)
            if many
            else format_sentence(_NO_WORKING_DAY_STOOD_STILL)
        )
        steps.append(CountingStep(moved.isoformat(), sentence, (moved - end).days))
        return moved

    def _lengthen(self, local: datetime, end: datetime | date, steps: list[CountingStep]) -> datetime | date:
        """To the day that the obliged side named, where the law sets no length; an earlier one shortens nothing."""
        if not self.waits_for_word:
            return end
        last = end.date() if isinstance(end, datetime) else end
        if self.until is None:
            steps.append(
                CountingStep(
                    end.isoformat(),
                    format_sentence("They named no day for the longer period, so the first date stays."),
                )
            )
            return end
        if self.until <= last:
            steps.append(
                CountingStep(end.isoformat(), format_sentence("The day that they named lies within the first period."))
            )
            return end
        first = local.date() if isinstance(end, datetime) else last
        named = format_sentence("They named %(day)s as the last day of the longer period.", day=self.until)
        steps.append(CountingStep(self.until.isoformat(), named, (self.until - first).days))
        return self.until

    def _distance(self, start: datetime, end: datetime) -> int:
        """By how many days a later start moves the last day; a period of hours has no last day."""
        return 0 if self.rule.unit is Unit.HOURS else (end.date() - start.date()).days


_RUNS_OUT = "The period runs out at the end of %(day)s, local time."
_UNKNOWN_HOLIDAYS = "The holidays of this place are not known, so the date is estimated."
_DOUBTFUL = (
    "%(day)s is a day off. We found no rule that says whether the period then goes on to the next working day, so the "
    "date is estimated."
)
_RECEIVED_LATER = "What comes after %(hour)s or on a day off counts as received on %(day)s, the next working day."
_BEGINS_ANEW = "They asked for something first on %(asked)s. It was given on %(begin)s, and the period begins then."
_DAYS_STOOD_STILL = (
    "The days from %(asked)s, when they asked for something, to %(given)s, when it was given, are added: "
    "%(count)s days, so until %(end)s."
)
_WORKING_DAYS_STOOD_STILL = (
    "From %(asked)s, when they asked for something, to %(given)s, when it was given, the period stood still. "
    "Working days in that time: %(count)s. As many follow at the end, so until %(end)s."
)
_NO_WORKING_DAY_STOOD_STILL = "They asked for something and got it while no working day passed, so nothing is added."
_HOURS_STOOD_STILL = (
    "The time from %(asked)s, when they asked for something, to %(given)s, when it was given, is added: until %(end)s."
)
_LASTS = {
    PauseEffect.SUSPENDS: "They asked for something on %(asked)s. Until it is given the period stands still, and this "
    "date moves on by as many days.",
    PauseEffect.BEGINS_ANEW: "They asked for something on %(asked)s. The period begins when it is given, so this date "
    "moves on.",
}
