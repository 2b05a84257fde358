"""A teacher in Sao Paulo. Pictures of her made by a machine are on X and on a Brazilian forum nobody has heard of.

Laws. Decree 12.976 of 2026, in force since 20 July 2026, gives two hours from her notification. It protects women;
the portal asks nobody for that, so it says that its use is not sure. The TAKE IT DOWN Act gives 48 hours. Article 21
of the Marco Civil makes a provider liable in the second place when it does not act; it orders nothing and has no
number. Nothing European is claimed: the Digital Services Act protects people in the Union. Article 29 of the law for
children is for children.

Data. The request to X rests on the LGPD (15 days for the statement: 27 November plus 15 is Saturday 12 December;
nothing says that the day moves). X's Irish company does not answer for Brazil, so the GDPR is left out.

Authority. The ANPD supervises the decree and wants the platform to have been notified first.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, Depiction
from portal.domain.regimes import Binding
from tests.scenarios.story import Story, Teller, at, end_of

SAO_PAULO = "America/Sao_Paulo"  # UTC-3
FORUM = "exemplo.com.br"
FRIDAY = at("2026-11-27 17:00", SAO_PAULO)


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(
        reported_at=at("2026-11-27 16:00", SAO_PAULO),
        links="https://x.com/someone/status/1111 https://forum.exemplo.com.br/t/9",
        country="BR",
        subdivision="SP",
        depiction=Depiction.SYNTHETIC,
    )


@pytest.fixture
def sent(story: Story) -> Story:
    for platform in ("x", FORUM):
        story.send(platform, sent_at=FRIDAY, received_at=FRIDAY)
    return story


def test_two_hours_stand_before_two_days_and_before_what_has_no_number(story: Story) -> None:
    assert story.cited("x") == ["br-decreto-12976", "us-take-it-down", "br-marco-civil-art21"]
    assert "not sure" in story.reasons("x")["br-decreto-12976"]


def test_of_a_site_outside_the_directory_no_establishment_is_claimed(story: Story) -> None:
    assert story.cited(FORUM) == ["br-decreto-12976", "us-take-it-down", "br-marco-civil-art21"]


@pytest.mark.parametrize("platform", ["x", FORUM])
def test_each_law_runs_on_its_own_clock(sent: Story, platform: str) -> None:
    decree = sent.clock(platform, "br-decreto-12976", "remove")
    assert (decree.due_at, decree.binding) == (at("2026-11-27 19:00", SAO_PAULO), Binding.DUTY)
    federal = sent.clock(platform, "us-take-it-down", "remove")
    assert (federal.due_at, federal.binding) == (at("2026-11-29 17:00", SAO_PAULO), Binding.DUTY)
    civil = sent.clock(platform, "br-marco-civil-art21", "remove")
    assert (civil.due_at, civil.binding) == (None, Binding.SAFE_HARBOUR)


def test_before_the_decree_is_in_force_its_two_hours_do_not_exist(teller: Teller) -> None:
    for day, is_law in (("2026-07-19", False), ("2026-07-20", True)):
        story = teller.begin(
            reported_at=at(f"{day} 12:00", SAO_PAULO),
            links="https://x.com/someone/status/1111",
            country="BR",
            depiction=Depiction.SYNTHETIC,
        )
        assert ("br-decreto-12976" in story.cited("x")) is is_law


def test_the_anpd_opens_on_friday_evening_and_the_federal_trade_commission_on_sunday(sent: Story) -> None:
    sent.until(at("2026-11-27 18:59", SAO_PAULO))
    assert not any(sent.complaints().values())
    sent.until(at("2026-11-27 19:01", SAO_PAULO))
    assert sent.clock(FORUM, "br-decreto-12976", "remove").state is ClockState.MISSED
    assert sent.complaint("br-decreto-12976", "br-anpd").request_numbers == (1, 2)
    assert [each for each, is_open in sent.complaints().items() if is_open] == [("br-decreto-12976", "br-anpd")]
    sent.until(at("2026-11-29 17:01", SAO_PAULO))
    assert {each for each, is_open in sent.complaints().items() if is_open} == {
        ("br-decreto-12976", "br-anpd"),
        ("us-take-it-down", "us-ftc"),
    }


def test_blocking_it_in_one_country_only_does_not_meet_the_duty_to_remove(sent: Story) -> None:
    sent.answered("x", Answer.GEO_BLOCKED, at("2026-11-27 18:00", SAO_PAULO))
    sent.until(at("2026-11-27 19:01", SAO_PAULO))
    assert sent.clock("x", "br-decreto-12976", "remove").state is ClockState.MISSED


def test_the_data_request_counts_brazilian_days_and_claims_nothing_european(story: Story) -> None:
    story.prepare_erasure("x")
    assert story.cited("x") == ["br-lgpd-titular"]
    story.send("x", sent_at=FRIDAY, received_at=FRIDAY)
    assert story.clock("x", "br-lgpd-titular", "erase").due_at is None, "deletion itself is owed at once, no number"
    assert story.clock("x", "br-lgpd-titular", "statement").due_at == end_of("2026-12-12", SAO_PAULO)
