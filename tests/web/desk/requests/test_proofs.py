"""What the person saved, on the pages of the desk and in the sending of the person's own letters."""

from __future__ import annotations

from flask import Flask

from tests.web.desk.colleague import Desk
from tests.web.pages import Visitor
from tests.web.person.journey import hand_in

WARNS = "Not yet said whether the person saved proof."


def test_the_desk_asks_before_a_request_goes_and_shows_who_said_it(desk: Desk) -> None:
    reference = desk.add_case()
    case = f"/desk/cases/{reference}"
    colleague = desk.visit("mira")
    assert colleague.go(case).text.count("proof: not yet said") == 3
    assert WARNS in colleague.go(f"{case}/requests/1/sent").text
    colleague.go(f"{case}/requests/1")
    colleague.follow("Proof saved")
    assert "Never the picture" in colleague.page.text
    colleague.press("Save", saved=["link", "moment"], for_all="y")
    assert "The person saved: the link, the day and the time." in colleague.page.text
    assert "written down by the team" in colleague.page.text
    assert colleague.go(case).text.count("proof saved") == 3
    assert WARNS not in colleague.go(f"{case}/requests/1/sent").text
    assert "What was kept as proof was saved." in colleague.go(f"{case}/history").text


def test_the_person_says_what_she_saved_before_the_letter_goes(app: Flask) -> None:
    visitor = Visitor(app)
    hand_in(visitor)
    visitor.go("/case/send/1")
    assert "Keep your proof first. Have you saved it?" in visitor.page.text
    visitor.press("I saved this")
    assert "Tick what you saved first." in visitor.page.text
    assert "Keep your proof first. Have you saved it?" in visitor.page.text, "nothing was said"
    visitor.press("I saved this", saved=["link", "fingerprint"])
    assert "You saved your proof" in visitor.page.text
    visitor.press("I saved this", saved=["the picture"], status=400)
