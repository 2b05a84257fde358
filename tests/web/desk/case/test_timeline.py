"""The timeline of a case: by day, of one kind or about one request, with the law of a deadline and letters by name."""

from __future__ import annotations

import pytest

from portal.run import worker
from tests.services.fakes import print_quickly
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def case(desk: Desk, clock: TestClock) -> Colleague:
    """A case whose first letter was made and sent, and whose first deadline has passed; on its first page."""
    colleague = desk.visit("mira")
    reference = desk.add_case()
    request = f"/desk/cases/{reference}/requests/1"
    colleague.go(request)
    colleague.press("Make the letter")
    colleague.go(f"{request}/sent")
    colleague.press(
        "It was sent", has_checked="y", channel="form", sent_at="2026-11-23 09:00", received_at="2026-11-23 09:00"
    )
    clock.move(hours=60)
    worker.run_sweep(desk.parts)
    colleague.sign_in_again(f"/desk/cases/{reference}")
    return colleague


def test_a_deadline_that_passed_names_its_law_and_a_letter_its_recipient(case: Colleague) -> None:
    page = case.go(f"{case.page.path}/history")
    assert "A deadline passed: TAKE IT DOWN Act" in page.text
    assert "A letter was made. Notice to X (Twitter), 23 Nov" in page.text
    assert "The request was sent. Notice to X (Twitter), 23 Nov" in page.text


def test_only_one_kind_or_one_request_is_shown_where_that_is_asked(case: Colleague) -> None:
    history = f"{case.page.path}/history"
    page = case.go(f"{history}?kind=deadlines")
    assert "A deadline passed" in page.text
    assert "A letter was made" not in page.text
    page = case.go(f"{history}?request=2")
    assert "A letter was made" not in page.text
    assert "A request was prepared" in page.text
    page = case.go(f"{history}?request=99&kind=nothing&page=x")
    assert "No entry fits." in page.text


def test_correspondence_is_one_thread_in_the_order_of_what_happened(case: Colleague, desk: Desk) -> None:
    reference = case.page.path.rpartition("/")[2]
    log_answer(case, reference, "refused", at="2026-11-23 12:00")
    case.go(f"/desk/cases/{reference}/messages")
    case.press("Send the message", text="They refused. We go on.")
    page = case.go(f"/desk/cases/{reference}").links()["Correspondence"]
    thread = case.go(page)
    assert thread.heading == "Correspondence"
    order = [thread.text.index(each) for each in ("They refused. We go on.", "They said no.", "The request was sent.")]
    assert order == sorted(order), "newest first, by when it happened"
    assert "A letter was made." not in thread.text
    assert any("-full.pdf" in each for each in case.anchors), "its paper is one press away"

    case.go(f"{page}&request=2")
    assert "They said no." not in case.page.text


def test_what_nobody_answered_is_answered_from_the_thread(case: Colleague, desk: Desk) -> None:
    reference = case.page.path.rpartition("/")[2]
    thread = f"/desk/cases/{reference}/history?kind=thread"
    assert "Answer this" not in case.go(thread).links()
    log_answer(case, reference, "refused", at="2026-11-23 12:00")
    case.go(thread)
    assert case.page.text.count("unanswered") == 1
    case.follow("Answer this")
    assert case.page.path.startswith(f"/desk/cases/{reference}/requests/1/further/")
    button = "Make the letter"
    case.press(button)
    worker.run_left_jobs(desk.parts)
    case.go(thread)
    assert "unanswered" in case.page.text, "a letter that has not left answers nothing"


def log_answer(case: Colleague, reference: str, answer: str, *, at: str) -> None:
    case.go(f"/desk/cases/{reference}/requests/1/answer")
    case.press("Log the answer", answer=answer, at=at)
