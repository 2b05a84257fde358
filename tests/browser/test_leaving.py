"""What only a real browser shows of the person's pages: leaving at once, the first screen, copying with one press."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import story
from tests.browser.conftest import Admit
from tests.browser.site import Site
from tests.browser.visitor import Visitor

PHONE = {"width": 360, "height": 740}


def begin(visitor: Visitor) -> None:
    visitor.open("/report")
    visitor.press("Begin")
    visitor.is_at("Keep these six words")
    visitor.page.wait_for_load_state("load")  # the script listens only then


def test_three_presses_of_shift_leave_at_once_and_end_the_session(admit: Admit) -> None:
    visitor = admit()
    begin(visitor)
    for _press in range(3):
        visitor.page.keyboard.press("Shift")
    visitor.page.wait_for_url(visitor.elsewhere + "/")
    visitor.page.go_back()
    expect(visitor.page.locator("p.words")).to_have_count(0)
    visitor.open("/report/who")
    assert visitor.path == "/return"


@pytest.mark.parametrize("how", ["the link", "the keys"])
def test_back_after_leaving_shows_nothing_of_this_site(admit: Admit, how: str) -> None:
    visitor = admit()
    visitor.open("/")
    visitor.follow("What can I do now?")
    visitor.open("/law?country=NZ")  # a page that a browser may keep
    begin(visitor)
    seen = watch_frames(visitor)
    if how == "the link":
        visitor.leave()
    else:
        for _press in range(3):
            visitor.page.keyboard.press("Shift")
        visitor.page.wait_for_url(visitor.elsewhere + "/")
    for _step in range(4):  # the front page, what can be done now, the law, before the report
        visitor.page.go_back()
        visitor.page.wait_for_url(visitor.elsewhere + "/")
        assert visitor.page.locator("h1").inner_text() == "Weather"
    assert seen == []


def watch_frames(visitor: Visitor) -> list[str]:
    """Headings of our pages that were drawn after this, looked at as soon as there is something to see."""
    seen: list[str] = []
    visitor.context.expose_function("sawHeading", lambda heading: seen.append(heading))
    visitor.context.add_init_script("""
      const look = () => {
        const heading = document.querySelector("main h1");
        if (heading && getComputedStyle(heading).visibility !== "hidden") sawHeading(heading.textContent);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    """)
    return seen


def test_back_within_the_site_still_works(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/")
    visitor.follow("What can I do now?")
    visitor.is_at("What can I do now?")
    visitor.page.go_back()
    visitor.is_at("Help with something online")
    visitor.page.go_forward()
    visitor.is_at("What can I do now?")


def test_whoever_left_comes_in_again_by_the_address(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/")
    visitor.leave()
    visitor.open("/")
    visitor.is_at("Help with something online")


def test_the_link_leaves_and_ends_the_session_without_javascript(admit: Admit) -> None:
    visitor = admit(java_script_enabled=False)
    begin(visitor)
    visitor.leave()
    visitor.open("/report/who")
    assert visitor.path == "/return"


def test_writing_capital_letters_does_not_leave(admit: Admit) -> None:
    visitor = admit()
    visitor.open("/return")
    for key in ("Shift", "Shift", "a", "Shift"):
        visitor.page.keyboard.press(key)
    visitor.page.get_by_label("Your six words").press_sequentially("ABC")
    visitor.page.wait_for_timeout(200)
    assert visitor.path == "/return"


def test_the_three_ways_of_the_front_page_are_on_the_first_screen_of_a_phone(admit: Admit) -> None:
    visitor = admit(viewport=PHONE)
    visitor.open("/")
    last = visitor.page.get_by_role("link", name="What can I do now?").first.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] < PHONE["height"]


def test_a_field_is_copied_at_the_press_of_its_button(site: Site, admit: Admit) -> None:
    visitor = admit()
    story.begin(visitor)
    story.answer_first(visitor, "New Zealand")
    story.paste_links(visitor)
    story.answer_rest(visitor, "")
    story.hand_in(visitor)
    visitor.open("/case/send")
    visitor.choose("This is true. I say it today, for each letter named here.")
    visitor.fill("Your signature: type your name", story.NAME)
    visitor.press("Begin with", exact=False)
    site.work()
    visitor.open("/case/send/1")
    visitor.page.get_by_role("button", name="Copy the whole letter").click()
    expect(visitor.page.get_by_text("Copied").first).to_be_visible()
