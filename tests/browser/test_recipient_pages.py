"""Where a recipient answers over the link in a letter: axe, narrow and wide, light and dark, and the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.models.answer_links import AnswerLink
from portal.services.requests import answer_links
from tests.browser.looks import look_at
from tests.browser.site import Site
from tests.browser.test_keyboard import names, walk
from tests.browser.visitor import Visitor


@pytest.fixture
def page(site: Site) -> str:
    """The address in a letter that left, behind the site's own."""
    with site.parts.sessions() as session:
        request_id = session.scalars(select(AnswerLink.request_id)).first()
    assert request_id is not None
    return f"/answer/{answer_links.name_link(site.parts.ports, request_id)}"


def test_nothing_is_wrong_with_the_page_its_errors_and_its_end(visitors: dict[str, Visitor], page: str) -> None:
    visitor = visitors["nobody"]
    visitor.open(page)
    visitor.is_at("Answer a notice")
    assert look_at(visitor, "recipient answer") == []
    visitor.fill("Removed for everybody", "nine to ten")
    visitor.press("Send the answer")
    visitor.sees("or the numbers of the links, such as 1-5, 9.")
    visitor.troubles.clear()  # the browser said on its console that the answer was 400, as it should
    assert look_at(visitor, "recipient answer wrong") == []
    visitor.fill("Removed for everybody", "")
    visitor.press("Send the answer")
    assert look_at(visitor, "recipient taken") == []


def test_nothing_is_wrong_with_a_link_that_takes_no_answers(visitors: dict[str, Visitor], page: str) -> None:
    visitor = visitors["nobody"]
    visitor.open(f"{page[:-4]}zzzz")
    visitor.is_at("This link takes no answers")
    visitor.troubles.clear()  # 404, as it should be
    assert look_at(visitor, "recipient over") == []


def test_the_answer_is_given_with_the_keyboard_alone(visitors: dict[str, Visitor], page: str) -> None:
    visitor = visitors["nobody"]
    visitor.open(page)
    stops = walk(visitor)
    assert [stop for stop in stops if not stop["is_ringed"] or not stop["is_seen"]] == []
    assert names(stops).index("Removed for everybody") < names(stops).index("Send the answer")
    visitor.page.get_by_label("Your number for this notice").focus()
    visitor.page.keyboard.type("T-99")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", level=1)).not_to_have_text("Answer a notice")
