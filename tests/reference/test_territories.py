"""Parts of states with a country code of their own: whose laws and authorities they have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from portal.domain.applicability import CaseFacts, PlatformFacts, assess
from portal.domain.lifecycle import Depiction
from portal.domain.regimes import Certainty, Confidence, ConnectingFactor
from portal.reference.registry import load_registry
from portal.reference.strict import BadReference
from portal.reference.territories import TERRITORIES, find_territory, load_territories
from portal.reference.zones import is_country
from portal.services.directory.lookups import bodies_of
from portal.services.law.law_finder import read_place
from tests.cases import for_each

REGISTRY = load_registry()
ON = date(2026, 11, 30)
# ISO 3166-1 has these codes for parts of states; every other code of our list is a state's, Antarctica's, or disputed.
PARTS = [
    *("AI", "AS", "AW", "AX", "BL", "BM", "BQ", "CC", "CK", "CW", "CX", "FK", "FO", "GF", "GG", "GI", "GL", "GP", "GS"),
    *("GU", "HK", "IM", "IO", "JE", "KY", "MF", "MO", "MP", "MQ", "MS", "NC", "NF", "NU", "PF", "PM", "PN", "PR", "RE"),
    *("SH", "SJ", "SX", "TC", "TF", "TK", "UM", "VG", "VI", "WF", "YT"),
]

MINIMAL = """
version: "1"
territories:
  - {code: RE, state: FR, of_right: true, union_law: true, confidence: high, sources: [one]%s}
