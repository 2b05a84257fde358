"""People who help: those of the country and the age, at the end of each step and beside the receipt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.domain.regimes import Confidence
from portal.domain.regulators import Audience, HelpRole, RegulatorKind
from portal.reference.registry import load_registry
from portal.web.helplines import (
    FINDER,
    FINDER_OF_HOTLINES,
    helplines_for,
    helplines_near,
    lines_of_children,
    list_helplines,
    put_blocking_third,
)

REGULATORS = load_registry().regulators


def test_every_help_service_says_whom_it_is_for() -> None:
    for one in REGULATORS.values():
        assert (one.audience is not None) is (one.kind is RegulatorKind.HOTLINE), one.id


@pytest.mark.parametrize(("is_child", "other"), [(True, Audience.ADULTS), (False, Audience.CHILDREN)])
def test_each_age_gets_its_own(is_child: bool, other: Audience) -> None:
    for country in ("GB", "US", "IE", "NZ", ""):
        found = helplines_for(REGULATORS, country, is_child=is_child)
        assert found
        assert all(one.audience is not other for one in found)
        own = [one.is_worldwide and one.country != country for one in found]
        assert own == sorted(own), "those of the country come first"


def test_a_child_meets_the_childrens_line_of_the_country_first() -> None:
    for country in {one.country for one in REGULATORS.values()}:
        found = helplines_for(REGULATORS, country, is_child=True)
        near = [
            one.audience is not Audience.CHILDREN for one in found if one.country == country and not one.is_worldwide
        ]
        assert near == sorted(near), country
    firsts = {country: helplines_near(REGULATORS, country, is_child=True)[0].id for country in ("DE", "CA", "AU", "NZ")}
    assert firsts == {
        "DE": "de-nummer-gegen-kummer", "CA": "ca-kids-help-phone", "AU": "au-kids-helpline", "NZ": "nz-youthline",
    }  # fmt: skip


def test_a_child_sees_who_blocks_copies_among_the_first_three() -> None:
    for country in ("NZ", "GB", "US", "DE", "CA"):
        found = helplines_for(REGULATORS, country, is_child=True)
        shown = put_blocking_third(found)
        assert shown[:2] == found[:2]
        assert shown[2].role is HelpRole.FINGERPRINT, country
        assert set(shown) == set(found)


@pytest.mark.parametrize("is_child", [True, False])
def test_nobody_is_sent_to_a_report_line_of_another_country(is_child: bool) -> None:
    for country in {one.country for one in REGULATORS.values()} - {"US"}:
        found = helplines_for(REGULATORS, country, is_child=is_child)
        assert "us-ncmec-cybertipline" not in {one.id for one in found}, country
    at_home = {one.id for one in helplines_for(REGULATORS, "US", is_child=True)}
    assert "us-ncmec-cybertipline" in at_home


def test_who_has_somebody_to_talk_to_needs_no_finder() -> None:
    finders = (FINDER, FINDER_OF_HOTLINES)
    for country, expected in (("GB", ()), ("DE", (FINDER_OF_HOTLINES,)), ("FJ", finders)):
        found = {one.id for one in helplines_for(REGULATORS, country, is_child=True)}
        assert found.intersection(finders) == set(expected), country


def test_the_end_of_a_page_names_two_at_most() -> None:
    assert [one.id for one in helplines_near(REGULATORS, "GB", is_child=True)] == ["gb-report-remove", "gb-samaritans"]
    adult = helplines_near(REGULATORS, "DE", is_child=False)
    assert [one.id for one in adult] == ["de-hilfetelefon", "de-telefonseelsorge"]


@pytest.mark.parametrize("country", ["", "FJ", "UZ"])
def test_where_we_know_nobody_the_finder_stands(country: str) -> None:
    assert [one.id for one in helplines_near(REGULATORS, country, is_child=False)] == [FINDER]


def test_who_only_takes_reports_is_nobody_to_talk_to() -> None:
    for country in {one.country for one in REGULATORS.values()}:
        for is_child in (True, False):
            near = helplines_near(REGULATORS, country, is_child=is_child)
            assert near, country
            assert all(one.role in {HelpRole.TALK, HelpRole.CRISIS, HelpRole.FINDER} for one in near)


def test_what_nobody_saw_in_a_source_stands_on_no_page() -> None:
    unseen = replace(REGULATORS["de-hilfetelefon"], confidence=Confidence.MEMORY)
    regulators = {**REGULATORS, unseen.id: unseen}
    assert unseen.id not in {one.id for one in list_helplines(regulators)}


def test_report_remove_is_offered_where_it_can_be_used() -> None:
    def offered(country: str) -> list[str]:
        return [one.id for one in lines_of_children(REGULATORS, country)]

    for country in ("IE", "DE", "US"):
        assert "gb-report-remove" not in offered(country)
        assert offered(country)[0] == "us-ncmec-take-it-down"
    for country in ("GB", ""):
        assert offered(country)[:2] == ["us-ncmec-take-it-down", "gb-report-remove"]
