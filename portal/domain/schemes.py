"""The ways in which laws count time, one small function each, listed in `SCHEMES` under the name that rules use.

A function of days gets the local day of the event and gives the day on which the number is full; where the law moves a
last day off weekends and holidays, the scheme says so with `rolls`. Functions of hours are in `portal.domain.hours`.
All tell what they did as steps, whose `days` add up from the day of the event to the last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType

from portal.domain.calendars import (
    ONLY_SUNDAY,
    SATURDAY_AND_SUNDAY,
    SUNDAY,
    Calendar,
    Recess,
    RecessCalendar,
    StatuteCalendar,
    WorkingDays,
    find_easter,
    find_monday,
)
from portal.domain.hours import count_elapsed_hours, count_eu_hours, count_hours_without_weekends
from portal.domain.regimes import Unit
from portal.domain.steps import CountingStep, explain_counted_days, explain_first_day, explain_working_days
from portal.domain.wording import format_sentence

_DAY = timedelta(days=1)

CountDays = Callable[[date, int, Unit, WorkingDays], tuple[date, list[CountingStep]]]
CountHours = Callable[[datetime, int], tuple[datetime, list[CountingStep]]]
ReadCalendar = Callable[[Calendar], WorkingDays]


def read_as_kept(calendar: Calendar) -> WorkingDays:
    """The place's own weekly days of rest and public holidays."""
    return WorkingDays(calendar, calendar.weekend)


def read_for_union(calendar: Calendar) -> WorkingDays:
    """Regulation 1182/71, Art. 2(2): all days but public holidays, Sundays and Saturdays."""
    return WorkingDays(calendar, SATURDAY_AND_SUNDAY)


def read_for_nz_privacy(calendar: Calendar) -> WorkingDays:
    """New Zealand, Privacy Act 2020 s 7(1), "working day": not Saturdays, Sundays, the national holidays with the
    Mondays they move to, nor 25 December to 15 January. Regional anniversary days are working days.
    """
    return WorkingDays(RecessCalendar(calendar.national, NZ_SUMMER), SATURDAY_AND_SUNDAY)


def read_saturdays_as_working(calendar: Calendar) -> WorkingDays:
    """Only Sundays and public holidays are days off: a last day on a Saturday stays there."""
    return WorkingDays(calendar, ONLY_SUNDAY)


def read_for_quebec(calendar: Calendar) -> WorkingDays:
    """Interpretation Act, CQLR c. I-16, s 61(23): Sundays and the days listed there; Saturdays are none."""
    return WorkingDays(StatuteCalendar(calendar, list_quebec_holidays, "CQLR c. I-16, s 61(23)"), ONLY_SUNDAY)


def read_for_canada(calendar: Calendar) -> WorkingDays:
    """Interpretation Act, RSC 1985, c. I-21, s 35(1), "holiday": Sundays and the days listed there."""
    return WorkingDays(StatuteCalendar(calendar, list_canada_holidays, "RSC 1985, c. I-21, s 35(1)"), ONLY_SUNDAY)


@cache
def list_quebec_holidays(year: int) -> Mapping[date, str]:
    """CQLR c. I-16, s 61(23)(b) to (i). Days that a proclamation adds (j) are not known here."""
    easter = find_easter(year)
    confederation = date(year, 7, 1)
    if confederation.weekday() == SUNDAY:
        confederation += _DAY
    return MappingProxyType(
        {
            date(year, 1, 1): "New Year's Day",
            easter - 2 * _DAY: "Good Friday",
            easter + _DAY: "Easter Monday",
            _find_victoria_day(year): "the Sovereign's birthday",
            date(year, 6, 24): "National Holiday",
            confederation: "anniversary of Confederation",
            find_monday(year, 9, 1): "Labour Day",
            find_monday(year, 10, 2): "the second Monday of October",
            date(year, 12, 25): "Christmas Day",
        }
    )


@cache
def list_canada_holidays(year: int) -> Mapping[date, str]:
    """RSC 1985, c. I-21, s 35(1), with the day added in 2021. Thanksgiving is proclaimed for each second Monday of
    October. What a province alone keeps is not in it.
    """
    easter = find_easter(year)
    canada_day = date(year, 7, 1)
    if canada_day.weekday() == SUNDAY:
        canada_day += _DAY
    listed = {
        date(year, 1, 1): "New Year's Day",
        easter - 2 * _DAY: "Good Friday",
        easter + _DAY: "Easter Monday",
        _find_victoria_day(year): "Victoria Day",
        canada_day: "Canada Day",
        find_monday(year, 9, 1): "Labour Day",
        find_monday(year, 10, 2): "Thanksgiving",
        date(year, 11, 11): "Remembrance Day",
        date(year, 12, 25): "Christmas Day",
    }
    if year >= _FIRST_TRUTH_DAY:
        listed[date(year, 9, 30)] = "National Day for Truth and Reconciliation"
    return MappingProxyType(listed)


