"""Every law of the pack, held to what any law must do: element by element, and day by day around its beginning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from portal.domain.applicability import CaseFacts, PlatformFacts, assess
from portal.domain.clocks import EventKind, RequestEvent, derive_clocks
from portal.domain.lifecycle import Depiction, Filer
from portal.domain.notices import Situation, is_demanded, missing_elements
from portal.domain.regimes import Confidence, Cover, Element, Proof, Regime
from portal.domain.territories import EU_MEMBERS
from portal.reference.holidays import load_calendar
from portal.reference.registry import load_registry
from portal.reference.zones import find_zone

REGIMES = load_registry().regimes
EXPECTED = frozenset(
    {
        *("us-take-it-down", "us-dmca-512", "eu-dsa-16", "eu-dsa-20", "eu-dsa-21", "eu-dsa-53", "eu-gdpr-17"),
        *("eu-gdpr-77", "it-garante-144bis", "uk-gdpr-17", "uk-dpa-164a", "uk-ico-165", "uk-osa-10-3a", "nz-hdca-24"),
        *("nz-privacy-act-2020", "nz-opc-complaint", "au-osa-iba", "au-privacy-act", "in-it-rules-3-2-b", "in-gac"),
        *("br-decreto-12976", "ca-qc-law25-28-1", "ca-pipeda-access", "kr-pipa", "sg-osra-osc", "je-dpjl"),
        *("co-1581-reclamo", "uy-18331-supresion"),
    }
)
SITUATIONS = {
    "person": Situation(),
    "representative": Situation(by_representative=True),
    "child": Situation(child_material=True, by_representative=True),
}
CASES = [(regime, name) for regime in REGIMES.values() for name in SITUATIONS]


def test_the_laws_of_the_first_pack_are_all_there() -> None:
    assert set(REGIMES) >= EXPECTED


def list_demanded(regime: Regime, situation: Situation) -> list[Element]:
    return [element for element in regime.elements if is_demanded(element, situation)]


@pytest.mark.parametrize(("regime", "name"), CASES, ids=lambda value: value if isinstance(value, str) else value.id)
def test_the_checker_names_exactly_the_element_that_was_left_out(regime: Regime, name: str) -> None:
    situation = SITUATIONS[name]
    demanded = list_demanded(regime, situation)
    full = frozenset(proof for element in demanded for proof in element.proofs)
    assert missing_elements(regime, full, situation) == ()
    for element in demanded:
        own = [proof for proof in element.proofs if _names_only(regime, element, full - {proof}, situation)]
        assert own, f"nothing that is left out makes the checker name {element.key} alone"


def _names_only(regime: Regime, element: Element, proofs: frozenset[Proof], situation: Situation) -> bool:
    return missing_elements(regime, proofs, situation) == (element,)


@pytest.mark.parametrize("regime", REGIMES.values(), ids=list(REGIMES))
def test_a_law_is_offered_on_the_day_it_is_in_force_and_not_the_day_before(regime: Regime) -> None:
    facts, platform = make_case(regime)
    first = regime.in_force_from
    usable = regime.offered and regime.confidence is not Confidence.MEMORY
    for days, offered in ((-1, False), (0, usable), (1, usable)):
        verdict = assess(regime, facts, platform, first + timedelta(days=days))
        assert verdict.offered is offered, verdict.reason


def make_case(regime: Regime) -> tuple[CaseFacts, PlatformFacts]:
    """A case made from the record itself: the one the law is for."""
    place, _, part = regime.jurisdictions[0].partition("-")
    country = min(EU_MEMBERS) if place == "EU" else place
    kinds = {
        Depiction.REAL: regime.covers.real,
        Depiction.SYNTHETIC: regime.covers.synthetic,
        Depiction.FALSE: regime.covers.false_depiction,
        Depiction.PRIVATE: regime.covers.personal_data,
    }
    depiction = next(kind for kind, cover in kinds.items() if cover is not Cover.NO)
    filer = Filer.SELF if regime.filers.person is not Cover.NO else Filer.REPRESENTATIVE
    facts = CaseFacts(
        country=country,
        subdivision=part or None,
        under_18=False,
        depiction=depiction,
        filer=filer,
        took_it_themselves=True,
    )
    category = regime.reach.platform_categories[0] if regime.reach.platform_categories else "social"
    return facts, PlatformFacts(id="site", category=category, seat_country=country)


@pytest.mark.parametrize("regime", REGIMES.values(), ids=list(REGIMES))
def test_its_clocks_start_on_the_day_it_is_in_force_and_not_the_day_before(regime: Regime) -> None:
    place = regime.jurisdictions[0].partition("-")[0]
    country = "IE" if place == "EU" else place
    zone, calendar = find_zone(country), load_calendar(country)
    first = datetime.combine(regime.in_force_from, time(), zone)
    for started_at, runs in ((first - timedelta(seconds=1), False), (first, True)):
        events = [RequestEvent(kind=kind, at=started_at.astimezone(UTC)) for kind in STARTS]
        now = started_at.astimezone(UTC)
        clocks = derive_clocks(regime, events, calendar=calendar, zone=zone, now=now)
        assert bool(clocks) is (runs and bool(regime.rules))


STARTS = (
    EventKind.NOTICE_RECEIVED,
    EventKind.DECISION_RECEIVED,
    EventKind.COMPLAINT_RECEIVED,
    EventKind.IDENTITY_PROVEN,
    EventKind.PLATFORM_CONFIRMED,
    EventKind.KNOWLEDGE,
)


@pytest.mark.parametrize(
    ("regime_id", "days", "offered"),
    [("uk-osa-10-3a", -1, False), ("uk-osa-10-3a", 0, True), ("uk-osa-10-3a", 1, True)],
)
def test_the_british_duty_is_offered_from_29_june_2026(regime_id: str, days: int, offered: bool) -> None:
    regime = REGIMES[regime_id]
    assert regime.in_force_from.isoformat() == "2026-06-29"
    facts, platform = make_case(regime)
    assert assess(regime, facts, platform, regime.in_force_from + timedelta(days=days)).offered is offered


def test_a_law_that_only_memory_knows_would_not_be_offered() -> None:
    for regime in REGIMES.values():
        facts, platform = make_case(regime)
        on = regime.in_force_from
        assert not assess(replace(regime, confidence=Confidence.MEMORY), facts, platform, on).offered
