"""A woman in Auckland. Real pictures of her are on X, in a Telegram channel and on a Dutch file host.

Laws. The TAKE IT DOWN Act binds all three wherever she lives (48 hours, a duty), and section 24 of the Harmful
Digital Communications Act lets them keep their protection if they act (48 hours, no duty). The Digital Services Act
protects people in the Union (Article 2(1)): neither X's Irish company nor the seat of the Dutch host ties her to it.
"Any individual" may send a notice under its Article 16, so it may apply and no letter relies on it.

Order. A hard duty first, then what costs the host its protection.

Authorities. Netsafe can be asked at any time, before any host. The Federal Trade Commission wants the 48 hours to
have passed. The District Court wants Netsafe to have dealt with the complaint.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer
from portal.domain.regimes import Binding
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.requests.views import NextStep
from tests.scenarios.story import Story, Teller, at

NZ = "Pacific/Auckland"  # UTC+13 in November
MONDAY_NIGHT = at("2026-11-23 22:00", NZ)
LINKS = "https://x.com/someone/status/1111 https://t.me/somechannel/22 https://wetransfer.com/downloads/abc"


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(reported_at=MONDAY_NIGHT, links=LINKS, country="NZ")


def test_each_platform_gets_the_laws_that_bind_it_with_the_reason(story: Story) -> None:
    assert story.cited("x") == ["us-take-it-down", "nz-hdca-24"]
    assert story.cited("telegram") == ["us-take-it-down", "nz-hdca-24"]
    assert story.cited("wetransfer") == ["us-take-it-down", "nz-hdca-24"]
    reasons = story.reasons("x")
    assert "wherever the person lives" in reasons["us-take-it-down"]
    assert "person lives" in reasons["nz-hdca-24"]
    assert set(reasons) == {"us-take-it-down", "nz-hdca-24"}


def test_she_can_turn_to_netsafe_before_anything_is_sent(story: Story) -> None:
    assert story.complaints() == {("nz-netsafe", "nz-netsafe"): True}


def test_without_her_street_address_the_new_zealand_notice_is_left_out_and_the_others_go(teller: Teller) -> None:
    story = teller.begin(reported_at=MONDAY_NIGHT, links=LINKS, country="NZ", postal_address="", phone="")
    assert story.missing("telegram") == ["phone", "postal_address"]
    story.send("telegram", sent_at=at("2026-11-23 22:30", NZ))
    assert story.cited("telegram") == ["us-take-it-down"]


def test_the_48_hours_run_from_receipt_to_the_minute_and_no_european_clock_with_them(story: Story) -> None:
    story.send("x", sent_at=at("2026-11-23 22:30", NZ), received_at=at("2026-11-23 23:00", NZ))
    due = at("2026-11-25 23:00", NZ)
    assert due == at("2026-11-25 10:00")
    removal = story.clock("x", "us-take-it-down", "remove")
    assert (removal.due_at, removal.binding, removal.estimated) == (due, Binding.DUTY, False)
    for rule in ("a-forward", "b-author-unreachable"):
        step = story.clock("x", "nz-hdca-24", rule)
        assert (step.due_at, step.binding) == (due, Binding.SAFE_HARBOUR)
    assert ("eu-dsa-16", "decide") not in story.clocks("x")
    assert not {rule for regime, rule in story.clocks("x") if regime == "nz-hdca-24"} & {
        "c-counter-notice-window",
        "e-no-counter-notice",
    }, "what starts when the host tells the author has not started"


def test_where_receipt_is_not_proven_the_date_is_an_estimate_from_the_sending(story: Story) -> None:
    story.send("telegram", sent_at=at("2026-11-23 22:30", NZ))
    removal = story.clock("telegram", "us-take-it-down", "remove")
    assert (removal.due_at, removal.estimated) == (at("2026-11-25 22:30", NZ), True)


def test_until_the_hours_are_over_only_what_needs_no_request_is_open(story: Story) -> None:
    story.send("x", sent_at=at("2026-11-23 22:30", NZ), received_at=at("2026-11-23 23:00", NZ))
    story.until(at("2026-11-25 22:59", NZ))
    assert story.open_steps("x") == [
        "search",
        "authority nz-netsafe",
        "authority nz-fvpca-takedown",  # only where the picture is objectionable; that is for the inspector to judge
        "other nz-hdca-22a",  # the police
        "other uk-stopncii",
    ]
    assert story.waiting_steps("x") == [
        "platform",
        "appeal",
        "authority us-ftc",
        "court nz-hdca-19",
    ]
    assert story.option("x", "us-ftc").opens_at == at("2026-11-25 23:00", NZ)


def test_one_minute_after_the_hours_the_commission_is_open_and_no_european_step_is_shown(story: Story) -> None:
    story.send("x", sent_at=at("2026-11-23 22:30", NZ), received_at=at("2026-11-23 23:00", NZ))
    story.until(at("2026-11-25 23:01", NZ))
    assert story.clock("x", "us-take-it-down", "remove").state is ClockState.MISSED
    assert story.request("x").next_step.kind is NextStep.REMIND
    assert story.complaint("us-take-it-down", "us-ftc").is_open
    assert "authority us-ftc" in story.open_steps("x")
    assert not [step for step in story.open_steps("x") + story.waiting_steps("x") if "eu-" in step]


def test_no_european_coordinator_is_competent_for_her(story: Story) -> None:
    story.send("x", sent_at=at("2026-11-23 22:30", NZ), received_at=at("2026-11-23 23:00", NZ))
    story.until(at("2026-11-25 23:01", NZ))
    assert not [regulator for regime, regulator in story.complaints() if regime == "eu-dsa-53"]


def test_what_x_removes_in_time_closes_its_clocks_and_the_others_go_on(story: Story) -> None:
    for platform in ("x", "wetransfer"):
        story.send(platform, sent_at=at("2026-11-23 22:30", NZ), received_at=at("2026-11-23 23:00", NZ))
    story.answered("x", Answer.REMOVED, at("2026-11-25 12:00", NZ))
    story.until(at("2026-11-25 23:01", NZ))
    assert story.clock("x", "us-take-it-down", "remove").state is ClockState.MET
    assert story.request("x").escalation == ()
    assert story.clock("wetransfer", "us-take-it-down", "remove").state is ClockState.MISSED
    assert story.complaint("us-take-it-down", "us-ftc").request_numbers == (story.request("wetransfer").number,)


def test_the_district_court_waits_for_netsafe_not_for_the_host(story: Story) -> None:
    story.send("x", sent_at=at("2026-11-23 22:30", NZ), received_at=at("2026-11-23 23:00", NZ))
    story.until(at("2026-11-27 09:00", NZ))
    assert "court nz-hdca-19" in story.waiting_steps("x")
    number = story.lodge("nz-netsafe", "nz-netsafe", lodged_at=at("2026-11-27 10:00", NZ))
    assert story.complaint_clock(number, "assess").due_at is None, "the Act gives Netsafe no number of days"
    assert "court nz-hdca-19" in story.waiting_steps("x")
    story.authority_answered(number, ComplaintAnswer.DECIDED, at("2026-12-04 10:00", NZ))
    story.until(at("2026-12-04 10:05", NZ))
    assert "court nz-hdca-19" in story.open_steps("x")