def _find_victoria_day(year: int) -> date:
    """The Monday before 25 May."""
    last = date(year, 5, 24)
    return last - timedelta(days=last.weekday())


@dataclass(frozen=True, slots=True)
class Scheme:
    """A law's way of counting: the units it knows, what it rests on, and the functions that count.

    `rolls`: the last day has to be a working day, so holidays matter. `read` says what a working day is. Where nothing
    says whether a last day on a day off moves (`doubts`), it stays, and is marked as estimated. `holidays_of` is the
    country whose public holidays the act means, wherever the organisation sits; None where they are those of its place.
    """

    units: frozenset[Unit]
    rests_on: str
    count_days: CountDays | None = None
    count_hours: CountHours | None = None
    rolls: bool = False
    read: ReadCalendar = read_as_kept
    doubts: bool = False
    holidays_of: str | None = None


def count_eu_period(start: date, amount: int, unit: Unit, days: WorkingDays) -> tuple[date, list[CountingStep]]:
    """Regulation 1182/71, Art. 3: (1) the day of the event is not counted; (2)(c) months end on the same date, or on
    the month's last day; (3) holidays and weekends count; (5) a period of two days or more has two working days at
    least. That a last day on a day off moves on (4) is the scheme's `rolls`.
    """
    if unit is Unit.WORKING_DAYS:
        return count_working_days(start, amount, unit, days)
    end, steps = count_plain(start, amount, unit, days)
    if (amount >= 2 or unit is not Unit.CALENDAR_DAYS) and days.known:
        end, more = _add_until_two_working_days(start, end, days)
        steps += more
    return end, steps


def count_corresponding_date(
    start: date, amount: int, unit: Unit, days: WorkingDays
) -> tuple[date, list[CountingStep]]:
    """United Kingdom, as the regulator reads UK GDPR Art. 12(3): the corresponding date of a later month, or that
    month's last day; the next working day where it is a weekend or a bank holiday.
    """
    return count_plain(start, amount, unit, days)


def count_uk_days(start: date, amount: int, unit: Unit, days: WorkingDays) -> tuple[date, list[CountingStep]]:
    """United Kingdom, complaints under Data Protection Act 2018 s 164A as the regulator reads it: the day after receipt
    is day 1; the next working day where the last one is a weekend or a bank holiday.
    """
    return count_plain(start, amount, unit, days)


def count_working_days(start: date, amount: int, unit: Unit, days: WorkingDays) -> tuple[date, list[CountingStep]]:
    """Working days from the day after the event; which days those are, the scheme's `read` says."""
    walk = days.add(start, amount)
    return walk.end, explain_working_days(start, amount, walk)


def count_without_short_excluded(
    start: date, amount: int, unit: Unit, days: WorkingDays
) -> tuple[date, list[CountingStep]]:
    """Acts that follow the old Commonwealth model (Singapore s 50, Hong Kong s 71, Malaysia s 54): in a time of six
    days or less excluded days do not count at all; in a longer one they do, and only a last day moves.
    """
    if unit is Unit.CALENDAR_DAYS and amount <= _SHORT and days.known:
        walk = days.add(start, amount)
        return walk.end, explain_counted_days(start, amount, walk)
    return count_plain(start, amount, unit, days)


def count_plain(start: date, amount: int, unit: Unit, days: WorkingDays) -> tuple[date, list[CountingStep]]:
    """The day of the event is not counted, every other day is."""
    end = _ADD[unit](start, amount)
    sentence = (
        format_sentence(_ADDED_ONE[unit], end=end)
        if amount == 1
        else format_sentence(_ADDED[unit], amount=amount, end=end)
    )
    if unit in _SAME_DATE and end.day != start.day:
        sentence = format_sentence(_CLAMPED, date=start.day, end=end)
    return end, [explain_first_day(start), CountingStep(end.isoformat(), sentence, (end - start).days)]


def count_first_day_too(start: date, amount: int, unit: Unit, days: WorkingDays) -> tuple[date, list[CountingStep]]:
    """Laws by which the period begins on the day of the event itself, as California's 45 days from receipt do
    (11 CCR s 7021): that day is day 1.
    """
    end = start + (amount - 1) * _DAY
    first = CountingStep(start.isoformat(), format_sentence("%(day)s itself is day 1.", day=start))
    return end, [
        first,
        CountingStep(end.isoformat(), format_sentence(_ADDED[unit], amount=amount, end=end), amount - 1),
    ]


