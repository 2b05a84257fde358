"""The case page and what the person does there: the next thing, many at once, and correcting what was wrong."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.run import worker
from portal.web.unit_of_work import parts
from tests.web.addresses import at
from tests.web.conftest import TestClock
from tests.web.pages import Page, Visitor
from tests.web.person.journey import STATEMENT, hand_in, words_on

SENT: dict[str, Any] = {"channel": "form", "ticket": "T-100"}
THREE = ("Instagram", "X (Twitter)", "example.org")


@pytest.fixture
def words(visitor: Visitor) -> str:
    """A visitor whose report is saved; the words by which they come back."""
    found = words_on(hand_in(visitor))
    visitor.press("I wrote them down")
    return found


def send(holder: Visitor, name: str) -> None:
    holder.go("/case")
    holder.follow(name)
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    holder.follow("I sent it")
    holder.press("Save", **SENT)


def come_back(app: Flask, holder: Visitor, words: str) -> Page:
    """After some time, in which the worker has looked at the clocks."""
    with app.app_context():
        worker.run_sweep(parts())
    holder.go("/return")
    return holder.press("Go on", words=words)


def tally(page: Page) -> str:
    box = next(each for each in page.root.iter("p") if each.get("class") == "case-now__tally")
    return " ".join("".join(box.itertext()).split())


def test_the_next_date_is_told_in_words_and_in_the_readers_zone(visitor: Visitor, words: str) -> None:
    send(visitor, "Instagram")
    text = visitor.go("/case").text
    assert "Instagram has until Wednesday 22:00, in 48 hours." in text
    assert "Times are Auckland time." in text
    assert tally(visitor.page) == "0 of 3 gone · 1 waiting · 2 need you"


def test_a_closed_case_asks_for_nothing_until_it_is_opened_again(app: Flask, visitor: Visitor, words: str) -> None:
    with app.app_context(), parts().sessions.begin() as session:
        case = session.scalars(select(Case)).one()
        case.status = CaseStatus.CLOSED
        case.retention_until = case.closed_at = case.submitted_at
    page = visitor.go("/case")
    assert tally(page) == "0 of 3 gone · 3 closed"
    assert "Closed with your case: 3" in page.text
    assert "need you" not in page.text
    assert "letter is ready" not in page.text
    visitor.press("Open my case again")
    assert tally(visitor.go("/case")) == "0 of 3 gone · 3 need you"


def test_a_request_whose_date_has_passed_says_so(app: Flask, visitor: Visitor, clock: TestClock, words: str) -> None:
    send(visitor, "Instagram")
    clock.move(days=3)
    page = come_back(app, visitor, words)
    assert "1 overdue" in tally(page)
    assert "overdue" in page.text
    assert "since Wednesday 22:00" in page.text
    page = visitor.follow("Instagram")
    assert "Instagram is late. The deadline was Wednesday 22:00, 24 hours ago." in page.text
    assert page.form_with("Make a reminder")
    steps = [label for label in page.links() if label.startswith("Complain to")]
    assert steps == ["Complain to Netsafe", "Complain to the Federal Trade Commission"], "at home first, then abroad"
    offered = page.text
    assert "Complain to Department" not in offered, "nobody knows where to write to it"
    assert "How long they take: no" not in offered
    there = visitor.follow("Complain to Netsafe").text
    assert there.index("Netsafe") < there.index("Federal Trade Commission")


def test_is_it_gone_is_asked_when_their_time_is_over_and_when_they_say_so_and_never_before(
    app: Flask, visitor: Visitor, clock: TestClock, words: str
) -> None:
    question = "Is it gone?"
    send(visitor, "Instagram")
    visitor.go("/case")
    assert question not in visitor.follow("Instagram").text
    clock.move(days=3)
    come_back(app, visitor, words)
    page = visitor.follow("Instagram")
    assert question in page.text
    assert "Someone you trust can look for you." in page.text
    visitor.follow("Tell us what is gone")
    visitor.press("Mark as gone", links=["1", "2", "3"])
    visitor.go("/case")
    page = visitor.follow("Instagram")
    assert "If you see it again, tell us." in page.text
    visitor.follow("It’s still there, or back")


def test_all_links_of_a_platform_are_gone_with_one_tick_and_twice_changes_nothing(visitor: Visitor, words: str) -> None:
    visitor.go("/case/links")
    more = "https://www.instagram.com/p/Abc124/ https://www.instagram.com/p/Abc125/"
    visitor.press("Add these links", pasted=more)
    visitor.go("/case/links")
    assert "Instagram: links 1, 4, 5 are gone. Good." in visitor.press("Mark as gone", requests="1").text
    again = visitor.press("Mark as gone", requests="1", links="2").text
    assert "Instagram: links 1, 4, 5 were marked as gone before." in again
    assert "X (Twitter): link 2 is gone. Good." in again
    assert tally(visitor.go("/case")).startswith("2 of 3 gone")


def test_three_links_are_back_at_once_and_what_was_never_gone_is_left(visitor: Visitor, words: str) -> None:
    visitor.go("/case/links")
    visitor.press("Mark as gone", links=["1", "2"])
    page = visitor.go("/case/links") and visitor.press("Mark as back", links=["1", "2", "3"])
    assert "Instagram: link 1 is back. A new letter to Instagram is ready. Send it next." in page.text
    assert "example.org: link 3 was not marked as gone, so nothing changed." in page.text
    assert page.text.count("It came back. A new letter is ready") == 2
    assert "Send my 3 letters" in page.links()


def test_what_came_back_has_a_new_letter_and_a_short_one(visitor: Visitor, words: str) -> None:
    visitor.go("/case/links")
    visitor.press("Add these links", pasted="https://www.instagram.com/p/Abc124/")
    send(visitor, "Instagram")
    visitor.go("/case/links")
    visitor.press("Mark as gone", requests="1")
    visitor.go("/case/links")
    page = visitor.press("Mark as back", links=["1"])
    assert tally(page).startswith("0 of 3 gone, 1 partly ·"), "a platform is not counted twice, nor as gone"
    assert "Gone 1" not in page.text
    assert "Came back 1" in page.text
    assert "It came back. See the newer letter" in page.text
    visitor.go("/case/requests/1")
    assert "came back" in visitor.page.text
    assert "links gone" not in visitor.page.text, "what came back is not said to be gone"
    assert "Tell them it’s back" in visitor.page.links()
    visitor.go("/case/requests/4")
    visitor.follow("Write a short letter too: it’s back")
    page = visitor.press("Make the letter")
    assert "The letter is ready. Read it before you send it." in page.text
    assert "Answer to the platform" in page.text
    assert "1 earlier letter" in page.text, "what was sent is folded under what is to be sent"


def test_without_a_tick_nothing_is_marked(visitor: Visitor, words: str) -> None:
    visitor.go("/case/links")
    assert "Tick at least one link first." in visitor.press("Mark as gone").text


def test_everybody_who_is_late_gets_one_reminder(app: Flask, visitor: Visitor, clock: TestClock, words: str) -> None:
    for name in THREE:
        send(visitor, name)
    clock.move(days=40)
    page = come_back(app, visitor, words)
    assert "Remind all 3 that are late" in page.links()
    visitor.follow("Remind all 3 that are late")
    text = visitor.press("Make all 3 reminders").text
    for name in THREE:
        assert f"{name}: a reminder is ready. Open it and send it." in text
    again = visitor.press("Make all 3 reminders").text
    assert again.count("a reminder is ready already.") == 3


def test_a_wrong_time_of_sending_is_corrected_and_the_date_moves(visitor: Visitor, words: str) -> None:
    send(visitor, "Instagram")
    page = visitor.follow("When you sent it")
    assert page.heading == "Correct this"
    typed: dict[str, Any] = {"at-day": "23", "at-month": "11", "at-year": "2026", "at-time": "20:00"}
    page = visitor.press("Save the correction", **typed, reason="My phone was wrong.")
    assert "Corrected. Their next date is now Wednesday 20:00, not Wednesday 22:00." in page.text
    assert "Corrected: When you sent it. It was Monday 20:00, not Monday 22:00." in page.text
    history = visitor.go("/case/history").text
    assert "Instagram: The time of sending was corrected." in history
    assert "My phone was wrong." in history
    assert "corrected later" in history


def test_a_correction_of_what_holds_no_more_leads_to_the_history(visitor: Visitor, words: str) -> None:
    send(visitor, "Instagram")
    page = visitor.follow("When you sent it")
    typed: dict[str, Any] = {"at-day": "23", "at-month": "11", "at-year": "2026", "at-time": "20:00"}
    visitor.press("Save the correction", **typed)
    visitor.seen.append(page)
    again = visitor.press("Save the correction", **typed)
    assert "This entry was corrected already" in again.text
    assert again.heading == "What has happened so far"


def test_an_entry_that_is_not_there_is_not_found(visitor: Visitor, words: str) -> None:
    visitor.go("/case/correct/999", status=404)


def test_a_letter_that_was_never_sent_can_be_sent_after_all(visitor: Visitor, words: str) -> None:
    send(visitor, "Instagram")
    visitor.follow("When you sent it")
    page = visitor.press("Save the correction", never="y")
    assert "Your letter to Instagram is ready to send." in page.text
    assert "I sent it by other means" in page.links()


def test_a_wrong_answer_is_corrected(visitor: Visitor, words: str) -> None:
    send(visitor, "Instagram")
    visitor.follow("They answered")
    visitor.press("Save", answer="refused", text="No.")
    assert "Instagram said no." in visitor.page.text
    visitor.follow("Their answer: They said no")
    page = visitor.press("Save the correction", meaning="removed")
    assert "There is nothing more to do here." in page.text
    assert tally(visitor.go("/case")).startswith("1 of 3 gone")


def test_after_a_refusal_there_are_at_most_three_steps_and_the_rest_is_folded(visitor: Visitor, words: str) -> None:
    send(visitor, "Instagram")
    visitor.follow("They answered")
    page = visitor.press("Save", answer="refused", text="No.")
    steps = next(each for each in page.root.iter("ol") if each.get("class") == "moves")
    assert 1 <= len(list(steps)) <= 3
    assert any("Write back to them" in "".join(each.itertext()) for each in steps.iter("summary"))
    assert page.answer.text.index("Everything else") < page.answer.text.index("If they don’t act")


def test_the_address_of_a_correction_tells_nothing() -> None:
    assert at("/case/correct/8") == "/p/42/8"


def test_a_missing_yes_is_asked_for_once_for_all_letters(visitor: Visitor, words: str) -> None:
    visitor.go("/case/sharing")
    visitor.press("Change to no Platforms, in the letters")
    text = visitor.go("/case").text
    assert "3 letters wait for your yes. You say it once, for all of them." in text
    assert "Waits for your yes" not in text
