"""An advocate acts for a woman in Pune, by a signed mandate. Morphed pictures of the woman are on ShareChat.

Laws. Rule 3(2)(b) of India's IT Rules 2021 lets any person complain on the individual's behalf; since 20 February
2026 the service has two hours (24 hours before), and 24 hours to acknowledge. The TAKE IT DOWN Act, which an
authorised person may use too, gives 48 hours. ShareChat sits in India, so no European law is cited.

Ladder. The cybercrime portal is open at any time. The Grievance Appellate Committee hears appeals against the
Grievance Officer's decision, within 30 days of receiving it, and has 30 days itself: told on 24 November 2026, the
last day is 24 December; handed in on 1 December, its answer is due by 31 December. Indian time is UTC+5:30.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from portal.domain.clocks import ClockState
from portal.domain.escalation import EscalationState
from portal.domain.lifecycle import Answer, Depiction, Filer
from portal.domain.regimes import Binding, ObligedParty
from portal.domain.report import NameKind
from tests.scenarios.story import Story, Teller, at, end_of

INDIA = "Asia/Kolkata"
RECEIVED = at("2026-11-23 10:00", INDIA)
BY_AN_ADVOCATE = {
    "links": "https://sharechat.com/post/Abc",
    "country": "IN",
    "subdivision": "MH",
    "depiction": Depiction.SYNTHETIC,
    "filer": Filer.REPRESENTATIVE,
    "authority": "Her signed mandate of 20 November 2026",
    "name_kind": NameKind.REPRESENTATIVE,
    "name": "Meera Exemplar",
    "signature": "Meera Exemplar",
}


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(reported_at=at("2026-11-23 09:00", INDIA), **BY_AN_ADVOCATE)


@pytest.fixture
def sent(story: Story) -> Story:
    story.send("sharechat", sent_at=RECEIVED, received_at=RECEIVED)
    return story


def test_the_laws_that_let_somebody_act_for_her(story: Story) -> None:
    assert story.cited("sharechat") == ["in-it-rules-3-2-b", "us-take-it-down"]


def test_two_hours_to_remove_a_day_to_acknowledge_two_days_under_the_american_act(sent: Story) -> None:
    removal = sent.clock("sharechat", "in-it-rules-3-2-b", "remove")
    assert (removal.due_at, removal.binding) == (at("2026-11-23 12:00", INDIA), Binding.DUTY)
    assert removal.due_at == at("2026-11-23 06:30")
    assert sent.clock("sharechat", "in-it-rules-3-2-b", "ack").due_at == at("2026-11-24 10:00", INDIA)
    assert sent.clock("sharechat", "us-take-it-down", "remove").due_at == at("2026-11-25 10:00", INDIA)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (at("2026-02-19 23:59", INDIA), at("2026-02-20 23:59", INDIA)),
        (at("2026-02-20 00:00", INDIA), at("2026-02-20 02:00", INDIA)),
    ],
)
def test_what_was_received_before_20_february_2026_had_24_hours(
    teller: Teller, received: datetime, due: datetime
) -> None:
    story = teller.begin(reported_at=at("2026-02-19 12:00", INDIA), **BY_AN_ADVOCATE)
    story.send("sharechat", sent_at=received, received_at=received)
    assert story.clock("sharechat", "in-it-rules-3-2-b", "remove").due_at == due


def test_the_police_portal_is_open_at_any_time(sent: Story) -> None:
    assert sent.complaints()[("in-it-rules-3-2-b", "in-ncrp")]


def test_the_committee_waits_for_a_decision_and_silence_is_none(sent: Story) -> None:
    sent.until(at("2026-11-23 12:01", INDIA))
    assert sent.clock("sharechat", "in-it-rules-3-2-b", "remove").state is ClockState.MISSED
    assert "body in-gac" in sent.waiting_steps("sharechat"), "the Grievance Officer has decided nothing yet"


def test_a_decision_opens_the_committee_for_30_days(sent: Story) -> None:
    sent.answered("sharechat", Answer.REFUSED, at("2026-11-24 13:30", INDIA))
    sent.until(at("2026-11-24 13:31", INDIA))
    window = sent.clock("sharechat", "in-gac", "appeal-window")
    assert (window.due_at, window.owed_by, window.binding) == (
        end_of("2026-12-24", INDIA),
        ObligedParty.PERSON,
        Binding.LIMITATION,
    )
    assert "body in-gac" in sent.open_steps("sharechat")
    sent.until(at("2026-12-25 00:01", INDIA))
    assert sent.option("sharechat", "in-gac").state is EscalationState.CLOSED


def test_the_committee_has_30_days_from_its_receipt(sent: Story) -> None:
    sent.answered("sharechat", Answer.REFUSED, at("2026-11-24 13:30", INDIA))
    handed_in = at("2026-12-01 11:00", INDIA)
    sent.until(handed_in)
    number = sent.lodge("in-gac", "in-gac", lodged_at=handed_in, received_at=handed_in)
    assert sent.complaint_clock(number, "gac-decide").due_at == end_of("2026-12-31", INDIA)
    assert sent.clock("sharechat", "in-gac", "appeal-window").state is ClockState.MET
    assert sent.option("sharechat", "in-gac").state is EscalationState.TAKEN


def test_without_a_word_on_the_mandate_the_letter_is_not_complete(teller: Teller) -> None:
    story = teller.begin(reported_at=at("2026-11-23 09:00", INDIA), **{**BY_AN_ADVOCATE, "authority": ""})
    assert story.missing("sharechat") == ["is_subject_or_authorised"], "in what capacity the advocate acts"
