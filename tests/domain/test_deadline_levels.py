"""When a team is told of a deadline: by the length of its period, and as a law has it otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deadline_levels import BEHIND, ORDER, LawPace, Level, LevelTimes, Pace
from portal.domain.regimes import Binding, ObligedParty

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHILD = LawPace(regime="own", rule="act", after=6, supervisor=12, draft=24, why="A child is shown.")
WHOLE = LawPace(regime="own", before=2, why="Two hours are enough.")
TIMES = LevelTimes(
    warns_at_most=168,
    paces=(
        Pace(longest=6, before=1, after=6, supervisor=24, draft=48),
        Pace(longest=72, before=6, after=24, supervisor=48, draft=72),
        Pace(before=48, after=72, supervisor=168, draft=240),
    ),
    laws=(CHILD, WHOLE),
)


@dataclass(frozen=True)
class Timed:
    due_at: datetime
    binding: Binding = Binding.DUTY
    owed_by: ObligedParty = ObligedParty.PLATFORM
    regime: str = "any"
    rule: str = "remove"
    started_at: datetime = START


def levels(clock: Timed, *, is_request: bool = True) -> dict[Level, timedelta]:
    """How far before or behind the deadline each level stands."""
    return {level: at - clock.due_at for level, at in TIMES.list_levels(clock, is_request=is_request)}


@pytest.mark.parametrize(
    ("period", "warned", "raised"),
    [
        (2 * HOUR, -1 * HOUR, DAY),
        (24 * HOUR, -6 * HOUR, 2 * DAY),
        (48 * HOUR, -12 * HOUR, 2 * DAY),
        (3 * DAY, -18 * HOUR, 2 * DAY),
        (30 * DAY, -7 * DAY, 7 * DAY),
        (90 * DAY, -7 * DAY, 7 * DAY),
    ],
)
def test_the_warning_and_the_supervisor_hang_on_how_long_the_period_is(
    period: timedelta, warned: timedelta, raised: timedelta
) -> None:
    found = levels(Timed(START + period))
    assert (found[Level.BEFORE], found[Level.AT], found[Level.SUPERVISOR]) == (warned, timedelta(), raised)


def test_a_law_and_one_clock_of_it_can_have_steps_of_their_own() -> None:
    due = START + 48 * HOUR
    usual, child = levels(Timed(due)), levels(Timed(due, regime="own", rule="act"))
    assert [child[level] for level in BEHIND] == [6 * HOUR, 12 * HOUR, DAY]
    assert child[Level.BEFORE] == usual[Level.BEFORE], "what it does not name is as its length says"
    other = levels(Timed(due, regime="own", rule="confirm"))
    assert other == {**usual, Level.BEFORE: -2 * HOUR}
    short = levels(Timed(START + 2 * HOUR, regime="own", rule="confirm"))
    assert short[Level.BEFORE] == -HOUR, "never in the first half of the period"


def test_what_nobody_owes_is_told_when_it_has_come_and_a_complaint_has_no_complaint_behind_it() -> None:
    for binding in (Binding.PRECONDITION, Binding.TARGET, Binding.FOLLOW_UP):
        assert list(levels(Timed(START + DAY, binding))) == [Level.AT]
    assert Level.DRAFT not in levels(Timed(START + DAY), is_request=False)
    own = Timed(START + 30 * DAY, Binding.LIMITATION, ObligedParty.PERSON)
    assert list(levels(own)) == [Level.BEFORE, Level.AT]


@given(
    st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=4000)),
    st.sampled_from([("any", "remove"), ("own", "act"), ("own", "confirm")]),
)
def test_levels_come_in_their_order_and_within_what_the_sweep_looks_at(period: timedelta, law: tuple[str, str]) -> None:
    found = levels(Timed(START + period, regime=law[0], rule=law[1]))
    assert list(found) == [level for level in ORDER if level is not Level.OWN]
    assert list(found.values()) == sorted(found.values())
    assert -TIMES.warns_at_most * HOUR <= found[Level.BEFORE] < timedelta()
    assert -found[Level.BEFORE] <= period / 2
    assert all(TIMES.soonest[level] <= found[level] <= TIMES.latest for level in BEHIND)
