"""Which elements a notice has and which are missing."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from portal.domain.notices import (
    NoticeContent,
    Situation,
    add_implied,
    check_elements,
    list_fields_given,
    missing_elements,
)
from portal.domain.regimes import NoticeField, When
from tests.domain.laws import REGIME, make_element

LAW = replace(
    REGIME,
    elements=(
        make_element("signature", NoticeField.SIGNATURE),
        make_element("place", NoticeField.LOCATION, NoticeField.DESCRIPTION),
        make_element("mandate", NoticeField.AUTHORITY, when=When.REPRESENTATIVE),
        make_element("name", NoticeField.NAME, when=When.ADULT_CONTENT),
        make_element("reach", NoticeField.CONTACT),
        make_element("more", NoticeField.EXPLANATION, when=When.OPTIONAL),
    ),
)
FULL = frozenset(
    {
        NoticeField.SIGNATURE,
        NoticeField.LOCATION,
        NoticeField.DESCRIPTION,
        NoticeField.AUTHORITY,
        NoticeField.NAME,
        NoticeField.CONTACT,
    }
)


def name_missing(proofs: frozenset[NoticeField], situation: Situation) -> list[str]:
    return [element.key for element in missing_elements(LAW, proofs, situation)]


def test_a_full_notice_misses_nothing() -> None:
    assert name_missing(FULL, Situation(by_representative=True)) == []


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        (NoticeField.SIGNATURE, "signature"),
        (NoticeField.DESCRIPTION, "place"),
        (NoticeField.LOCATION, "place"),
        (NoticeField.AUTHORITY, "mandate"),
        (NoticeField.NAME, "name"),
        (NoticeField.CONTACT, "reach"),
    ],
)
def test_the_missing_element_is_named(taken: NoticeField, missing: str) -> None:
    assert name_missing(FULL - {taken}, Situation(by_representative=True)) == [missing]


def test_an_empty_notice_misses_everything_that_is_demanded_in_the_laws_order() -> None:
    assert name_missing(frozenset(), Situation()) == ["signature", "place", "name", "reach"]
    assert name_missing(frozenset(), Situation(child_material=True)) == ["signature", "place", "reach"]
    assert name_missing(frozenset(), Situation(by_representative=True))[2] == "mandate"


def test_each_element_is_listed_with_what_it_lacks() -> None:
    checked = {each.element.key: each for each in check_elements(LAW, frozenset({NoticeField.LOCATION}), Situation())}
    assert checked["place"].missing == (NoticeField.DESCRIPTION,)
    assert not checked["place"].met
    assert not checked["more"].demanded
    assert not checked["mandate"].demanded
    assert len(checked) == len(LAW.elements)


def test_a_legal_name_is_a_name_and_any_address_is_a_contact() -> None:
    assert NoticeField.NAME in add_implied(frozenset({NoticeField.LEGAL_NAME}))
    for address in (NoticeField.EMAIL, NoticeField.PHONE, NoticeField.POSTAL_ADDRESS):
        assert NoticeField.CONTACT in add_implied(frozenset({address}))
    assert NoticeField.LEGAL_NAME not in add_implied(frozenset({NoticeField.NAME}))


def test_the_facts_of_a_notice_have_one_field_for_each_proof() -> None:
    assert {field.name for field in fields(NoticeContent)} == {proof.value for proof in NoticeField}


def test_empty_text_proves_nothing() -> None:
    facts = NoticeContent(signature="  ", location=("", " "), email="a@example.org", good_faith=True)
    assert list_fields_given(facts) == {NoticeField.EMAIL, NoticeField.CONTACT, NoticeField.GOOD_FAITH}
    assert list_fields_given(NoticeContent()) == frozenset()
    assert NoticeField.LOCATION in list_fields_given(NoticeContent(location=("https://site.example/1",)))
