"""A request on the desk: checked, its letter made, sent, answered; times typed wrongly are told and kept."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk


@pytest.fixture
def colleague(desk: Desk) -> Colleague:
    """Mira on the first request of a case."""
    reference = desk.add_case()
    visitor = desk.visit("mira")
    visitor.go(f"/desk/cases/{reference}/requests/1")
    return visitor


def record_sent(colleague: Colleague) -> None:
    colleague.follow("Record that it was sent")
    colleague.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T08:30", ticket="INV-1")


def test_a_prepared_request_shows_laws_elements_channels_and_fields(colleague: Colleague) -> None:
    text = colleague.page.text

    assert "TAKE IT DOWN Act" in text
    assert "What its notice must contain" in text
    assert "Ready to copy into their form" in text
    assert "How to reach them" in text
    assert any(each.get("id") == "copy-1" for each in colleague.page.root.iter())
    assert "/law/us-take-it-down?at=desk" in colleague.page.answer.text, "from the law there is a way back"
    assert "other address" in text, "the best one is shown, the rest is folded"


def test_what_is_missing_is_named_with_the_law_that_asks(desk: Desk) -> None:
    reference = desk.add_case(signature="", name="", states_accuracy=False)

    page = desk.visit("mira").go(f"/desk/cases/{reference}/requests/1")

    assert "What to ask the person for" in page.text
    assert "asked for by" in page.text


def test_a_letter_is_made_in_both_forms(colleague: Colleague) -> None:
    colleague.press("Make the letter")

    links = colleague.page.links()
    for words in ("Full letter (PDF)", "Without names (PDF)"):
        answer = colleague.client.get(links[words])
        assert answer.data.startswith(b"%PDF-")
        assert answer.headers["Cache-Control"] == "no-store"


def test_details_are_given_for_this_request_only(colleague: Colleague) -> None:
    colleague.follow("Details for this request")

    colleague.press("Save", phone="+64 20 0000 9999")

    fields = [each.get("value") for each in colleague.page.root.iter("input")]
    assert "+64 20 0000 9999" in fields
    report = colleague.go(colleague.page.path.partition("/requests")[0] + "/report")
    assert "+64 20 0000 9999" not in report.text


def test_sending_without_proof_starts_estimated_clocks_and_proof_mends_them(colleague: Colleague) -> None:
    record_sent(colleague)
    assert "Their ticket number: INV-1." in colleague.page.text
    assert "Estimated, because receipt is not proven." in colleague.page.text
    assert "the platform must" in colleague.page.text

    colleague.follow("Record the receipt")
    colleague.press("It was received", received_at="2026-11-23 08:45", proof="confirmation")

    assert "Received on Mon 23 Nov 2026, 08:45." in colleague.page.text
    assert "Estimated" not in colleague.page.text
    assert "Wednesday 25 November 2026, 08:45 (UTC)" in colleague.page.text
    assert "Why this date?" in colleague.page.text


def test_only_a_duty_says_must(colleague: Colleague) -> None:
    record_sent(colleague)

    clocks = [each for each in colleague.page.root.iter("details") if "desk-clock " in (each.get("class") or "")]
    assert clocks
    for clock in clocks:
        text = " ".join("".join(clock.itertext()).split())
        if "not a duty" in text or "not law" in text:
            assert " must " not in text.partition("Why this date?")[0]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("2026-11-24 10:00", "This time is in the future."),
        ("2020-11-24 10:00", "more than a year before"),
        ("2026-02-30 10:00", "There is no such day or time."),
        ("yesterday", "Write the day and the time like this"),
        ("", "Write the day and the time."),
        ("0001-01-01 00:00", "more than a year before"),
        ("9999-12-31 23:59", "This time is in the future."),
        ("2026-11-23\x00 10:00", "Write the day and the time like this"),
    ],
)
def test_a_time_that_cannot_be_right_is_told_and_kept(desk: Desk, typed: str, reason: str) -> None:
    visitor = desk.visit("mira")
    visitor.go(f"/desk/cases/{desk.add_case()}/requests/1/sent")

    page = visitor.press(
        "It was sent", has_checked="y", channel="form", sent_at=typed, ticket="kept ticket", status=400
    )

    assert any(reason in error for error in page.errors), page.errors
    values = [each.get("value") for each in page.root.iter("input")]
    assert "kept ticket" in values
    assert typed.replace("\x00", "\N{REPLACEMENT CHARACTER}") in values


def test_a_receipt_before_the_sending_is_refused(colleague: Colleague) -> None:
    colleague.follow("Record that it was sent")

    page = colleague.press(
        "It was sent",
        channel="form",
        sent_at="2026-11-23 08:30",
        received_at="2026-11-23 08:00",
        status=400,
    )

    assert "It cannot have arrived before it was sent." in page.errors


def test_a_request_without_consent_is_not_sent_and_the_advocate_is_told_whom_to_ask(desk: Desk) -> None:
    reference = desk.add_case(share_with_platforms=False)
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")

    page = colleague.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23 08:30", status=400)

    assert page.errors == [
        "The person has not allowed this sharing, or has withdrawn it. They can allow it on their own case page."
    ]


def test_sending_twice_is_refused(colleague: Colleague) -> None:
    sent = colleague.page.path + "/sent"
    record_sent(colleague)
    colleague.go(sent)

    page = colleague.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23 08:40", status=400)

    assert page.errors == ["This request has already been sent, so it cannot be changed or sent again."]


def test_a_refusal_opens_the_ladder_and_the_answer_is_kept_word_for_word(
    colleague: Colleague, clock: TestClock
) -> None:
    record_sent(colleague)
    clock.move(hours=5)
    colleague.sign_in_again(colleague.page.path + "/answer")

    colleague.press(
        "Log the answer", answer="refused", at="2026-11-23 12:00", text="It does not go <against> our rules."
    )

    assert "refused" in colleague.page.text
    assert "It does not go <against> our rules." in colleague.page.text
    assert "Ladder: all that can be done" in colleague.page.text


def test_an_extension_is_logged_with_its_day(colleague: Colleague, clock: TestClock) -> None:
    record_sent(colleague)
    clock.move(hours=5)
    colleague.sign_in_again(colleague.page.path + "/answer")
    assert colleague.press(
        "Log the answer", answer="extended", at="2026-11-23 12:00", extension_until="soon", status=400
    ).errors == ["Write the day like this: 2026-11-24"]

    colleague.press("Log the answer", answer="extended", at="2026-11-23 12:00", extension_until="2026-12-20")

    assert "until Sunday 20 December 2026, they say" in colleague.page.text


def test_a_question_back_is_logged_and_then_that_it_was_answered(colleague: Colleague, clock: TestClock) -> None:
    record_sent(colleague)
    clock.move(hours=5)
    colleague.sign_in_again(colleague.page.path + "/answer")
    colleague.press("Log the answer", answer="identity_asked", at="2026-11-23 12:00")
    assert "They ask who the person is" in colleague.page.text

    colleague.follow("Record that it was given")
    assert colleague.press("It was sent", has_checked="y", at="2026-11-23 07:00", status=400).errors
    colleague.press("It was sent", has_checked="y", at="2026-11-23 13:00")

    assert "Record that it was given" not in colleague.page.links()


def test_that_nobody_asked_for_anything_is_told(colleague: Colleague) -> None:
    record_sent(colleague)
    colleague.go(colleague.page.path + "/given")

    page = colleague.press("It was sent", has_checked="y", at="2026-11-23 08:40", status=400)

    assert "They have not asked for anything." in " ".join(page.errors)


def test_an_answer_without_a_meaning_is_asked_for_it(colleague: Colleague) -> None:
    record_sent(colleague)
    colleague.follow("Log an answer")

    page = colleague.press("Log the answer", at="2026-11-23 08:50", text="kept words", status=400)

    assert page.errors == ["Choose what the answer means."]
    assert "kept words" in page.text


def test_a_reminder_an_erasure_request_and_the_end_of_a_request(colleague: Colleague, clock: TestClock) -> None:
    record_sent(colleague)
    path = colleague.page.path
    clock.move(days=4)
    colleague.sign_in_again(path)

    colleague.press("Make a reminder")
    assert "Reminder" in colleague.page.text
    colleague.press("Prepare an erasure request")
    assert "Erasure request to the company" in colleague.page.text
    colleague.go(path)
    colleague.follow("Close this request")
    colleague.press("Close this request", reason="wished")

    assert "closed" in colleague.page.text
    assert "Log an answer" not in colleague.page.links()


def test_what_is_left_gets_a_new_notice(colleague: Colleague, clock: TestClock) -> None:
    record_sent(colleague)
    clock.move(days=4)
    colleague.sign_in_again(colleague.page.path)

    colleague.press("Prepare a new notice")

    assert "ready, not sent yet" in colleague.page.text


def test_a_reminder_for_what_was_not_sent_is_refused_in_words(colleague: Colleague) -> None:
    form, _button = colleague.page.form_with("Make the letter")
    token = next(each.get("value", "") for each in form.iter("input") if each.get("name") == "csrf_token")

    page = colleague.send(colleague.page.path + "/letter/reminder", MultiDict({"csrf_token": token}), status=409)

    assert "not been sent yet" in page.text
    assert "Nothing was changed." in page.text


def test_a_refusal_offers_the_letter_that_answers_its_reason(colleague: Colleague) -> None:
    record_sent(colleague)
    assert "Further letters" in colleague.page.text  # to a search engine, at any time after the first letter
    colleague.follow("Log an answer")
    colleague.press("Log the answer", answer="refused", at="2026-11-23 08:50", text="No violation.")

    colleague.follow("Refused: no violation")
    colleague.press("Make the letter")

    assert "Answer to the platform" in colleague.page.text


def test_a_letter_that_does_not_fit_is_refused_in_words(colleague: Colleague) -> None:
    record_sent(colleague)

    page = colleague.go(colleague.page.path + "/further/1")

    assert "does not fit what has happened" in page.text


def test_what_their_form_was_told_is_written_down_with_who_said_it(desk: Desk) -> None:
    reference = desk.add_case(signature="", states_no_consent=False, states_good_faith=False, states_accuracy=False)
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    typed: dict[str, Any] = {"has_checked": "y", "channel": "form", "sent_at": "2026-11-23T08:30", "said_accuracy": "y"}
    typed |= {"said_good_faith": "y", "said_no_consent": "y"}

    page = colleague.press("It was sent", **typed, status=400)

    assert "Choose who stated it." in page.errors
    page = colleague.press("It was sent", **typed, speaker="person", status=400)
    assert page.errors == ["Type the name that stood under it."]
    page = colleague.press("It was sent", **typed, speaker="person", signature="Ana Exemplar")
    assert "TAKE IT DOWN Act" in page.text


def test_a_letter_that_would_leave_laws_out_asks_first_for_what_they_want_stated(desk: Desk) -> None:
    reference = desk.add_case(country="BR", links="https://www.facebook.com/invented/posts/1", states_good_faith=False)
    page = desk.visit("mira").go(f"/desk/cases/{reference}/requests/1")

    assert "without it, those laws are left out of the letter" in page.text
    main = [each for each in page.root.iter("a") if each.get("class") == "button"]
    assert [each.get("href") for each in main] == [f"/desk/cases/{reference}/requests/1/stated"]
    _form, button = page.form_with("Make the letter")
    assert button.get("class") == "button button--second", "it can still be made"


def test_a_letter_that_cannot_be_made_yet_is_not_offered_but_what_it_waits_for(desk: Desk) -> None:
    reference = desk.add_case(states_accuracy=False, states_good_faith=False, states_no_consent=False, signature="")
    colleague = desk.visit("mira")

    page = colleague.go(f"/desk/cases/{reference}/requests/1")

    assert "The letter cannot be made yet. What stops it is shown below." in page.text
    assert "What stops the letter" in page.text
    assert "Make the letter" not in page.text
    main = [each for each in page.root.iter("a") if each.get("class") == "button"]
    assert [each.get("href") for each in main] == [f"/desk/cases/{reference}/requests/1/stated"]
