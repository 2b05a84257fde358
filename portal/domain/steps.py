"""Steps: what was done on the way to a date, one sentence each, for "why this date?" on pages and in letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from portal.domain.calendars import Walk
from portal.domain.wording import Sentence, Translate, Value, format_sentence


class CountingStep(NamedTuple):
    """One step of the way to a date. `days` is by how much it moves the last day; all together give the distance.

    A tuple, since each date makes some ten of them and tuples are quickest to make.
    """

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


def explain_working_days(start: date, amount: int, walk: Walk) -> list[CountingStep]:
    """How `amount` working days after `start` end where `walk` ends, with every day that was not counted."""
    skipped = list(_explain_holidays(walk))
    if walk.rest_days:
        many = len(walk.rest_days)
        rest = format_sentence(_ONE_REST_DAY) if many == 1 else format_sentence(_REST_DAYS, count=many)
        skipped.append(CountingStep(walk.rest_days[-1].isoformat(), rest, many))
    last = format_sentence("Working day %(amount)s is %(end)s.", amount=amount, end=walk.end)
    return [
        explain_first_day(start),
        *sorted(skipped, key=lambda step: step.at),
        CountingStep(walk.end.isoformat(), last, amount),
    ]


def explain_counted_days(start: date, amount: int, walk: Walk) -> list[CountingStep]:
    """As `explain_working_days`, where a law leaves days out and calls none a working day."""
    *steps, last = explain_working_days(start, amount, walk)
    sentence = format_sentence("Day %(amount)s of those that count is %(end)s.", amount=amount, end=walk.end)
    return [*steps, last._replace(sentence=sentence)]


def explain_roll(walk: Walk) -> list[CountingStep]:
    """The days off over which a last day moved on, one step each."""
    skipped = [
        (on, format_sentence("%(day)s is a weekend day, so the period goes on.", day=on)) for on in walk.rest_days
    ]
    skipped += [
        (on, format_sentence("%(day)s is a holiday (%(name)s), so the period goes on.", day=on, name=name))
        for on, name in walk.holidays
    ]
    return [CountingStep(on.isoformat(), sentence, 1) for on, sentence in sorted(skipped, key=lambda pair: pair[0])]


def explain_first_day(start: date) -> CountingStep:
    """That the day of the event is not counted."""
    return CountingStep(
        start.isoformat(),
        format_sentence("%(day)s itself is not counted; counting begins on the day after it.", day=start),
    )


def explain_clock_change(start: datetime, end: datetime) -> Iterator[CountingStep]:
    """That clocks were changed between two instants of one zone, if they were."""
    before, after = start.utcoffset(), end.utcoffset()
    if before is None or after is None or before == after:
        return
    minutes = abs(int((after - before).total_seconds())) // 60
    way = _FORWARD if after > before else _BACK
    yield CountingStep(end.isoformat(), format_sentence(way, minutes=minutes))


def _explain_holidays(walk: Walk) -> Iterator[CountingStep]:
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
            sentence = format_sentence("%(day)s is not counted: %(name)s.", day=first, name=name)
        else:
            sentence = format_sentence(_RUN, count=len(run), first=first, last=last, name=name)
        yield CountingStep(first.isoformat(), sentence, len(run))


_LONGEST_WEEKEND = 3  # days from a Friday to the Monday after it
_ONE_REST_DAY = "One weekend day on the way is not counted."
_REST_DAYS = "%(count)s weekend days on the way are not counted."
_RUN = "%(count)s weekdays from %(first)s to %(last)s are not counted: %(name)s."
_FORWARD = "Clocks go forward by %(minutes)s minutes on the way; the hours are counted as they pass."
_BACK = "Clocks go back by %(minutes)s minutes on the way; the hours are counted as they pass."
