"""New words and holds at two browsers of the desk."""

from __future__ import annotations

from portal.domain.lifecycle import Handler
from portal.services.cases import recovery_words
from portal.services.intake import submission
from tests.services.factories import make_draft
from tests.web.desk.colleague import Desk
from tests.web.pages import Visitor
from tests.web.person.journey import words_on

ANSWER = "the red canoe"


def add_case(desk: Desk, *, has_check: bool = True) -> tuple[str, str]:
    """A team's case; its reference and its words."""
    ports, now = desk.parts.ports, desk.parts.clock()
    with desk.parts.sessions.begin() as session:
        opened, drawn = make_draft(session, ports, now=now, handler=Handler.TEAM, team_id=str(desk.team_id))
        submission.submit(opened.at(now))
        if has_check:
            recovery_words.set_check(opened.at(now), "Which boat?", ANSWER)
        return opened.reference, drawn


def test_new_words_take_two_members_and_end_the_old_ones(desk: Desk) -> None:
    reference, old = add_case(desk)
    person = Visitor(desk.app)
    person.go("/return")
    person.press("Go on", words=old)
    first, second = desk.visit("mira"), desk.visit("tane")
    first.go(f"/desk/cases/{reference}")
    first.follow("New recovery words")
    assert "Ask: Which boat?" in first.page.text
    first.press("Check the answer", answer="a blue kayak")
    assert "4 wrong answers are left" in first.page.text, "the count stays although the answer was wrong"
    first.press("Check the answer", answer="The red canoe.")
    assert "Make new words" not in first.page.answer.text
    second.go(f"/desk/cases/{reference}/words")
    second.press("Make new words")
    new = words_on(second.page)
    assert person.go("/case").path == "/return", "the person's session has ended"
    person.press("Go on", words=old, status=400)
    person.press("Go on", words=new)
    assert "New words were given out" in person.go("/case/history").text


def test_without_a_question_of_the_persons_nobody_gives_out_words(desk: Desk) -> None:
    reference, _ = add_case(desk, has_check=False)
    member = desk.visit("mira")
    member.go(f"/desk/cases/{reference}/words")
    assert "nobody can give out new words" in member.page.text


def test_a_hold_takes_two_members_and_the_person_reads_it(desk: Desk) -> None:
    reference, drawn = add_case(desk)
    first, second = desk.visit("mira"), desk.visit("tane")
    first.go(f"/desk/cases/{reference}/hold")
    assert len(first.press("Ask for a hold", reason="", ends_on="", status=400).errors) == 2
    page = first.press("Ask for a hold", reason="A court asked.", ends_on="31.3.2027", status=400)
    assert page.errors == ["Write the day like this: 2026-11-24"]
    first.press("Ask for a hold", reason="A court asked.", ends_on="2036-01-01", status=400)
    assert "A court asked." in first.page.text, "nothing typed is lost"
    first.press("Ask for a hold", reason="A court asked.", ends_on="2027-03-31")
    assert "Agree to the hold" not in first.page.answer.text
    second.go(f"/desk/cases/{reference}/hold")
    second.press("Agree to the hold")
    assert "The hold counts." in second.page.text
    person = Visitor(desk.app)
    person.go("/return")
    person.press("Go on", words=drawn)
    assert "Two people in your team asked us to keep this case until Wednesday 31 March 2027" in person.page.text
    assert "A court asked." in person.go("/case/history").text
