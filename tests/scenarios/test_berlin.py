"""A man in Berlin. Somebody has made a dating profile of him on LOVOO, with ordinary photos, his name and false claims.

Laws. Nothing intimate is shown, so the TAKE IT DOWN Act, which reaches intimate pictures only, is not cited. The
notice rests on Article 16 of the Digital Services Act. Beside it the company gets a data-protection request under
Article 17 GDPR: it has one month, three in all if it says so, with reasons, within the first.

Counting. LOVOO sits in Germany. The month ends with the last hour of the same date (Regulation 1182/71): received on
30 November, due on 30 December. Three months from 30 November would be 30 February, so the last day of that month,
28 February 2027: a Sunday, so Monday 1 March.

Ladder. A refusal opens the platform's own complaint system (at least six months), a certified body, the Digital
Services Coordinator of his country (Bundesnetzagentur) and, for the data request, the authority of his Land.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, Depiction
from portal.domain.regimes import Binding, ObligedParty
from tests.scenarios.story import Story, Teller, at, end_of

BERLIN = "Europe/Berlin"


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(
        reported_at=at("2026-11-27 18:00", BERLIN),
        links="https://www.lovoo.com/profile/1234",
        country="DE",
        subdivision="BE",
        depiction=Depiction.FALSE,
    )


@pytest.fixture
def erasure(story: Story) -> Story:
    """The data-protection request, received on Monday 30 November 2026."""
    story.prepare_erasure("lovoo")
    story.send("lovoo", sent_at=at("2026-11-30 10:00", BERLIN), received_at=at("2026-11-30 10:05", BERLIN))
    return story


def test_no_law_on_intimate_pictures_is_cited_for_a_false_profile(story: Story) -> None:
    assert story.cited("lovoo") == ["eu-dsa-16"]


class TestTheNotice:
    @pytest.fixture
    def notice(self, story: Story) -> Story:
        story.send("lovoo", sent_at=at("2026-11-27 19:00", BERLIN), received_at=at("2026-11-27 19:00", BERLIN))
        return story

    def test_the_act_sets_no_hours_so_nothing_is_ever_shown_as_late(self, notice: Story) -> None:
        notice.until(at("2027-03-01 12:00", BERLIN))
        decide = notice.clock("lovoo", "eu-dsa-16", "decide")
        assert (decide.due_at, decide.state) == (None, ClockState.OPEN)

    def test_before_a_decision_the_coordinator_is_open_and_the_appeals_wait(self, notice: Story) -> None:
        assert {"appeal eu-dsa-20", "body eu-dsa-21"} <= set(notice.waiting_steps("lovoo"))
        assert notice.complaints()[("de-bnetza-dsc", "de-dsc-bnetza")]
        assert not [regulator for _, regulator in notice.complaints() if regulator == "ie-cnam"]

    def test_a_refusal_opens_the_appeals_for_at_least_six_months(self, notice: Story) -> None:
        notice.answered("lovoo", Answer.REFUSED, at("2026-12-02 15:00", BERLIN))
        notice.until(at("2026-12-02 15:01", BERLIN))
        window = notice.clock("lovoo", "eu-dsa-20", "file-window")
        assert (window.due_at, window.binding, window.owed_by) == (
            end_of("2027-06-02", BERLIN),
            Binding.LIMITATION,
            ObligedParty.PERSON,
        )
        in_order = [step for step in notice.open_steps("lovoo") if "dsa" in step or "dsc" in step]
        assert in_order == ["appeal eu-dsa-20", "authority de-bnetza-dsc", "body eu-dsa-21"]

    def test_the_certified_body_has_ninety_days(self, notice: Story) -> None:
        """Told in the record of the law: 90 days from the body's receipt, 180 where the dispute is highly complex."""
        rule = notice.ports.registry.regime("eu-dsa-21").rules[0]
        assert (rule.amount, rule.unit.value, rule.extension and rule.extension.amount) == (90, "calendar_days", 180)


class TestTheDataRequest:
    def test_one_month_ends_with_the_same_date(self, erasure: Story) -> None:
        answer = erasure.clock("lovoo", "eu-gdpr-17", "respond")
        assert (answer.due_at, answer.binding) == (end_of("2026-12-30", BERLIN), Binding.DUTY)

    def test_an_extension_told_in_time_gives_three_months_from_receipt(self, erasure: Story) -> None:
        erasure.answered("lovoo", Answer.EXTENDED, at("2026-12-28 10:00", BERLIN))
        answer = erasure.clock("lovoo", "eu-gdpr-17", "respond")
        assert (answer.due_at, answer.extended, answer.state) == (
            end_of("2027-03-01", BERLIN),
            True,
            ClockState.RUNNING,
        )
        erasure.until(at("2027-03-02 00:01", BERLIN))
        assert erasure.clock("lovoo", "eu-gdpr-17", "respond").state is ClockState.MISSED

    def test_an_extension_told_after_the_month_changes_nothing(self, erasure: Story) -> None:
        erasure.answered("lovoo", Answer.EXTENDED, at("2027-01-04 10:00", BERLIN))
        answer = erasure.clock("lovoo", "eu-gdpr-17", "respond")
        assert (answer.due_at, answer.extended, answer.state) == (
            end_of("2026-12-30", BERLIN),
            False,
            ClockState.MISSED,
        )

    def test_a_question_about_identity_does_not_stop_the_month_by_itself(self, erasure: Story) -> None:
        erasure.answered("lovoo", Answer.IDENTITY_ASKED, at("2026-12-07 10:00", BERLIN))
        assert erasure.clock("lovoo", "eu-gdpr-17", "respond").due_at == end_of("2026-12-30", BERLIN)

    def test_the_authority_of_his_land_is_competent_and_has_three_months_for_news(self, erasure: Story) -> None:
        erasure.until(at("2026-12-31 09:00", BERLIN))
        assert erasure.complaints()[("eu-gdpr-77", "de-be-dpa")]
        others = {"de-by-lda-dpa", "de-bb-dpa", "ie-dpc"}
        assert not others & {regulator for _, regulator in erasure.complaints()}
        number = erasure.lodge(
            "eu-gdpr-77",
            "de-be-dpa",
            lodged_at=at("2027-01-11 09:00", BERLIN),
            received_at=at("2027-01-11 09:00", BERLIN),
        )
        # Three months from 11 January 2027: 11 April, a Sunday, so Monday 12 April (Easter was on 28 March).
        assert erasure.complaint_clock(number, "respond").due_at == end_of("2027-04-12", BERLIN)
