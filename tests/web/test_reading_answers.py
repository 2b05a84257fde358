"""For both readers an answer's words are read into the form, with the sentence marked; somebody looks and saves."""

from __future__ import annotations

import io
import logging

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.models.events import Event
from portal.web.unit_of_work import parts
from tests.services.fakes import print_quickly
from tests.web.addresses import at
from tests.web.desk.colleague import Colleague, Desk
from tests.web.desk.conftest import desk
from tests.web.pages import HEAVIEST, OWN_PAGE, Page, Visitor, weigh
from tests.web.person.test_case import holder, send_request

__all__ = ["desk", "holder"]  # fixtures of both readers
GONE = "Thanks for writing. We reviewed the post and have removed it. Case number: ZX-90210."
LONGER = "Your request is complex, so we need more time. We answer by 15 January 2027."
VAGUE = "Your feedback matters to us. Follow us for tips."


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def person(holder: Visitor) -> Visitor:
    send_request(holder)
    holder.go("/case/requests/1/answer")
    return holder


@pytest.fixture
def colleague(desk: Desk) -> Colleague:
    reference = desk.add_case(links=" ".join(f"https://x.com/someone/status/{number}" for number in range(1, 4)))
    visitor = desk.visit("mira")
    visitor.go(f"/desk/cases/{reference}/requests/1/sent")
    visitor.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T08:30")
    visitor.follow("Log an answer")
    return visitor


def marked(page: Page) -> list[str]:
    return ["".join(each.itertext()) for each in page.root.iter("mark")]


def chosen(page: Page) -> list[str | None]:
    return [
        each.get("value")
        for each in page.root.iter("input")
        if each.get("name") == "answer" and "checked" in each.attrib
    ]


def value_of(page: Page, name: str) -> str:
    return next(each.get("value", "") for each in page.root.iter("input") if each.get("name") == name)


def count_answers(app: Flask) -> int:
    with app.app_context(), parts().sessions() as session:
        return len([e for e in session.scalars(sa.select(Event)) if e.kind.value == "answered"])


def test_the_person_sees_what_it_says_and_saves_it_with_one_press(app: Flask, person: Visitor) -> None:
    page = person.press("Read it for me", text=GONE)
    assert page.status == 200
    assert marked(page) == ["We reviewed the post and have removed it."]
    assert chosen(page) == ["removed"]
    assert "We think it says: They took it down" in page.text
    assert value_of(page, "ticket") == "ZX-90210"
    assert weigh(person) < HEAVIEST
    assert count_answers(app) == 0, "nothing is kept before somebody saves it"
    page = person.press("That’s right, save it")
    assert "Their answer is saved." in page.text
    assert "They took it down" in page.text
    assert "Their number: ZX-90210" in page.text
    assert GONE in page.text
    assert count_answers(app) == 1


def test_the_person_may_say_that_it_is_something_else(person: Visitor) -> None:
    person.press("Read it for me", text=GONE)
    page = person.press("Save", answer="partly", ticket="")
    assert "They took some of it down" in page.text
    assert "Their number: ZX-90210" not in page.text


@pytest.mark.parametrize(("text", "told"), [(VAGUE, "We can’t tell what they mean."), ("", "Paste their words first")])
def test_what_is_not_clear_is_said_and_nothing_is_chosen(person: Visitor, text: str, told: str) -> None:
    page = person.press("Read it for me", text=text)
    assert told in page.text
    assert chosen(page) == []
    assert marked(page) == []


def test_a_day_is_filled_in_and_ticks_and_choices_stay(person: Visitor) -> None:
    page = person.press("Read it for me", text=LONGER)
    assert chosen(page) == ["extended"]
    assert [value_of(page, f"extension_until-{part}") for part in ("day", "month", "year")] == ["15", "1", "2027"]
    page = person.press("Read it for me", text=VAGUE)
    assert chosen(page) == ["extended"], "what was chosen stays where nothing better is known"


def test_the_desk_sees_the_sentence_and_logs_it_about_the_pasted_links(colleague: Colleague) -> None:
    page = colleague.press("Suggest what it means", text=GONE, items=["1"])
    assert marked(page) == ["We reviewed the post and have removed it."]
    assert chosen(page) == ["removed"]
    assert value_of(page, "ticket") == "ZX-90210"
    page = colleague.press("Log the answer", pasted="https://x.com/someone/status/3")
    assert page.text.count("It is back") == 2
    assert "Their ticket number: ZX-90210" in page.text


def test_a_day_is_filled_in_at_the_desk_too(colleague: Colleague) -> None:
    page = colleague.press("Suggest what it means", text=LONGER)
    assert value_of(page, "extension_until") == "2027-01-15"
    colleague.press("Log it as suggested")
    assert "until" in colleague.page.text


def test_a_change_of_somebody_else_is_noticed_after_a_suggestion_too(desk: Desk, colleague: Colleague) -> None:
    other, path = desk.visit("mira"), colleague.page.path
    colleague.press("Suggest what it means", text=GONE)
    other.go(path)
    other.press("Log the answer", answer="acknowledged")
    page = colleague.press("Log the answer", status=400)
    assert page.errors


def test_words_of_a_saved_file_are_read(person: Visitor) -> None:
    person.go("/case/requests/1")
    address = at("/case/documents")
    page = person.go("/case/documents?about=request-1")
    mail = (
        f"From: Trust team <trust@example.com>\nSubject: Your report\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n\n{GONE}\n"
    )
    token = next(each.get("value", "") for each in page.root.iter("input") if each.get("name") == "csrf_token")
    sent = person.client.post(
        address,
        data={"file": (io.BytesIO(mail.encode()), "answer.eml"), "about": "request-1", "csrf_token": token},
        headers=OWN_PAGE,
    )
    assert sent.status_code == 303, sent.text
    person.go("/case/requests/1/answer")
    page = person.press("Read it for me", from_file="1")
    assert marked(page) == ["We reviewed the post and have removed it."]
    assert "Trust team" in page.text


def test_nothing_of_the_words_is_logged(
    person: Visitor, colleague: Colleague, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person.press("Read it for me", text=f"canary-7731 {GONE}")
    colleague.press("Suggest what it means", text=f"canary-7731 {GONE}")
    assert "canary-7731" not in caplog.text
