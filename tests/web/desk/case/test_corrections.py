"""What was recorded wrongly at the desk is corrected there: with a reason, and the history keeps both."""

from __future__ import annotations

import pytest

from tests.services.fakes import print_quickly
from tests.web.desk.colleague import Colleague, Desk


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def colleague(desk: Desk) -> Colleague:
    """Mira, at a request that was sent."""
    reference = desk.add_case()
    visitor = desk.visit("mira")
    visitor.go(f"/desk/cases/{reference}/requests/1/sent")
    visitor.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T08:30", ticket="INV-1")
    return visitor


def history(colleague: Colleague) -> str:
    return colleague.go(colleague.page.path.partition("/requests")[0] + "/history").text


def log(colleague: Colleague, **typed: str) -> None:
    colleague.follow("Log an answer")
    colleague.press("Log the answer", **{"at": "2026-11-23 08:50", **typed})  # type: ignore[arg-type]


def test_the_moment_of_sending_is_corrected_and_deadlines_follow(colleague: Colleague) -> None:
    colleague.follow("Sent")
    assert colleague.press("Record the correction", at="2026-11-23T07:30", status=400).errors == [
        "Say in a few words what was wrong."
    ]
    colleague.press("Record the correction", reason="An hour off.")

    assert "Corrected. The next deadline is now Wednesday 25 November 2026, 07:30 (UTC)" in colleague.page.text
    assert "Sent on Mon 23 Nov 2026, 07:30." in colleague.page.text
    assert "The time of sending was corrected. An hour off." in history(colleague)


def test_an_answer_on_the_wrong_request_never_was(colleague: Colleague) -> None:
    log(colleague, answer="refused", text="Not ours.")
    colleague.follow("Answer: They refuse")
    colleague.press("Record the correction", never="y", reason="Of another request.")

    assert "refused" not in colleague.page.root.find(".//*[@class='state-tag']").text  # type: ignore[union-attr, operator]
    assert "An answer was corrected. Of another request." in history(colleague)


def test_a_ticket_and_a_gone_link_are_corrected(colleague: Colleague) -> None:
    path = colleague.page.path
    colleague.press("It is gone")
    colleague.go(path)
    colleague.follow("Link gone")
    colleague.press("Record the correction", never="y", reason="Looked at another.")
    assert "It is back" not in colleague.page.text

    colleague.follow("Ticket number")
    colleague.press("Save", ticket="INV-2")
    correcting = [href for name, href in colleague.page.links().items() if name.startswith("Ticket number")]
    colleague.go(next(each for each in reversed(correcting) if "/correct/" in each))
    colleague.press("Record the correction", ticket="INV-3", reason="A slip.")
    assert "Their ticket number: INV-3." in colleague.page.text


def test_a_closed_request_is_opened_again(colleague: Colleague) -> None:
    colleague.follow("Close this request")
    assert "A deadline of the platform still runs." in colleague.page.text
    assert colleague.press("Close this request", reason="mistake", status=400).errors
    colleague.press("Close this request", is_certain="y")
    assert "Log an answer" not in colleague.page.links()

    colleague.follow("Request closed")
    assert "It is not closed. Open it again." in colleague.page.text
    colleague.press("Record the correction", never="y", reason="The wrong one.")

    assert "Log an answer" in colleague.page.links()
    assert "in 47 hours" in colleague.go(colleague.page.path.partition("/requests")[0]).text
    assert "A letter that was closed is open again. The wrong one." in history(colleague)


def test_a_corrected_entry_is_not_corrected_twice(colleague: Colleague) -> None:
    colleague.follow("Sent")
    asking = colleague.page
    colleague.press("Record the correction", at="2026-11-23T07:30", reason="An hour off.")
    colleague.seen.append(asking)
    colleague.press("Record the correction", at="2026-11-23T06:30", reason="Two hours off.")

    assert "This entry was corrected already" in colleague.page.text
