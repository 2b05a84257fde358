"""A phone's first screen answers the question: what to do first, by when, where, and whom to talk to."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.visitor import Visitor

PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.mark.parametrize(
    "path",
    [
        "/law?country=GB&platform=instagram",
        "/law?country=IE&platform=x",
        "/law?country=US&platform=google-search",
        "/law?country=AU&threat=true",
        "/law?country=IT&threat=true",
        "/law?country=KR",
        "/law?country=NG&threat=true",
    ],
)
def test_the_first_step_fits_a_phones_first_screen(visitors: dict[str, Visitor], path: str) -> None:
    visitor = visitors["nobody"]
    visitor.page.set_viewport_size(PHONE)
    visitor.open(path)
    box = visitor.page.locator(".notice-box").first
    assert box.locator("h2").inner_text() == "Do this first"
    for part in (box.locator("strong").first, box.locator(".button, .help-line").first, box.locator(".help-line")):
        measured = part.bounding_box()
        assert measured is not None
        assert measured["y"] + measured["height"] <= PHONE["height"], part


def test_the_first_date_and_its_reason_fit_a_phones_first_screen(visitors: dict[str, Visitor]) -> None:
    visitor = visitors["nobody"]
    visitor.page.set_viewport_size(PHONE)
    visitor.open("/clock?home=IE&waiting=platform&day=2026-11-20&hour=10:00")
    first = visitor.entries().first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] <= PHONE["height"]


def test_what_stands_before_a_link_of_several_lines_is_beside_the_first_of_them(visitors: dict[str, Visitor]) -> None:
    """As its bullet is."""
    visitor = visitors["nobody"]
    visitor.page.set_viewport_size(PHONE)
    visitor.open("/platforms/instagram")
    link = visitor.page.locator("main ul:not([class]) > li > a:only-child", has_text="swgfl.org.uk").first
    lower = link.evaluate(
        """link => {
          link.style.maxInlineSize = "8rem";
          const text = document.createTextNode("x");
          link.before(text);
          const range = document.createRange();
          range.selectNode(text);
          return range.getBoundingClientRect().bottom - link.getBoundingClientRect().top;
        }"""
    )
    box = link.bounding_box()
    assert box is not None
    assert lower < box["height"] / 2
