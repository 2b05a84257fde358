"""Where no law can be cited a letter may rely on the platform's own rules, and then claims no law."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.domain.letters.blocks import Pairs, plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.checks import ProblemCode, find_problems
from portal.domain.letters.facts import NoticeFacts, RulesFact
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import Depiction
from portal.domain.regimes import Confidence
from portal.reference.registry import load_registry
from portal.services.letters.drafting import find_own_rules, request_facts
from portal.services.ports import Ports
from portal.services.requests.dossier import read_dossier
from tests.letters.samples import notice
from tests.services.factories import NOW, make_case
from tests.services.fakes import print_quickly, send

REGISTRY = load_registry()
RULES = RulesFact(title="rules on intimate pictures", url="https://a.example/rules")


def write(facts: NoticeFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, English())))


def test_the_letter_relies_on_the_rules_and_claims_no_law() -> None:
    facts = replace(notice(), bases=(), own_rules=RULES)
    assert find_problems(facts, build_letter(facts, English())) == ()
    text = write(facts)
    assert "which you call rules on intimate pictures (https://a.example/rules)" in text
    assert "on no law" in text
    assert "Request for removal under your own rules: 30 links" in text
    box = next(each for each in build_letter(facts, English()).blocks if isinstance(each, Pairs) and each.is_boxed)
    assert box.rows[0] == ("This is", "Request for removal under your own rules")
    for claim in ("must", "The law and its time limits", "records of the law", "Article", "Act"):
        assert claim not in text.split("Your own rules")[1]


def test_with_a_law_the_rules_are_not_mentioned() -> None:
    assert "Your own rules" not in write(replace(notice(), own_rules=RULES))


def test_without_a_law_and_without_rules_there_is_still_no_letter() -> None:
    facts = replace(notice(), bases=())
    assert ProblemCode.NO_BASES in {each.code for each in find_problems(facts, build_letter(facts, English()))}


def test_rules_that_nobody_saw_carry_no_letter() -> None:
    x = REGISTRY.platforms["x"]
    assert x.own_rules is not None
    assert find_own_rules(x) is not None
    assert find_own_rules(replace(x, own_rules=replace(x.own_rules, confidence=Confidence.MEMORY))) is None
    assert find_own_rules(REGISTRY.platforms["4chan"]) is None
    assert find_own_rules(None) is None


@pytest.mark.parametrize(("link", "has_rules"), [("https://x.com/a/status/1", True), ("https://4chan.org/b/1", False)])
def test_a_report_outside_the_union_without_a_removal_law_gets_a_letter_on_them(
    session: Session, ports: Ports, link: str, has_rules: bool
) -> None:
    work = make_case(session, ports, links=link, country="VN", depiction=Depiction.FALSE).at(NOW)
    facts = request_facts(read_dossier(work, 1), number=1)
    assert isinstance(facts, NoticeFacts)
    assert facts.bases == ()
    assert (facts.own_rules is not None) is has_rules


def test_such_a_letter_can_be_sent_and_no_clock_of_a_law_runs(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    print_quickly(monkeypatch)
    work = make_case(session, ports, links="https://x.com/a/status/1", country="VN", depiction=Depiction.FALSE)
    send(session, work, ports)
    dossier = read_dossier(work.at(NOW), 1)
    assert dossier.request.sent_at is not None
    assert dossier.citations == ()
