"""An actor in Los Angeles. A sexual video of him made by a machine is on X, where he has an account.

Laws. The TAKE IT DOWN Act: 48 hours from receipt. California's SB 981 (Business and Professions Code 22670-22671): a
confirmation within 48 hours of the report, the video blocked while X decides, word of how it stands within seven
days of the confirmation, a decision within 30 days of the confirmation, and in no case later than 60 days after the
first report. The section asks for that one update; weekly ones are told of the law for children, AB 1394.

Counting. Days are California's. Reported on Tuesday 24 November 2026, 17:00; confirmed on Wednesday 25 November,
18:00: the update until 2 December, the decision until 25 December, the outer limit on 23 January 2027 (60 days after
24 November). Nothing was seen that moves a last day off a holiday, so Christmas Day stands.
"""

from __future__ import annotations

from datetime import date

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, Depiction
from portal.domain.regimes import Binding
from tests.scenarios.story import Story, Teller, at, end_of

LA = "America/Los_Angeles"  # UTC-8 in winter
SB981 = "us-ca-sb981-digital-identity-theft"
REPORTED = at("2026-11-24 17:00", LA)
CONFIRMED = at("2026-11-25 18:00", LA)


@pytest.fixture
def story(teller: Teller) -> Story:
    """The report has reached X."""
    story = teller.begin(
        reported_at=at("2026-11-24 16:00", LA),
        links="https://x.com/someone/status/1111",
        country="US",
        subdivision="CA",
        depiction=Depiction.SYNTHETIC,
    )
    story.send("x", sent_at=REPORTED, received_at=REPORTED)
    return story


@pytest.fixture
def confirmed(story: Story) -> Story:
    story.answered("x", Answer.ACKNOWLEDGED, CONFIRMED)
    return story


def test_the_federal_act_and_californias_are_cited_and_nothing_european(story: Story) -> None:
    assert story.cited("x") == ["us-take-it-down", SB981]


def test_somebody_elsewhere_in_the_united_states_cannot_use_it(teller: Teller) -> None:
    for subdivision in ("NV", ""):
        story = teller.begin(
            reported_at=REPORTED,
            links="https://x.com/someone/status/1111",
            country="US",
            subdivision=subdivision,
            depiction=Depiction.SYNTHETIC,
        )
        assert SB981 not in story.cited("x")


def test_the_report_starts_the_confirmation_the_block_and_the_outer_limit_only(story: Story) -> None:
    confirm = story.clock("x", SB981, "confirm")
    assert (confirm.due_at, confirm.binding) == (at("2026-11-26 17:00", LA), Binding.DUTY)
    assert story.clock("x", SB981, "block-meanwhile").due_at is None
    assert story.clock("x", SB981, "determine-at-latest").due_at == end_of("2027-01-23", LA)
    assert not {(SB981, "update"), (SB981, "determine")} & story.clocks("x")


def test_the_confirmation_starts_the_update_and_the_decision(confirmed: Story) -> None:
    assert confirmed.clock("x", SB981, "confirm").state is ClockState.MET
    assert confirmed.clock("x", SB981, "update").due_at == end_of("2026-12-02", LA)
    assert confirmed.clock("x", SB981, "determine").due_at == end_of("2026-12-25", LA)


def test_a_confirmation_after_the_48_hours_is_late_and_still_starts_the_30_days(story: Story) -> None:
    story.answered("x", Answer.ACKNOWLEDGED, at("2026-11-30 09:00", LA))
    assert story.clock("x", SB981, "confirm").state is ClockState.MET_LATE
    assert story.clock("x", SB981, "determine").due_at == end_of("2026-12-30", LA)


def test_a_platform_that_never_confirms_still_has_the_outer_limit(story: Story) -> None:
    story.until(at("2027-01-24 00:01", LA))
    assert story.clock("x", SB981, "confirm").state is ClockState.MISSED
    assert story.clock("x", SB981, "determine-at-latest").state is ClockState.MISSED
    assert (SB981, "determine") not in story.clocks("x")


def test_word_of_how_it_stands_meets_the_update_and_does_not_move_the_decision(confirmed: Story) -> None:
    confirmed.answered("x", Answer.UPDATE, at("2026-12-01 12:00", LA))
    assert confirmed.clock("x", SB981, "update").state is ClockState.MET
    assert confirmed.clock("x", SB981, "determine").due_at == end_of("2026-12-25", LA)


def test_silence_misses_the_update_on_the_eighth_day_and_the_decision_after_christmas(confirmed: Story) -> None:
    confirmed.until(at("2026-12-03 00:01", LA))
    assert confirmed.clock("x", SB981, "update").state is ClockState.MISSED
    assert confirmed.clock("x", SB981, "determine").state is ClockState.RUNNING
    confirmed.until(at("2026-12-26 00:01", LA))
    assert confirmed.clock("x", SB981, "determine").state is ClockState.MISSED


def test_a_delay_that_is_told_moves_the_decision_to_the_day_named_and_never_the_outer_limit(confirmed: Story) -> None:
    confirmed.answered("x", Answer.EXTENDED, at("2026-12-18 12:00", LA), until=date(2027, 1, 10))
    decide = confirmed.clock("x", SB981, "determine")
    assert (decide.due_at, decide.extended) == (end_of("2027-01-10", LA), True)
    assert confirmed.clock("x", SB981, "determine-at-latest").due_at == end_of("2027-01-23", LA)


def test_the_48_hours_of_the_federal_act_run_beside_all_this(confirmed: Story) -> None:
    assert confirmed.clock("x", "us-take-it-down", "remove").due_at == at("2026-11-26 17:00", LA)
    confirmed.until(at("2026-11-26 17:01", LA))
    assert confirmed.complaint("us-take-it-down", "us-ftc").is_open
