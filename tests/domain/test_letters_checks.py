"""What stops a letter: each gap is found and named, and nothing a person may write is taken for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.checks import LetterProblem, ProblemCode, find_problems
from portal.domain.letters.facts import LetterFacts, LinkFact, NoticeFacts
from portal.domain.letters.kinds import Paper
from portal.domain.letters.law_facts import BasisFact, ElementFact, SourceFact
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import LetterKind
from portal.domain.regimes import Confidence
from tests.letters.samples import SAMPLES, complaint, content, notice, reminder, take_it_down


def problems_of(facts: LetterFacts) -> list[ProblemCode]:
    return [problem.code for problem in find(facts)]


def find(facts: LetterFacts) -> tuple[LetterProblem, ...]:
    return find_problems(facts, build_letter(facts, English()))


def with_basis(change: Callable[[BasisFact], BasisFact]) -> NoticeFacts:
    return replace(notice(), bases=(change(take_it_down()),))


@pytest.mark.parametrize("kind", LetterKind)
def test_a_complete_letter_has_no_problem(kind: LetterKind) -> None:
    assert find(SAMPLES[kind](Paper.A4)) == ()


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_element_is_named(value: str | None) -> None:
    missing = ElementFact(key="signature", label="your signature", value=value)
    found = find(with_basis(lambda basis: replace(basis, elements=(missing,))))
    assert [problem.code for problem in found] == [ProblemCode.ELEMENT_MISSING]
    assert "your signature" in found[0].text
    assert take_it_down().name in found[0].text


def test_an_optional_element_may_be_missing() -> None:
    optional = ElementFact(key="more", label="anything else", value=None, required=False, confidence=Confidence.MEMORY)
    assert problems_of(with_basis(lambda basis: replace(basis, elements=(optional,)))) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda basis: replace(basis, confidence=Confidence.MEMORY),
        lambda basis: replace(basis, clocks=(replace(basis.clocks[0], confidence=Confidence.MEMORY),)),
        lambda basis: replace(basis, elements=(replace(basis.elements[0], confidence=Confidence.MEMORY),)),
    ],
)
def test_a_fact_that_rests_on_memory_stops_the_letter(change: Callable[[BasisFact], BasisFact]) -> None:
    assert problems_of(with_basis(change)) == [ProblemCode.MEMORY]


def test_a_confirmed_fact_does_not_stop_the_letter() -> None:
    facts = with_basis(lambda basis: replace(basis, confidence=Confidence.MEMORY, confirmed=True))
    assert problems_of(facts) == []


def test_the_law_of_the_complaint_itself_is_checked_too() -> None:
    facts = complaint()
    facts = replace(facts, competence=replace(facts.competence, confidence=Confidence.MEMORY))
    assert problems_of(facts) == [ProblemCode.MEMORY]


def test_a_reminder_says_that_no_number_was_given_only_where_somebody_said_so() -> None:
    facts = reminder()
    without = replace(facts, notice=replace(facts.notice, ticket=None))
    said = replace(without, notice=replace(without.notice, has_no_ticket=True))
    assert problems_of(without) == problems_of(said) == []
    texts = ["\n".join(plain_text(build_letter(each, English()))) for each in (without, said)]
    assert ["You gave me no reference number for it." in text for text in texts] == [False, True]


def test_a_letter_needs_a_place_and_a_law() -> None:
    assert problems_of(replace(notice(), links=(), bases=())) == [ProblemCode.NO_LINKS, ProblemCode.NO_BASES]
    assert problems_of(replace(notice(), links=(LinkFact(number=1, platform="x"),))) == [ProblemCode.NO_LINKS]


@pytest.mark.parametrize("gap", ["%(name)s", "{{ name }}", "{% if %}", "[[your name]]", "TODO", "XXX", "_____"])
def test_an_unfilled_place_stops_the_letter(gap: str) -> None:
    facts = notice()
    recipient = replace(facts.frame.recipient, department=f"Attn. {gap}")
    found = problems_of(replace(facts, frame=replace(facts.frame, recipient=recipient)))
    assert found == [ProblemCode.PLACEHOLDER]


def test_a_gap_that_a_form_left_in_own_words_stops_the_letter() -> None:
    assert problems_of(replace(notice(), content=content("[[Write what happened.]]"))) == [ProblemCode.PLACEHOLDER]


@pytest.mark.parametrize("words", ["XXX", "{{7*7}}", "TODO", "100%(sure)s", "____", "hasta todo"])
def test_own_words_and_links_may_hold_anything_else(words: str) -> None:
    link = LinkFact(number=1, platform="XXX Videos", url=f"https://x.example/{words}")
    assert problems_of(replace(notice(), content=content(words), links=(link,))) == []


def test_the_address_of_a_source_may_hold_any_sign() -> None:
    facts = notice()
    law = facts.bases[0]
    source = SourceFact(url="https://laws.example/a______b", supports="all", seen_on=date(2026, 11, 22), official=True)
    bases = (replace(law, clocks=tuple(replace(clock, sources=(source,)) for clock in law.clocks)), *facts.bases[1:])
    assert problems_of(replace(facts, bases=bases)) == []


def test_a_place_that_a_translation_left_open_is_found() -> None:
    class Careless(English):
        def __call__(self, message: str, /, **values: str) -> str:
            return message if message.startswith("%(links)s, listed") else super().__call__(message, **values)

    document = build_letter(notice(), Careless())
    codes = [problem.code for problem in find_problems(notice(), document)]
    assert codes == [ProblemCode.PLACEHOLDER]
