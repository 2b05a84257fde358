"""A busy network: the first reports ask for nothing, the next ones for a wait or for work, and nobody is shut out."""

from __future__ import annotations

import json

import pytest
from altcha import Challenge, Payload, solve_challenge
from flask import Flask
from sqlalchemy import select

from portal.domain import quotas as rules
from portal.domain.quotas import FREE, WAITS, Counted
from portal.models.quotas import Quota
from portal.services.signin import flood_challenges
from portal.services.signin.quotas import KEPT
from portal.web.network import name_bucket
from portal.web.unit_of_work import parts
from tests.web.conftest import TestClock
from tests.web.pages import Page, Visitor
from tests.web.person.journey import hand_in
from tests.web.person.test_case import make_team

HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that takes no time; its rules stay the same."""
    monkeypatch.setattr(flood_challenges, "TRIES", (4,) * len(rules.TRIES))
    monkeypatch.setattr(flood_challenges, "TRY_COST", 1)


def fill(app: Flask, clock: TestClock, counted: Counted, used: int | None = None) -> None:
    """As if that many had come from the visitor's network today; by default all that are free."""
    with app.app_context(), parts().sessions.begin() as session:
        bucket = name_bucket(parts().ports.keys.forms, HERE, now=clock.now)
        used = FREE[counted] if used is None else used
        session.add(Quota(bucket=bucket, counted=counted, used=used, ends_at=clock.now + KEPT))


def count_used(app: Flask, counted: Counted) -> list[int]:
    with app.app_context(), parts().sessions() as session:
        return list(session.scalars(select(Quota.used).where(Quota.counted == counted)))


def work_of(page: Page) -> str:
    [field] = [each for each in page.root.iter("input") if each.get("data-work")]
    challenge = Challenge.from_dict(json.loads(field.get("data-work", "")))
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def fields_of(page: Page) -> set[str]:
    return {each.get("name", "") for each in page.root.iter("input")}


def test_the_first_reports_are_asked_for_nothing(app: Flask) -> None:
    for _each in range(3):
        visitor = Visitor(app)
        page = visitor.go("/report")
        assert not {"wait", "work"} & fields_of(page)
        assert "work.js" not in page.answer.text
        assert visitor.press("Begin").heading == "Keep these six words"
    assert count_used(app, Counted.DRAFT) == [3]


def test_without_javascript_the_wait_is_told_and_its_end_lets_on(app: Flask, clock: TestClock) -> None:
    fill(app, clock, Counted.DRAFT)
    visitor = Visitor(app)
    assert "Please wait 20 seconds" in visitor.go("/report").text
    page = visitor.press("Begin", status=429, keep="y")
    assert page.heading == "Please wait a moment"
    assert page.answer.headers["Retry-After"] == "20"
    clock.move(seconds=8)
    page = visitor.press("Go on", status=429)
    assert "Please wait 12 seconds" in page.text, "pressed too early: the wait goes on and does not begin anew"
    clock.move(seconds=12)
    assert visitor.press("Go on").heading == "Keep these six words"
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    assert cookie.max_age is not None, "the tick of the first page was carried along"


def test_reading_the_page_before_counts_as_waiting(app: Flask, clock: TestClock) -> None:
    fill(app, clock, Counted.DRAFT)
    visitor = Visitor(app)
    visitor.go("/report")
    clock.move(seconds=20)
    assert visitor.press("Begin").heading == "Keep these six words"


def test_work_done_while_the_page_is_read_lets_on_at_once_and_only_once(app: Flask, clock: TestClock) -> None:
    fill(app, clock, Counted.DRAFT)
    visitor = Visitor(app)
    done = work_of(visitor.go("/report"))
    assert visitor.press("Begin", work=done).heading == "Keep these six words"
    other = Visitor(app)
    other.go("/report")
    assert other.press("Begin", status=429, work=done).heading == "Please wait a moment"


def test_a_network_that_flooded_lets_the_next_person_in_after_ten_minutes(app: Flask, clock: TestClock) -> None:
    fill(app, clock, Counted.DRAFT, used=1_000_000)
    visitor = Visitor(app)
    visitor.go("/report")
    assert "Please wait 10 minutes" in visitor.press("Begin", status=429).text
    clock.move(seconds=WAITS[-1].total_seconds())
    assert visitor.press("Go on").heading == "Keep these six words"


def test_another_network_notices_nothing(app: Flask, clock: TestClock) -> None:
    fill(app, clock, Counted.DRAFT, used=1_000_000)
    visitor = Visitor(app)
    visitor.client.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    visitor.go("/report")
    assert visitor.press("Begin").heading == "Keep these six words"


def test_a_message_that_has_to_wait_is_not_lost(app: Flask, clock: TestClock) -> None:
    visitor = Visitor(app)
    hand_in(visitor)
    make_team(app)
    visitor.go("/case/help")
    visitor.press("Ask Harbour Helpline to help")
    fill(app, clock, Counted.MESSAGE)
    written = 'It is up again.\n<b>Please</b> look at "it" & tell me.'
    visitor.go("/case/messages")
    visitor.press("Send", status=429, text=written)
    assert written.splitlines()[0] in visitor.page.answer.text
    clock.move(seconds=20)
    page = visitor.press("Go on")
    assert page.path == "/case/messages"
    assert " ".join(written.split()) in page.text


def test_links_that_have_to_wait_are_not_lost(app: Flask, clock: TestClock) -> None:
    visitor = Visitor(app)
    hand_in(visitor)
    fill(app, clock, Counted.LINKS)
    visitor.go("/case/links")
    page = visitor.press("Add", status=429, pasted="https://x.com/someone/status/77\nhttps://x.com/someone/status/78")
    page = visitor.press("Go on", work=work_of(page))
    assert "2 links were added" in page.text


def test_beginning_again_inside_a_report_leads_back_to_it_and_is_not_counted(app: Flask, clock: TestClock) -> None:
    visitor = Visitor(app)
    visitor.go("/report")
    visitor.press("Begin")
    form, _button = visitor.page.form_with("I wrote them down")
    token = next(each.get("value", "") for each in form.iter("input") if each.get("name") == "csrf_token")
    assert visitor.send("/report", {"csrf_token": token}).heading == "Keep these six words"
    assert count_used(app, Counted.DRAFT) == [1]
