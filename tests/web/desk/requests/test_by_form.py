"""Letters that go by the platforms' own forms, one after another: in the order of the round, each recorded once."""

from __future__ import annotations

import re

import pytest

from portal.run import worker
from tests.services.fakes import print_quickly
from tests.web.desk.colleague import Colleague, Desk
from tests.web.desk.requests.test_bulk import together

LINKS = (
    "https://x.com/someone/status/1111\nhttps://www.instagram.com/p/Abc123/\nhttps://www.reddit.com/r/a/comments/1/b/"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def reference(desk: Desk) -> str:
    return desk.add_case(links=LINKS)


@pytest.fixture
def colleague(desk: Desk, reference: str) -> Colleague:
    """Mira before the first of three letters that are ready."""
    visitor = desk.visit("mira")
    visitor.go(together(reference, "letters"))
    visitor.press("Prepare letters: 3")
    worker.run_left_jobs(desk.parts)
    visitor.go(f"/desk/cases/{reference}/by-form")
    return visitor


def number_of(colleague: Colleague) -> int:
    found = re.search(r"/by-form/(\d+)$", colleague.page.path)
    assert found, colleague.page.path
    return int(found[1])


def test_each_is_recorded_as_sent_by_its_form_and_the_next_one_follows(colleague: Colleague, reference: str) -> None:
    seen = []
    for place in range(3):
        assert f"1 of {3 - place} that wait" in colleague.page.text
        assert "Copy the whole letter" in colleague.page.text
        seen.append(number_of(colleague))
        last = place == 2
        colleague.press("It was sent" if last else "It was sent. Next one", ticket=f"INV-{seen[-1]}")
    assert sorted(seen) == [1, 2, 3]
    assert "No letter waits to be sent by a form." in colleague.page.text
    for number in seen:
        text = colleague.go(f"/desk/cases/{reference}/requests/{number}").text
        assert f"Their ticket number: INV-{number}." in text
        assert "Sent on" in text


def test_one_that_is_skipped_comes_back_and_one_that_has_gone_is_shown_as_sent(
    colleague: Colleague, reference: str
) -> None:
    first = number_of(colleague)
    asking = colleague.page
    colleague.follow("Skip this one for now")
    assert number_of(colleague) != first
    colleague.press("It was sent. Next one")
    colleague.press("It was sent. Next one")
    assert number_of(colleague) == first
    colleague.press("It was sent")
    colleague.seen.append(asking)
    colleague.press("It was sent. Next one")
    assert colleague.page.path == f"/desk/cases/{reference}/requests/{first}"
    assert colleague.go(f"/desk/cases/{reference}/history").text.count("The request was sent.") == 3


def test_a_moment_that_cannot_be_is_told_and_what_was_typed_stays(colleague: Colleague) -> None:
    page = colleague.press("It was sent. Next one", ticket="kept", sent_at="9999-01-01 10:00", status=400)
    assert any("in the future" in error for error in page.errors)
    assert "kept" in [each.get("value") for each in page.root.iter("input")]


def test_before_letters_are_made_nothing_waits(desk: Desk, reference: str) -> None:
    visitor = desk.visit("tane")
    page = visitor.go(f"/desk/cases/{reference}/by-form")
    assert page.path == f"/desk/cases/{reference}"
    assert "No letter waits to be sent by a form." in page.text
