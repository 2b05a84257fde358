"""The records' sentences as the desk says them: about the person, in sound English, and never to "you"."""

from __future__ import annotations

import re

import pytest

from portal.reference.registry import load_registry
from portal.web.desk.advocate_words import for_advocate

WRONG = re.compile(r"\byou(r|rs|rself)?\b|(?<!let )\bthe person (are|have|ask|do|want|know|live)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    ("to_the_person", "about_her"),
    [
        ("You can ask the court.", "The person can ask the court."),
        ("Ask it what it can do in your case.", "Ask it what it can do in the person’s case."),
        ("You ask it when you have waited.", "The person asks it when the person has waited."),
        ("You also want it in writing.", "The person also wants it in writing."),
        ("If they don't answer you, you don't have to wait.",
         "If they don’t answer the person, the person doesn’t have to wait."),
        ("They tell you what to do; you’re asked once.", "They tell the person what to do; the person is asked once."),
        ("Only for pictures you took yourself.", "Only for pictures the person took themselves."),
        ("If you are over 18 and have it, go on.", "If the person is over 18 and has it, go on."),
        ("You did it, and you may do it again.", "The person did it, and the person may do it again."),
    ],
)  # fmt: skip
def test_a_sentence_to_the_person_is_one_about_them(to_the_person: str, about_her: str) -> None:
    assert for_advocate(to_the_person) == about_her


def test_no_summary_of_a_law_speaks_to_the_person_on_the_desk() -> None:
    said = [sentence for regime in load_registry().regimes.values() for sentence in (regime.summary, *regime.traps)]
    wrong = [for_advocate(each) for each in said if WRONG.search(for_advocate(each))]
    assert len(said) > 100
    assert wrong == []
