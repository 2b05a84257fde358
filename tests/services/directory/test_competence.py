"""Who is competent for a complaint: bodies that cover platforms, that can be reached, and of the person's own part."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from portal.domain.regimes import Confidence
from portal.domain.regulators import Regulator
from portal.models.cases import Case
from portal.reference.registry import load_registry
from portal.services.directory.competence import find_regulators
from portal.web.forms.parts import PARTS

REGISTRY = load_registry()


def find(country: str, part: str | None, regime: str = "eu-gdpr-77") -> list[Regulator]:
    case = Case(country=country, subdivision=part)
    return find_regulators(REGISTRY.regime(regime), case, ["instagram"], REGISTRY)


@pytest.mark.parametrize(("part", "body"), [("DE-BY", "de-by-lda-dpa"), ("BE", "de-be-dpa"), ("DE-NW", "de-nw-dpa")])
def test_in_germany_the_authority_of_the_land_takes_it(part: str, body: str) -> None:
    assert [each.id for each in find("DE", part)] == [body]


def test_the_report_offers_exactly_the_laender_that_have_an_authority() -> None:
    own = {each.subdivision for each in REGISTRY.regulators.values() if each.country == "DE" and each.subdivision}
    assert {f"DE-{code}" for code, _name in PARTS["DE"]} == own


@pytest.mark.parametrize("code", [code for code, _name in PARTS["DE"]])
def test_a_land_as_the_report_keeps_it_has_one_authority_of_its_own(code: str) -> None:
    found = find("DE", code)
    assert [each.subdivision for each in found] == [f"DE-{code}"]


def test_without_a_land_every_land_is_there_to_choose_from() -> None:
    found = find("DE", None)
    assert len(found) == 16
    assert all(each.subdivision for each in found)


def test_who_answers_for_public_offices_alone_is_never_offered() -> None:
    for country in ("DE", "ES", "AU", "CA"):
        assert all(each.covers_platforms for each in find(country, None))


@pytest.mark.parametrize("country", ["FR", "CY", "RO"])
def test_a_body_without_a_door_is_not_offered(country: str) -> None:
    """Nobody can send anything there, so it is no way out."""
    assert find(country, None, "eu-dsa-53") == []
    assert [each.id for each in find("IT", None, "eu-dsa-53")] == ["it-agcom-dsc"]


def test_a_body_that_nobody_saw_in_a_source_is_not_offered() -> None:
    unseen = {each.id: replace(each, confidence=Confidence.MEMORY) for each in REGISTRY.regulators.values()}
    other = replace(REGISTRY)
    vars(other)["regulators"] = MappingProxyType(unseen)
    case = Case(country="IT", subdivision=None)
    assert find_regulators(other.regime("eu-dsa-53"), case, ["instagram"], other) == []
