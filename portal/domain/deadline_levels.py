"""When a team is told of a deadline: before it, at it, and each time it has passed for longer. One rule for every law.

The steps hang on how long the law's period is: of 48 hours the last twelve are late enough to be told, of a month the
last week. How far behind the deadline a step stands follows from the same table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.regimes import Binding, ObligedParty

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Level(StrEnum):
    """How far it has come with one deadline, in this order."""

    OWN = "own"  # no deadline of a law: a date of our own to look again, see `own_dates`
    BEFORE = "before"  # it can still be kept
    AT = "at"  # it has just passed
    AFTER = "after"  # it passed a while ago
    SUPERVISOR = "supervisor"  # and nobody has taken the next step
    DRAFT = "draft"  # the complaint is to be drafted


ORDER = tuple(Level)
RAISED = frozenset({Level.SUPERVISOR, Level.DRAFT})  # those that a team's supervisors are told of too


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The steps of periods up to `longest`. The warning comes in the last quarter, yet `warns_at_least` before the end,
    but never in the first half of the period; the other three count from the deadline.
    """

    longest: timedelta
    warns_at_least: timedelta
    after: timedelta
    supervisor: timedelta
    draft: timedelta


PACES = (
    Pace(longest=3 * DAY, warns_at_least=6 * HOUR, after=DAY, supervisor=2 * DAY, draft=3 * DAY),
    Pace(longest=14 * DAY, warns_at_least=DAY, after=2 * DAY, supervisor=5 * DAY, draft=7 * DAY),
    Pace(longest=timedelta.max, warns_at_least=2 * DAY, after=3 * DAY, supervisor=7 * DAY, draft=10 * DAY),
)
WARNS_AT_MOST = 7 * DAY
SOONEST = {Level.AFTER: PACES[0].after, Level.SUPERVISOR: PACES[0].supervisor, Level.DRAFT: PACES[0].draft}
LATEST = PACES[-1].draft
OWED = frozenset({Binding.DUTY, Binding.SAFE_HARBOUR})


def list_levels(
    started_at: datetime, due_at: datetime, binding: Binding, owed_by: ObligedParty, *, is_request: bool
) -> Iterator[tuple[Level, datetime]]:
    """Each level of a clock and the instant (aware) from which it counts, in their order.

    Of what nobody else owes, the person's own last day is told before and at it; any other date (an aim, a time that
    has to pass, our own date to look again) only when it has come. `is_request`: a complaint can follow.
    """
    is_persons = owed_by is ObligedParty.PERSON
    is_owed = binding in OWED and not is_persons
    pace = next(each for each in PACES if due_at - started_at <= each.longest)
    if is_owed or is_persons:
        yield Level.BEFORE, due_at - _find_lead(due_at - started_at, pace)
    yield Level.AT, due_at
    if is_owed:
        yield Level.AFTER, due_at + pace.after
        yield Level.SUPERVISOR, due_at + pace.supervisor
    if is_owed and is_request:
        yield Level.DRAFT, due_at + pace.draft


def _find_lead(period: timedelta, pace: Pace) -> timedelta:
    return min(max(period / 4, pace.warns_at_least), period / 2, WARNS_AT_MOST)
