"""A call taken down at a browser: at most 25 fields with 3 needed, whom to call at once, saved by itself, by keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looks import look_at
from tests.browser.scenes import Scenes
from tests.browser.site import Site
from tests.browser.visitor import Visitor

MOST_FIELDS = 25
NEEDED = 3
SCREEN = 800
FIELDS = """() => {
  const shown = [...document.querySelectorAll("#call input, #call select, #call textarea")];
  return [...new Set(shown.filter((each) => each.type !== "hidden").map((each) => each.name))];
}"""


@pytest.fixture
def mere(chromium: Browser, site: Site, scenes: Scenes, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """The advocate in a browser of her own, without JavaScript where a test says so."""
    options: dict[str, Any] = getattr(request, "param", {})
    visitor = Visitor(chromium.new_context(**options), site.address, site.elsewhere)
    visitor.context.add_cookies([{"name": "desk", "value": scenes.cookies["mere"], "url": site.address}])
    yield visitor
    visitor.context.close()
    assert visitor.troubles == []


def test_there_are_at_most_25_fields_and_three_are_needed(mere: Visitor) -> None:
    mere.open("/desk/today")
    mere.follow("New case by phone")
    fields = mere.page.evaluate(FIELDS)
    assert len(fields) <= MOST_FIELDS, fields
    needed = mere.page.locator("#call legend, #call label").filter(has_text="(needed)")
    assert needed.count() == NEEDED
    mere.press("Open the case")
    mere.page.locator(".error-summary").wait_for()
    assert mere.page.locator(".error-summary a").all_inner_texts() == [
        "Ask whether they were under 18.",
        "Choose the country.",
        "Read it out. Tick this once the caller agrees.",
    ]


def test_whom_to_call_stands_there_at_once_and_the_call_saves_itself(mere: Visitor) -> None:
    mere.open("/desk/new")
    mere.fill("What to say, and not to say", "Say you are from the dentist.")
    mere.page.get_by_label("Where does the person live? (needed)").select_option("NZ")
    expect(mere.page.locator("#help")).to_contain_text("111")
    expect(mere.page.locator("#saved")).to_contain_text("Saved.")
    assert mere.path != "/desk/new", "the address is that of the call"
    mere.choose("Somebody may take their own life")
    expect(mere.page.locator(".call-help--urgent")).to_be_visible()
    mere.page.reload()
    expect(mere.page.get_by_label("What to say, and not to say")).to_have_value("Say you are from the dentist.")
    assert mere.page.get_by_label("Somebody may take their own life").is_checked()
    mere.press("Throw the call away")
    mere.sees("The call is thrown away.")


@pytest.mark.parametrize("mere", [{"java_script_enabled": False}, {}], indirect=True, ids=["without", "with"])
def test_a_call_becomes_a_case_with_three_answers_and_a_day_for_the_links(mere: Visitor) -> None:
    """Whether there is JavaScript or not: the same three answers, no link, and the words at the end."""
    mere.open("/desk/new")
    mere.page.get_by_role("group", name="Under 18 when it was made? (needed)").get_by_label("no", exact=True).check()
    mere.page.get_by_label("Where does the person live? (needed)").select_option("NZ")
    mere.choose("I read this out and the caller agreed (needed)")
    mere.page.get_by_label("The caller sends the links: look again on").fill("2026-12-01")
    mere.press("Open the case")
    mere.is_at("The six words")
    mere.press("Make the six words")
    expect(mere.page.locator(".words-read li")).to_have_count(6)
    words = mere.page.locator(".words-read li").all_inner_texts()
    for label in mere.page.locator("label", has_text="as the caller says it").all_inner_texts():
        mere.page.get_by_label(label, exact=True).fill(words[int(label.split()[1].strip(",")) - 1])
    mere.press("The caller has the words")
    mere.sees("The caller has the words.")
    mere.sees("Assigned to you")


def test_the_page_is_filled_in_and_sent_by_keys_alone(mere: Visitor) -> None:
    mere.open("/desk/new")
    keys = mere.page.keyboard
    mere.page.locator("#call input:not([type=hidden])").first.focus()
    seen = set[str]()
    for _step in range(60):
        name = mere.page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        seen.add(name)
        if name == "phone":
            keys.type("111")
        if name == "told":
            keys.press("Space")
        if name == "save":
            break
        keys.press("Tab")
    assert set(mere.page.evaluate(FIELDS)) <= seen, "each field is reached"
    keys.press("Enter")
    mere.sees("Saved. The call is on Today until the case is opened.")
    expect(mere.page.get_by_label("Phone number")).to_have_value("111")
    mere.press("Throw the call away")


@pytest.mark.parametrize("state", ["new", "half-filled", "wrong"])
def test_nothing_is_wrong_with_its_pages(mere: Visitor, scenes: Scenes, state: str) -> None:
    mere.open("/desk/new" if state in {"new", "wrong"} else f"/desk/new/{scenes.call}")
    if state == "wrong":
        mere.press("Open the case")
    assert look_at(mere, f"desk phone {state}", is_light=False) == []
    mere.page.set_viewport_size({"width": 1280, "height": SCREEN})
    assert mere.page.evaluate("document.documentElement.scrollHeight") <= 3 * SCREEN
