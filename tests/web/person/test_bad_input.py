"""Whatever is typed, pasted or sent twice: a clear sentence, and nothing lost."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import TestClock
from tests.web.pages import HEAVIEST, Visitor, weigh
from tests.web.person.journey import SAVE, begin, go_to, hand_in, step_of, words_on

TURNED = "abc\N{RIGHT-TO-LEFT OVERRIDE}def"


def test_a_very_long_text_is_read_quickly_and_kept(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    pasted = "https://x.com/a/status/1 " + "some words around it " * 20_000
    started = time.monotonic()
    page = visitor.press("Add these links", pasted=pasted[:400_000])
    assert time.monotonic() - started < 10
    assert "1 link found" in page.text
    assert weigh(visitor) < HEAVIEST


def test_five_hundred_and_one_links_keep_five_hundred_and_show_the_other(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    page = visitor.press("Add these links", pasted="\n".join(f"https://x.com/a/status/{n}" for n in range(501)))
    assert "500 links found" in page.text
    assert "https://x.com/a/status/500" in page.text
    assert "over the limit of 500" in page.text
    assert weigh(visitor) < HEAVIEST
    assert "status/499" in visitor.go("/report/links?page=9").text


@pytest.mark.parametrize("typed", ["a\x00b", "a\x07b", TURNED, "a\x1b[31mb"])
def test_characters_nobody_can_see_are_shown_and_then_accepted(visitor: Visitor, typed: str) -> None:
    begin(visitor)
    go_to(visitor, "contact")
    page = visitor.press("Continue", status=400, safe_contact=typed)
    assert "cannot be seen or printed" in page.errors[0]
    assert "\N{REPLACEMENT CHARACTER}" in page.answer.text
    assert step_of(visitor.press("Continue")) != "contact"


def test_control_characters_in_pasted_links_are_survived(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    page = visitor.press("Add these links", pasted=f"https://x.com/a/status/1\x00\n{TURNED}\nhttps://x.com/{TURNED}")
    assert page.status == 200


@pytest.mark.parametrize(
    ("day", "month", "year", "sentence"),
    [
        ("31", "2", "2026", "not in the calendar"),
        ("one", "2", "2026", "in numbers"),
        ("1", "2", "26", "four numbers"),
        ("", "2", "2026", "in numbers"),
        ("٣١", "2", "2026", "not in the calendar"),
    ],
)
def test_a_day_that_cannot_be_is_explained_and_stays_in_its_boxes(
    visitor: Visitor, day: str, month: str, year: str, sentence: str
) -> None:
    begin(visitor)
    go_to(visitor, "authority", who={"filer": "representative"})
    boxes = {"day": day, "month": month, "year": year}
    typed: dict[str, Any] = {f"authority_ends_on-{name}": text for name, text in boxes.items()}
    typed["authority"] = "by letter"
    page = visitor.press("Continue", status=400, **typed)
    assert sentence in page.errors[0]
    assert "by letter" in page.answer.text
    assert f'value="{month}"' in page.answer.text


def test_too_long_a_text_is_counted_and_kept(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "contact")
    page = visitor.press("Continue", status=400, safe_contact="x" * 2_001)
    assert "2001 characters" in page.errors[0]
    assert "x" * 2_001 in page.answer.text


def test_a_token_of_another_session_gives_the_typed_text_back_to_send_again(app: Flask, visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "contact")
    other = Visitor(app)
    begin(other)
    go_to(other, "contact")
    form, _button = other.page.form_with("Continue")
    token = next(each.get("value", "") for each in form.iter("input") if each.get("name") == "csrf_token")
    page = visitor.press("Continue", status=400, safe_contact="Do not lose me.", csrf_token=token)
    assert "Do not lose me." in page.text
    assert step_of(visitor.press("Send it again")) == "review"
    assert "Do not lose me." in visitor.go("/report/contact").answer.text


def test_a_form_without_a_token_changes_nothing_and_keeps_what_was_typed(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "contact")
    page = visitor.send("/report/contact", {"safe_contact": "Still here."}, status=400)
    assert "Still here." in page.text
    assert "Still here." not in visitor.go("/report/contact").answer.text


def test_two_tabs_the_slower_one_is_told_and_keeps_what_was_typed(visitor: Visitor) -> None:
    begin(visitor)
    slow = go_to(visitor, "contact")
    visitor.press("Continue", safe_contact="From the quick tab.")
    visitor.seen.append(slow)
    page = visitor.press("Continue", status=409, safe_contact="From the slow tab.")
    assert "another window" in page.text
    assert "From the slow tab." in page.answer.text
    visitor.press("Continue")
    assert "From the slow tab." in visitor.go("/report/contact").answer.text


def test_a_report_handed_in_twice_is_one_case(visitor: Visitor) -> None:
    begin(visitor)
    review = go_to(visitor, "review")
    visitor.press(SAVE)
    visitor.seen.append(review)
    assert visitor.press(SAVE).path == "/case"


def test_a_review_that_is_out_of_date_is_shown_again_before_it_counts(visitor: Visitor) -> None:
    begin(visitor)
    review = go_to(visitor, "review")
    visitor.go("/report/contact")
    visitor.press("Continue", safe_contact="Changed in between.")
    visitor.seen.append(review)
    page = visitor.press(SAVE, status=409)
    assert "Changed in between." in page.text


def test_an_answer_that_was_never_offered_is_refused(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "who")
    assert visitor.press("Me", status=400, filer="nobody").errors
    go_to(visitor, "country")
    assert visitor.press("Continue", status=400, country="ZZ").errors
    assert visitor.press("Continue", country="NZ").status == 200


@pytest.mark.parametrize("address", ["someone", "a@b@c", "a b@example.org"])
def test_an_e_mail_address_with_a_slip_is_pointed_out(visitor: Visitor, address: str) -> None:
    begin(visitor)
    go_to(visitor, "contact")
    page = visitor.press("Continue", status=400, contact_by="email", email=address)
    assert "e-mail address" in page.errors[0]
    assert address in page.answer.text


def test_an_empty_page_of_contact_means_not_at_all_and_is_no_mistake(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "contact")
    assert "How to reach you Not at all" in visitor.press("Continue").text


def test_a_sending_in_the_future_is_refused_and_stays_in_its_boxes(visitor: Visitor, clock: TestClock) -> None:
    hand_in(visitor)
    visitor.go("/case/requests/1/sent")
    late = {"sent_at-day": "30", "sent_at-month": "11", "sent_at-year": "2026", "sent_at-time": "10:00"}
    page = visitor.press("Save", status=400, channel="form", **late)
    assert page.errors
    assert 'value="30"' in page.answer.text


def test_more_than_four_megabytes_is_answered_with_what_to_do(visitor: Visitor) -> None:
    begin(visitor)
    go_to(visitor, "links")
    page = visitor.press("Add these links", status=413, pasted="x" * 5_000_000)
    assert "too much at once" in page.heading


def test_opening_the_case_twice_in_a_hurry_opens_it(visitor: Visitor) -> None:
    words = words_on(hand_in(visitor))
    visitor.client.get("/leave")
    page = visitor.go("/return")
    before = visitor.client.get_cookie("session")
    assert before is not None
    visitor.press("Go on", words=words)
    visitor.client.set_cookie("session", before.value)  # the second press left before the first answer came
    visitor.seen.append(page)
    visitor.press("Go on", words=words)
    assert visitor.go("/case").path == "/case"


def test_leaving_ends_the_session_for_good(visitor: Visitor) -> None:
    hand_in(visitor)
    before = visitor.client.get_cookie("session")
    assert before is not None
    visitor.client.get("/leave")
    visitor.client.set_cookie("session", before.value)
    assert visitor.go("/case").path == "/return"
