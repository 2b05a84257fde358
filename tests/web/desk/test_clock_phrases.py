"""A clock in a sentence for an advocate: every kind of promise in every state has one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask

from portal.domain import counting
from portal.domain.clocks import ClockState
from portal.domain.regimes import Binding, ObligedParty
from portal.reference.registry import load_registry
from portal.services.clocks.views import ClockView
from portal.web.desk import clock_phrases
from portal.web.desk.clock_phrases import describe_clock
from tests.cases import for_each


def make_clock(binding: Binding, state: ClockState) -> ClockView:
    has_date = state is not ClockState.OPEN
    return ClockView(
        regime="law", regime_name="A law", rule="remove", label="remove the content", binding=binding,
        owed_by=ObligedParty.PLATFORM, state=state, started_at=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        due_at=datetime(2026, 11, 24, 1, 0, tzinfo=UTC) if has_date else None,
        last_day=date(2026, 11, 23) if has_date else None, ended_at=None, zone="UTC", country="US", estimated=False,
        extended=False, standard="without undue delay", calendar="", zone_version="", steps=(),
    )  # fmt: skip


@for_each("binding", list(Binding))
@for_each("state", list(ClockState))
def test_only_a_running_duty_says_must(app: Flask, binding: Binding, state: ClockState) -> None:
    with app.test_request_context():
        text = describe_clock(make_clock(binding, state), "UTC")
    assert ("must" in text) == (binding is Binding.DUTY and state is ClockState.RUNNING)
    assert "%(" not in text


def test_a_clock_that_stands_still_gives_its_date_only_as_the_one_so_far(app: Flask) -> None:
    with app.test_request_context():
        text = describe_clock(make_clock(Binding.DUTY, ClockState.PAUSED), "UTC")
    assert text.startswith("Paused")
    assert "moves on" in text


def test_what_is_looked_for_in_the_records_and_in_the_steps_is_there() -> None:
    labels = {rule.label for regime in load_registry().regimes.values() for rule in regime.rules}
    assert clock_phrases._RECEIPT in labels
    assert counting._UNKNOWN_HOLIDAYS.startswith(clock_phrases._UNKNOWN_HOLIDAYS)
