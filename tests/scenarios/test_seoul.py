"""A student in Seoul. A made-up sexual picture with her face is on X and on a Naver blog.

Laws. The TAKE IT DOWN Act reaches pictures that a reasonable person cannot tell from real ones (48 hours). Article
22-5(1) of Korea's Telecommunications Business Act orders deletion or blocking "without delay": no number of hours
exists, and the 24 hours one reads about are an aim of the review body. The Digital Services Act protects people in
the Union, so X's Irish company changes nothing for her. The temporary block of the Network Act is not cited: what is
known of it is not sure enough.

Data. Under article 36 of the Personal Information Protection Act Naver has ten days to answer: received on 23
November 2026, the tenth day is 3 December, in Korean time (UTC+9, no summer time).

Authorities. The Standards Commission and the State's deletion centre (D4U) can be asked at any time; the Personal
Information Protection Commission too. The Federal Trade Commission wants the 48 hours to have passed.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Depiction
from portal.domain.regimes import Binding
from portal.services.requests.views import NextStep
from tests.scenarios.story import Story, Teller, at, end_of

SEOUL = "Asia/Seoul"


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(
        reported_at=at("2026-11-23 09:00", SEOUL),
        links="https://x.com/someone/status/1111 https://blog.naver.com/someone/22",
        country="KR",
        depiction=Depiction.SYNTHETIC,
    )


def test_the_law_with_a_number_of_hours_stands_first_and_koreas_own_beside_it(story: Story) -> None:
    assert story.cited("x")[0] == "us-take-it-down"
    assert set(story.cited("x")) == {"us-take-it-down", "kr-tba-22-5"}
    assert story.cited("naver") == ["us-take-it-down", "kr-tba-22-5"]


def test_without_delay_is_shown_as_time_that_has_passed_never_as_a_date(story: Story) -> None:
    story.send("naver", sent_at=at("2026-11-23 10:00", SEOUL), received_at=at("2026-11-23 10:00", SEOUL))
    story.until(at("2027-01-11 10:00", SEOUL))
    delete = story.clock("naver", "kr-tba-22-5", "delete")
    assert (delete.due_at, delete.state, delete.binding) == (None, ClockState.OPEN, Binding.DUTY)
    assert delete.standard


def test_the_korean_bodies_are_open_at_once_and_the_american_one_after_48_hours(story: Story) -> None:
    story.send("naver", sent_at=at("2026-11-23 10:00", SEOUL), received_at=at("2026-11-23 10:00", SEOUL))
    assert [step for step in story.open_steps("naver") if " " in step] == [
        "authority kr-kcsc",
        "other kr-d4u",
        "other uk-stopncii",
    ]
    assert story.option("naver", "us-ftc").opens_at == at("2026-11-25 10:00", SEOUL)
    story.until(at("2026-11-25 10:01", SEOUL))
    assert story.request("naver").next_step.kind is NextStep.REMIND
    assert [step for step in story.open_steps("naver") if step.startswith("authority")] == [
        "authority us-ftc",
        "authority kr-kcsc",
    ]


def test_the_data_request_has_ten_days_in_korean_time(story: Story) -> None:
    story.prepare_erasure("naver")
    assert story.cited("naver") == ["kr-pipa"]
    story.send("naver", sent_at=at("2026-11-23 10:00", SEOUL), received_at=at("2026-11-23 10:00", SEOUL))
    result = story.clock("naver", "kr-pipa", "result")
    assert (result.due_at, result.binding) == (end_of("2026-12-03", SEOUL), Binding.DUTY)
    assert result.due_at == at("2026-12-03 14:59:59")
    assert story.complaints()[("kr-pipa", "kr-pipc")]
