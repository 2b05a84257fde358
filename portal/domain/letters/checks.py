"""What stops a letter. A letter with one of these problems is never made; the page shows each reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.letters.blocks import LetterDocument
from portal.domain.letters.facts import (
    AnswerFact,
    ChronologyRow,
    ComplaintFacts,
    ContentFact,
    CopyrightFacts,
    Exhibit,
    FollowUpFacts,
    LetterFacts,
    LinkFact,
    NoticeFacts,
    Party,
    Recipient,
    RulesFact,
    SentFact,
    SupplierFacts,
    ThreatFacts,
)
from portal.domain.letters.law_facts import BasisFact, ClockFact, ElementFact, SourceFact, StepFact
from portal.domain.letters.texts import Spot, walk_texts
from portal.domain.regimes import Confidence


class ProblemCode(StrEnum):
    PLACEHOLDER = "placeholder"
    ELEMENT_MISSING = "element_missing"
    MEMORY = "memory"
    NO_LINKS = "no_links"
    NO_BASES = "no_bases"
    NOT_STATED = "not_stated"  # nobody has said it, or not for these links
    FONT = "font"


@dataclass(frozen=True)
class LetterProblem:
    """Why a letter is stopped. `text` is for the one who makes the letter, and says what to do."""

    code: ProblemCode
    text: str


class LetterRefused(ValueError):
    """The letter has problems and was not made."""

    def __init__(self, problems: Iterable[LetterProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(sorted({problem.code for problem in self.problems})))  # no text: it may be logged


def find_problems(facts: LetterFacts, document: LetterDocument) -> tuple[LetterProblem, ...]:
    """Every problem that can be seen without the fonts, each once, in a fixed order."""
    found = [
        *_find_gaps(facts),
        *_find_missing(facts),
        *_find_memory(facts),
        *_find_placeholders(facts),
        *_find_unfilled(facts, document),
    ]
    return tuple(dict.fromkeys(found))


_NO_BASES = (
    "We know of no law that this letter could use. Report it with their own form instead, "
    "and see who else can help: the authorities and help services of your country."
)


def _bases_of(facts: LetterFacts) -> tuple[BasisFact, ...]:
    return (facts.competence, *facts.bases) if isinstance(facts, ComplaintFacts) else facts.bases


def _needs_no_law(facts: LetterFacts) -> bool:
    return isinstance(facts, SupplierFacts) or (isinstance(facts, NoticeFacts) and facts.own_rules is not None)


def _find_gaps(facts: LetterFacts) -> Iterator[LetterProblem]:
    if isinstance(facts, ThreatFacts):  # nothing has to be online, and no law has to be known, to ask for evidence
        return
    if not facts.links and not (isinstance(facts, ComplaintFacts) and facts.is_threat):
        yield LetterProblem(ProblemCode.NO_LINKS, "The letter names no place. Add at least one link or description.")
    if not facts.bases and not _needs_no_law(facts):
        yield LetterProblem(ProblemCode.NO_BASES, _NO_BASES)
    for link in facts.links:
        if not (link.url or link.description):
            yield LetterProblem(ProblemCode.NO_LINKS, f"Place {link.number} has neither a link nor a description.")


def _find_missing(facts: LetterFacts) -> Iterator[LetterProblem]:
    for basis in _bases_of(facts):
        for element in basis.elements:
            if element.required and not (element.value or "").strip():
                text = f"{basis.name} asks for this, and it is missing: {element.label}."
                yield LetterProblem(ProblemCode.ELEMENT_MISSING, text)


def _find_memory(facts: LetterFacts) -> Iterator[LetterProblem]:
    for basis in _bases_of(facts):
        for name, fact in _facts_of_law(basis):
            if fact.confidence is Confidence.MEMORY and not fact.confirmed:
                text = f"{basis.name}: no source was seen for this, so somebody has to confirm it first: {name}."
                yield LetterProblem(ProblemCode.MEMORY, text)


def _facts_of_law(basis: BasisFact) -> Iterator[tuple[str, BasisFact | ElementFact | ClockFact]]:
    yield basis.name, basis
    yield from ((element.label, element) for element in basis.elements if _is_used(element))
    yield from ((clock.label, clock) for clock in basis.clocks)


def _is_used(element: ElementFact) -> bool:
    return element.required or bool(element.value)


# The person's and other people's own words may hold anything; only a gap that a form left in them is a placeholder.
_OWN_WORDS = frozenset(
    {
        Spot(ContentFact, "explanation"),
        Spot(ContentFact, "work"),
        Spot(CopyrightFacts, "work"),
        Spot(FollowUpFacts, "given"),
        Spot(ThreatFacts, "threat"),
        Spot(ThreatFacts, "threatened_on"),
        Spot(ThreatFacts, "accounts"),
        Spot(ComplaintFacts, "wish"),
        Spot(LinkFact, "url"),
        Spot(LinkFact, "description"),
        Spot(SentFact, "text"),
        Spot(AnswerFact, "text"),
        Spot(ChronologyRow, "detail"),
        Spot(Exhibit, "file_name"),
        Spot(ElementFact, "value"),
    }
)
# Names of organisations are what they are, even where they look like a mark.
_NAMES = frozenset(
    {
        Spot(LinkFact, "platform"),
        Spot(Recipient, "name"),
        Spot(Party, "name"),
        Spot(Party, "legal_name"),
        Spot(SentFact, "recipient"),
        Spot(RulesFact, "title"),
        Spot(RulesFact, "url"),
        Spot(AnswerFact, "sender"),
        Spot(SupplierFacts, "site"),
    }
)
_ADDRESS = Spot(SourceFact, "url")  # an address on the web may hold any sign, a row of underscores included
_GAP = re.compile(r"\[\[[^\[\]\n]{0,200}\]\]")
_TEMPLATE = re.compile(r"%\(\w+\)[sd]|\{\{|\}\}|\{%|%\}|\[\[|\]\]|<<\w+>>|_{4,}")
_MARKS = re.compile(r"\b(?:TODO|XXX|TBD|FIXME)\b|[Ll]orem ipsum")


def _find_placeholders(facts: LetterFacts) -> Iterator[LetterProblem]:
    for spot, text in walk_texts(facts):
        found = _match(spot, text)
        if found:
            yield LetterProblem(ProblemCode.PLACEHOLDER, f"A place was left unfilled in the letter: {found}")


def _match(spot: Spot, text: str) -> str | None:
    if spot == Spot(StepFact, "key"):  # a sentence with its places, by design; the finished one is looked at below
        return None
    patterns = _patterns_for(spot)
    for pattern in patterns:
        match = pattern.search(text)
        if match:
            return match.group()
    return None


def _patterns_for(spot: Spot) -> tuple[re.Pattern[str], ...]:
    if spot in _OWN_WORDS or spot == _ADDRESS:
        return (_GAP,)
    return (_TEMPLATE,) if spot in _NAMES else (_TEMPLATE, _MARKS)


_LEFT_OVER = re.compile(r"%\(\w+\)[sd]")


def _find_unfilled(facts: LetterFacts, document: LetterDocument) -> Iterator[LetterProblem]:
    """Places that a translation left open; what stands so in the person's own words is theirs."""
    own = "\n".join(text for spot, text in walk_texts(facts) if spot in _OWN_WORDS)
    for _, text in walk_texts(document):
        for match in _LEFT_OVER.finditer(text):
            if match.group() not in own:
                yield LetterProblem(
                    ProblemCode.PLACEHOLDER, f"A place was left unfilled in the letter: {match.group()}"
                )
