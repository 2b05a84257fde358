"""The way of an invented person through the report, in as few lines as a test needs."""

from __future__ import annotations

from typing import Any

from tests.web.pages import Page, Visitor

LINKS = "https://www.instagram.com/p/Abc123/ https://x.com/someone/status/1111 https://pictures.example.org/album/7"

# What is typed at each step of an adult's report; a step that is not here is passed with its own "Continue".
TYPED: dict[str, dict[str, str]] = {
    "who": {"filer": "self"},
    "age": {"under_18": "no"},
    "country": {"country": "NZ"},
    "what": {"depiction": "real"},
    "online": {"is_online": "yes"},
    "found": {"found_on-day": "20", "found_on-month": "11", "found_on-year": "2026"},
    "harm": {"explanation": "It follows me to work."},
    "camera": {"took_it": "no"},
    "contact": {"contact_by": "email", "email": "ana.example@example.net"},
    "address": {"postal_address": "1 Invented Street"},
    "sharing": {"share_with_platforms": "yes", "share_with_regulators": "yes"},
    "help": {"team_id": "alone"},
    "name": {"name_kind": "legal", "name": "Ana Exemplar"},
    "statement": {
        "states_no_consent": "y",
        "states_good_faith": "y",
        "states_accuracy": "y",
        "signature": "Ana Exemplar",
    },
}
BUTTONS = {"start": "I have kept them", "child": "Go on with the report", "threat": "Keep a case"}


def begin(visitor: Visitor) -> Page:
    """To the page with the six words."""
    visitor.go("/report")
    return visitor.press("Begin")


def step_of(page: Page) -> str:
    return page.path.rpartition("/")[2]


def answer(visitor: Visitor, **changes: dict[str, str]) -> Page:
    """Answer the page the visitor is on."""
    step = step_of(visitor.page)
    if step == "links":
        return _give_links(visitor, changes.get("links", {}).get("pasted", LINKS))
    typed: dict[str, Any] = changes.get(step, TYPED.get(step, {}))
    return visitor.press(BUTTONS.get(step, "Continue"), **typed)


def go_to(visitor: Visitor, step: str, **changes: dict[str, str]) -> Page:
    """Answer page after page until that step is shown."""
    for _number in range(30):
        if step_of(visitor.page) == step:
            return visitor.page
        answer(visitor, **changes)
    raise AssertionError(f"{step} was never shown; the last was {visitor.page.path}")


def hand_in(visitor: Visitor, **changes: dict[str, str]) -> Page:
    """The whole report, to the receipt."""
    begin(visitor)
    go_to(visitor, "review", **changes)
    return visitor.press("Hand it in")


def words_on(page: Page) -> str:
    """The six words that a page shows."""
    box = next(each for each in page.root.iter("p") if each.get("class") == "words")
    return "".join(box.itertext()).strip()


def _give_links(visitor: Visitor, pasted: str) -> Page:
    if not pasted:
        return visitor.press("I have no links")
    visitor.press("Add these links", pasted=pasted)
    return visitor.press("Continue")
