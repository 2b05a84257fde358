"""What a letter says is stated on a page of its own; what left, its number, and the name are asked by themselves."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.conftest import TestClock
from tests.web.pages import Visitor
from tests.web.person.journey import STATEMENT, add_facts, hand_in, save_report, words_on
from tests.web.person.test_case import SENT, open_request, send_request

DAY_AFTER: dict[str, Any] = {"at-day": "27", "at-month": "11", "at-year": "2026", "at-time": "22:00"}


@pytest.fixture
def words(visitor: Visitor) -> str:
    return words_on(hand_in(visitor))


@pytest.fixture
def holder(visitor: Visitor, words: str) -> Visitor:
    assert words
    visitor.press("I wrote them down")
    return visitor


def come_back(holder: Visitor, words: str, path: str) -> None:
    """On another day: the browser has forgotten the case."""
    holder.go("/return")
    holder.press("Go on", words=words)
    assert holder.go(path).path == path


def ticked(holder: Visitor) -> set[str]:
    boxes = (each for each in holder.page.root.iter("input") if each.get("type") == "checkbox")
    return {each.get("name", "") for each in boxes if each.get("checked") is not None}


def test_what_was_stated_today_is_filled_in_and_on_another_day_nothing_is(
    holder: Visitor, words: str, clock: TestClock
) -> None:
    open_request(holder)
    holder.follow("Make the letter")
    assert ticked(holder) == set()
    holder.press("Make the letter", **STATEMENT)
    page = holder.go("/case/requests/2/letter/notice")
    assert ticked(holder) == {"said_no_consent", "said_good_faith", "said_accuracy"}
    assert 'name="signature" value="Ana Exemplar"' in page.answer.text
    clock.move(days=3)
    come_back(holder, words, "/case/requests/2/letter/notice")
    assert ticked(holder) == set()


def test_a_tick_without_a_name_is_asked_for_it_and_stays(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("Make the letter")
    page = holder.press("Make the letter", **{**STATEMENT, "signature": ""}, status=400)
    assert page.errors == ["Type the name you sign with."]
    assert ticked(holder) == {"said_no_consent", "said_good_faith", "said_accuracy"}


def test_one_page_counts_for_the_other_letters_too(holder: Visitor, words: str, clock: TestClock) -> None:
    clock.move(days=2)
    come_back(holder, words, "/case/requests/1/letter/notice")
    holder.press("Make the letter", **STATEMENT, others=["2", "3"])
    (said,) = re.findall(r"The letters were confirmed as true: ([^:]*)\.", holder.go("/case/history").text)
    assert set(said.split(", ")) == {"Instagram", "X (Twitter)", "example.org"}


def test_a_sending_without_a_letter_keeps_the_words_and_the_address(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("I sent it")
    assert "The letter from here, as it is" not in holder.page.text
    holder.press("Save", **SENT, text="Please take this down.", address="https://www.instagram.com/form")
    assert "You sent it in other words, or by their form." in holder.page.text
    assert "Please take this down." in holder.page.text


def test_a_number_can_be_added_later_and_none_is_said_only_when_it_is_ticked(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("I sent it")
    holder.press("Save", **{**SENT, "ticket": ""})
    assert "They gave you no number." not in holder.page.text
    holder.follow("Add their number")
    assert holder.press("Save", status=400).errors == ["Write the number, or say that they gave none."]
    holder.press("Save", has_no_ticket="y")
    assert "They gave you no number." in holder.page.text
    holder.follow("Add one that came later")
    holder.press("Save", ticket="IG-55")
    assert "Their number: IG-55" in holder.page.text


def test_a_reminder_that_was_sent_is_written_down_with_its_number(
    holder: Visitor, words: str, clock: TestClock
) -> None:
    send_request(holder)
    clock.move(days=4)
    come_back(holder, words, "/case/requests/1")
    holder.press("Make a reminder")
    holder.follow("I sent a reminder")
    assert "The reminder made on" in holder.page.text
    holder.press("Save", channel="email", **DAY_AFTER)
    assert "Reminder 1 sent: Friday 27 November 2026, 22:00" in holder.page.text


def test_a_reminder_that_left_as_the_letter_did_is_written_down_with_one_press(
    holder: Visitor, words: str, clock: TestClock
) -> None:
    send_request(holder)
    clock.move(days=4)
    come_back(holder, words, "/case/requests/1")
    holder.press("Make a reminder")
    clock.move(minutes=5)
    page = holder.follow("I sent a reminder")
    for filled in ("The reminder made on", "With the form on their site", "https://help.instagram.com/contact/"):
        assert filled in page.text
    assert "Nothing shows it. I just think so" in page.text, "no receipt is claimed that nobody told of"
    holder.press("Save")
    assert "Reminder 1 sent: Friday 27 November 2026, 22:05" in holder.page.text


def test_a_letter_that_never_left_is_put_aside(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    holder.press("Put aside")
    assert "not sent, put aside" in holder.page.text
    open_request(holder)
    holder.follow("I sent it")
    assert "The letter from here, as it is" not in holder.page.text


def test_passing_the_name_on_is_asked_on_a_page_of_its_own(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("Send this letter")
    assert "The letter asks them to keep your name to themselves." in holder.page.text
    assert "posted it" not in holder.go("/case/requests/1/details").text
    holder.go("/case/requests/1/name")
    holder.press("Yes, they may tell my name")
    assert "They may tell your name." in holder.page.text
    holder.go("/case/requests/1/name")
    holder.press("No, keep my name private")
    assert "The letter asks them to keep your name to themselves." in holder.page.text


def test_a_copyright_letter_warns_who_reads_it_and_is_claimed_by_the_person(visitor: Visitor) -> None:
    save_report(visitor)
    add_facts(visitor, took_it="yes")
    open_request(visitor)
    visitor.follow("I took the picture")
    assert "public list" in visitor.page.text
    visitor.press("Go on with the copyright letter")
    assert "made under penalty of perjury" in visitor.page.text
    visitor.follow("First say that the picture is yours")
    assert "to lie here is a crime" in visitor.page.text
    assert ticked(visitor) == set()
    assert "I did not allow it, nobody did for me, and no law does" in visitor.page.text
    visitor.press("Make the letter", said_accuracy="y", said_good_faith="y", said_perjury="y", signature="Ana Exemplar")
    assert "The letter is ready" in visitor.page.text
    assert "Copyright letter" in visitor.page.text


def test_what_their_form_was_told_is_asked_with_the_sending_and_starts_the_deadline(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("I sent it by other means")
    assert ticked(holder) == set()  # nobody but the sender knows what stood there
    page = holder.press("Save", **SENT, **{**STATEMENT, "signature": ""}, status=400)
    assert page.errors == ["Type the name that stood under it."]
    page = holder.press("Save", **SENT, **STATEMENT)
    assert "We watch the deadline now." in page.text


def test_where_nothing_was_stated_the_page_says_why_no_deadline_runs(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("I sent it by other means")
    page = holder.press("Save", **SENT)
    assert "what you sent did not say what the law asks for" in page.text
