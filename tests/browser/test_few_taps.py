"""From the front page to a saved report on a small phone, counted: every press, every paste and every page."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.browser.conftest import Admit
from tests.browser.story import MAIL, PASTED
from tests.browser.visitor import Visitor

PHONE = {"width": 360, "height": 740}
MOST_TAPS, MOST_PASTES, MOST_PAGES = 12, 2, 13
WAY = (
    "Get something taken down", "Begin", "I wrote them down", "Me", "No, 18 or older", "New Zealand",
    "A real private picture or video", "Yes, or it was sent to others",
)  # fmt: skip


@dataclass
class Counting:
    """A visitor whose taps are counted. A page is one that the window shows."""

    visitor: Visitor
    taps: int = 0
    pastes: int = 0
    pages: int = 0

    def __post_init__(self) -> None:
        self.visitor.page.on("framenavigated", self._see_page)

    def tap(self, name: str) -> None:
        page = self.visitor.page
        found = page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name))
        found.first.click()
        self.taps += 1

    def paste(self, label: str, text: str) -> None:
        self.visitor.fill(label, text)
        self.pastes += 1

    def _see_page(self, _frame: object) -> None:
        self.pages += 1


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_report_is_saved_in_few_taps(admit: Admit, has_scripts: bool) -> None:
    visitor = admit(viewport=PHONE, java_script_enabled=has_scripts, locale="en-NZ")
    visitor.open("/")
    counting = Counting(visitor)
    for name in WAY:
        counting.tap(name)
    visitor.is_at("Where is it?")
    counting.paste("Paste the links", PASTED)
    counting.tap("Add these links")
    visitor.sees("30 links found")
    counting.tap("Continue")
    visitor.sees("Without an address for their answer we can’t make any of your 6 letters.")
    counting.paste("Your e-mail address", MAIL)
    counting.tap("Continue")
    visitor.is_at("Check your answers")
    counting.tap("Save my report")
    visitor.is_at("Your report is saved")
    visitor.sees("Nothing has been sent yet.")
    assert counting.taps <= MOST_TAPS
    assert counting.pastes <= MOST_PASTES
    assert counting.pages <= MOST_PAGES
