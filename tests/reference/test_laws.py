"""Every law of the pack, held to what any law must do: element by element, and day by day around its beginning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from portal.domain.applicability import CaseFacts, PlatformFacts, assess
from portal.domain.clocks import EventKind, RequestEvent, derive_clocks
from portal.domain.directory import Category
from portal.domain.lifecycle import Depiction, Filer
from portal.domain.notices import Situation, is_demanded, missing_elements
from portal.domain.regimes import (
    Certainty,
    Confidence,
    Element,
    NoticeField,
    Regime,
    RegimeKind,
    Status,
    TerritorialScope,
)
from portal.domain.territories import EU_MEMBERS
from portal.reference.holidays import load_calendar
from portal.reference.registry import load_registry
from portal.reference.zones import find_zone
from tests.cases import for_each

REGIMES = load_registry().regimes
EXPECTED = (Path(__file__).parents[1] / "data" / "regimes.txt").read_text("utf-8").split()
TODAY = date(2026, 11, 23)
SITUATIONS = {
    "person": Situation(),
    "representative": Situation(by_representative=True),
    "child": Situation(child_material=True, by_representative=True),
}
CASES = [(regime, name) for regime in REGIMES.values() for name in SITUATIONS]
every_law = for_each("regime", REGIMES.values(), ids=list(REGIMES))


def test_every_researched_law_is_there_and_no_other() -> None:
    assert sorted(REGIMES) == EXPECTED


def list_demanded(regime: Regime, situation: Situation) -> list[Element]:
    return [element for element in regime.elements if is_demanded(element, situation)]


@for_each(("regime", "name"), CASES, ids=lambda case: f"{case[0].id} {case[1]}")
def test_the_checker_names_exactly_the_element_that_was_left_out(regime: Regime, name: str) -> None:
    situation = SITUATIONS[name]
    demanded = list_demanded(regime, situation)
    full = frozenset(proof for element in demanded for proof in element.proofs)
    assert missing_elements(regime, full, situation) == ()
    for element in demanded:
        own = [proof for proof in element.proofs if _names_only(regime, element, full - {proof}, situation)]
        assert own, f"nothing that is left out makes the checker name {element.key} alone"


def _names_only(regime: Regime, element: Element, proofs: frozenset[NoticeField], situation: Situation) -> bool:
    return missing_elements(regime, proofs, situation) == (element,)


@every_law
def test_a_law_is_offered_on_the_day_it_is_in_force_and_not_the_day_before(regime: Regime) -> None:
    facts, platform = make_case(regime)
    first = regime.in_force_from or TODAY
    expected = [(0, regime.offered), (1, regime.offered)]
    if regime.in_force_from is not None:
        expected.append((-1, False))
    for days, offered in expected:
        verdict = assess(regime, facts, platform, first + timedelta(days=days))
        assert verdict.offered is offered, verdict.reason


@every_law
def test_only_what_is_law_and_was_seen_is_offered(regime: Regime) -> None:
    if regime.status is not Status.IN_FORCE or regime.confidence is Confidence.MEMORY:
        assert not regime.offered
        facts, platform = make_case(regime)
        assert not any(assess(regime, facts, platform, date(year, 7, 1)).offered for year in range(2000, 2040))


@every_law
def test_a_law_that_is_not_offered_says_why(regime: Regime) -> None:
    assert regime.offered or regime.note


def make_case(regime: Regime) -> tuple[CaseFacts, PlatformFacts]:
    """A case made from the record itself: the one the law is for."""
    place, _, part = regime.jurisdictions[0].partition("-")
    country = min(EU_MEMBERS) if place in {"EU", "EEA"} else place
    covers, filers = regime.covers, regime.filers
    kinds = {
        Depiction.REAL: covers.real,
        Depiction.SYNTHETIC: covers.synthetic,
        Depiction.FALSE: covers.false_depiction,
        Depiction.PRIVATE: covers.personal_data,
    }
    depiction = next((kind for kind, cover in kinds.items() if cover is not Certainty.NO), Depiction.REAL)
    who = {Filer.SELF: filers.person, Filer.PARENT: filers.parent, Filer.REPRESENTATIVE: filers.representative}
    filer = next((each for each, cover in who.items() if cover is not Certainty.NO), Filer.SELF)
    facts = CaseFacts(
        country=country,
        subdivision=part or None,
        under_18=covers.adults is Certainty.NO,
        depiction=depiction,
        filer=filer,
        took_it_themselves=True,
    )
    return facts, make_platform(regime.reach, country)


def make_platform(reach: TerritorialScope, country: str) -> PlatformFacts:
    listed = reach.platform_categories or tuple(Category)
    return PlatformFacts(
        id=reach.platforms[0] if reach.platforms else "site",
        category=next(each for each in listed if each not in reach.not_categories),
        seat_country=country,
        designation=reach.designations[0] if reach.designations else None,
    )


@every_law
def test_its_clocks_start_on_the_day_it_is_in_force_and_not_the_day_before(regime: Regime) -> None:
    if regime.status is not Status.IN_FORCE:
        assert list_started(regime, datetime(2030, 1, 1, tzinfo=UTC)) == set()
        return
    place = regime.jurisdictions[0].partition("-")[0]
    zone = find_zone("IE" if place in {"EU", "EEA"} else place)
    first = datetime.combine(regime.in_force_from or TODAY, time(), zone).astimezone(UTC)
    if regime.in_force_from is not None:
        assert list_started(regime, first - timedelta(seconds=1)) == set()
    # A clock that a miss starts has to wait for the miss; one that came later has a first day of its own.
    at_once = {rule.id for rule in regime.rules if rule.in_force_from is None and rule.trigger != "deadline_missed"}
    assert list_started(regime, first) >= at_once


def list_started(regime: Regime, at: datetime) -> set[str]:
    """The clocks that run when everything that can start one happens at this instant."""
    place = regime.jurisdictions[0].partition("-")[0]
    country = "IE" if place in {"EU", "EEA"} else place
    triggers = {rule.trigger for rule in regime.rules if rule.trigger != "deadline_missed"}
    events = [RequestEvent(kind=EventKind(trigger.value), at=at) for trigger in triggers]
    clocks = derive_clocks(regime, events, calendar=load_calendar(country), zone=find_zone(country), now=at)
    return {clock.id for clock in clocks}


@pytest.mark.parametrize(("days", "offered"), [(-1, False), (0, True), (1, True)])
def test_the_british_duty_is_offered_from_29_june_2026(days: int, offered: bool) -> None:
    regime = REGIMES["uk-osa-10-3a"]
    facts, platform = make_case(regime)
    assert assess(regime, facts, platform, date(2026, 6, 29) + timedelta(days=days)).offered is offered


@every_law
def test_a_law_that_only_memory_knows_would_not_be_offered(regime: Regime) -> None:
    facts, platform = make_case(regime)
    remembered = replace(regime, confidence=Confidence.MEMORY)
    assert not assess(remembered, facts, platform, regime.in_force_from or TODAY).offered


@every_law
def test_nothing_is_owed_where_there_is_no_law(regime: Regime) -> None:
    if regime.kind is RegimeKind.SUPPORT:
        assert all(rule.binding in {"target", "follow_up"} for rule in regime.rules)
