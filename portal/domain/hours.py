"""The ways in which laws count hours: from the instant of the event to the last instant in time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from portal.domain.calendars import SATURDAY_AND_SUNDAY
from portal.domain.steps import CountingStep, explain_clock_change
from portal.domain.wording import format_sentence


def count_elapsed_hours(start: datetime, amount: int) -> tuple[datetime, list[CountingStep]]:
    """Hours as they pass, day and night, weekends and changes of the clock included."""
    end = (start.astimezone(UTC) + timedelta(hours=amount)).astimezone(start.tzinfo)
    steps = [
        CountingStep(start.isoformat(), format_sentence("Every hour counts, on all days, at night and on holidays.")),
        *explain_clock_change(start, end),
        CountingStep(
            end.isoformat(),
            format_sentence(_AN_HOUR, end=end) if amount == 1 else format_sentence(_HOURS, hours=amount, end=end),
        ),
    ]
    return end, steps


def count_hours_without_weekends(start: datetime, amount: int) -> tuple[datetime, list[CountingStep]]:
    """Texas, Business and Commerce Code s 120.102: hours of a Saturday or a Sunday are left out; those of a public
    holiday count. The days are those of `start`'s zone, since the law names none.
    """
    steps = [
        CountingStep(
            start.isoformat(), format_sentence("Hours of a Saturday or Sunday are not counted; hours of a holiday are.")
        )
    ]
    moment, left = start.astimezone(UTC), timedelta(hours=amount)
    while True:
        local = moment.astimezone(start.tzinfo)
        if local.weekday() in SATURDAY_AND_SUNDAY:
            moment = _find_midnight(local, days=7 - local.weekday())
            monday = moment.astimezone(start.tzinfo)
            steps.append(
                CountingStep(
                    monday.isoformat(), format_sentence("The weekend is left out until %(monday)s.", monday=monday)
                )
            )
            continue
        saturday = _find_midnight(local, days=5 - local.weekday())
        if moment + left <= saturday:
            break
        left -= saturday - moment
        moment = saturday
    end = (moment + left).astimezone(start.tzinfo)
    steps.extend(explain_clock_change(start, end))
    steps.append(
        CountingStep(
            end.isoformat(),
            format_sentence(_ONE_COUNTED, end=end) if amount == 1 else format_sentence(_COUNTED, hours=amount, end=end),
        )
    )
    return end, steps


def count_eu_hours(start: datetime, amount: int) -> tuple[datetime, list[CountingStep]]:
    """Regulation (EEC, Euratom) No 1182/71, Art. 3(1) and 3(2)(a): the hour of the event is not counted."""
    first = start.replace(minute=0, second=0, microsecond=0).astimezone(UTC) + timedelta(hours=1)
    begin = first.astimezone(start.tzinfo)
    end, steps = count_elapsed_hours(begin, amount)
    first_hour = format_sentence(
        "The hour of the event is not counted, so the period begins at %(begin)s.", begin=begin
    )
    return end, [CountingStep(begin.isoformat(), first_hour), *steps]


def _find_midnight(local: datetime, *, days: int) -> datetime:
    """The beginning of the local day so many days later, in UTC."""
    return datetime.combine(local.date() + timedelta(days=days), time(), local.tzinfo).astimezone(UTC)


_AN_HOUR = "One hour after that it is %(end)s."
_HOURS = "%(hours)s hours after that it is %(end)s."
_ONE_COUNTED = "With one counted hour it is %(end)s."
_COUNTED = "With %(hours)s counted hours it is %(end)s."
