"""Links pasted over several cases: each found with its case, what is not found is told, one answer logged for all."""

from __future__ import annotations

import pytest

from portal.run import worker
from tests.services.fakes import print_quickly
from tests.web.desk.colleague import Colleague, Desk

LINKS = "https://www.instagram.com/p/Invented0{0}/ https://www.instagram.com/p/Invented1{0}/ https://x.com/a/status/{0}"
UNKNOWN = "https://www.instagram.com/p/Nobodys/"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def add_sent(desk: Desk, visitor: Colleague, number: int) -> str:
    """A case that was sent, with two links on Instagram and one on X."""
    reference = desk.add_case(links=LINKS.format(number))
    visitor.go(f"/desk/cases/{reference}/together/letters?pick=all")
    visitor.press("Prepare letters: 2")
    worker.run_left_jobs(desk.parts)
    visitor.go(f"/desk/cases/{reference}/together/sent?pick=all")
    visitor.press("Record as sent: 2", has_checked="y")
    return reference


def paste(visitor: Colleague, text: str) -> None:
    visitor.go("/desk/pasted-links")
    visitor.press("Find their cases", pasted=text)


def test_one_answer_is_logged_about_the_pasted_links_of_several_cases(desk: Desk) -> None:
    visitor = desk.visit("mira")
    first, second = (add_sent(desk, visitor, number) for number in (1, 2))
    paste(visitor, f"{LINKS.format(1)}\n> https://www.instagram.com/p/Invented02/?igsh=x\n{UNKNOWN}")
    page = visitor.page
    assert page.heading == "4 links found"
    assert "In 2 cases." in page.text
    assert "1 link is in none of your team’s cases" in page.text
    assert UNKNOWN in page.text

    for _press in range(2):
        visitor.seen.append(page)
        visitor.press("Log this answer for all", answer="refused", text="Not ours.")
        assert "Done in 2 of 2 cases" in visitor.page.text
    counts = [
        visitor.go(f"/desk/cases/{each}/history").text.count("They said no. Not ours.") for each in (first, second)
    ]
    assert counts == [2, 1], "once for each request that is meant, whatever was pressed twice"
    assert "about links 1" in visitor.go(f"/desk/cases/{second}/requests/1").text


def test_links_that_somebody_saw_gone_are_marked_without_an_answer(desk: Desk) -> None:
    visitor = desk.visit("mira")
    reference = add_sent(desk, visitor, 1)
    paste(visitor, LINKS.format(1))
    visitor.press("No answer: I saw that they are gone")
    assert "Done in 1 of 1 cases" in visitor.page.text
    history = visitor.go(f"/desk/cases/{reference}/history").text
    assert history.count("A link was marked as gone.") == 3
    assert "They said" not in history
    paste(visitor, LINKS.format(1))
    assert visitor.page.text.count("marked as gone") == 2


def test_of_the_pasted_links_those_that_were_gone_are_marked_as_back(desk: Desk) -> None:
    visitor = desk.visit("mira")
    reference = add_sent(desk, visitor, 1)
    first = LINKS.format(1).split()[0]
    paste(visitor, first)
    visitor.press("No answer: I saw that they are gone")
    paste(visitor, LINKS.format(1))
    visitor.press("No answer: I saw that they are back")
    assert "None of its links is gone." in visitor.page.text, "nothing of the second platform was gone"
    history = visitor.go(f"/desk/cases/{reference}/history").text
    assert history.count("A link was marked as back again.") == 1


def test_what_was_not_sent_gets_no_answer_and_says_so(desk: Desk) -> None:
    visitor = desk.visit("mira")
    desk.add_case(links=LINKS.format(1))
    paste(visitor, LINKS.format(1))
    assert "No answer is logged: It was not sent yet." in visitor.page.text
    visitor.press("Log this answer for all", answer="removed")
    assert "Done in 0 of 1 cases" in visitor.page.text


def test_a_closed_case_stays_closed_and_says_so(desk: Desk) -> None:
    visitor = desk.visit("mira")
    reference = add_sent(desk, visitor, 1)
    visitor.go(f"/desk/cases/{reference}/close")
    visitor.press("Close the case", reason="wished", is_certain="y")
    for button in ("Log this answer for all", "No answer: I saw that they are gone"):
        paste(visitor, LINKS.format(1))
        assert "This case is not open." in visitor.page.text
        visitor.press(button, answer="removed")
        assert "Done in 0 of 1 cases" in visitor.page.text
    assert "The case was opened again." not in visitor.go(f"/desk/cases/{reference}/history").text


def test_a_case_of_another_team_is_not_found(desk: Desk) -> None:
    desk.add_case(links=LINKS.format(1))
    visitor = desk.visit("odd")
    paste(visitor, LINKS.format(1))
    assert visitor.page.heading == "0 links found"
    assert "3 links are in none" in visitor.page.text


def test_nothing_pasted_is_asked_for(desk: Desk) -> None:
    visitor = desk.visit("mira")
    visitor.go("/desk/pasted-links")
    page = visitor.press("Find their cases", pasted=" ", status=400)
    assert page.errors == ["Paste at least one link."]
