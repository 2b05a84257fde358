"""A woman in Izmir. Real pictures of her are on X; she also applies to X under Turkey's data protection law.

Laws. The notice rests on the TAKE IT DOWN Act alone: X's Irish company answers for the Union, the United Kingdom and
Switzerland, not for Turkey, and the Digital Services Act protects people in the Union. The blocking order of Law
5651 is not offered: what became of it in the changes of December 2025 was not read.

Data. The application under Article 13 of Law 6698 has to bear her name, the number of an identity document and an
address; without the number it is left out, and nothing else is there to rest on: the GDPR reaches a company in the
Union only where that company answers for her. X has 30 days: received on Tuesday 24 November 2026, the thirtieth day
is Thursday 24 December (UTC+3).

Her own limits. She may complain to the Board only after an answer or after those 30 days; and then time runs against
her: 30 days from learning of an answer, else 60 days from the application, 23 January 2027. After that the way is
closed.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.escalation import EscalationState
from portal.domain.lifecycle import Answer
from portal.domain.regimes import Binding, ObligedParty
from portal.services.clocks.snapshot import is_owed
from tests.scenarios.story import Story, Teller, at, end_of

IZMIR = "Europe/Istanbul"
TUESDAY = at("2026-11-24 09:00", IZMIR)


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(
        reported_at=at("2026-11-23 09:00", IZMIR), links="https://x.com/someone/status/1111", country="TR"
    )


@pytest.fixture
def applied(story: Story) -> Story:
    """The application with her number has reached X."""
    story.prepare_erasure("x")
    story.set_details("x", identity_offer="Turkish identity number 00000000000")
    story.send("x", sent_at=TUESDAY, received_at=TUESDAY)
    return story


def test_the_notice_cites_no_turkish_law(story: Story) -> None:
    assert story.cited("x") == ["us-take-it-down"]


def test_without_the_number_of_a_document_the_turkish_application_is_left_out_and_the_number_named(
    story: Story,
) -> None:
    story.prepare_erasure("x")
    assert story.cited("x") == []
    assert story.missing("x") == ["identity_document"]


def test_with_it_thirty_days_run_by_turkish_days(applied: Story) -> None:
    assert set(applied.cited("x")) == {"tr-kvkk-13"}
    answer = applied.clock("x", "tr-kvkk-13", "respond")
    assert (answer.due_at, answer.binding) == (end_of("2026-12-24", IZMIR), Binding.DUTY)
    assert answer.due_at == at("2026-12-24 20:59:59")


def test_her_own_limit_is_shown_as_hers(applied: Story) -> None:
    limit = applied.clock("x", "tr-kvkk-14", "complain-without-answer")
    assert (limit.due_at, limit.owed_by, limit.binding) == (
        end_of("2027-01-23", IZMIR),
        ObligedParty.PERSON,
        Binding.LIMITATION,
    )
    assert not is_owed(limit)


def test_without_an_answer_the_board_is_closed_then_open_then_closed_for_good(applied: Story) -> None:
    for instant, state in (
        ("2026-12-24 23:00", EscalationState.WAITING),
        ("2026-12-25 00:01", EscalationState.OPEN),
        ("2027-01-23 23:00", EscalationState.OPEN),
        ("2027-01-24 00:01", EscalationState.CLOSED),
    ):
        applied.until(at(instant, IZMIR))
        assert applied.option("x", "tr-kvkk-14").state is state, instant


def test_an_answer_in_time_opens_the_board_at_once_and_leaves_thirty_days(applied: Story) -> None:
    applied.answered("x", Answer.REFUSED, at("2026-12-10 14:00", IZMIR))
    assert applied.clock("x", "tr-kvkk-13", "respond").state is ClockState.MET
    assert applied.clock("x", "tr-kvkk-14", "complain-after-answer").due_at == end_of("2027-01-09", IZMIR)
    applied.until(at("2026-12-10 14:01", IZMIR))
    board = applied.option("x", "tr-kvkk-14")
    assert (board.state, board.closes_at) == (EscalationState.OPEN, end_of("2027-01-09", IZMIR))
    applied.until(at("2027-01-10 00:01", IZMIR))
    assert applied.option("x", "tr-kvkk-14").state is EscalationState.CLOSED
