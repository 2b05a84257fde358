"""From a letter's facts to its two PDFs: the one place where use cases meet the setting of pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.adapters.papers.letter_content import Progress, letter_problems, report_nothing
from portal.adapters.papers.press import press
from portal.adapters.translations import translator
from portal.domain.letters import checks
from portal.domain.letters.blocks import LetterDocument
from portal.domain.letters.build import build_letter
from portal.domain.letters.checks import LetterProblem, ProblemCode
from portal.domain.letters.facts import ComplaintFacts, LetterFacts
from portal.domain.regimes import Confidence
from portal.services.letters.views import ProblemView


class LetterStopped(ValueError):
    """A letter is not made as things stand. `problems` say why, fit for a page; the message names their codes only."""

    def __init__(self, problems: Iterable[ProblemView]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(sorted({problem.code for problem in self.problems})))


@dataclass(frozen=True, repr=False)
class Printed:
    """Both forms of a letter as PDF, with the digests by which each can be known again."""

    full: bytes
    redacted: bytes
    digest: str
    redacted_digest: str
    pages: int


def build(facts: LetterFacts) -> LetterDocument:
    """The letter's content in its language."""
    return build_letter(facts, translator(facts.frame.language))


def check(facts: LetterFacts) -> tuple[ProblemView, ...]:
    """What stops the letter, empty where it can be made."""
    found = letter_problems(facts, translator(facts.frame.language))
    return tuple(show_problem(problem, facts) for problem in found)


def print_letter(facts: LetterFacts, progress: Progress | None = None) -> Printed:
    """Both PDFs. `progress` hears the stage and the part done, from 0 to 1. Raises LetterStopped, press.NotPrinted."""
    tell = progress or report_nothing
    try:
        full = press.set_letter(facts, progress=lambda stage, part: tell(stage, part / 2))
        twin = press.set_letter(facts, is_redacted=True, progress=lambda stage, part: tell(stage, 0.5 + part / 2))
    except checks.LetterRefused as stop:
        raise LetterStopped(show_problem(problem, facts) for problem in stop.problems) from stop
    return Printed(full=full.pdf, redacted=twin.pdf, digest=full.sha256, redacted_digest=twin.sha256, pages=full.pages)


def show_problem(problem: LetterProblem, facts: LetterFacts) -> ProblemView:
    """A problem for a page; one about a fact from memory says by which name it can be confirmed."""
    confirm = None
    if problem.code is ProblemCode.MEMORY:
        named = (key for law, label, key in _list_memory(facts) if _is_about(problem, law, label))
        confirm = next(named, None)
    return ProblemView(code=problem.code.value, text=problem.text, confirm=confirm)


def _is_about(problem: LetterProblem, law: str, label: str) -> bool:
    return problem.text.startswith(f"{law}:") and problem.text.endswith(f": {label}.")


def _list_memory(facts: LetterFacts) -> Iterator[tuple[str, str, str]]:
    """Name of the law, what of it rests on memory, and the name under which that is confirmed."""
    bases = (facts.competence, *facts.bases) if isinstance(facts, ComplaintFacts) else facts.bases
    for basis in bases:
        if basis.confidence is Confidence.MEMORY:
            yield basis.name, basis.name, basis.regime_id
        for element in basis.elements:
            if element.confidence is Confidence.MEMORY:
                yield basis.name, element.label, f"{basis.regime_id}/{element.key}"
        for clock in basis.clocks:
            if clock.confidence is Confidence.MEMORY:
                yield basis.name, clock.label, f"{basis.regime_id}/{clock.rule_id}"
