"""A woman in Leeds. Real pictures of her are on Reddit; she also wants Reddit to erase what it holds, and it asks
who she is.

Laws. Section 10(3A) of the Online Safety Act, in force since 29 June 2026: 48 hours from receipt, at the latest. The
TAKE IT DOWN Act: 48 hours as well. Reddit's company in the Netherlands answers for the Union and Switzerland,
Reddit, Inc. for the United Kingdom: neither the Digital Services Act nor the GDPR of the Union ties her. The older
duty of sections 20 and 21 to act on complaints has no number.

Data. UK GDPR: one month to the corresponding date; where identity is asked for, the month begins when the proof
arrives (Article 12A): asked on 3 December, given on 14 December, so due on 14 January 2027.

Ladder. The fast complaint of section 21(2A) to Reddit itself, then Ofcom, which decides no single case. For the
data: a complaint to Reddit under section 164A of the Data Protection Act (30 days to acknowledge; the thirtieth day
after 15 January is Sunday 14 February, so Monday 15), and only then the Information Commission, which has three
months.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer
from portal.domain.regimes import Binding
from tests.scenarios.story import Story, Teller, at, end_of

LONDON = "Europe/London"  # UTC in winter
MONDAY = at("2026-11-30 10:00", LONDON)


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(
        reported_at=at("2026-11-30 09:00", LONDON),
        links="https://www.reddit.com/r/a/comments/1111",
        country="GB",
        subdivision="ENG",
    )


@pytest.fixture
def notice(story: Story) -> Story:
    story.send("reddit", sent_at=MONDAY, received_at=MONDAY)
    return story


@pytest.fixture
def erasure(story: Story) -> Story:
    story.prepare_erasure("reddit")
    story.send("reddit", sent_at=MONDAY, received_at=MONDAY)
    return story


def test_the_two_laws_with_48_hours_stand_first(story: Story) -> None:
    cited = story.cited("reddit")
    assert set(cited[:2]) == {"uk-osa-10-3a", "us-take-it-down"}
    assert set(cited[2:]) == {"uk-osa-20-21"}


def test_the_british_48_hours_are_cited_from_the_first_day_in_force_and_not_the_day_before(teller: Teller) -> None:
    for day, is_law in (("2026-06-28", False), ("2026-06-29", True)):
        story = teller.begin(
            reported_at=at(f"{day} 12:00", LONDON), links="https://www.reddit.com/r/a/comments/1111", country="GB"
        )
        assert ("uk-osa-10-3a" in story.cited("reddit")) is is_law


def test_48_hours_from_monday_ten_o_clock_end_on_wednesday_ten_o_clock(notice: Story) -> None:
    for regime in ("uk-osa-10-3a", "us-take-it-down"):
        removal = notice.clock("reddit", regime, "remove")
        assert (removal.due_at, removal.binding) == (at("2026-12-02 10:00", LONDON), Binding.DUTY)


def test_then_the_fast_complaint_and_ofcom_are_open_in_this_order(notice: Story) -> None:
    notice.until(at("2026-12-02 09:59", LONDON))
    assert {"appeal uk-osa-21-2a-expedited", "authority uk-ofcom-report"} <= set(notice.waiting_steps("reddit"))
    notice.until(at("2026-12-02 10:01", LONDON))
    steps = notice.open_steps("reddit")
    assert steps.index("appeal uk-osa-21-2a-expedited") < steps.index("authority uk-ofcom-report")
    assert notice.complaints()[("uk-osa-21-2a-expedited", "platform-reddit")]
    assert notice.complaints()[("uk-ofcom-report", "gb-ofcom")]


def test_ofcom_owes_no_answer(notice: Story) -> None:
    notice.until(at("2026-12-02 10:01", LONDON))
    number = notice.lodge("uk-ofcom-report", "gb-ofcom", lodged_at=at("2026-12-03 09:00", LONDON))
    assert notice.complaint_clocks(number) == ()


def test_a_provider_that_finds_no_intimate_image_has_answered_the_british_law_and_not_the_american(
    notice: Story,
) -> None:
    notice.answered("reddit", Answer.REFUSED, at("2026-12-01 10:00", LONDON))
    assert notice.clock("reddit", "uk-osa-10-3a", "remove").state is ClockState.MET, "section 10(3B)"
    assert notice.clock("reddit", "us-take-it-down", "remove").state is ClockState.RUNNING
    notice.until(at("2026-12-01 10:01", LONDON))
    assert "appeal uk-osa-21-2a-expedited" in notice.open_steps("reddit")


class TestTheDataRequest:
    def test_one_month_to_the_corresponding_date(self, erasure: Story) -> None:
        assert erasure.cited("reddit") == ["uk-gdpr-17"]
        assert erasure.clock("reddit", "uk-gdpr-17", "respond").due_at == end_of("2026-12-30", LONDON)

    def test_while_proof_is_waited_for_the_month_stands_still(self, erasure: Story) -> None:
        erasure.answered("reddit", Answer.IDENTITY_ASKED, at("2026-12-03 10:00", LONDON))
        assert erasure.clock("reddit", "uk-gdpr-17", "respond").state is ClockState.PAUSED
        erasure.gave_information("reddit", at("2026-12-14 10:00", LONDON))
        british = erasure.clock("reddit", "uk-gdpr-17", "respond")
        assert (british.due_at, british.state) == (end_of("2027-01-14", LONDON), ClockState.RUNNING)
        assert british.estimated, "that the proof arrived is not known, only that it left"

    def test_the_complaint_to_reddit_has_30_days_for_an_acknowledgement(self, erasure: Story) -> None:
        received = at("2027-01-15 09:00", LONDON)
        erasure.until(at("2027-01-14 12:00", LONDON))
        number = erasure.lodge("uk-dpa-164a", "platform-reddit", lodged_at=received, received_at=received)
        acknowledge = erasure.complaint_clock(number, "acknowledge")
        assert (acknowledge.due_at, acknowledge.binding) == (end_of("2027-02-15", LONDON), Binding.DUTY)

    def test_the_commission_waits_for_that_complaint(self, erasure: Story) -> None:
        erasure.until(at("2027-01-02 09:00", LONDON))
        assert "authority uk-ico-165" in erasure.waiting_steps("reddit"), "the month is over, nobody has complained"
        received = at("2027-01-15 09:00", LONDON)
        erasure.lodge("uk-dpa-164a", "platform-reddit", lodged_at=received, received_at=received)
        assert "authority uk-ico-165" in erasure.waiting_steps("reddit"), "Reddit has 30 days to acknowledge it"
        erasure.until(at("2027-02-16 00:01", LONDON))
        assert "authority uk-ico-165" in erasure.open_steps("reddit")

    def test_the_commission_has_three_months_for_word_of_progress(self, erasure: Story) -> None:
        received = at("2027-01-15 09:00", LONDON)
        erasure.until(received)
        erasure.lodge("uk-dpa-164a", "platform-reddit", lodged_at=received, received_at=received)
        erasure.until(at("2027-02-16 00:01", LONDON))
        received = at("2027-02-16 09:00", LONDON)
        number = erasure.lodge("uk-ico-165", "gb-ico", lodged_at=received, received_at=received)
        # Three months from 16 February: 16 May 2027, a Sunday, so Monday 17 May.
        assert erasure.complaint_clock(number, "respond").due_at == end_of("2027-05-17", LONDON)
