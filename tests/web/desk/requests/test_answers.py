"""Logging an answer at the desk: the time is there, the rest of the links can be meant, absurd days are refused."""

from __future__ import annotations

import pytest

from tests.services.fakes import print_quickly
from tests.web.desk.colleague import Colleague, Desk

SITE = " ".join(f"https://x.com/someone/status/{number}" for number in range(1, 6))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def colleague(desk: Desk) -> Colleague:
    """Mira, about to log an answer about five links."""
    reference = desk.add_case(links=SITE)
    visitor = desk.visit("mira")
    visitor.go(f"/desk/cases/{reference}/requests/1/sent")
    visitor.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T08:30")
    visitor.follow("Log an answer")
    return visitor


def test_the_time_is_filled_in(colleague: Colleague) -> None:
    colleague.press("Log the answer", answer="refused")

    assert "They refuse" in colleague.page.text


def test_the_answer_is_about_the_rest(colleague: Colleague) -> None:
    colleague.press("Log the answer", answer="removed", items=["2", "4"], which="rest")

    assert colleague.page.text.count("It is back") == 3


def test_pasted_links_count_as_ticked_and_all_is_all(colleague: Colleague) -> None:
    pasted = "Removed: <https://x.com/someone/status/2>, https://x.com/someone/status/4?s=20"
    again = colleague.page
    colleague.press("Log the answer", answer="removed", pasted=pasted)
    assert colleague.page.text.count("It is back") == 2
    colleague.go(again.path)
    colleague.press("Log the answer", answer="removed", items=["1"], which="all")
    assert colleague.page.text.count("It is back") == 5


@pytest.mark.parametrize(
    ("pasted", "why"),
    [
        ("https://x.com/someone/status/77", "Not a link of this request: https://x.com/someone/status/77"),
        ("all of them", "No link was found in this."),
    ],
)
def test_what_is_pasted_has_to_be_links_of_the_request(colleague: Colleague, pasted: str, why: str) -> None:
    page = colleague.press("Log the answer", answer="removed", pasted=pasted, status=400)
    assert page.errors == [why]
    assert pasted in page.text


def test_the_rest_of_all_is_nothing(colleague: Colleague) -> None:
    page = colleague.press(
        "Log the answer", answer="removed", items=["1", "2", "3", "4", "5"], which="rest", status=400
    )

    assert page.errors == ["Every link is ticked, so none is left. Choose the ticked ones, or untick some."]


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("2020-01-01", "before their answer"),
        ("2026-11-22", "before their answer"),
        ("9999-12-31", "more than a year after their answer"),
        ("2027-11-26", "more than a year after their answer"),
    ],
)
def test_a_day_that_cannot_be_right_is_refused(colleague: Colleague, until: str, why: str) -> None:
    page = colleague.press("Log the answer", answer="extended", extension_until=until, status=400)

    assert why in page.errors[0]


@pytest.mark.parametrize("until", ["2026-11-23", "2027-11-24"])
def test_a_day_that_can_be_right_is_taken(colleague: Colleague, until: str) -> None:
    colleague.press("Log the answer", answer="extended", extension_until=until)

    assert "They say that they need longer" in colleague.page.text


def test_the_second_sees_what_the_first_recorded_and_chooses(desk: Desk, colleague: Colleague) -> None:
    second = desk.visit("tane")
    second.go(colleague.page.path)
    colleague.press("Log the answer", answer="removed")

    page = second.press("Log the answer", answer="refused", text="They said no on the telephone.", status=400)

    assert "Mira Anker: They said they took it down." in page.errors[0]
    assert "They said no on the telephone." in page.text
    assert "An answer" not in second.go(page.path.removesuffix("/answer")).text.partition("Answers")[0]
    assert "removed" in second.page.text


def test_details_are_not_overwritten_unseen(desk: Desk, colleague: Colleague) -> None:
    reference = desk.add_case()
    path = f"/desk/cases/{reference}/requests/1/details"
    second = desk.visit("tane")
    colleague.go(path)
    second.go(path)
    colleague.press("Save", phone="+64 1")

    page = second.press("Save", phone="+64 2", status=400)
    assert "Phone number is now: “+64 1”." in page.errors[0]
    second.press("Save")

    assert "+64 2" in str([each.get("value") for each in second.go(path).root.iter("input")])


def test_a_hand_over_is_not_overwritten_unseen(desk: Desk) -> None:
    reference = desk.add_case()
    first, second = desk.visit("mira"), desk.visit("tane")
    for colleague in (first, second):
        colleague.go(f"/desk/cases/{reference}/hand-over")
    first.press("Hand over", colleague=choice(first, "Tane Boje"))

    page = second.press("Hand over", colleague=choice(second, "Mira Anker"), status=400)

    assert "Mira Anker: The case was given to a member of the team." in page.errors[0]
    second.press("Hand over")
    assert "Assigned to Mira Anker" in second.page.text


def choice(colleague: Colleague, name: str) -> str:
    labels = {each.get("for"): "".join(each.itertext()) for each in colleague.page.root.iter("label")}
    found = [each for each in colleague.page.root.iter("input") if labels.get(each.get("id")) == name]
    return found[0].get("value", "")
