"""A woman in Bologna. A man threatens to publish a video of her; nothing is online.

No letter. There is nothing to remove, so no platform is told anything and no request is made.

Law. Article 144-bis of Italy's privacy code lets her go straight to the Garante when she has good reason to fear
that a sexual video of her will be shared. The Garante decides within 48 hours of receiving the report and orders
platforms to block it. No platform has to be asked first.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Path
from portal.domain.regimes import Binding, ObligedParty
from portal.domain.report import YesNo
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.tracking import request_page
from tests.scenarios.story import Story, Teller, at

ROME = "Europe/Rome"
MONDAY = at("2026-11-23 10:00", ROME)


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(reported_at=at("2026-11-23 09:00", ROME), links="", country="IT", is_online=YesNo.NO)


def test_no_removal_letter_is_written_against_a_threat(story: Story) -> None:
    assert story.opened.report.path is Path.THREAT
    assert (
        request_page.request_views(replace(story.opened, session=story.session, now=story.now, ports=story.ports)) == ()
    )


def test_the_garante_is_open_at_once(story: Story) -> None:
    assert story.complaints() == {("it-garante-144bis", "it-garante"): True}
    assert story.complaint("it-garante-144bis", "it-garante").request_numbers == ()


def test_the_48_hours_are_the_garantes_and_run_from_its_receipt(story: Story) -> None:
    number = story.lodge("it-garante-144bis", "it-garante", lodged_at=MONDAY, received_at=MONDAY)
    decide = story.complaint_clock(number, "decide")
    assert (decide.due_at, decide.owed_by, decide.binding) == (
        at("2026-11-25 10:00", ROME),
        ObligedParty.REGULATOR,
        Binding.DUTY,
    )
    story.authority_answered(number, ComplaintAnswer.DECIDED, at("2026-11-24 16:00", ROME))
    assert story.complaint_clock(number, "decide").state is ClockState.MET


def test_a_garante_that_stays_silent_has_missed_its_time(story: Story) -> None:
    number = story.lodge("it-garante-144bis", "it-garante", lodged_at=MONDAY, received_at=MONDAY)
    story.until(at("2026-11-25 10:01", ROME))
    assert story.complaint_clock(number, "decide").state is ClockState.MISSED


def test_where_no_law_acts_on_a_threat_no_authority_is_claimed(teller: Teller) -> None:
    story = teller.begin(
        reported_at=at("2026-11-23 09:00", "Europe/Vienna"), links="", country="AT", is_online=YesNo.NO
    )
    assert story.complaints() == {}
