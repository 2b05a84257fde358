"""With the keyboard alone: everything is reached in its order, and it can be seen where one is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import story
from tests.browser.conftest import Admit
from tests.browser.visitor import Visitor

MOST_STOPS = 60
WHERE = """() => {
  const each = document.activeElement;
  const style = getComputedStyle(each);
  const box = each.getBoundingClientRect();
  return {
    tag: each.tagName,
    name: (each.labels && each.labels.length ? each.labels[0].innerText : each.innerText || each.value || "").trim(),
    is_ringed: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
    is_seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
  };
}"""


def walk(visitor: Visitor) -> list[dict[str, Any]]:
    """Every stop of the Tab key, from the top of the page until it leaves the page."""
    stops: list[dict[str, Any]] = []
    for _stop in range(MOST_STOPS):
        visitor.page.keyboard.press("Tab")
        stop = visitor.page.evaluate(WHERE)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    return stops


def names(stops: list[dict[str, Any]]) -> list[str]:
    return [stop["name"].partition("\n")[0] for stop in stops]


@pytest.mark.parametrize(
    ("path", "main_action"),
    [
        ("/", "Get something taken down"),
        ("/report", "Begin"),
        ("/return", "Go on"),
        ("/desk/sign-in", "Sign in"),
    ],
)
def test_the_way_out_comes_first_and_the_main_action_is_reached(admit: Admit, path: str, main_action: str) -> None:
    visitor = admit()
    visitor.open(path)
    stops = walk(visitor)
    assert names(stops)[:3] == ["Go to the text", "Recourse", "Leave this page"]
    assert main_action in names(stops)
    assert [stop for stop in stops if not stop["is_ringed"] or not stop["is_seen"]] == []


def test_the_skip_link_leads_past_the_bar(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate(WHERE)["name"].startswith("Get something taken down")


def test_questions_are_answered_with_the_keyboard_alone(admit: Admit) -> None:
    """A button with Enter, one with the space bar, and an error summary that leads to its field."""
    visitor = admit()
    story.begin(visitor)
    visitor.is_at("Who is this about?")
    tab_to(visitor, "My child")
    visitor.page.keyboard.press("Enter")
    visitor.is_at("Was your child under 18 when it was made?")
    tab_to(visitor, "No, 18 or older")
    visitor.page.keyboard.press("Space")
    visitor.is_at("Which country does your child live in?")
    visitor.open("/return")
    tab_to(visitor, "Your six words")
    visitor.page.keyboard.type("only four words here")
    visitor.page.keyboard.press("Enter")
    visitor.sees("There are six words. You wrote 4.")
    tab_to(visitor, "There are six words. You wrote 4.")
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate(WHERE)["name"] == "Your six words"
    assert visitor.page.get_by_label("Your six words").input_value() == "only four words here"


def test_a_letter_is_sent_with_the_keyboard_alone(visitors: dict[str, Visitor]) -> None:
    visitor = visitors["sending"]
    visitor.open("/case/send/3")
    stops = walk(visitor)
    assert [stop for stop in stops if not stop["is_ringed"] or not stop["is_seen"]] == []
    found = names(stops)
    number = "Their number for it, if they gave you one"
    order = ["Open their form", "Copy the whole letter", number, "I sent it. Next letter"]
    assert [name for name in found if name in order] == order
    visitor.open("/case/send/3")
    tab_to(visitor, "Copy the whole letter")
    visitor.page.keyboard.press("Enter")
    visitor.sees("Copied")
    tab_to(visitor, number)
    visitor.page.keyboard.type("INV-9")
    tab_to(visitor, "I sent it. Next letter")
    visitor.page.keyboard.press("Enter")
    visitor.sees("Saved: your letter to X (Twitter) is sent.")
    tab_to(visitor, "Yes")
    visitor.page.keyboard.press("Space")
    visitor.sees("This helps the next person.")


def tab_to(visitor: Visitor, name: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _stop in range(MOST_STOPS):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate(WHERE)["name"] == name:
            return
    raise AssertionError(f"the Tab key never came to {name!r} on {visitor.path}")
