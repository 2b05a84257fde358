"""The case page of ten requests in each of its states: one screen or two, one main button, every state in its part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, ViewportSize
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer, SendingChannel
from portal.services.cases import handover, messages
from portal.services.ports import Ports
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.browser.looks import look_at
from tests.browser.scenes import hold_open
from tests.browser.site import NOW, Site
from tests.browser.visitor import Visitor
from tests.services.factories import make_case, make_team

pytestmark = pytest.mark.usefixtures("quick_printing")

PHONE = ViewportSize(width=360, height=740)
PLATFORMS = """https://www.instagram.com/p/Abc123/ https://x.com/someone/status/1111
    https://www.tiktok.com/@invented/video/7000000000000000001 https://www.reddit.com/r/x/comments/abc/
    https://www.facebook.com/invented/posts/1 https://www.pornhub.com/view_video.php?viewkey=ph1
    https://www.youtube.com/watch?v=abcdefghijk https://mega.nz/folder/abc
    https://pictures.example.org/album/7 https://t.me/invented/5"""
TEN = 10
SEEN = NOW + timedelta(hours=3)
STATES = ("new", "waiting", "mixed", "overdue", "gone", "team")


def send_all(opened: CaseWork, *numbers: int, at: datetime) -> None:
    for number in numbers:
        command = SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=at, ticket=f"T-{number}")
        sending.record_sent(opened.at(at), number, command)


def answer(opened: CaseWork, number: int, what: Answer) -> None:
    answers.log_answer(opened.at(SEEN), number, AnswerCommand(answer=what, at=SEEN, text="As we see it."))


def hand_over(session: Session, opened: CaseWork) -> None:
    """To a team that says how fast it answers, with a message that waits."""
    team, _key = make_team(session, name="Harbour", now=NOW)
    team.shown_at, team.reply_hours = NOW, 24
    handover.hand_to_team(opened.at(NOW), team.id)
    messages.send_message(opened.at(SEEN), "Please call at ten.")


def make_state(session: Session, ports: Ports, state: str) -> CaseWork:
    began = NOW - timedelta(days=8) if state == "overdue" else NOW
    opened = make_case(session, ports, links=PLATFORMS, country="IE", now=began)
    if state == "new":
        return opened
    if state == "team":
        hand_over(session, opened)
    send_all(opened, *(range(1, 9) if state == "mixed" else range(1, TEN + 1)), at=began)
    if state == "mixed":
        answer(opened, 1, Answer.REMOVED)
        answer(opened, 2, Answer.REMOVED)
        answer(opened, 3, Answer.REFUSED)
        answer(opened, 4, Answer.MORE_ASKED)
    if state == "gone":
        for number in range(1, TEN + 1):
            answer(opened, number, Answer.REMOVED)
    return opened


@pytest.fixture(scope="module")
def holders(chromium: Browser, site: Site) -> Iterator[dict[str, Visitor]]:
    """A browser for each state. At the end none of them may have met trouble."""
    site.clock.now = SEEN
    with site.parts.sessions.begin() as session:
        cookies = {state: hold_open(session, make_state(session, site.parts.ports, state)) for state in STATES}
    made = {state: Visitor(chromium.new_context(viewport=PHONE), site.address, site.elsewhere) for state in STATES}
    for state, visitor in made.items():
        visitor.context.add_cookies([{"name": "session", "value": cookies[state], "url": site.address}])
    site.pass_time()
    yield made
    for visitor in made.values():
        visitor.context.close()
    assert [trouble for visitor in made.values() for trouble in visitor.troubles] == []


def show(holders: dict[str, Visitor], state: str) -> Visitor:
    """The case page on a phone."""
    visitor = holders[state]
    visitor.page.set_viewport_size(PHONE)
    visitor.open("/case")
    return visitor


