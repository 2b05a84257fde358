"""What letters say holds none of the phrases that nobody would say aloud."""

from __future__ import annotations

import re
from pathlib import Path

from portal.domain.letters.content_statements import _join_alike

FOLDER = Path(__file__).resolve().parents[2] / "portal" / "domain" / "letters"
SAID = re.compile(r'\b(?:mark|translate|plural)\(\s*((?:f?"(?:[^"\\]|\\.)*"\s*)+)')
OUT = re.compile(
    r"\bsets no (?:number|date)\b|\bonly this:|\bcarr(?:y|ies) (?:the|this) case\b|\btheir time has run out\b"
    r"|\bsign of life\b|\bhand(?:ed|s)? in\b|!|\bunfortunately\b|\bvictim\b"
    r"|\bcounter-notice (?:told|on)\b|\bmy letter (?:holds|does not rest)\b|\bstands in my own\b|\bthreatens to\b",
    re.IGNORECASE,
)


def list_sentences() -> list[tuple[str, str]]:
    paths = sorted(FOLDER.glob("*.py"))
    return [(path.name, found[1]) for path in paths for found in SAID.finditer(path.read_text("utf-8"))]


def test_no_sentence_of_a_letter_is_one_that_nobody_would_say() -> None:
    assert len(list_sentences()) > 400
    assert [(name, sentence) for name, sentence in list_sentences() if OUT.search(sentence)] == []


def test_the_phrases_are_found_where_they_are() -> None:
    assert OUT.search("done; the law sets no number")
    assert not OUT.search("done; this law gives no number")


def test_a_sentence_that_two_laws_want_in_the_same_words_is_stated_once_with_both_sources() -> None:
    told = (
        "It is true to the best of my knowledge (section 20A(2)(c)).",
        "It is true to the best of my knowledge.",
        "I did not agree (Article 7).",
        "I did not agree (Article 21).",
        "All of it is mine.",
    )
    assert _join_alike(told) == (
        "It is true to the best of my knowledge (section 20A(2)(c)).",
        "I did not agree (Article 7; Article 21).",
        "All of it is mine.",
    )
