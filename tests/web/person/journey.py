"""The way of an invented person through the report, in as few lines as a test needs."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.web.pages import Page, Visitor
from tests.web.person.kept_ways import walk_once

LINKS = "https://www.instagram.com/p/Abc123/ https://x.com/someone/status/1111 https://pictures.example.org/album/7"

# What is answered at each step of an adult's report; a step that is not here is passed with its own "Continue".
TYPED: dict[str, dict[str, str]] = {
    "who": {"filer": "self"},
    "age": {"under_18": "no"},
    "country": {"country": "NZ"},
    "what": {"depiction": "real"},
    "online": {"is_online": "yes"},
    "contact": {"email": "ana.example@example.net"},
    "help": {"team_id": "alone"},
}
# What is added once on the case, so that every letter says it.
FACTS: dict[str, str] = {
    "name_kind": "legal",
    "name": "Ana Exemplar",
    "explanation": "It follows me to work.",
}
# What is stated for a letter on its own page.
STATEMENT: dict[str, Any] = {
    "said_no_consent": "y",
    "said_good_faith": "y",
    "said_accuracy": "y",
    "signature": "Ana Exemplar",
}
BUTTONS = {"start": "I wrote them down", "child": "Go on with my report", "threat": "Go on with my report"}
SAVE = "Save my report"


def begin(visitor: Visitor) -> Page:
    """To the page with the six words."""
    visitor.go("/report")
    return visitor.press("Begin")


def step_of(page: Page) -> str:
    return page.path.rpartition("/")[2]


def answer(visitor: Visitor, **changes: dict[str, str]) -> Page:
    """Answer the page the visitor is on: with one of its buttons where the answers are buttons."""
    step = step_of(visitor.page)
    if step == "links":
        return _give_links(visitor, changes.get("links", {}).get("pasted", LINKS))
    typed: dict[str, Any] = changes.get(step, TYPED.get(step, {}))
    if label := _button_for(visitor.page, typed):
        return visitor.press(label)
    labels = [" ".join("".join(each.itertext()).split()) for each in visitor.page.root.iter("button")]
    usual = BUTTONS.get(step, "Continue")
    return visitor.press(usual if usual in labels else "Skip this question", **typed)


def go_to(visitor: Visitor, step: str, **changes: dict[str, str]) -> Page:
    """Answer page after page until that step is shown."""
    for _number in range(30):
        if step_of(visitor.page) == step:
            return visitor.page
        answer(visitor, **changes)
    raise AssertionError(f"{step} was never shown; the last was {visitor.page.path}")


def save_report(visitor: Visitor, **changes: dict[str, str]) -> Page:
    """The whole report, to the receipt."""
    walk_once(visitor, "save", partial(_save, visitor, **changes), changes)
    return visitor.page


def _save(visitor: Visitor, **changes: dict[str, str]) -> None:
    begin(visitor)
    go_to(visitor, "review", **changes)
    visitor.press(SAVE)


def add_facts(visitor: Visitor, **changes: str) -> Page:
    """What makes the letters of a saved case stronger."""
    visitor.go("/case/facts")
    typed: dict[str, Any] = {**FACTS, **changes}
    return visitor.press("Save", **typed)


def hand_in(visitor: Visitor, **changes: dict[str, str]) -> Page:
    """The whole report and what makes its letters stronger, to the receipt."""
    walk_once(visitor, "hand in", partial(_hand_in, visitor, **changes), changes)
    return visitor.page


def _hand_in(visitor: Visitor, **changes: dict[str, str]) -> None:
    _save(visitor, **changes)
    add_facts(visitor)
    visitor.go("/case/receipt")


def words_on(page: Page) -> str:
    """The six words that a page shows."""
    box = next(each for each in page.root.iter("p") if each.get("class") == "words")
    return "".join(box.itertext()).strip()


def _button_for(page: Page, typed: dict[str, Any]) -> str | None:
    """The label of the button that is this one answer, if the page has it."""
    for each in page.root.iter("button"):
        if each.get("name") in typed and typed[each.get("name", "")] == each.get("value"):
            return " ".join("".join(each.itertext()).split())
    return None


def _give_links(visitor: Visitor, pasted: str) -> Page:
    if not pasted:
        return visitor.press("I have no link")
    visitor.press("Add these links", pasted=pasted)
    return visitor.press("Continue")
