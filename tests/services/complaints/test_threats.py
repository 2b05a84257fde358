"""A threat with nothing online has a path wherever a law takes a report of it: no place has to be named."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.checks import ProblemCode, find_problems
from portal.domain.letters.facts import ComplaintFacts
from portal.domain.letters.kinds import ComplaintAsk
from portal.domain.letters.phrases import English
from portal.domain.regimes import Certainty
from portal.domain.report import YesNo
from portal.reference.registry import find_faults, load_registry
from portal.services.complaints import bundle, complaints
from portal.services.ports import Ports
from portal.services.requests.lookup import find_complaint
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case

REGISTRY = load_registry()


CHILD: dict[str, Any] = {"under_18": YesNo.YES, "depiction": None, "found_on": None, "how_found": ""}


def make_threat(session: Session, ports: Ports, country: str, **changes: Any) -> CaseWork:
    return make_case(session, ports, links="", is_online=YesNo.NO, country=country, **changes).at(NOW)


def gather(session: Session, ports: Ports, country: str, regime: str, body: str, **changes: Any) -> ComplaintFacts:
    work = make_threat(session, ports, country, **changes)
    number = complaints.prepare(work, regime, body, ())
    return bundle.gather(work, find_complaint(work, number), number=1)


THREATS = [
    ("AU", "au-osa-iba", "au-esafety"),
    ("IT", "it-garante-144bis", "it-garante"),
    ("NZ", "nz-netsafe", "nz-netsafe"),
]


@pytest.mark.parametrize(("country", "regime", "body"), THREATS)
def test_the_complaint_is_open_though_nothing_is_online(
    session: Session, ports: Ports, country: str, regime: str, body: str
) -> None:
    found = complaints.options(make_threat(session, ports, country))
    assert (regime, body, True) in {(each.regime, each.regulator, each.is_open) for each in found}


@pytest.mark.parametrize("changes", [{}, CHILD], ids=["adult", "child"])
@pytest.mark.parametrize(("country", "regime", "body"), THREATS)
def test_its_letter_names_no_place_and_is_not_stopped_for_it(
    session: Session, ports: Ports, country: str, regime: str, body: str, changes: dict[str, Any]
) -> None:
    facts = gather(session, ports, country, regime, body, **changes)
    assert (facts.links, facts.is_threat) == ((), True)
    assert facts.asks == (ComplaintAsk.INVESTIGATE, ComplaintAsk.KEEP_INFORMED)
    document = build_letter(facts, English())
    assert find_problems(facts, document) == ()
    text = "\n".join(plain_text(document))
    assert "Somebody is threatening to publish" in text
    assert "a threat to publish images" in text
    for claim in (
        "was published",
        "published without consent",
        "put online",
        "The content was found",
        "Content found on",
    ):
        assert claim not in text
    argued = [line for line in text.splitlines() if re.search(r"\bconsent\b", line) and "law asks" not in line]
    assert not changes or not [line for line in argued if facts.competence.basis not in line]
    assert "nothing is online yet" in text.lower()
    assert "list of places" not in text


def test_without_a_threat_a_letter_still_names_its_places(session: Session, ports: Ports) -> None:
    facts = replace(gather(session, ports, "AU", "au-osa-iba", "au-esafety"), is_threat=False)
    codes = {problem.code for problem in find_problems(facts, build_letter(facts, English()))}
    assert ProblemCode.NO_LINKS in codes


def test_a_law_that_does_not_reach_threats_cannot_take_one() -> None:
    regime = replace(REGISTRY.regime("us-take-it-down"), without_place=Certainty.YES)
    assert any("does not reach threats" in fault for fault in find_faults(regime))
