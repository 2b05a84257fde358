"""Which company answers for whom: what the records say of real platforms, and what `law check` refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from portal.domain.directory import Platform
from portal.domain.regimes import Certainty
from portal.reference.audit import find_gaps
from portal.reference.registry import Registry, load_registry
from portal.services.law.law_finder import ContentKind, Facts, find_applicable_laws
from tests.cases import for_each

REGISTRY = load_registry()
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
GDPR = ("eu-gdpr-15", "eu-gdpr-17", "eu-gdpr-77")
DSA = ("eu-dsa-16", "eu-dsa-20", "eu-dsa-21")
META = ("facebook", "instagram", "threads")
SPLIT = (*META, "whatsapp", "youtube", "linkedin", "x", "snapchat", "tiktok", "reddit", "discord", "openai")
ONE_COMPANY = ("pornhub", "redtube", "youporn", "xhamster", "xvideos", "xnxx")


def judge(country: str, platform: str, subdivision: str | None = None) -> dict[str, Any]:
    facts = Facts(country=country, subdivision=subdivision, depiction=ContentKind.REAL, platform=platform)
    return {each.regime: each for each in find_applicable_laws(facts, REGISTRY, now=NOW)}


@pytest.mark.parametrize("platform", [*SPLIT, *ONE_COMPANY, "pinterest", "tinder", "twitch", "cloudflare", "mega"])
@pytest.mark.parametrize(("country", "part"), [("US", "AZ"), ("AU", "NSW"), ("NO", None), ("GL", None)])
def test_the_digital_services_act_is_offered_to_nobody_outside_the_union(
    platform: str, country: str, part: str | None
) -> None:
    verdicts = judge(country, platform, part)
    assert not [law for law in DSA if verdicts[law].offered]
    assert {verdicts[law].applies for law in DSA[1:]} == {Certainty.NO}
    assert verdicts["eu-dsa-16"].applies in {Certainty.MAYBE, Certainty.NO}


@pytest.mark.parametrize("platform", SPLIT)
def test_the_gdpr_is_not_offered_in_arizona_against_a_group_whose_american_company_answers_there(platform: str) -> None:
    verdicts = judge("US", platform, "AZ")
    assert {verdicts[law].applies for law in GDPR} == {Certainty.NO}
    assert not any(verdicts[law].offered for law in GDPR)


@pytest.mark.parametrize("platform", ONE_COMPANY)
@pytest.mark.parametrize("country", ["US", "NZ", "GB", "BR"])
def test_a_platform_of_one_company_in_the_union_answers_to_everybody_under_the_gdpr(
    platform: str, country: str
) -> None:
    verdicts = judge(country, platform)
    assert {verdicts[law].applies for law in GDPR} == {Certainty.YES}
    assert all(verdicts[law].offered for law in GDPR)


@pytest.mark.parametrize(
    ("platform", "country", "applies"),
    [
        *(
            (platform, "GB", Certainty.NO)
            for platform in (*META, "whatsapp", "youtube", "linkedin", "reddit", "openai")
        ),
        ("x", "GB", Certainty.YES),
        ("x", "CH", Certainty.YES),
        ("youtube", "CH", Certainty.YES),
        ("facebook", "CH", Certainty.MAYBE),  # nobody was seen to say
        ("tinder", "GB", Certainty.YES),
        ("tiktok", "GB", Certainty.NO),
        ("tiktok", "JP", Certainty.NO),
        ("snapchat", "JP", Certainty.MAYBE),
        ("github", "JP", Certainty.MAYBE),
        ("facebook", "NO", Certainty.YES),
        ("facebook", "RE", Certainty.YES),
        ("facebook", "PR", Certainty.NO),
    ],
)
def test_the_gdpr_follows_the_company_that_answers_for_the_persons_region(
    platform: str, country: str, applies: Certainty
) -> None:
    verdict = judge(country, platform)["eu-gdpr-15"]
    assert verdict.applies is applies
    assert verdict.offered is (applies is Certainty.YES)


def test_the_reasons_say_where_the_person_lives_and_who_answers() -> None:
    reason = judge("IE", "facebook")["eu-gdpr-17"].reason
    assert reason == (
        "The person lives in Ireland, where this law applies. Meta Platforms Ireland Limited answers for people there."
    )


def test_a_national_form_stands_in_for_the_general_law_for_commands_pages_and_machines_alike() -> None:
    verdicts = judge("IE", "facebook")
    assert (verdicts["eu-gdpr-77"].offered, verdicts["eu-gdpr-77"].replaced_by) == (False, "ie-dpc")
    assert (verdicts["eu-dsa-53"].offered, verdicts["eu-dsa-53"].replaced_by) == (False, "ie-cnam-dsa")
    assert verdicts["ie-dpc"].offered
    norwegian = judge("NO", "facebook")
    assert (norwegian["eu-gdpr-17"].offered, norwegian["no-gdpr"].offered) == (False, True)


def test_google_search_in_arizona_may_be_reached_by_the_act_whose_form_it_runs() -> None:
    verdict = judge("US", "google-search", "AZ")["us-take-it-down"]
    assert (verdict.applies, verdict.offered) == (Certainty.MAYBE, False)
    assert "has a form of its own for it" in verdict.reason
    assert judge("US", "duckduckgo", "AZ")["us-take-it-down"].applies is Certainty.NO


@for_each("platform", REGISTRY.platforms.values(), ids=REGISTRY.platforms)
def test_where_there_is_more_than_one_company_the_record_says_which_answers_for_whom(platform: Platform) -> None:
    if platform.has_several_companies:
        assert any(company.controller_for for company in platform.companies)
    for company in platform.companies:
        assert company.source or platform.sources or not company.is_sure


def with_platform(platform: Platform) -> Registry:
    registry = Registry(REGISTRY.regimes, REGISTRY.folders)
    registry.__dict__["platforms"] = MappingProxyType({platform.slug: platform})
    return registry


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda each: replace(each, companies=()), "it has more than one company, and no controller by region"),
        (
            lambda each: replace(each, companies=(), legal_entity="One Ltd; Two Inc.", establishments=()),
            "it has more than one company, and no controller by region",
        ),
        (
            lambda each: replace(each, companies=(*each.companies, each.companies[0])),
            "two companies are controller_for of EEA",
        ),
        (
            lambda each: replace(each, companies=(replace(each.companies[0], country="XX"),)),
            "there is no country 'XX'",
        ),
    ],
)
def test_the_check_refuses_a_record_that_leaves_open_who_answers(change: Any, told: str) -> None:
    gaps = "\n".join(find_gaps(with_platform(change(REGISTRY.platforms["facebook"]))))
    assert told in gaps
    assert told not in "\n".join(find_gaps(with_platform(REGISTRY.platforms["facebook"])))