@pytest.mark.parametrize("state", STATES)
def test_ten_requests_are_at_most_two_screens_of_a_phone(holders: dict[str, Visitor], state: str) -> None:
    visitor = show(holders, state)
    tall = visitor.page.evaluate("document.documentElement.scrollHeight")
    assert tall <= 2 * PHONE["height"], f"{tall} px"


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_wrong_with_the_case_page(holders: dict[str, Visitor], state: str) -> None:
    visitor = show(holders, state)
    assert look_at(visitor, f"case page {state}") == []


@pytest.mark.parametrize(
    ("state", "counts", "button"),
    [
        ("new", "0 of 10 gone · 10 need you", "Send my 10 letters"),
        ("waiting", "0 of 10 gone · 10 waiting", "Mark what is gone"),
        ("mixed", "2 of 10 gone · 4 waiting · 4 need you", "Answer TikTok"),
        ("overdue", "0 of 10 gone · ", "Remind all"),
        ("gone", "10 of 10 gone", ""),
        ("team", "0 of 10 gone · 10 waiting", "Mark what is gone"),
    ],
)
def test_the_top_counts_and_has_one_main_button(
    holders: dict[str, Visitor], state: str, counts: str, button: str
) -> None:
    visitor = show(holders, state)
    now = visitor.page.locator(".case-now")
    assert counts in " ".join(now.inner_text().split())
    labels = now.locator(".button").all_inner_texts()
    assert len(labels) == (1 if button else 0)
    assert all(label.startswith(button.split(" TikTok")[0]) for label in labels)


def test_with_a_team_it_says_who_acts_how_fast_they_answer_and_that_the_message_arrived(
    holders: dict[str, Visitor],
) -> None:
    visitor = show(holders, "team")
    block = visitor.page.locator(".case-team").inner_text()
    for sentence in (
        "Harbour",
        "They usually answer within a day.",
        "Your message arrived",
        "They have not read it yet.",
    ):
        assert sentence in block


def test_on_a_wide_screen_the_case_has_two_columns(holders: dict[str, Visitor]) -> None:
    visitor = show(holders, "mixed")
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    first, second = (visitor.page.locator(f".case-columns > :nth-child({place})").bounding_box() for place in (1, 2))
    assert first is not None
    assert second is not None
    assert second["x"] > first["x"] + first["width"]
    assert first["width"] + second["width"] > 900


def test_every_line_and_control_is_reached_and_pressed_by_keyboard(holders: dict[str, Visitor]) -> None:
    visitor = show(holders, "mixed")
    page = visitor.page
    seen: list[str] = []
    for _press in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
    for name in ("Answer Reddit", "TikTok", "Facebook", "Mark gone or back", "More: letters, help and laws"):
        assert name in seen, seen
    page.get_by_text("More: letters, help and laws").focus()
    page.keyboard.press("Enter")
    visitor.sees("Erase everything")
    page.get_by_role("link", name="Answer Reddit").focus()
    page.keyboard.press("Enter")
    visitor.is_at("Reddit")


def test_without_javascript_links_are_marked_folded_things_open_and_what_is_wrong_is_corrected(
    chromium: Browser, site: Site
) -> None:
    with site.parts.sessions.begin() as session:
        cookie = hold_open(session, make_state(session, site.parts.ports, "waiting"))
    visitor = Visitor(chromium.new_context(viewport=PHONE, java_script_enabled=False), site.address, site.elsewhere)
    visitor.context.add_cookies([{"name": "session", "value": cookie, "url": site.address}])
    visitor.open("/case")
    visitor.follow("Mark gone or back")
    visitor.page.locator("#link-1").check()
    visitor.page.locator("#link-2").check()
    visitor.press("Mark as gone")
    visitor.sees("Instagram: link 1 is gone. Good.")
    visitor.follow("Back to your case")
    visitor.sees("2 of 10 gone")
    visitor.follow("Instagram")
    visitor.page.get_by_text("Something here is wrong").click()
    visitor.follow("A link is gone", exact=False)
    visitor.page.get_by_label("It never happened. I saved it by mistake.").check()
    visitor.press("Save the correction")
    visitor.sees("Instagram has until Wednesday 09:00, in 45 hours.")
    visitor.context.close()
    assert visitor.troubles == []
