"""The ways in which laws count time, one small function each, listed in `SCHEMES` under the name that rules use.

A function of days gets the local day of the event and gives the last day; one of hours goes from instant to instant.
Both tell what they did as steps, whose `days` add up from the day of the event to the last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from portal.domain.calendars import (
    SATURDAY_AND_SUNDAY,
    Calendar,
    Recess,
    RecessCalendar,
    Walk,
    add_working_days,
    count_working_days,
    roll_forward,
)
from portal.domain.regimes import Unit
from portal.domain.wording import Sentence, Translate, Value, say

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way to a date. `days` is by how much it moves the last day; all together give the distance."""

    at: str  # ISO 8601: a day, or an instant with its offset
    sentence: Sentence
    days: int = 0

    @property
    def text(self) -> str:
        """The sentence in English; made when it is asked for, since most dates are never explained."""
        return str(self.sentence)

    def render(self, translate: Translate, format_with: Callable[[Value], str] | None = None) -> str:
        """The sentence in another language, see `Sentence.render`."""
        return self.sentence.render(translate, format_with)


CountDays = Callable[[date, int, Unit, Calendar], tuple[date, list[Step]]]
CountHours = Callable[[datetime, int], tuple[datetime, list[Step]]]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A law's way of counting: the units it knows, what it rests on, and the functions that count."""

    units: frozenset[Unit]
    rests_on: str
    count_days: CountDays | None = None
    count_hours: CountHours | None = None
    uses_holidays: bool = False


def count_elapsed_hours(start: datetime, amount: int) -> tuple[datetime, list[Step]]:
    """Hours as they pass, day and night, weekends and changes of the clock included."""
    end = (start.astimezone(UTC) + timedelta(hours=amount)).astimezone(start.tzinfo)
    steps = [
        Step(start.isoformat(), say("Every hour counts, on all days, at night and on holidays.")),
        *_explain_clock_change(start, end),
        Step(end.isoformat(), say(_AN_HOUR, end=end) if amount == 1 else say(_HOURS, hours=amount, end=end)),
    ]
    return end, steps


def count_hours_without_weekends(start: datetime, amount: int) -> tuple[datetime, list[Step]]:
    """Texas, Business and Commerce Code s 120.102: hours of a Saturday or a Sunday are left out; those of a public
    holiday count. The days are those of `start`'s zone, since the law names none.
    """
    steps = [Step(start.isoformat(), say("Hours of a Saturday or Sunday are not counted; hours of a holiday are."))]
    moment, left = start.astimezone(UTC), timedelta(hours=amount)
    while True:
        local = moment.astimezone(start.tzinfo)
        if local.weekday() in SATURDAY_AND_SUNDAY:
            moment = _find_midnight(local, days=7 - local.weekday())
            monday = moment.astimezone(start.tzinfo)
            steps.append(Step(monday.isoformat(), say("The weekend is left out until %(monday)s.", monday=monday)))
            continue
        saturday = _find_midnight(local, days=5 - local.weekday())
        if moment + left <= saturday:
            break
        left -= saturday - moment
        moment = saturday
    end = (moment + left).astimezone(start.tzinfo)
    steps.extend(_explain_clock_change(start, end))
    steps.append(
        Step(end.isoformat(), say(_ONE_COUNTED, end=end) if amount == 1 else say(_COUNTED, hours=amount, end=end))
    )
    return end, steps


def count_eu_hours(start: datetime, amount: int) -> tuple[datetime, list[Step]]:
    """Regulation (EEC, Euratom) No 1182/71, Art. 3(1) and 3(2)(a): the hour of the event is not counted."""
    first = start.replace(minute=0, second=0, microsecond=0).astimezone(UTC) + timedelta(hours=1)
    begin = first.astimezone(start.tzinfo)
    end, steps = count_elapsed_hours(begin, amount)
    return end, [
        Step(
            begin.isoformat(),
            say("The hour of the event is not counted, so the period begins at %(begin)s.", begin=begin),
        ),
        *steps,
    ]