def add_months(start: date, amount: int) -> date:
    """The same date `amount` months later, or that month's last day where it has no such date."""
    years, month = divmod(start.month - 1 + amount, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _add_until_two_working_days(start: date, end: date, days: WorkingDays) -> tuple[date, list[CountingStep]]:
    """Art. 3(5). Only periods of a few days can lack two working days; the loop starts where the period ends."""
    if (end - start).days > _SURELY_TWO_WORKING_DAYS:
        return end, []
    missing = 2 - days.count(start + _DAY, end)
    if missing <= 0:
        return end, []
    moved = days.add(end, missing).end
    sentence = format_sentence(
        "A period of two days or more has at least two working days, so it lasts until %(day)s.", day=moved
    )
    return moved, [CountingStep(moved.isoformat(), sentence, (moved - end).days)]


NZ_SUMMER = Recess((12, 25), (1, 15), "25 December to 15 January, which the Privacy Act leaves out")

_SURELY_TWO_WORKING_DAYS = 28
_SHORT = 6
_FIRST_TRUTH_DAY = 2021

_CLAMPED = "The last month has no day %(date)s, so the period ends on its last day, %(end)s."

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
            count_eu_period,
            count_eu_hours,
            rolls=True,
            read=read_for_union,
        ),
        "uk-corresponding-date": Scheme(
            _LONG, "UK GDPR Art. 12(3), read with the regulator", count_corresponding_date, rolls=True
        ),
        "uk-days": Scheme(_LONG, "Data Protection Act 2018 s 164A, read with the regulator", count_uk_days, rolls=True),
        "nz-working-days": Scheme(
            _WORKING,
            "New Zealand Privacy Act 2020 s 7(1)",
            count_working_days,
            rolls=True,
            read=read_for_nz_privacy,
        ),
        "working-days": Scheme(_WORKING, "the law's own business days", count_working_days, rolls=True),
        "calendar-days": Scheme(_LONG, "days as they pass", count_plain, doubts=True),
        "calendar-days-first-counted": Scheme(
            _DAYS, "days as they pass, the first one counted", count_first_day_too, doubts=True
        ),
        "calendar-days-roll": Scheme(_LONG, "days as they pass, ending on a working day", count_plain, rolls=True),
        "quebec-days": Scheme(
            _LONG,
            "Quebec, Interpretation Act, CQLR c. I-16, ss 52, 61(23)",
            count_plain,
            rolls=True,
            read=read_for_quebec,
        ),
        "canada-days": Scheme(
            _LONG,
            "Canada, Interpretation Act, RSC 1985, c. I-21, ss 26, 28, 35(1)",
            count_plain,
            rolls=True,
            read=read_for_canada,
        ),
        "korea-days": Scheme(
            _LONG,
            "Korea, Civil Act arts. 155, 157, 160, 161",
            count_plain,
            rolls=True,
            read=read_for_union,
            holidays_of="KR",
        ),
        "singapore-days": Scheme(
            _DAYS,
            "Singapore, Interpretation Act 1965 s 50",
            count_without_short_excluded,
            rolls=True,
            read=read_saturdays_as_working,
            holidays_of="SG",
        ),
        "hong-kong-days": Scheme(
            _DAYS,
            "Hong Kong, Interpretation and General Clauses Ordinance (Cap. 1) s 71",
            count_without_short_excluded,
            rolls=True,
            read=read_saturdays_as_working,
            holidays_of="HK",
        ),
        "malaysia-days": Scheme(
            _DAYS,
            "Malaysia, Interpretation Acts 1948 and 1967 (Act 388) s 54",
            count_without_short_excluded,
            rolls=True,
            read=read_saturdays_as_working,
            holidays_of="MY",
        ),
        "south-africa-days": Scheme(
            _DAYS,
            "South Africa, Interpretation Act 33 of 1957 s 4",
            count_plain,
            rolls=True,
            read=read_saturdays_as_working,
            holidays_of="ZA",
        ),
        "australia-days": Scheme(
            _LONG,
            "Australia, Acts Interpretation Act 1901 s 36(2)",
            count_plain,
            rolls=True,
            read=read_for_union,
        ),
        "weeks": Scheme(_LONG, "the same day of the week", count_plain, doubts=True),
        "months": Scheme(_LONG, "the same date", count_plain, doubts=True),
        "months-roll": Scheme(_LONG, "the same date, ending on a working day", count_plain, rolls=True),
        "years": Scheme(_LONG, "the same date", count_plain, doubts=True),
        "none": Scheme(frozenset(), "no number in the law"),
    }
)
