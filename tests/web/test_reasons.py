"""Why a law applies, said to the person: every sentence of the rules that speaks of "the person" has words for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

import portal.domain.applicability
import portal.domain.ties
from portal.domain.wording import format_sentence
from portal.web.reasons import SAID, WITH_VALUES, say_reason, show_reason
from tests.web.pages import Visitor

RULES = " ".join(Path(portal.domain.ties.__file__).read_text("utf-8").split())


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("The person lives in Ireland, where this law applies.", "You live in Ireland."),
        (
            "The person lives in the United States, where this law applies. X Corp. answers for people there.",
            "You live in the United States. X Corp. answers for people there.",
        ),
        ("This law binds the platform wherever the person lives.", "This law counts wherever you live."),
        ("This law may reach 100% of it.", "This law may reach 100% of it."),
    ],
)
def test_a_kept_reason_is_said_to_the_person(app: Flask, reason: str, said: str) -> None:
    with app.test_request_context():
        assert say_reason(reason) == said


def test_a_sentence_of_the_rules_is_said_too(app: Flask) -> None:
    with app.test_request_context():
        key = "The person lives in %(place)s, where this law applies."
        assert say_reason(format_sentence(key, place="Ireland")) == "You live in Ireland."
        assert say_reason(format_sentence("This law is a bill, not law.")) == "This law is a bill, not law."


def test_the_desk_reads_a_kept_reason_by_its_form(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def translate(message: str, **values: str) -> str:
        asked.append(message)
        return message % values if values else message

    monkeypatch.setattr("portal.web.reasons.gettext", translate)
    with app.test_request_context():
        for key in WITH_VALUES:
            kept = str(format_sentence(key, place="Côte d'Ivoire", company="X Corp. (EU)", law="A law", day="1 May"))
            assert show_reason(kept) == kept
        assert show_reason("It reaches 100% of it.") == "It reaches 100% of it."
    assert asked == list(WITH_VALUES)


def test_every_sentence_of_the_rules_with_something_filled_in_is_known_by_its_form() -> None:
    rules = RULES + " ".join(Path(portal.domain.applicability.__file__).read_text("utf-8").split())
    told = re.findall(r'format_sentence\(\s*"([^"]*)"', re.sub(r'"\s+"', "", rules))
    assert {key for key in told if "%(" in key} == set(WITH_VALUES)


def test_no_reason_speaks_to_the_person_of_the_person() -> None:
    for said in SAID.values():
        assert not re.search(r"[Tt]he person", said._args[0])  # the words before any translation


def test_every_sentence_of_the_rules_about_the_person_is_among_them() -> None:
    told = set(re.findall(r'format_sentence\(\s*"([^"]*[Tt]he person[^"]*)"', re.sub(r'"\s+"', "", RULES)))
    assert told
    assert told <= set(SAID)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("country=IE&depiction=real", "You live in Ireland."),
        ("country=GL&depiction=real", "This law counts wherever you live."),
    ],
)
def test_the_page_of_laws_says_it(app: Flask, query: str, there: str) -> None:
    page = Visitor(app).go(f"/law?{query}")
    assert there in page.text
    assert "The person lives" not in page.text


def test_a_state_without_a_law_of_its_own_shows_no_other_states(app: Flask) -> None:
    page = Visitor(app).go("/law?country=US&subdivision=AZ&depiction=real").answer.text
    may_fit = page.partition("These may fit")[2].partition("<details")[0]
    usable = page.partition("Do this first")[2].partition("These may fit")[0]
    assert "/law/us-take-it-down" in usable
    assert "no law of Arizona itself" in page
    assert not re.findall(r"/law/(?:us-(?:ca|fl|tx|ut|mn)-|eu-)", usable + may_fit)
    assert "Laws of one part of the country" not in page


def test_while_no_state_is_named_no_states_law_is_said_to_fit(app: Flask) -> None:
    page = Visitor(app).go("/law?country=US&depiction=real").answer.text
    shown, heading, local = page.partition("Do this first")[2].partition("Laws of one part of the country")
    assert not re.findall(r"/law/us-(?:ca|fl|tx|ut|mn)-", shown)
    assert heading
    assert re.findall(r"/law/us-(?:ca|fl|tx|ut|mn)-", local.partition("<details")[0])


def test_in_a_state_with_laws_of_its_own_they_are_shown(app: Flask) -> None:
    page = Visitor(app).go("/law?country=US&subdivision=CA&depiction=real").answer.text
    shown = page.partition("Also possible")[2].partition("Not for this")[0]
    assert "/law/us-ca-" in shown
    assert "/law/us-tx-" not in shown
    assert "itself in our list" not in page
