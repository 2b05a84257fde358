"""The timeline of a case: by day, of one kind or about one request, with the law of a deadline and letters by name."""

from __future__ import annotations

import pytest

from portal.run import worker
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk


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
