"""A woman in Montreal. A page with real pictures of her comes up on Google when one searches for her name.

Laws. A search engine shows no picture, it lists a page: no law on removal notices reaches it here. What she has is
the right of section 28.1 of Quebec's private-sector privacy act to have links taken off her name, with a written
answer within 30 days of receipt: 24 December 2026 where the request arrives on 24 November, at midnight of Montreal.
Google's Irish company answers for the European Economic Area and Switzerland, Google LLC for Canada, so the same
right under the GDPR is not hers.

Order. The Court of Quebec can be asked for an urgent order at any time. The Commission d'acces a l'information comes
after a refusal or after the 30 days, and then time runs against her: 30 days, so until 7 January after a refusal on
8 December, or until 23 January after silence.
"""

from __future__ import annotations

import pytest

from portal.domain.escalation import EscalationState
from portal.domain.lifecycle import Answer
from portal.domain.regimes import Binding, ObligedParty
from tests.scenarios.story import Story, Teller, at, end_of

MONTREAL = "America/Toronto"  # UTC-5 in winter
LAW_25 = "ca-qc-law25-28-1"
TUESDAY = at("2026-11-24 10:00", MONTREAL)


def begin(teller: Teller, subdivision: str) -> Story:
    story = teller.begin(
        reported_at=at("2026-11-24 09:00", MONTREAL),
        links="https://www.google.com/search?q=someone",
        country="CA",
        subdivision=subdivision,
    )
    assert story.cited("google-search") == [], "a removal notice has nothing to rest on"
    story.prepare_erasure("google-search")
    return story


@pytest.fixture
def sent(teller: Teller) -> Story:
    story = begin(teller, "QC")
    story.send("google-search", sent_at=TUESDAY, received_at=TUESDAY)
    return story


def test_quebecs_act_is_cited_and_the_european_right_is_not(sent: Story) -> None:
    assert LAW_25 in sent.cited("google-search")
    assert not [regime for regime in sent.cited("google-search") if regime.startswith("eu-")]


def test_it_is_the_law_of_quebec_only(teller: Teller) -> None:
    assert LAW_25 not in begin(teller, "ON").cited("google-search")


def test_thirty_days_end_at_midnight_of_montreal(sent: Story) -> None:
    quebec = sent.clock("google-search", LAW_25, "respond")
    assert (quebec.due_at, quebec.binding) == (end_of("2026-12-24", MONTREAL), Binding.DUTY)


def test_the_court_is_open_at_once_and_the_commission_after_the_thirty_days(sent: Story) -> None:
    assert "court ca-qc-intimate-images" in sent.open_steps("google-search")
    sent.until(at("2026-12-24 23:00", MONTREAL))
    assert sent.complaints()[(LAW_25, "ca-qc-cai")] is False
    sent.until(at("2026-12-25 00:01", MONTREAL))
    assert sent.complaints()[(LAW_25, "ca-qc-cai")] is True


def test_after_silence_she_has_thirty_days_herself(sent: Story) -> None:
    sent.until(at("2026-12-25 00:01", MONTREAL))
    limit = sent.clock("google-search", LAW_25, "apply-after-silence")
    assert (limit.due_at, limit.owed_by, limit.binding) == (
        end_of("2027-01-23", MONTREAL),
        ObligedParty.PERSON,
        Binding.LIMITATION,
    )


def test_after_a_refusal_her_thirty_days_run_from_the_refusal(sent: Story) -> None:
    sent.answered("google-search", Answer.REFUSED, at("2026-12-08 10:00", MONTREAL))
    assert sent.clock("google-search", LAW_25, "apply-after-refusal").due_at == end_of("2027-01-07", MONTREAL)
    sent.until(at("2026-12-08 10:01", MONTREAL))
    assert sent.complaints()[(LAW_25, "ca-qc-cai")] is True


def test_when_her_own_time_is_over_the_commission_is_closed(sent: Story) -> None:
    sent.answered("google-search", Answer.REFUSED, at("2026-12-08 10:00", MONTREAL))
    sent.until(at("2027-01-08 00:01", MONTREAL))
    assert sent.option("google-search", "ca-qc-cai").state is EscalationState.CLOSED
