"""The one thing to do first is computed from the records: what is soonest, sure, and has a door."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.domain.regimes import Confidence
from portal.reference.registry import load_registry
from portal.reference.zones import is_country
from portal.services.law.deadline_calculator import InvalidQuery
from portal.services.law.law_finder import ContentKind, Facts
from portal.services.requests.first_steps import FirstStep, find_first_step

REGISTRY = load_registry()
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
COUNTRIES = sorted(
    {code for law in REGISTRY.regimes.values() for each in law.jurisdictions if is_country(code := each[:2])}
)


def find(country: str, **said: object) -> FirstStep | None:
    facts = Facts(**{"country": country, "depiction": ContentKind.UNKNOWN, **said})  # type: ignore[arg-type]
    return find_first_step(facts, REGISTRY, now=NOW)


@pytest.mark.parametrize(
    ("country", "said", "regime", "channel", "body"),
    [
        ("US", {"platform": "instagram"}, "us-take-it-down", "takeitdown_page", None),
        ("GB", {"platform": "instagram"}, "uk-osa-10-3a", "ncii_form", None),
        ("US", {"platform": "google-search", "subdivision": "AZ"}, "us-take-it-down", "takeitdown_page", None),
        ("GB", {}, "uk-osa-10-3a", None, None),
        ("IN", {}, "in-it-rules-3-2-b", None, None),
        ("AU", {"threat": True}, "au-osa-iba", None, "au-esafety"),
        ("IT", {"threat": True}, "it-garante-144bis", None, "it-garante"),
        ("NZ", {"threat": True}, "nz-netsafe", None, "nz-netsafe"),
    ],
)
def test_the_soonest_step_with_a_door_comes_first(
    country: str, said: dict[str, object], regime: str, channel: str | None, body: str | None
) -> None:
    step = find(country, **said)
    assert step is not None
    assert step.regime.id == regime
    assert (step.channel and step.channel.kind.value, step.body and step.body.id) == (channel, body)


def test_two_hours_come_before_forty_eight() -> None:
    step = find("IN")
    assert step is not None
    assert step.rule is not None
    assert (step.rule.amount, step.rule.unit.value) == (2, "hours")


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_step_rests_on_memory_or_leads_to_a_closed_door(country: str) -> None:
    for said in ({}, {"threat": True}, {"platform": "x"}, {"platform": "google-search"}):
        step = find(country, **said)
        if step is None:
            continue
        assert step.regime.offered
        assert step.rule is None or step.rule.confidence is not Confidence.MEMORY
        assert step.channel is None or step.channel.confidence is not Confidence.MEMORY
        assert step.body is None or step.body.can_be_asked
        if "threat" in said:
            assert step.channel is None, "nothing is online, so no platform can act"


def test_what_is_known_to_be_the_fastest_goes_before_everything() -> None:
    facts = Facts(country="AU", depiction=ContentKind.REAL)
    step = find_first_step(facts, REGISTRY, now=NOW, fastest=("au-osa-iba",))
    assert step is not None
    assert step.regime.id == "au-osa-iba"
    assert step.body is not None


def test_where_nothing_is_sure_there_is_no_step() -> None:
    assert find("US", threat=True) is None


def test_a_place_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidQuery):
        find("XX")