sources: [{key: one, url: "https://example.org/", official: true, seen_on: "2026-11-30", supports: it}]
"""


def judge(regime: str, country: str) -> Certainty:
    facts = CaseFacts(
        country=country, territory=find_territory(country), under_18=False, depiction=Depiction.REAL, altered=None
    )
    law = REGISTRY.regimes[regime]
    platform = PlatformFacts(id="site", category="social", seat_country="ZW")
    return assess(law, facts, platform, ON).applies


def test_every_part_of_a_state_in_the_list_of_countries_is_there() -> None:
    assert sorted(TERRITORIES) == PARTS
    assert all(is_country(each.code) and is_country(each.state) for each in TERRITORIES.values())


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (("FR", "NC"), ("NC", None)),
        (("fr", "FR-PF"), ("PF", None)),
        (("FI", "01"), ("AX", None)),
        (("NL", "AW"), ("AW", None)),
        (("US", "PR"), ("US", "PR")),
        (("US", "AZ"), ("US", "AZ")),
    ],
)
def test_a_territory_that_was_called_a_part_of_its_state_is_the_territory(
    said: tuple[str, str], read: tuple[str, str | None]
) -> None:
    assert read_place(*said) == read


@for_each("code", PARTS)
def test_the_law_of_the_union_reaches_a_part_exactly_where_its_record_says_so(code: str) -> None:
    expected = Certainty.YES if TERRITORIES[code].union_law else Certainty.NO
    assert judge("eu-dsa-53", code) is expected
    assert judge("eu-gdpr-17", code) is expected


@pytest.mark.parametrize(
    ("regime", "country", "applies"),
    [
        ("fr-cnil", "RE", Certainty.YES),
        ("fr-cnil", "MF", Certainty.YES),
        ("fr-lcen-6-3", "YT", Certainty.YES),
        ("fr-arcom-dsa", "GP", Certainty.YES),
        ("fr-arcom-dsa", "PM", Certainty.NO),  # it rests on the law of the Union
        ("fr-lcen-6-3", "PM", Certainty.YES),
        ("fr-cnil", "PF", Certainty.MAYBE),  # an older form, or one with changes
        ("fr-lcen-6-3", "PF", Certainty.NO),
        ("eu-gdpr-17", "NC", Certainty.NO),
        ("au-osa-iba", "NF", Certainty.YES),
        ("au-osa-iba", "CC", Certainty.YES),
        ("no-gdpr", "SJ", Certainty.MAYBE),
        ("eu-gdpr-17", "SJ", Certainty.NO),
        ("uk-osa-10-3a", "JE", Certainty.NO),
        ("nz-hdca-24", "TK", Certainty.NO),
        ("nz-hdca-24", "CK", Certainty.NO),
        ("us-ca-ccpa-delete", "PR", Certainty.NO),
    ],
)
def test_a_law_of_the_state_reaches_its_part_or_does_not(regime: str, country: str, applies: Certainty) -> None:
    assert judge(regime, country) is applies


@for_each("code", PARTS)
def test_a_state_whose_law_applies_of_right_gives_all_its_laws_but_those_named(code: str) -> None:
    territory = TERRITORIES[code]
    own = {
        law.id
        for law in REGISTRY.regimes.values()
        if law.jurisdictions == (territory.state,) and ConnectingFactor.RESIDENCE in law.reach.ties
    }
    reached = {law for law in own if territory.is_reached(REGISTRY.regimes[law])}
    assert reached == (own - set(territory.without_laws) if territory.of_right else set())


@pytest.mark.parametrize(
    ("country", "there", "not_there"),
    [
        ("AX", {"fi-tietosuoja", "fi-traficom-dsc", "eu-commission-dsa"}, {"se-imy"}),
        ("NF", {"au-esafety", "au-oaic"}, {"au-nsw-ipc"}),
        ("RE", {"fr-cnil", "fr-arcom", "fr-pharos"}, set[str]()),
        ("PM", {"fr-cnil"}, {"fr-arcom", "eu-commission-dsa"}),
        ("PF", {"fr-cnil"}, {"fr-arcom", "eu-commission-dsa"}),
        ("PR", {"us-ftc", "us-ncmec-cybertipline"}, set[str]()),
        ("GL", {"dk-datatilsynet"}, {"dk-dsc", "eu-commission-dsa"}),
        ("FO", {"fo-dat"}, {"dk-datatilsynet"}),
        ("BQ", set[str](), {"nl-ap", "nl-acm-dsc"}),
        ("GI", {"gi-gra"}, {"gb-ico"}),
        ("HK", {"hk-pcpd"}, set[str]()),
    ],
)
def test_a_part_has_the_authorities_that_are_competent_there(
    country: str, there: set[str], not_there: set[str]
) -> None:
    found = {body.id for body in bodies_of(country, REGISTRY)}
    assert there <= set(REGISTRY.regulators)
    assert there <= found
    assert not not_there & found


@for_each("code", PARTS)
def test_what_a_territory_says_is_sourced_and_names_what_is_there(code: str) -> None:
    each = TERRITORIES[code]
    assert each.sources or each.confidence is Confidence.MEMORY
    assert {*each.laws, *each.without_laws} <= set(REGISTRY.regimes)
    assert {*each.bodies, *each.without_bodies} <= set(REGISTRY.regulators)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (", laws: [fr-cnil]", "exceptions that its kind does not have"),
        ("}\n  - {code: RE, state: FR, of_right: true, union_law: true, confidence: high, sources: [one]", "twice"),
        (
            "}\n  - {code: XX, state: FR, of_right: true, union_law: false, confidence: high, sources: [one]",
            "no country",
        ),
        ("}\n  - {code: GL, state: DK, of_right: true, union_law: true, confidence: high, sources: [one]", "the Union"),
        ("}\n  - {code: GL, state: DK, of_right: true, union_law: false, confidence: high, sources: []", "memory"),
        ("}\n  - {code: GL, state: DK, of_right: true, union_law: false, confidence: high, sources: [two]", "unknown"),
    ],
)
def test_a_record_that_cannot_be_stops_the_start(tmp_path: Path, more: str, told: str) -> None:
    path = tmp_path / "territories.yaml"
    path.write_text(MINIMAL % "", "utf-8")
    load_territories(path)
    path.write_text(MINIMAL % more, "utf-8")
    with pytest.raises(BadReference, match=told):
        load_territories(path)
