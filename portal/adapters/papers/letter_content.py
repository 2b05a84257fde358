"""From a letter's facts to its content, checked: all that comes before the setting of pages, and needs no WeasyPrint.

Whoever answers people loads this; pages are set in another process (`portal/adapters/papers/press.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.adapters.papers.fonts import find_glyph_problems, name_undrawn
from portal.domain.letters.blocks import LetterDocument, Translate
from portal.domain.letters.build import build_letter
from portal.domain.letters.checks import LetterProblem, LetterRefused, find_problems
from portal.domain.letters.facts import LetterFacts
from portal.domain.letters.redaction import redacted as redact

Progress = Callable[[str, float], None]  # is told a stage's name and the part done, 0 to 1


@dataclass(frozen=True)
class Rendered:
    """A finished file: its bytes, their SHA-256 in hex, the number of pages."""

    pdf: bytes
    sha256: str
    pages: int


@dataclass(frozen=True)
class Enclosure:
    """A file inside the PDF."""

    name: str
    data: bytes
    made_at: datetime
    description: str


def prepare_letter(
    facts: LetterFacts, translate: Translate, *, is_redacted: bool = False
) -> tuple[LetterDocument, LetterFacts]:
    """The checked content and the facts it shows. Raises LetterRefused with every problem."""
    problems, document, shown = _check(facts, translate, is_redacted)
    if problems:
        raise LetterRefused(problems)
    return document, shown


def letter_problems(facts: LetterFacts, translate: Translate) -> tuple[LetterProblem, ...]:
    """What would stop this letter, for showing it before anybody asks for the file."""
    return _check(facts, translate, False)[0]


def _check(
    facts: LetterFacts, translate: Translate, is_redacted: bool
) -> tuple[tuple[LetterProblem, ...], LetterDocument, LetterFacts]:
    # The full facts are checked even for the twin: a bar must not stand in for something that is missing.
    full = build_letter(facts, translate)
    problems = (*find_problems(facts, full), *find_glyph_problems(full))
    if not is_redacted:
        return problems, name_undrawn(full), facts
    shown = redact(facts)
    return problems, name_undrawn(build_letter(shown, translate)), shown


def report_nothing(stage: str, part: float) -> None:
    """For letters that are made at once."""
