"""Thirty links on six platforms, from the queue to six recorded sendings, and forty links gone: every press counted."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.domain.lifecycle import Role
from tests.browser import story
from tests.browser.conftest import Admit
from tests.browser.site import Site
from tests.browser.test_with_team import sign_in
from tests.browser.visitor import Visitor
from tests.services.fakes import print_quickly

MOST_FOR_SIX_SENDINGS = 12
MOST_FOR_LINKS_GONE = 6


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@dataclass
class Counting:
    """An advocate whose presses and ticks are counted."""

    visitor: Visitor
    done: int = 0

    def press(self, name: str) -> None:
        page = self.visitor.page
        page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()
        self.done += 1

    def tick(self, label: str) -> None:
        self.visitor.choose(label)
        self.done += 1


def report(site: Site, person: Visitor, team: str, login: str) -> str:
    """A report of thirty links to a team with one advocate; the person has said what stands above the signatures."""
    site.make_team(team, ((login, login.title(), Role.ADVOCATE),))
    story.begin(person)
    story.answer_first(person, "United Kingdom", part="England")
    story.paste_links(person)
    person.sees("30 links found")
    story.answer_rest(person, f"With {team}")
    reference = story.hand_in(person)
    person.open("/case/requests/1/letter/notice")
    story.state(person)
    person.press("Only say this: my team makes the letter")
    person.sees("Your team can make the letter now.")
    return reference


def test_six_letters_are_sent_and_thirty_links_gone(site: Site, admit: Admit) -> None:
    person, advocate = admit(), admit()
    reference = report(site, person, "Harbour", "mere")
    sign_in(site, advocate, "mere")
    counting = Counting(advocate)
    counting.press(reference)
    counting.press("Take this case")
    counting.tick("All requests (6)")
    counting.press("Prepare letters")
    advocate.sees("It will be done for 6 requests")
    counting.press("Prepare letters: 6")
    site.work()
    advocate.page.reload()
    advocate.sees("Ready")
    counting.press("Record as sent")
    counting.tick("I looked at the addresses marked above, and they are still right")
    counting.press("Record as sent: 6")
    advocate.sees("Done for 6 of 6 requests.")
    assert counting.done <= MOST_FOR_SIX_SENDINGS

    gone = Counting(advocate)
    gone.press("Back to the case")
    gone.tick("All requests (6)")
    gone.press("Links are gone")
    gone.press("Links are gone: 6")
    advocate.sees("Done for 6 of 6 requests.")
    assert gone.done <= MOST_FOR_LINKS_GONE
    person.open("/case")
    person.sees("30 of 30")


def test_by_keyboard_alone_on_a_narrow_screen(site: Site, admit: Admit) -> None:
    person, advocate = admit(), admit(viewport={"width": 360, "height": 740})
    reference = report(site, person, "Bridge", "nele")
    sign_in(site, advocate, "nele")
    advocate.open(f"/desk/cases/{reference}")
    page = advocate.page
    page.get_by_label("All requests (6)").focus()
    page.keyboard.press("Space")
    page.locator(".many > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Prepare letters").focus()
    page.keyboard.press("Enter")
    advocate.sees("It will be done for 6 requests")
    page.get_by_role("button", name="Prepare letters: 6").focus()
    page.keyboard.press("Enter")
    advocate.sees("Being made")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
