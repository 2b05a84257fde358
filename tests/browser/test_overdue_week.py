"""A week of overdue requests reminded and complained about from the list of cases, every press counted; and 500 links
at a look.
"""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Route
from sqlalchemy import func, select

from portal.domain.lifecycle import Answer, Handler, History, Role
from portal.models.accounts import Team
from portal.models.events import Event
from tests.browser.conftest import Admit
from tests.browser.looks import look_at
from tests.browser.scenes import MANY_LINKS
from tests.browser.site import Site
from tests.browser.test_desk_together import Counting
from tests.browser.test_few_taps import answer_for_them
from tests.browser.test_keyboard import tab_to
from tests.browser.test_with_team import sign_in
from tests.browser.visitor import Visitor
from tests.services.factories import make_case
from tests.services.fakes import print_quickly, send

LOOKS_AGAIN_S = 3  # a page that waits for work looks each two seconds
CASES, MOST_FOR_THE_WEEK, MOST_FOR_PASTED, SCREENS = 10, 15, 6, 3
MOST_FOR_A_FORM, MOST_BY_FORM = 3, 3  # presses for one, and how many of the five platforms have a form at least
LINKS = """
    https://www.instagram.com/p/Invented01/ https://x.com/someone/status/1 https://www.tiktok.com/@invented/video/1
    https://www.reddit.com/r/invented/comments/1/a/ https://www.facebook.com/invented/posts/1
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def make_cases(site: Site, number: int, links: str = LINKS, *, sent: int = 5, team: str = "Harbour") -> list[str]:
    """Cases of a team, of each so many requests sent now. Their references."""
    now = site.parts.clock()
    with site.parts.sessions.begin() as session:
        team_id = session.scalars(select(Team.id).where(Team.name == team)).one()
        made = []
        for _case in range(number):
            opened = make_case(
                session, site.parts.ports, links=links, now=now, handler=Handler.TEAM, team_id=str(team_id)
            )
            for request in range(1, sent + 1):
                send(session, opened, site.parts.ports, request, at=now, received_at=now)
            made.append(opened.reference)
    return made


def count_events(site: Site, kind: History) -> int:
    with site.parts.sessions() as session:
        query = select(func.count()).select_from(Event).where(Event.kind == kind)
        return session.scalar(query) or 0


def is_short(visitor: Visitor) -> bool:
    """Whether the page is at most three screens high at 1280 by 800."""
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    height: int = visitor.page.evaluate("document.documentElement.scrollHeight")
    return height <= SCREENS * 800


def leave_while_it_ends(visitor: Visitor, site: Site, counting: Counting, link: str) -> None:
    """Follow a link to a slow page while the work that this page waits for ends, so that it would load itself again."""

    def answer_late(route: Route) -> None:
        site.work()
        time.sleep(LOOKS_AGAIN_S)
        route.continue_()

    visitor.page.route("**/desk", answer_late, times=1)
    counting.press(link)
    visitor.is_at("Cases")


def test_fifty_overdue_requests_are_reminded_in_few_presses(site: Site, admit: Admit) -> None:
    site.make_team("Harbour", (("mere", "Mere", Role.ADVOCATE),))
    references = make_cases(site, CASES)
    site.pass_time(days=7)
    advocate = admit()
    sign_in(site, advocate, "mere")
    counting = Counting(advocate)
    counting.press("Cases")
    counting.press(f"Overdue ({CASES})")
    counting.tick(f"All cases on this page ({CASES})")
    counting.press("Remind all who are late")
    advocate.sees(f"It will be done in {CASES} cases")
    counting.press("Remind all who are late")
    advocate.sees(f"Done in {CASES} of {CASES} cases")
    leave_while_it_ends(advocate, site, counting, "Back to the cases")
    counting.press(f"Overdue ({CASES})")
    counting.tick(f"All cases on this page ({CASES})")
    counting.press("Record reminders as sent")
    counting.press("Record reminders as sent")
    advocate.sees(f"Done in {CASES} of {CASES} cases")
    assert count_events(site, History.REMINDED) == 5 * CASES
    assert counting.done <= MOST_FOR_THE_WEEK

    advocate.open(f"/desk/cases/{references[0]}")
    assert is_short(advocate)
    advocate.follow("1. ", exact=False)
    advocate.sees("Deadlines")
    assert advocate.page.locator(".lines [aria-current]").count() == 1
    assert is_short(advocate)
    advocate.open(f"/desk/cases/{references[0]}/history")
    assert is_short(advocate)
    answer_by_keys(advocate, references[0])
    look_at_many_links(site, advocate)


def test_a_complaint_about_each_of_fifty_is_prepared_taken_and_lodged_in_few_presses(site: Site, admit: Admit) -> None:
    site.make_team("Bridge", (("nele", "Nele", Role.ADVOCATE),))
    make_cases(site, CASES, team="Bridge")
    site.pass_time(days=7)
    advocate = admit()
    sign_in(site, advocate, "nele")
    counting = Counting(advocate)
    counting.press("Cases")
    counting.press(f"Overdue ({CASES})")
    counting.tick(f"All cases on this page ({CASES})")
    counting.press("Prepare complaints")
    advocate.sees(f"It will be done in {CASES} cases")
    advocate.sees("To Netsafe: Harmful Digital Communications Act 2015")
    counting.press("Prepare complaints")
    advocate.sees(f"Done in {CASES} of {CASES} cases")
    advocate.sees("The papers are being made.")
    site.work()
    advocate.page.reload()
    advocate.sees("All bundles (ZIP)")
    assert look_at(advocate, "desk complaints made", is_light=False) == []
    counting.press("Record complaints as lodged")
    assert look_at(advocate, "desk complaints to lodge", is_light=False) == []
    counting.tick("I used the authorities’ addresses or forms today, and they work")
    counting.press("Record complaints as lodged")
    advocate.sees(f"Done in {CASES} of {CASES} cases")
    assert count_events(site, History.COMPLAINT_LODGED) == 5 * CASES
    assert counting.done <= MOST_FOR_THE_WEEK


def test_one_answer_about_links_of_two_cases_is_logged_in_few_presses(site: Site, admit: Admit) -> None:
    site.make_team("Quay", (("olga", "Olga", Role.ADVOCATE),))
    make_cases(site, 2, team="Quay")
    advocate = admit()
    sign_in(site, advocate, "olga")
    counting, before = Counting(advocate), count_events(site, History.ANSWERED)
    counting.press("Paste several links")
    advocate.fill("Which links?", "They are gone:\nhttps://x.com/someone/status/1\nhttps://x.com/nobody/status/9")
    counting.done += 1
    counting.press("Find their cases")
    advocate.sees("1 link found")
    advocate.sees("In 2 cases.")
    assert look_at(advocate, "desk pasted links found", is_light=False) == []
    counting.tick("It is removed")
    counting.press("Log this answer for all")
    advocate.sees("Done in 2 of 2 cases")
    assert count_events(site, History.ANSWERED) - before == 2
    assert counting.done <= MOST_FOR_PASTED


def test_what_goes_by_their_forms_takes_three_presses_each(site: Site, admit: Admit) -> None:
    """Open the form, copy the letter, say that it was sent: then the next one is there. Typing a number is extra."""
    site.make_team("Weir", (("rata", "Rata", Role.ADVOCATE),))
    reference = make_cases(site, 1, sent=0, team="Weir")[0]
    advocate = admit(locale="en-NZ")
    advocate.context.route("https://**", answer_for_them)
    sign_in(site, advocate, "rata")
    advocate.open(f"/desk/cases/{reference}/together/letters?pick=all")
    advocate.press("Prepare letters", exact=False)
    site.work()
    advocate.open(f"/desk/cases/{reference}")
    counting = Counting(advocate)
    counting.press("By their forms, one by one")
    total = int(advocate.page.locator("main").inner_text().partition("1 of ")[2].split()[0])
    assert total >= MOST_BY_FORM
    assert look_at(advocate, "desk letter by their form", is_light=False) == []
    for number in range(1, total + 1):
        before = counting.done
        with advocate.context.expect_page() as opened:
            counting.press("Open their form")
        opened.value.wait_for_load_state()
        opened.value.close()
        counting.press("Copy the whole letter")
        advocate.sees("Copied")
        advocate.fill("Their ticket number, if they gave one", f"INV-{number}")
        counting.press("It was sent. Next one" if number < total else "It was sent")
        assert counting.done - before <= MOST_FOR_A_FORM
    advocate.sees("No letter waits to be sent by a form.")
    advocate.troubles[:] = [each for each in advocate.troubles if "a request left the host: https://" not in each]


def answer_by_keys(advocate: Visitor, reference: str) -> None:
    """From the case to an answer that is logged, with the keyboard alone."""
    keys = advocate.page.keyboard
    advocate.open(f"/desk/cases/{reference}")
    tab_to(advocate, "2. X (Twitter)")
    keys.press("Enter")
    advocate.sees("Links of this request")
    tab_to(advocate, "Log an answer")
    keys.press("Enter")
    advocate.sees("What does the answer mean?")
    tab_to(advocate, "They confirm receipt")
    for _answer in Answer:
        if advocate.page.get_by_label("They refuse", exact=True).is_checked():
            break
        keys.press("ArrowDown")
    tab_to(advocate, "Log the answer")
    keys.press("Enter")
    advocate.sees("They refuse")


def look_at_many_links(site: Site, advocate: Visitor) -> None:
    """500 links are folded under their platforms, and one platform is opened by its name."""
    reference = make_cases(site, 1, MANY_LINKS, sent=0)[0]
    advocate.open(f"/desk/cases/{reference}")
    assert is_short(advocate)
    assert advocate.page.locator("[id^='link-']").count() == 0
    advocate.page.locator(".link-group").get_by_role("link", name="Instagram").click()
    advocate.sees("InventedAndRatherLong0001")
    assert advocate.page.locator("[id^='link-']").count() == 50
