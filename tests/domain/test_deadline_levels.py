"""When a team is told of a deadline: one rule, over periods of hours, days and months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deadline_levels import LATEST, ORDER, SOONEST, WARNS_AT_MOST, Level, list_levels
from portal.domain.regimes import Binding, ObligedParty

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def levels(period: timedelta, binding: Binding = Binding.DUTY, *, is_request: bool = True) -> dict[Level, timedelta]:
    """How far before or behind the deadline each level stands."""
    due_at = START + period
    found = list_levels(START, due_at, binding, ObligedParty.PLATFORM, is_request=is_request)
    return {level: at - due_at for level, at in found}


@pytest.mark.parametrize(
    ("period", "warned", "raised"),
    [
        (24 * HOUR, -6 * HOUR, 2 * DAY),
        (48 * HOUR, -12 * HOUR, 2 * DAY),
        (2 * HOUR, -1 * HOUR, 2 * DAY),
        (3 * DAY, -18 * HOUR, 2 * DAY),
        (7 * DAY, -42 * HOUR, 5 * DAY),
        (30 * DAY, -7 * DAY, 7 * DAY),
        (90 * DAY, -7 * DAY, 7 * DAY),
    ],
)
def test_the_warning_and_the_supervisor_hang_on_how_long_the_period_is(
    period: timedelta, warned: timedelta, raised: timedelta
) -> None:
    found = levels(period)
    assert (found[Level.BEFORE], found[Level.AT], found[Level.SUPERVISOR]) == (warned, timedelta(), raised)


def test_what_nobody_owes_is_told_when_it_has_come_and_a_complaint_has_no_complaint_behind_it() -> None:
    for binding in (Binding.PRECONDITION, Binding.TARGET, Binding.FOLLOW_UP):
        assert list(levels(DAY, binding)) == [Level.AT]
    assert Level.DRAFT not in levels(DAY, is_request=False)
    own = list_levels(START, START + 30 * DAY, Binding.LIMITATION, ObligedParty.PERSON, is_request=True)
    assert [level for level, _at in own] == [Level.BEFORE, Level.AT]


@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=4000)))
def test_levels_come_in_their_order_and_within_what_the_sweep_looks_at(period: timedelta) -> None:
    found = levels(period)
    assert list(found) == [level for level in ORDER if level is not Level.OWN]
    assert list(found.values()) == sorted(found.values())
    assert -WARNS_AT_MOST <= found[Level.BEFORE] < timedelta()
    assert -found[Level.BEFORE] <= period / 2
    assert all(least <= found[level] <= LATEST for level, least in SOONEST.items())
