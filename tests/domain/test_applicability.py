"""Which laws can be used for whom, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from portal.domain.applicability import CaseFacts, PlatformFacts, assess
from portal.domain.lifecycle import Depiction, Filer
from portal.domain.regimes import (
    Certainty,
    Confidence,
    ConnectingFactor,
    Filers,
    Regime,
    RegimeKind,
    Status,
    TerritorialScope,
)
from portal.domain.territories import EEA_OTHERS, EU_MEMBERS, is_within
from tests.domain.laws import REGIME

ON = date(2026, 11, 22)
PERSON = CaseFacts(country="IE", under_18=False, depiction=Depiction.REAL)
PLATFORM = PlatformFacts(id="site", category="social", seat_country="US")


def with_ties(*ties: ConnectingFactor, jurisdictions: tuple[str, ...] = ("IE",)) -> Regime:
    return replace(REGIME, jurisdictions=jurisdictions, reach=TerritorialScope(ties=ties, platform_categories=()))


def test_a_law_that_fits_is_offered_with_the_reason() -> None:
    verdict = assess(REGIME, PERSON, PLATFORM, ON)
    assert (verdict.regime, verdict.applies, verdict.offered) == ("xx-act", Certainty.YES, True)
    assert verdict.reason == "The person lives where this law applies."


@pytest.mark.parametrize(("days", "offered"), [(-1, False), (0, True), (1, True)])
def test_a_law_is_offered_from_the_day_it_is_in_force(days: int, offered: bool) -> None:
    regime = replace(REGIME, in_force_from=ON)
    verdict = assess(regime, PERSON, PLATFORM, ON + timedelta(days=days))
    assert verdict.offered is offered
    if not offered:
        assert verdict.reason == "This law is in force from Sunday 22 November 2026 only."


def test_a_law_is_offered_up_to_its_last_day() -> None:
    regime = replace(REGIME, in_force_until=ON)
    assert assess(regime, PERSON, PLATFORM, ON).offered
    assert not assess(regime, PERSON, PLATFORM, ON + timedelta(days=1)).offered


@pytest.mark.parametrize("status", [Status.BILL, Status.NOT_IN_FORCE, Status.UNVERIFIED])
def test_what_is_not_law_is_never_offered(status: Status) -> None:
    verdict = assess(replace(REGIME, status=status), PERSON, PLATFORM, ON)
    assert (verdict.applies, verdict.offered) == (Certainty.NO, False)


@pytest.mark.parametrize("regime", [replace(REGIME, confidence=Confidence.MEMORY), replace(REGIME, offered=False)])
def test_what_is_not_sure_enough_is_shown_and_never_offered(regime: Regime) -> None:
    verdict = assess(regime, PERSON, PLATFORM, ON)
    assert (verdict.applies, verdict.offered) == (Certainty.YES, False)
    assert "not sure enough" in verdict.reason


@pytest.mark.parametrize(
    ("regime", "country", "subdivision", "seat", "applies"),
    [
        (with_ties(ConnectingFactor.ANYWHERE), "ZW", None, None, Certainty.YES),
        (with_ties(ConnectingFactor.RESIDENCE), "IE", None, None, Certainty.YES),
        (with_ties(ConnectingFactor.RESIDENCE), "GB", None, "IE", Certainty.NO),
        (with_ties(ConnectingFactor.RESIDENCE), None, None, "IE", Certainty.MAYBE),
        (with_ties(ConnectingFactor.SEAT), "GB", None, "IE", Certainty.YES),
        (with_ties(ConnectingFactor.SEAT), "GB", None, None, Certainty.NO),
        (with_ties(ConnectingFactor.SEAT, jurisdictions=("IE-D",)), "GB", None, "IE", Certainty.MAYBE),
        (with_ties(ConnectingFactor.RESIDENCE, ConnectingFactor.SEAT), "GB", None, "IE", Certainty.YES),
        (with_ties(ConnectingFactor.RESIDENCE, ConnectingFactor.SEAT), "GB", None, "US", Certainty.NO),
        (with_ties(ConnectingFactor.OFFERS), "IE", None, None, Certainty.YES),
        (with_ties(ConnectingFactor.OFFERS), "GB", None, None, Certainty.MAYBE),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("EU",)), "FR", None, None, Certainty.YES),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("EU",)), "RE", None, None, Certainty.YES),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("EU",)), "NO", None, None, Certainty.NO),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("EEA",)), "NO", None, None, Certainty.YES),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("EU",)), "GB", None, None, Certainty.NO),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("CA-QC",)), "CA", "QC", None, Certainty.YES),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("CA-QC",)), "CA", "ON", None, Certainty.NO),
        (with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("CA-QC",)), "CA", None, None, Certainty.MAYBE),
        (with_ties(), "IE", None, None, Certainty.NO),
    ],
)
def test_one_tie_to_the_territory_is_enough(
    regime: Regime, country: str | None, subdivision: str | None, seat: str | None, applies: Certainty
) -> None:
    person = replace(PERSON, country=country, subdivision=subdivision)
    verdict = assess(regime, person, PlatformFacts(category="social", seat_country=seat), ON)
    assert verdict.applies is applies
    assert verdict.offered is (applies is Certainty.YES)


def test_a_known_platform_without_a_known_seat_may_have_it_there() -> None:
    verdict = assess(with_ties(ConnectingFactor.SEAT), replace(PERSON, country="GB"), PlatformFacts(id="site"), ON)
    assert (verdict.applies, verdict.offered) == (Certainty.MAYBE, False)


def test_an_establishment_ties_like_a_seat() -> None:
    platform = PlatformFacts(seat_country="US", establishments=("IE",))
    assert (
        assess(with_ties(ConnectingFactor.SEAT), replace(PERSON, country="GB"), platform, ON).applies is Certainty.YES
    )


@pytest.mark.parametrize(("serves", "applies"), [(("IE",), Certainty.YES), (("US",), Certainty.NO)])
def test_a_platform_that_serves_certain_countries_only(serves: tuple[str, ...], applies: Certainty) -> None:
    platform = PlatformFacts(serves=serves)
    assert assess(with_ties(ConnectingFactor.OFFERS), replace(PERSON, country="GB"), platform, ON).applies is applies


@pytest.mark.parametrize(
    ("only", "never", "category", "applies"),
    [
        ((), (), "search", Certainty.YES),
        ((), ("search",), "search", Certainty.NO),
        (("social",), (), "social", Certainty.YES),
        (("social",), (), "search", Certainty.NO),
        (("social",), (), None, Certainty.MAYBE),
        ((), ("search",), None, Certainty.YES),
    ],
)
def test_a_law_reaches_certain_kinds_of_service(
    only: tuple[str, ...], never: tuple[str, ...], category: str | None, applies: Certainty
) -> None:
    reach = TerritorialScope(ties=(ConnectingFactor.RESIDENCE,), platform_categories=only, not_categories=never)
    regime = replace(REGIME, reach=reach)
    assert assess(regime, PERSON, PlatformFacts(category=category), ON).applies is applies


@pytest.mark.parametrize(
    ("facts", "applies"),
    [
        (replace(PERSON, depiction=Depiction.SYNTHETIC), Certainty.YES),
        (replace(PERSON, depiction=Depiction.FALSE), Certainty.MAYBE),
        (replace(PERSON, depiction=Depiction.PRIVATE), Certainty.NO),
        (replace(PERSON, depiction=Depiction.UNSURE), Certainty.YES),
        (replace(PERSON, threat_only=True), Certainty.NO),
        (replace(PERSON, under_18=True), Certainty.YES),
        (replace(PERSON, filer=Filer.PARENT), Certainty.YES),
        (replace(PERSON, filer=Filer.REPRESENTATIVE), Certainty.MAYBE),
    ],
)
def test_the_content_and_the_one_who_asks_decide_too(facts: CaseFacts, applies: Certainty) -> None:
    assert assess(REGIME, facts, PLATFORM, ON).applies is applies


def test_where_a_law_reaches_only_one_of_two_an_unsure_depiction_may_be_reached() -> None:
    regime = replace(REGIME, covers=replace(REGIME.covers, synthetic=Certainty.NO))
    assert assess(regime, replace(PERSON, depiction=Depiction.UNSURE), PLATFORM, ON).applies is Certainty.MAYBE


@pytest.mark.parametrize(
    ("real", "minors", "under_18", "applies"),
    [
        (Certainty.YES, Certainty.NO, True, Certainty.NO),
        (Certainty.YES, Certainty.NO, None, Certainty.MAYBE),
        (Certainty.YES, Certainty.NO, False, Certainty.YES),
        (Certainty.NO, Certainty.YES, True, Certainty.NO),
        (Certainty.YES, Certainty.MAYBE, True, Certainty.MAYBE),
    ],
)
def test_pictures_of_children_are_reached_by_their_own_word(
    real: Certainty, minors: Certainty, under_18: bool | None, applies: Certainty
) -> None:
    regime = replace(REGIME, covers=replace(REGIME.covers, real=real, minors=minors))
    assert assess(regime, replace(PERSON, under_18=under_18), PLATFORM, ON).applies is applies


def test_a_law_open_to_anyone_is_open_to_a_representative() -> None:
    filers = Filers(person=Certainty.YES, parent=Certainty.NO, representative=Certainty.NO, anyone=Certainty.YES)
    facts = replace(PERSON, filer=Filer.REPRESENTATIVE)
    assert assess(replace(REGIME, filers=filers), facts, PLATFORM, ON).applies is Certainty.YES
    closed = replace(REGIME, filers=replace(filers, anyone=Certainty.NO))
    assert assess(closed, facts, PLATFORM, ON).applies is Certainty.NO


@pytest.mark.parametrize(
    ("took_it", "applies"), [(True, Certainty.YES), (None, Certainty.MAYBE), (False, Certainty.NO)]
)
def test_copyright_is_for_the_one_who_took_the_picture(took_it: bool | None, applies: Certainty) -> None:
    regime = replace(REGIME, reach=replace(REGIME.reach, needs_ownership=True))
    assert assess(regime, replace(PERSON, took_it_themselves=took_it), PLATFORM, ON).applies is applies


def test_every_combination_gets_one_sentence() -> None:
    for country, age, what, who in product([None, "IE", "NO"], [None, True, False], Depiction, Filer):
        facts = CaseFacts(country=country, under_18=age, depiction=what, filer=who)
        verdict = assess(REGIME, facts, PlatformFacts(), ON)
        assert verdict.reason.endswith(".")
        assert verdict.reason.count("%") == 0
        assert not (verdict.offered and verdict.applies is Certainty.NO)


def test_the_union_has_27_members_and_the_area_three_more() -> None:
    assert (len(EU_MEMBERS), len(EEA_OTHERS)) == (27, 3)
    assert is_within("GB", None, "EU") is False


@pytest.mark.parametrize(
    ("under_18", "applies"), [(True, Certainty.YES), (None, Certainty.MAYBE), (False, Certainty.NO)]
)
def test_a_law_for_pictures_of_children_only_leaves_adults_out(under_18: bool | None, applies: Certainty) -> None:
    regime = replace(REGIME, covers=replace(REGIME.covers, minors=Certainty.YES, adults=Certainty.NO))
    assert assess(regime, replace(PERSON, under_18=under_18), PLATFORM, ON).applies is applies


@pytest.mark.parametrize(
    ("platform", "applies"),
    [
        (PlatformFacts(id="named"), Certainty.YES),
        (PlatformFacts(id="large", designation="vlop"), Certainty.YES),
        (PlatformFacts(id="other", designation="vlose"), Certainty.NO),
        (PlatformFacts(), Certainty.MAYBE),
    ],
)
def test_a_law_for_named_services_reaches_those_alone(platform: PlatformFacts, applies: Certainty) -> None:
    reach = replace(REGIME.reach, ties=(ConnectingFactor.ANYWHERE,), platforms=("named",), designations=("vlop",))
    assert assess(replace(REGIME, reach=reach), PERSON, platform, ON).applies is applies


@pytest.mark.parametrize(
    ("altered", "applies"), [(True, Certainty.YES), (None, Certainty.MAYBE), (False, Certainty.NO)]
)
def test_a_law_may_tell_an_altered_picture_from_a_made_one(altered: bool | None, applies: Certainty) -> None:
    regime = replace(REGIME, covers=replace(REGIME.covers, synthetic=Certainty.NO, altered=Certainty.YES))
    facts = replace(PERSON, depiction=Depiction.SYNTHETIC, altered=altered)
    assert assess(regime, facts, PLATFORM, ON).applies is applies


@pytest.mark.parametrize("tie", [ConnectingFactor.ANYWHERE, ConnectingFactor.RESIDENCE])
def test_a_help_service_is_not_called_a_law(tie: ConnectingFactor) -> None:
    service = replace(with_ties(tie), kind=RegimeKind.SUPPORT)
    verdict = assess(service, replace(PERSON, country="IE"), PLATFORM, ON)
    assert (verdict.applies, "service" in verdict.reason) == (Certainty.YES, True)
