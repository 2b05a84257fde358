"""The fastest way to a binding removal: counted from the laws' own clocks, and honest about what is not known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.domain.regimes import Binding, Confidence, ObligedParty
from portal.reference.registry import load_registry
from portal.services.law.deadline_calculator import InvalidQuery
from portal.services.law.fastest_routes import FastestRoute, RouteStart, fastest_routes

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)
REGISTRY = load_registry()


def routes(country: str, part: str | None = None) -> tuple[FastestRoute, ...]:
    return fastest_routes(country, part, registry=REGISTRY, now=NOW)


def ids(country: str, part: str | None = None) -> list[str]:
    return [route.regime.id for route in routes(country, part)]


@pytest.mark.parametrize(
    ("country", "first"),
    [
        ("US", ["us-take-it-down"]),
        ("AU", ["us-take-it-down", "au-osa-iba"]),
        ("IT", ["us-take-it-down", "it-garante-144bis"]),
        ("BE", ["us-take-it-down", "be-nci-2020", "eu-gdpr-17"]),
        ("IN", ["in-it-rules-3-2-b", "us-take-it-down"]),
        ("BR", ["br-decreto-12976", "us-take-it-down"]),
        ("GB", ["uk-osa-10-3a", "us-take-it-down"]),
        ("TW", ["tw-dvpa-50-2", "us-take-it-down", "tw-sacpa-13"]),
    ],
)
def test_the_fastest_stand_first(country: str, first: list[str]) -> None:
    assert ids(country)[: len(first)] == first


def find(country: str, regime: str) -> FastestRoute:
    return next(route for route in routes(country) if route.regime.id == regime)


def test_an_order_without_a_time_of_its_own_says_that_nobody_knows_it() -> None:
    route = find("AU", "au-osa-iba")
    assert (route.step, route.regulator, route.needs_request) == (RouteStart.AUTHORITY, "au-esafety", False)
    assert (route.hours, route.hours_from_order) == (None, 24)
    assert any("begins with their order" in str(doubt) for doubt in route.doubts)


def test_a_time_to_decide_is_no_time_to_remove_and_says_so() -> None:
    route = find("IT", "it-garante-144bis")
    assert (route.hours, route.rule.owed_by) == (48, ObligedParty.REGULATOR)
    assert any("time to decide" in str(doubt) for doubt in route.doubts)


def test_a_law_that_nobody_read_is_shown_with_its_doubt() -> None:
    route = find("BE", "be-nci-2020")
    assert (route.step, route.hours_from_order, route.is_sure) == (RouteStart.COURT, 6, False)
    assert any("not read this law" in str(doubt) for doubt in route.doubts)


def test_the_rule_is_the_one_in_force_that_day() -> None:
    before = fastest_routes("IN", None, registry=REGISTRY, now=datetime(2026, 2, 19, 7, tzinfo=UTC))
    after = fastest_routes("IN", None, registry=REGISTRY, now=datetime(2026, 2, 20, 7, tzinfo=UTC))
    assert (before[0].hours, after[0].hours) == (24, 2)


def test_no_route_rests_on_memory_or_on_a_promise() -> None:
    for country in (
        "AU",
        "BE",
        "BR",
        "CA",
        "DE",
        "FR",
        "GB",
        "IN",
        "IT",
        "KR",
        "MX",
        "MY",
        "NZ",
        "PE",
        "SG",
        "US",
        "ZA",
    ):
        for route in routes(country):
            assert route.rule.binding is Binding.DUTY
            assert Confidence.MEMORY not in {route.rule.confidence, route.regime.confidence}


def test_laws_of_other_countries_are_none_of_them() -> None:
    assert "tw-sacpa-13" not in ids("AU")
    assert "za-fpb-18f" not in ids("DE")
    assert "us-fl-brookes-law" not in ids("US", "NY")


def test_a_national_form_stands_in_place_of_the_general_law() -> None:
    assert len(ids("FR")) == len(set(ids("FR")))


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(InvalidQuery):
        routes("ZZ")
