"""The estimate of what lasts, held against the program that the field uses for it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from portal.domain.figures.survival import Lasted, estimate, find_quantile, share_at

lasted = st.lists(st.builds(Lasted, st.integers(0, 200), st.booleans()), min_size=1, max_size=60)


def fit(known: list[Lasted]) -> KaplanMeierFitter:
    return KaplanMeierFitter(alpha=0.05).fit(
        [each.hours for each in known], event_observed=[each.has_ended for each in known]
    )


@settings(deadline=None, max_examples=60)
@given(lasted)
def test_shares_and_band_are_those_of_lifelines(known: list[Lasted]) -> None:
    theirs = fit(known)
    band = theirs.confidence_interval_
    for step in estimate(known):
        assert step.share == pytest.approx(float(theirs.predict(step.hours)), abs=1e-9)
        low, high = (float(value) for value in band.loc[step.hours])
        if not math.isnan(low) and step.share > 0:
            assert [step.low, step.high] == pytest.approx([low, high], abs=1e-9)


@pytest.mark.filterwarnings("ignore:Approximating")  # it takes the first step at or below, as is wanted
@settings(deadline=None, max_examples=60)
@given(lasted)
def test_median_and_ninetieth_are_those_of_lifelines(known: list[Lasted]) -> None:
    theirs, steps = fit(known), estimate(known)
    for part in (0.5, 0.9):
        expected = float(theirs.percentile(1 - part + 1e-9))  # their share of a half can be a hair above it
        assert find_quantile(steps, part) == (None if math.isinf(expected) else pytest.approx(expected))


@given(lasted)
def test_the_curve_never_rises_and_the_band_is_around_it(known: list[Lasted]) -> None:
    steps = estimate(known)
    shares = [1.0, *(step.share for step in steps)]
    assert shares == sorted(shares, reverse=True)
    for step in steps:
        assert 0 <= step.low <= step.share + 1e-12
        assert step.share - 1e-12 <= step.high <= 1 + 1e-9


def test_what_is_still_open_counts_as_long_as_it_was_looked_at() -> None:
    open_ones = [Lasted(10, False), Lasted(20, True)]
    assert share_at(estimate(open_ones), 20) == 0.0
    assert share_at(estimate([Lasted(30, False), Lasted(20, True)]), 20) == 0.5


def test_counts_stand_for_as_many_things() -> None:
    assert estimate([Lasted(5, True, 3), Lasted(9, False, 2)]) == estimate(
        [Lasted(5, True)] * 3 + [Lasted(9, False)] * 2
    )


def test_nothing_ended_has_no_step_and_no_median() -> None:
    assert estimate([Lasted(4, False)]) == ()
    assert find_quantile((), 0.5) is None


def test_less_than_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time"):
        estimate([Lasted(-1, True)])
