"""Every page of the person's side as a thumb and tired eyes meet it: 400 % zoom, targets of 44 px, one main action."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser.test_person_pages import PAGES
from tests.browser.visitor import Visitor

ZOOMED = ViewportSize(width=320, height=256)  # 1280 by 1024 at 400 %, WCAG 1.4.10
PHONE = ViewportSize(width=360, height=740)
TARGET = 44  # px
# Of facts for everybody, which the site's staff and journalists read at a desk.
OPEN = ("/law", "/clock", "/authorities", "/platforms", "/api", "/data", "/embed", "/check", "/papers")

# What can be pressed and stands alone: a link inside of a sentence is as high as its line (WCAG 2.5.8), and a box or a
# round is pressed by its label as well.
FIND_SMALL = """target => {
  const shown = element => element.getClientRects().length && getComputedStyle(element).visibility !== "hidden";
  const words = element => element.textContent.replace(/\\s+/g, " ").trim();
  const inText = element => {
    const block = element.closest("p, li, dd, dt, td, label, summary, span, footer div");
    return element.matches("a") && block && block !== element && words(block) !== words(element);
  };
  const height = element => {
    const isBox = element.matches("[type=checkbox], [type=radio]");
    const label = isBox && document.querySelector(`label[for="${element.id}"]`);
    return (label || element).getBoundingClientRect().height;
  };
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter(element => shown(element) && !element.matches(".skip-link") && !inText(element))
    .filter(element => height(element) < target - 0.5)
    .map(element => `${words(element).slice(0, 40) || element.id}: ${Math.round(height(element))} px`);
}"""
FIND_WIDE = """width => [...document.querySelectorAll("body *")]
  .filter(element => element.getBoundingClientRect().right > width + 1)
  .map(element => element.className || element.tagName).slice(-3)"""
COUNT_MAIN = """() => [...document.querySelectorAll("main button.button, main a.button")]
  .filter(each => each.className === "button" && each.getClientRects().length).length"""


@dataclass(frozen=True)
class Faults:
    """What is wrong with the pages of one scene."""

    wide: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    many: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def find_faults(visitors: dict[str, Visitor]) -> Callable[[str], Faults]:
    """Each page is opened once, for all three tests of its scene."""
    return cache(lambda scene: walk(visitors[scene], PAGES[scene].split()))


def walk(visitor: Visitor, paths: list[str]) -> Faults:
    page, found = visitor.page, Faults()
    for path in paths:
        page.set_viewport_size(PHONE)
        visitor.open(path)
        if not path.startswith(OPEN):
            found.small.extend(f"{path}: {each}" for each in page.evaluate(FIND_SMALL, TARGET))
            if (count := page.evaluate(COUNT_MAIN)) > 1:
                found.many.append(f"{path}: {count}")
        page.set_viewport_size(ZOOMED)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        if page.evaluate("document.scrollingElement.scrollWidth") > ZOOMED["width"]:
            found.wide.append(f"{path}: {page.evaluate(FIND_WIDE, ZOOMED['width'])}")
    return found


@pytest.mark.parametrize("scene", PAGES)
def test_no_page_scrolls_sideways_at_400_percent(find_faults: Callable[[str], Faults], scene: str) -> None:
    assert find_faults(scene).wide == []


@pytest.mark.parametrize("scene", PAGES)
def test_what_is_pressed_is_large_enough_for_a_thumb(find_faults: Callable[[str], Faults], scene: str) -> None:
    assert find_faults(scene).small == []


@pytest.mark.parametrize("scene", PAGES)
def test_a_page_has_one_main_action(find_faults: Callable[[str], Faults], scene: str) -> None:
    assert find_faults(scene).many == []


def test_a_small_target_is_found(visitors: dict[str, Visitor]) -> None:
    visitors["nobody"].open("/")
    page = visitors["nobody"].page
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button>Tiny</button>')")
    assert any(each.startswith("Tiny") for each in page.evaluate(FIND_SMALL, TARGET))


def test_the_saved_copy_of_a_case_is_read_on_a_phone(
    visitors: dict[str, Visitor], chromium: Browser, tmp_path: Path
) -> None:
    visitors["case"].open("/case/take-along")
    with zipfile.ZipFile(io.BytesIO(visitors["case"].download("Download the file"))) as archive:
        archive.extractall(tmp_path)
    page = chromium.new_page(viewport=PHONE)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto((tmp_path / "case.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("getComputedStyle(document.querySelector('section')).borderTopLeftRadius") == "10px"
    assert requested == [(tmp_path / "case.html").as_uri()], "it needs nothing else"
    page.close()
