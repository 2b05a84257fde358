"""The open pages speak plain English: none of the phrases that nobody would say aloud."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES, VIEWS = ROOT / "templates" / "open", ROOT / "portal" / "web" / "open"
FILES = [*sorted(TEMPLATES.glob("*.html")), *sorted(VIEWS.glob("*.py"))]
SAID = re.compile(r'\b(?:_|_l|ngettext|InvalidQuery)\(\s*(?:"\w+",\s*)?((?:f?"(?:[^"\\]|\\.)*"\s*)+)')
OUT = re.compile(
    r"\bhand(?:ed|s)? in\b|\brests? on\b|\bstands? (?:there|here|below|above|still|in for|under)\b|\btake out\b"
    r"|\bput away\b|\bof (?:ours|theirs)\b|\bon a way\b|\bsets no (?:number|date)\b|\bonly this:|\bmade-up\b"
    r"|\btheir time has run out\b|\bnobody's\b|\bweighty\b|\bsign of life\b|!(?!r\})|\bunfortunately\b|\bvictim\b"
    r"|\brevenge porn\b",
    re.IGNORECASE,
)


def list_sentences() -> list[tuple[str, str]]:
    return [(path.name, found[1]) for path in FILES for found in SAID.finditer(path.read_text("utf-8"))]


def test_the_sentences_are_found() -> None:
    assert len(list_sentences()) > 250
    assert ("law.html", '"This is not legal advice."') in list_sentences()


def test_no_sentence_of_an_open_page_is_one_that_nobody_would_say() -> None:
    assert [(name, sentence) for name, sentence in list_sentences() if OUT.search(sentence)] == []


def test_the_phrases_are_found_where_they_are() -> None:
    assert OUT.search("The law sets no number, only this: soon.")
    assert OUT.search("Act now!")
    assert not OUT.search("No law {query.regime!r}.")
