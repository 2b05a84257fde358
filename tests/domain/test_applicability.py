"""Which laws can be used for whom, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from portal.domain.applicability import CaseFacts, PlatformFacts, assess, prefer_national
from portal.domain.directory import Company
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
from portal.domain.territories import EEA_OTHERS, EU_MEMBERS, Region, Territory, is_within
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


IRISH = Company(
    name="Site Ireland",
    country="IE",
    controller_for=(Region.EEA, Region.CH),
    provider_for=(Region.EEA,),
    confidence=Confidence.MEDIUM,
)
AMERICAN = Company(
    name="Site Inc.", country="US", controller_for=(Region.US,), provider_for=(Region.US,), confidence=Confidence.MEDIUM
)
SPLIT = PlatformFacts(
    id="site", category="social", seat_country="IE", establishments=("IE", "US"), companies=(IRISH, AMERICAN)
)
DATA = replace(with_ties(ConnectingFactor.SEAT), kind=RegimeKind.ERASURE)


def test_where_nobody_says_which_company_answers_an_establishment_may_tie() -> None:
    platform = PlatformFacts(id="site", seat_country="US", establishments=("IE",))
    verdict = assess(with_ties(ConnectingFactor.SEAT), replace(PERSON, country="GB"), platform, ON)
    assert (verdict.applies, verdict.offered) == (Certainty.MAYBE, False)
    assert "Whether it answers for people where the person lives is not known" in verdict.reason


@pytest.mark.parametrize("country", ["GB", "US", "NZ", None])
def test_a_platform_of_one_company_is_tied_for_everybody(country: str | None) -> None:
    platform = PlatformFacts(id="site", seat_country="IE", establishments=("IE",))
    assert assess(DATA, replace(PERSON, country=country), platform, ON).offered


@pytest.mark.parametrize(
    ("country", "applies", "told"),
    [
        ("FR", Certainty.YES, "Site Ireland"),
        ("NO", Certainty.YES, "Site Ireland"),
        ("AX", Certainty.YES, "Site Ireland"),
        ("CH", Certainty.YES, "Site Ireland"),
        ("US", Certainty.NO, "Site Inc."),
        ("GB", Certainty.MAYBE, "not known"),  # the record names nobody
        ("NZ", Certainty.MAYBE, "not known"),
        (None, Certainty.MAYBE, "not known"),
    ],
)
def test_an_establishment_ties_those_whom_it_answers_for(country: str | None, applies: Certainty, told: str) -> None:
    verdict = assess(DATA, replace(PERSON, country=country), SPLIT, ON)
    assert verdict.applies is applies
    assert verdict.offered is (applies is Certainty.YES)
    assert told in verdict.reason


def test_a_territory_of_the_united_states_counts_to_them() -> None:
    territory = Territory(
        code="PR", state="US", of_right=True, union_law=False, confidence=Confidence.HIGH, sources=("act",)
    )
    facts = replace(PERSON, country="PR", territory=territory)
    assert assess(DATA, facts, SPLIT, ON).applies is Certainty.NO


def test_what_rests_on_memory_is_not_known() -> None:
    unsure = replace(SPLIT, companies=tuple(replace(each, confidence=Confidence.MEMORY) for each in SPLIT.companies))
    for country in ("FR", "US"):
        verdict = assess(DATA, replace(PERSON, country=country), unsure, ON)
        assert (verdict.applies, verdict.offered) == (Certainty.MAYBE, False)


def test_of_a_service_its_provider_is_asked_and_of_data_the_one_who_decides_about_them() -> None:
    notice = with_ties(ConnectingFactor.SEAT)
    assert assess(notice, replace(PERSON, country="CH"), SPLIT, ON).applies is Certainty.MAYBE, "no provider is named"
    assert assess(DATA, replace(PERSON, country="CH"), SPLIT, ON).applies is Certainty.YES


def test_a_notice_that_anybody_may_give_is_never_more_than_a_maybe_outside() -> None:
    regime = with_ties(ConnectingFactor.RESIDENCE, ConnectingFactor.NOTIFIES, jurisdictions=("EU",))
    inside = assess(regime, replace(PERSON, country="FR"), SPLIT, ON)
    assert (inside.applies, inside.offered) == (Certainty.YES, True)
    for country in ("US", "NO", "GL"):
        outside = assess(regime, replace(PERSON, country=country), SPLIT, ON)
        assert (outside.applies, outside.offered) == (Certainty.MAYBE, False)
        assert "Anybody may send a notice" in outside.reason
    assert assess(regime, replace(PERSON, country="US"), PlatformFacts(), ON).applies is Certainty.NO


def test_the_reason_names_the_place_and_the_company() -> None:
    facts = replace(PERSON, country="IE", country_name="Ireland", part_name="Leinster")
    law = replace(DATA, reach=replace(DATA.reach, ties=(ConnectingFactor.RESIDENCE, ConnectingFactor.SEAT)))
    assert (
        assess(law, facts, SPLIT, ON).reason
        == "The person lives in Ireland, where this law applies. Site Ireland answers for people there."
    )
    swiss = replace(PERSON, country="CH", country_name="Switzerland")
    assert (
        assess(law, swiss, SPLIT, ON).reason
        == "Site Ireland, established where this law applies, answers for people in Switzerland."
    )
    part = replace(with_ties(ConnectingFactor.RESIDENCE, jurisdictions=("IE-L",)), kind=RegimeKind.COURT)
    told = assess(part, replace(facts, subdivision="L"), SPLIT, ON).reason
    assert told == "The person lives in Leinster, where this law applies."


@pytest.mark.parametrize(
    ("category", "forms", "applies"),
    [
        ("social", frozenset({"takeitdown_form"}), Certainty.YES),
        ("search", frozenset({"takeitdown_form"}), Certainty.MAYBE),
        ("search", frozenset({"takeitdown_page"}), Certainty.MAYBE),
        ("search", frozenset({"general_form"}), Certainty.NO),
    ],
)
def test_a_service_left_out_that_runs_the_form_may_be_reached_and_no_letter_says_so(
    category: str, forms: frozenset[str], applies: Certainty
) -> None:
    reach = TerritorialScope(
        ties=(ConnectingFactor.ANYWHERE,),
        platform_categories=(),
        not_categories=("search",),
        own_form="takeitdown",
    )
    verdict = assess(replace(REGIME, reach=reach), PERSON, PlatformFacts(id="s", category=category, forms=forms), ON)
    assert verdict.applies is applies
    assert verdict.offered is (applies is Certainty.YES)


def test_a_national_form_is_used_in_place_of_the_general_one_where_both_can_be() -> None:
    national = replace(REGIME, id="ie-form", name="The Irish form", in_place_of=("xx-act",))
    found = [(law, assess(law, PERSON, PLATFORM, ON)) for law in (REGIME, national)]
    general, own = (verdict for _law, verdict in prefer_national(found))
    assert (general.applies, general.offered, general.replaced_by) == (Certainty.YES, False, "ie-form")
    assert general.reason.startswith("The Irish form is used in its place")
    assert own.offered
    unusable = replace(national, offered=False)
    found = [(law, assess(law, PERSON, PLATFORM, ON)) for law in (REGIME, unusable)]
    assert prefer_national(found) == found


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
