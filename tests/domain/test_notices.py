"""Which elements a notice has and which are missing."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from portal.domain.notices import NoticeFacts, Situation, add_implied, check_elements, list_proofs, missing_elements
from portal.domain.regimes import Proof, When
from tests.domain.laws import REGIME, make_element

LAW = replace(
    REGIME,
    elements=(
        make_element("signature", Proof.SIGNATURE),
        make_element("place", Proof.LOCATION, Proof.DESCRIPTION),
        make_element("mandate", Proof.AUTHORITY, when=When.REPRESENTATIVE),
        make_element("name", Proof.NAME, when=When.ADULT_CONTENT),
        make_element("reach", Proof.CONTACT),
        make_element("more", Proof.EXPLANATION, when=When.OPTIONAL),
    ),
)
FULL = frozenset({Proof.SIGNATURE, Proof.LOCATION, Proof.DESCRIPTION, Proof.AUTHORITY, Proof.NAME, Proof.CONTACT})


def name_missing(proofs: frozenset[Proof], situation: Situation) -> list[str]:
    return [element.key for element in missing_elements(LAW, proofs, situation)]


def test_a_full_notice_misses_nothing() -> None:
    assert name_missing(FULL, Situation(by_representative=True)) == []


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        (Proof.SIGNATURE, "signature"),
        (Proof.DESCRIPTION, "place"),
        (Proof.LOCATION, "place"),
        (Proof.AUTHORITY, "mandate"),
        (Proof.NAME, "name"),
        (Proof.CONTACT, "reach"),
    ],
)
def test_the_missing_element_is_named(taken: Proof, missing: str) -> None:
    assert name_missing(FULL - {taken}, Situation(by_representative=True)) == [missing]


def test_an_empty_notice_misses_everything_that_is_demanded_in_the_laws_order() -> None:
    assert name_missing(frozenset(), Situation()) == ["signature", "place", "name", "reach"]
    assert name_missing(frozenset(), Situation(child_material=True)) == ["signature", "place", "reach"]
    assert name_missing(frozenset(), Situation(by_representative=True))[2] == "mandate"


def test_each_element_is_listed_with_what_it_lacks() -> None:
    checked = {each.element.key: each for each in check_elements(LAW, frozenset({Proof.LOCATION}), Situation())}
    assert checked["place"].missing == (Proof.DESCRIPTION,)
    assert not checked["place"].met
    assert not checked["more"].demanded
    assert not checked["mandate"].demanded
    assert len(checked) == len(LAW.elements)


def test_a_legal_name_is_a_name_and_any_address_is_a_contact() -> None:
    assert Proof.NAME in add_implied(frozenset({Proof.LEGAL_NAME}))
    for address in (Proof.EMAIL, Proof.PHONE, Proof.POSTAL_ADDRESS):
        assert Proof.CONTACT in add_implied(frozenset({address}))
    assert Proof.LEGAL_NAME not in add_implied(frozenset({Proof.NAME}))


def test_the_facts_of_a_notice_have_one_field_for_each_proof() -> None:
    assert {field.name for field in fields(NoticeFacts)} == {proof.value for proof in Proof}


def test_empty_text_proves_nothing() -> None:
    facts = NoticeFacts(signature="  ", location=("", " "), email="a@example.org", good_faith=True)
    assert list_proofs(facts) == {Proof.EMAIL, Proof.CONTACT, Proof.GOOD_FAITH}
    assert list_proofs(NoticeFacts()) == frozenset()
    assert Proof.LOCATION in list_proofs(NoticeFacts(location=("https://site.example/1",)))
