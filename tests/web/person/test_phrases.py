"""How time limits read: only a duty says "must"; everything has a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from portal.domain.clocks import ClockState
from portal.domain.letters.law_facts import step_of
from portal.domain.lifecycle import (
    Answer,
    ComplaintState,
    ItemState,
    LetterKind,
    RequestKind,
    RequestState,
    SendingChannel,
)
from portal.domain.regimes import Binding, ObligedParty
from portal.domain.steps import CountingStep
from portal.domain.wording import format_sentence
from portal.services.clocks.views import ClockView
from portal.services.requests.views import EscalationView
from portal.web.person import phrases
from tests.cases import for_each

DUE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app, default_locale="en")
    with app.test_request_context():
        yield


def make_clock(binding: Binding, state: ClockState = ClockState.RUNNING, *, due_at: datetime | None = DUE) -> ClockView:
    return ClockView(
        regime="law", regime_name="A law", rule="remove", label="remove the content", binding=binding,
        owed_by=ObligedParty.PLATFORM, state=state, started_at=datetime(2026, 11, 22, 1, 0, tzinfo=UTC), due_at=due_at,
        last_day=date(2026, 11, 23), ended_at=None, zone="America/New_York", country="US", estimated=False,
        extended=False, standard="without undue delay", calendar="", zone_version="", steps=(),
    )  # fmt: skip


@for_each("binding", list(Binding))
@for_each("state", list(ClockState))
def test_only_a_running_duty_says_must(binding: Binding, state: ClockState) -> None:
    text = phrases.clock_sentence(make_clock(binding, state), "Pacific/Auckland")
    assert ("must" in text) == (binding is Binding.DUTY and state is ClockState.RUNNING)
    assert "%(" not in text


@for_each("binding", list(Binding))
@for_each("state", list(ClockState))
def test_a_line_that_has_the_date_says_only_what_kind_of_promise_it_is(binding: Binding, state: ClockState) -> None:
    text = phrases.clock_promise(make_clock(binding, state))
    assert "2026" not in text
    assert "remove the content" not in text
    assert ("must" in text) == (binding is Binding.DUTY and state in {ClockState.RUNNING, ClockState.MISSED})


def test_a_last_day_that_has_passed_is_told_as_past() -> None:
    assert phrases.clock_promise(make_clock(Binding.LIMITATION, ClockState.MISSED)) == "This was your last day for it."


def test_the_moment_is_in_the_readers_zone_and_names_it() -> None:
    text = phrases.clock_sentence(make_clock(Binding.DUTY), "Pacific/Auckland")
    assert "Tuesday 24 November 2026, 14:00 (Auckland time)" in text


def test_the_persons_own_last_day_is_a_day() -> None:
    assert "Your last day is Monday 23 November 2026." in phrases.clock_sentence(
        make_clock(Binding.LIMITATION), "Pacific/Auckland"
    )


def test_a_law_without_a_number_gives_its_own_words() -> None:
    text = phrases.clock_sentence(make_clock(Binding.DUTY, ClockState.OPEN, due_at=None), "UTC")
    assert "without undue delay" in text


def test_that_no_time_is_known_is_not_quoted_as_the_words_of_the_law() -> None:
    clock = replace(make_clock(Binding.DUTY, ClockState.OPEN, due_at=None), standard="no time is set by the Act")
    text = phrases.clock_sentence(clock, "UTC")
    assert text.startswith("The law gives no date for this. The time began ")
    assert "It says" not in text


@for_each("state", [*ItemState, *RequestState, *ComplaintState])
def test_every_state_has_a_plain_word(state: ItemState | RequestState | ComplaintState) -> None:
    assert "_" not in phrases.plain_state(state)


@for_each("word", [*Answer, *SendingChannel, *LetterKind, *RequestKind])
def test_every_choice_has_a_plain_word(word: Answer | SendingChannel | LetterKind | RequestKind) -> None:
    assert phrases.plain_word(word)


def test_why_a_date_is_that_date_is_told_in_the_readers_own_zone() -> None:
    begun = datetime.fromisoformat("2026-11-17T04:00:00-05:00")
    asked = format_sentence("They asked on %(at)s, and the time waited.", at=begun.replace(hour=23, minute=30))
    event = format_sentence("The event that starts the period: %(start)s.", start=begun)
    last = format_sentence("%(day)s is the last day.", day=begun.date())
    start = phrases.step_words(step_of(CountingStep(begun.isoformat(), event)), "Pacific/Auckland")
    other = phrases.step_words(step_of(CountingStep("2026-11-17", asked)), "Europe/Dublin")
    plain = phrases.step_words(step_of(CountingStep("2026-11-17", last)), "Europe/Dublin")
    assert start == "The time starts: Tuesday 17 November 2026, 22:00 (Auckland time)."
    assert other == "They asked on Wednesday 18 November 2026, 04:30 (Dublin time), and the time waited."
    assert plain == "Tuesday 17 November 2026 is the last day."


def test_an_authority_is_named_without_what_is_in_brackets() -> None:
    assert phrases.short_body("Federal Trade Commission (TAKE IT DOWN Act complaints)") == "Federal Trade Commission"
    assert phrases.short_body("Netsafe") == "Netsafe"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Federal Trade Commission (TAKE IT DOWN Act complaints)", "the Federal Trade Commission"),
        ("The Digital Services Coordinator of your country", "the Digital Services Coordinator of your country"),
        ("A court of New York", "a court of New York"),
        ("eSafety Commissioner", "the eSafety Commissioner"),
        ("Coimisiún na Meán", "Coimisiún na Meán"),
        ("Netsafe", "Netsafe"),
    ],
)
def test_an_authority_has_its_article_within_a_sentence(name: str, said: str) -> None:
    assert phrases.body_within(name) == said


def test_an_authority_has_no_english_article_in_another_language() -> None:
    with force_locale("de"):
        assert phrases.body_within("Federal Trade Commission") == "Federal Trade Commission"


@pytest.mark.parametrize(
    ("closes", "told"),
    [
        ("No limit known", ""),
        ("no time limit is known", ""),
        ("No limit in Article 53", ""),
        ("", ""),
        ("Within one year", "Until: Within one year."),
    ],
)
def test_an_end_that_nobody_knows_is_not_told(closes: str, told: str) -> None:
    open_end = SimpleNamespace(closes=closes, closes_at=None)
    dated = SimpleNamespace(closes=closes, closes_at=datetime(2026, 12, 1, 20, 47, tzinfo=UTC))
    assert phrases.say_until(cast(EscalationView, open_end), "Europe/Dublin") == told
    assert "1 December 2026" in phrases.say_until(cast(EscalationView, dated), "Europe/Dublin")
