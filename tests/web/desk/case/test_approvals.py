"""A second look at two browsers of the desk: chosen by the supervisor, asked for, shown on Today, answered."""

from __future__ import annotations

from portal.models.accounts import Team
from tests.web.desk.case.test_reissue_and_holds import add_case
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import Visitor


def choose(desk: Desk, *steps: str) -> Colleague:
    """The supervisor lets these steps wait."""
    lead = desk.visit("ines")
    lead.go(f"/desk/team/{desk.team_id}/rules")
    lead.press("Save", approvals=list(steps))
    return lead


def close(colleague: Colleague, reference: str, *, status: int = 200) -> None:
    colleague.go(f"/desk/cases/{reference}/close")
    colleague.press("Close the case", status=status, reason="wished", is_certain="y")


def test_nothing_waits_until_a_supervisor_chooses_it_and_others_are_told(desk: Desk) -> None:
    first = desk.visit("mira")
    close(first, desk.add_case())
    assert "Unassigned" not in first.page.answer.text or first.page.path.startswith("/desk/cases/")
    lead = choose(desk, "closing")
    assert "What the team lets wait for a second member was changed" in lead.page.text
    with desk.parts.sessions() as session:
        assert session.get_one(Team, desk.team_id).approvals == ["closing"]
    close(first, desk.add_case(), status=400)
    assert "A second member of the team has to agree first." in first.page.text


def test_a_second_look_is_asked_for_shown_on_today_answered_and_used(desk: Desk) -> None:
    reference, words = add_case(desk)
    choose(desk, "sending", "closing")
    first, second = desk.visit("mira"), desk.visit("tane")
    first.go(f"/desk/cases/{reference}/close")
    first.follow("Ask for a second look")
    first.press("Ask for a second look", note="Is all of it gone?")
    assert "It waits for a second member." in first.page.text
    assert "Agree" not in first.page.answer.text
    assert "Second looks" not in first.go("/desk/today").text, "not asked of the one who asks"
    second.go("/desk/today")
    assert "Second looks: asked of you, or answered: 1 case" in second.page.text
    assert reference in second.go("/desk?show=approval").text
    second.go(f"/desk/cases/{reference}")
    second.follow("Look at it")
    assert "Is all of it gone?" in second.page.text
    second.press("Do not agree", status=400)
    assert "Say in a few words why not." in second.page.text
    second.press("Agree", reason="I looked at each link.")
    assert "Second looks: asked of you, or answered: 1 case" in first.go("/desk/today").text
    close(first, reference)
    history = first.go(f"/desk/cases/{reference}/history").text
    assert "A second look was asked for. Is all of it gone?" in history
    assert "A second member agreed. I looked at each link." in history
    person = Visitor(desk.app)
    person.go("/return")
    person.press("Go on", words=words)
    assert "second" not in person.go("/case/history").text


def test_no_address_leads_past_a_second_look(desk: Desk) -> None:
    reference = desk.add_case()
    choose(desk, "sending")
    first = desk.visit("mira")
    first.go(f"/desk/cases/{reference}/requests/1")
    assert "It was done without one" not in first.page.text, "that is for supervisors"
    first.go(f"/desk/cases/{reference}/second-look/without/sending/1", status=403)
    first.go(f"/desk/cases/{reference}/requests/1/sent")
    first.press("It was sent", status=400, sent_at="2026-11-23T09:00", channel="form", has_checked="y", sent_as="other")
    assert "A second member of the team has to agree first." in first.page.text
    lead = desk.visit("ines")
    lead.go(f"/desk/cases/{reference}/requests/1")
    lead.follow("It was done without one")
    lead.press("Write it down", note="It was urgent and nobody else was here.")
    first.go(f"/desk/cases/{reference}/requests/1/sent")
    first.press("It was sent", sent_at="2026-11-23T09:00", channel="form", has_checked="y", sent_as="other")
    assert "nobody else was here" in first.go(f"/desk/cases/{reference}/history").text