def count_eu_period(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """Regulation 1182/71, Art. 3: (1) the day of the event is not counted; (2)(c) months end on the same date, or on
    the month's last day; (3) holidays and weekends count; (4) a last day that is one moves on; (5) a period of two days
    or more has two working days at least.
    """
    if unit is Unit.WORKING_DAYS:
        return _count_working(start, amount, calendar, SATURDAY_AND_SUNDAY)
    end, steps = _add_plain(start, amount, unit)
    if (amount >= 2 or unit is not Unit.CALENDAR_DAYS) and calendar.known:
        end, more = _add_until_two_working_days(start, end, calendar)
        steps += more
    end, more = _roll(end, calendar, SATURDAY_AND_SUNDAY)
    return end, steps + more


def count_corresponding_date(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """United Kingdom, as the regulator reads UK GDPR Art. 12(3): the corresponding date of a later month, or that
    month's last day; the next working day where it is a weekend or a bank holiday.
    """
    return count_plain_then_roll(start, amount, unit, calendar)


def count_uk_days(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """United Kingdom, complaints under Data Protection Act 2018 s 164A as the regulator reads it: the day after receipt
    is day 1; the next working day where the last one is a weekend or a bank holiday.
    """
    return count_plain_then_roll(start, amount, unit, calendar)


def count_nz_working_days(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """New Zealand, Privacy Act 2020 s 7(1), "working day": not Saturdays, Sundays, the national holidays with the
    Mondays they move to, nor 25 December to 15 January. Regional anniversary days are working days.
    """
    return _count_working(start, amount, RecessCalendar(calendar.national, NZ_SUMMER), SATURDAY_AND_SUNDAY)


def count_working_period(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """Business days from the day after the event, by the country's public holidays and weekly days of rest."""
    return _count_working(start, amount, calendar, None)


def count_plain(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """The day of the event is not counted, every other day is; the last day stays where it falls."""
    return _add_plain(start, amount, unit)


def count_first_day_too(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """Laws by which the period begins on the day of the event itself, as California's 45 days from receipt do
    (11 CCR s 7021): that day is day 1, and the last day stays where it falls.
    """
    end = start + timedelta(days=amount - 1)
    last = say(_ADDED[unit], amount=amount, end=end)
    steps = [Step(start.isoformat(), say("%(day)s itself is day 1.", day=start))]
    return end, [*steps, Step(end.isoformat(), last, amount - 1)]


def count_plain_then_roll(start: date, amount: int, unit: Unit, calendar: Calendar) -> tuple[date, list[Step]]:
    """As `count_plain`, but a last day that is no working day moves on to the next one."""
    end, steps = _add_plain(start, amount, unit)
    end, more = _roll(end, calendar, None)
    return end, steps + more


def add_months(start: date, amount: int) -> date:
    """The same date `amount` months later, or that month's last day where it has no such date."""
    years, month = divmod(start.month - 1 + amount, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _add_plain(start: date, amount: int, unit: Unit) -> tuple[date, list[Step]]:
    end = _ADD[unit](start, amount)
    steps = [Step(start.isoformat(), say(_NOT_COUNTED, day=start))]
    sentence = say(_ADDED_ONE[unit], end=end) if amount == 1 else say(_ADDED[unit], amount=amount, end=end)
    if unit in _SAME_DATE and end.day != start.day:
        sentence = say(_CLAMPED, date=start.day, end=end)
    steps.append(Step(end.isoformat(), sentence, (end - start).days))
    return end, steps


def _count_working(
    start: date, amount: int, calendar: Calendar, weekend: frozenset[int] | None
) -> tuple[date, list[Step]]:
    walk = add_working_days(start, amount, calendar, weekend)
    skipped = list(_explain_holidays(walk))
    if walk.rest_days:
        many = len(walk.rest_days)
        rest = say(_ONE_REST_DAY) if many == 1 else say(_REST_DAYS, count=many)
        skipped.append(Step(walk.rest_days[-1].isoformat(), rest, many))
    last = say("Working day %(amount)s is %(end)s.", amount=amount, end=walk.end)
    steps = [
        Step(start.isoformat(), say(_NOT_COUNTED, day=start)),
        *sorted(skipped, key=lambda step: step.at),
        Step(walk.end.isoformat(), last, amount),
    ]
    return walk.end, steps


def _explain_holidays(walk: Walk) -> Iterator[Step]:
    """One step for each holiday; days of one name that follow each other, such as a recess, share a step."""
    runs: list[list[tuple[date, str]]] = []
    for day, name in walk.holidays:
        if runs and runs[-1][0][1] == name and (day - runs[-1][-1][0]).days <= _LONGEST_WEEKEND:
            runs[-1].append((day, name))
        else:
            runs.append([(day, name)])
    for run in runs:
        (first, name), (last, _) = run[0], run[-1]
        if first == last:
            sentence = say("%(day)s is not counted: %(name)s.", day=first, name=name)
        else:
            sentence = say(_RUN, count=len(run), first=first, last=last, name=name)
        yield Step(first.isoformat(), sentence, len(run))


def _add_until_two_working_days(start: date, end: date, calendar: Calendar) -> tuple[date, list[Step]]:
    """Art. 3(5). Only periods of a few days can lack two working days; the loop starts where the period ends."""
    if (end - start).days > _SURELY_TWO_WORKING_DAYS:
        return end, []
    missing = 2 - count_working_days(start + _DAY, end, calendar, SATURDAY_AND_SUNDAY)
    if missing <= 0:
        return end, []
    moved = add_working_days(end, missing, calendar, SATURDAY_AND_SUNDAY).end
    sentence = say("A period of two days or more has at least two working days, so it lasts until %(day)s.", day=moved)
    return moved, [Step(moved.isoformat(), sentence, (moved - end).days)]


def _roll(day: date, calendar: Calendar, weekend: frozenset[int] | None) -> tuple[date, list[Step]]:
    walk = roll_forward(day, calendar, weekend)
    if walk.end == day:
        return day, []
    skipped = [(on, say("%(day)s is a weekend day, so the period goes on.", day=on)) for on in walk.rest_days]
    skipped += [
        (on, say("%(day)s is a holiday (%(name)s), so the period goes on.", day=on, name=name))
        for on, name in walk.holidays
    ]
    return walk.end, [Step(on.isoformat(), sentence, 1) for on, sentence in sorted(skipped, key=lambda pair: pair[0])]


def _find_midnight(local: datetime, *, days: int) -> datetime:
    """The beginning of the local day so many days later, in UTC."""
    return datetime.combine(local.date() + timedelta(days=days), time(), local.tzinfo).astimezone(UTC)


def _explain_clock_change(start: datetime, end: datetime) -> Iterator[Step]:
    before, after = start.utcoffset(), end.utcoffset()
    if before is None or after is None or before == after:
        return
    minutes = abs(int((after - before).total_seconds())) // 60
    way = _FORWARD if after > before else _BACK
    yield Step(end.isoformat(), say(way, minutes=minutes))


NZ_SUMMER = Recess((12, 25), (1, 15), "25 December to 15 January, which the Privacy Act leaves out")

_LONGEST_WEEKEND = 3  # days from a Friday to the Monday after it
_SURELY_TWO_WORKING_DAYS = 28

_NOT_COUNTED = "%(day)s itself is not counted; counting begins on the day after it."
_ONE_REST_DAY = "One weekend day on the way is not counted."
_REST_DAYS = "%(count)s weekend days on the way are not counted."
_AN_HOUR = "One hour after that it is %(end)s."
_HOURS = "%(hours)s hours after that it is %(end)s."
_ONE_COUNTED = "With one counted hour it is %(end)s."
_COUNTED = "With %(hours)s counted hours it is %(end)s."
_RUN = "%(count)s weekdays from %(first)s to %(last)s are not counted: %(name)s."
_CLAMPED = "The last month has no day %(date)s, so the period ends on its last day, %(end)s."
_FORWARD = "Clocks go forward by %(minutes)s minutes on the way; the hours are counted as they pass."
_BACK = "Clocks go back by %(minutes)s minutes on the way; the hours are counted as they pass."

_SAME_DATE = frozenset({Unit.MONTHS, Unit.YEARS})
_DAYS = frozenset({Unit.CALENDAR_DAYS})
_LONG = frozenset({Unit.CALENDAR_DAYS, Unit.WEEKS, Unit.MONTHS, Unit.YEARS})
_WORKING = frozenset({Unit.WORKING_DAYS})

_ADD: Mapping[Unit, Callable[[date, int], date]] = MappingProxyType(
    {
        Unit.CALENDAR_DAYS: lambda start, amount: start + timedelta(days=amount),
        Unit.WEEKS: lambda start, amount: start + timedelta(weeks=amount),
        Unit.MONTHS: add_months,
        Unit.YEARS: lambda start, amount: add_months(start, 12 * amount),
    }
)
_ADDED: Mapping[Unit, str] = MappingProxyType(
    {
        Unit.CALENDAR_DAYS: "Counted in calendar days, day %(amount)s is %(end)s.",
        Unit.WEEKS: "The same day of the week, %(amount)s weeks later, is %(end)s.",
        Unit.MONTHS: "The same date, %(amount)s months later, is %(end)s.",
        Unit.YEARS: "The same date, %(amount)s years later, is %(end)s.",
    }
)
_ADDED_ONE: Mapping[Unit, str] = MappingProxyType(
    {
        Unit.CALENDAR_DAYS: "That day is %(end)s.",
        Unit.WEEKS: "The same day of the week, one week later, is %(end)s.",
        Unit.MONTHS: "The same date, one month later, is %(end)s.",
        Unit.YEARS: "The same date, one year later, is %(end)s.",
    }
)

SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        "elapsed-hours": Scheme(frozenset({Unit.HOURS}), "hours as they pass", count_hours=count_elapsed_hours),
        "hours-without-weekends": Scheme(
            frozenset({Unit.HOURS}),
            "Texas Business and Commerce Code s 120.102",
            count_hours=count_hours_without_weekends,
        ),
        "eu-1182-71": Scheme(
            _LONG | _WORKING | {Unit.HOURS},
            "Regulation (EEC, Euratom) No 1182/71, Art. 3",
            count_days=count_eu_period,
            count_hours=count_eu_hours,
            uses_holidays=True,
        ),
        "uk-corresponding-date": Scheme(
            _LONG, "UK GDPR Art. 12(3), read with the regulator", count_corresponding_date, uses_holidays=True
        ),
        "uk-days": Scheme(
            _LONG, "Data Protection Act 2018 s 164A, read with the regulator", count_uk_days, uses_holidays=True
        ),
        "nz-working-days": Scheme(
            _WORKING, "New Zealand Privacy Act 2020 s 7(1)", count_nz_working_days, uses_holidays=True
        ),
        "working-days": Scheme(_WORKING, "the law's own business days", count_working_period, uses_holidays=True),
        "calendar-days": Scheme(_LONG, "days as they pass", count_plain),
        "calendar-days-first-counted": Scheme(_DAYS, "days as they pass, the first one counted", count_first_day_too),
        "calendar-days-roll": Scheme(
            _LONG, "days as they pass, ending on a working day", count_plain_then_roll, uses_holidays=True
        ),
        "weeks": Scheme(_LONG, "the same day of the week", count_plain),
        "months": Scheme(_LONG, "the same date", count_plain),
        "months-roll": Scheme(
            _LONG, "the same date, ending on a working day", count_plain_then_roll, uses_holidays=True
        ),
        "years": Scheme(_LONG, "the same date", count_plain),
        "none": Scheme(frozenset(), "no number in the law"),
    }
)
