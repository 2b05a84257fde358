"""What an answer seems to say: right for most of those written by hand, and never wrong above the threshold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.answer_reading import (
    LONGEST,
    THRESHOLD,
    Cues,
    Suggestion,
    find_reading_faults,
    fold,
    read_answer,
)
from portal.domain.letters.follow_up import _ASKS, _POINTS
from portal.domain.lifecycle import Answer
from portal.reference.answers import load_reading_rules
from tests.cases import for_each

RULES = load_reading_rules()
FOLDER = Path(__file__).parents[1] / "data" / "answers"
LANGUAGES = ("en", "de", "fr", "es", "pt", "nl")
LEAST = 0.9  # of answers that have to be suggested right


@cache
def written(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8")))


def list_by_hand(*, held_back: bool) -> Iterator[dict[str, Any]]:
    """Those that the rules were made with, or the third that was held back: another one in every language."""
    for turn, language in enumerate(LANGUAGES):
        for place, each in enumerate(written(language)):
            if ((place + turn) % 3 == 2) is held_back:
                yield {**each, "language": language}


def suggest(text: str) -> Suggestion:
    return read_answer(text, RULES)


def count(some: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """How many are suggested right, and those that are suggested wrong."""
    found = [(each, suggest(each["text"]).answer) for each in some]
    wrong = [f"{each['text'][:60]}: {answer}" for each, answer in found if answer not in {None, each["answer"]}]
    return sum(answer == each["answer"] for each, answer in found), wrong


def test_there_are_a_hundred_and_twenty_and_more_of_every_meaning_in_every_language() -> None:
    for language in LANGUAGES:
        assert len(written(language)) >= 20
        assert {each["answer"] for each in written(language)} == set(Answer)
    assert sum(len(written(language)) for language in LANGUAGES) >= 120


@pytest.mark.parametrize("held_back", [False, True])
def test_most_are_suggested_right_and_none_wrong(held_back: bool) -> None:
    some = list(list_by_hand(held_back=held_back))
    right, wrong = count(some)
    assert wrong == []
    assert right / len(some) >= LEAST


def test_so_are_those_that_no_rule_was_made_with() -> None:
    right, wrong = count(list(written("fresh")))
    assert wrong == []
    assert right / len(written("fresh")) >= LEAST


@pytest.mark.parametrize("trap", written("traps"), ids=lambda each: each["text"][:40])
def test_what_is_made_to_mislead_misleads_nobody(trap: dict[str, Any]) -> None:
    assert suggest(trap["text"]).answer in {None, trap["answer"]}


@for_each("each", [*list_by_hand(held_back=False)], ids=lambda each: each["text"][:30])
def test_the_sentence_stands_in_the_text_and_numbers_and_days_are_found(each: dict[str, Any]) -> None:
    found = suggest(each["text"])
    if found.answer is not None:
        assert each["text"][found.start : found.end] == found.sentence
        assert found.sentence
        assert found.confidence >= THRESHOLD
    assert each.get("ticket", "") in (*found.tickets, "")
    assert (found.until.isoformat() if found.until else None) == each.get("until")


@for_each("quoted", [*list_by_hand(held_back=False)][::7], ids=lambda each: each["text"][:30])
@for_each("each", [*list_by_hand(held_back=False)][::9], ids=lambda each: each["text"][:30])
def test_what_is_quoted_changes_nothing(each: dict[str, Any], quoted: dict[str, Any]) -> None:
    lines = "\n".join(f"> {line}" for line in quoted["text"].splitlines())
    alone = suggest(each["text"])
    for text in (
        f"{each['text']}\n\nOn Mon, 23 Nov 2026 at 08:30, Ana <ana@example.org> wrote:\n{quoted['text']}",
        f"{each['text']}\n\n{lines}",
        f"{lines}\n\n{each['text']}",
        f"{each['text']}\n-----Original Message-----\n{quoted['text']}",
    ):
        assert (suggest(text).answer, suggest(text).sentence) == (alone.answer, alone.sentence)


@pytest.mark.parametrize("topic", list(_POINTS))
def test_our_own_letter_is_no_answer_of_theirs(topic: Any) -> None:
    """A letter that comes back without any mark that it is quoted."""
    text = "\n\n".join([" ".join(_POINTS[topic]), *_ASKS.get(topic, ())])
    assert suggest(text).answer is None
    assert suggest(f"We received your report.\n\n{text}").answer is Answer.ACKNOWLEDGED


@for_each("first", [each for each in written("en") if each["answer"] == "removed"])
@for_each("second", [each for each in written("en") if each["answer"] in {"not_violation", "not_found"}])
def test_what_contradicts_itself_is_not_known(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert suggest(f"{first['text']}\n\n{second['text']}").answer is None


def test_a_wrapped_line_is_read_as_one_sentence() -> None:
    found = suggest("We looked at the post and found that it does\nnot go against our Community\nStandards.")
    assert found.answer is Answer.NOT_VIOLATION
    assert found.sentence.endswith("Standards.")


def test_the_head_of_a_mail_is_not_read() -> None:
    head = "From: Trust team <trust@example.com>\nSubject: Your photos were deleted\nDate: Mon, 23 Nov 2026 08:30\n\n"
    assert suggest(f"{head}We received your report.").answer is Answer.ACKNOWLEDGED


def test_a_number_of_our_own_is_none_of_theirs() -> None:
    text = "Your reference RC-7731-2. We received your report under ticket AB-99812."
    assert read_answer(text, RULES, ours=("rc-7731-2",)).tickets == ("AB-99812",)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("We need more time, until 2027-02-03.", date(2027, 2, 3)),
        ("We need more time, until February 3rd, 2027.", date(2027, 2, 3)),
        ("We need more time, until 30 February 2027.", None),
        ("We need more time, until 3/2/2027.", None),
        ("Wir brauchen mehr Zeit, bis 3.2.2027.", date(2027, 2, 3)),
    ],
)
def test_a_day_is_suggested_where_there_is_only_one_way_to_read_it(text: str, until: date | None) -> None:
    assert suggest(text).until == until


@given(st.text(max_size=300))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(max_size=300))
def test_whatever_is_pasted_is_read(text: str) -> None:
    found = suggest(text)
    assert text[found.start : found.end] == found.sentence


@pytest.mark.parametrize("filling", ["a", "did not ", "we have ", "\n", "> ", ". A", "case ", "not find ", "ticket # "])
def test_a_long_text_is_read_as_far_as_it_counts_and_no_further(filling: str) -> None:
    text = (filling * LONGEST)[: 2 * LONGEST]

    assert suggest(text) == suggest(text[:LONGEST])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"months": ("may",)}, "a year has twelve months"),
        ({"denied": "not.*"}, "'not.*' repeats without an end"),
        ({"denied": "not{2,}"}, "repeats without an end"),
        ({"denied": "Not"}, "has letters that no folded text has"),
        ({"denied": "(not"}, "missing"),
        ({"cues": {Answer.REMOVED: Cues(strong=("removed",))}}, "nothing says acknowledged"),
    ],
)
def test_bad_rules_stop_the_start(change: dict[str, Any], fault: str) -> None:
    faults = list(find_reading_faults(replace(RULES.languages[0], **change)))
    assert any(fault in each for each in faults)
