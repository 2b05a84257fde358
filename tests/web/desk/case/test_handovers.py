"""Handing a case to a colleague and to another team, at several browsers."""

from __future__ import annotations

import io

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal.adapters import sealed_files
from portal.models.accounts import Team
from tests.web.desk.case.test_reissue_and_holds import add_case
from tests.web.desk.colleague import Desk
from tests.web.desk.requests.test_answers import choice
from tests.web.pages import OWN_PAGE, Visitor


def test_a_colleague_sees_on_today_what_was_handed_to_them_and_takes_it_over(desk: Desk) -> None:
    reference = desk.add_case()
    first, second = desk.visit("mira"), desk.visit("tane")
    first.go(f"/desk/cases/{reference}/hand-over")
    first.press("Hand over", colleague=choice(first, "Tane Boje"), reason="away", note="Call her on Friday.")
    assert "Handed to you: 1 case" in second.go("/desk/today").text
    second.go(f"/desk/cases/{reference}")
    assert "Mira Anker handed this case to you: away." in second.page.text
    second.follow("Read why, and answer")
    assert "Call her on Friday." in second.page.text
    second.press("Take it over")
    assert "Handed to you" not in second.go("/desk/today").text
    history = first.go(f"/desk/cases/{reference}/history").text
    assert "A member handed the case to a colleague. Call her on Friday." in history
    assert "The colleague took the case over." in history


def test_a_colleague_gives_it_back_with_a_reason(desk: Desk) -> None:
    reference = desk.add_case()
    first, second = desk.visit("mira"), desk.visit("tane")
    first.go(f"/desk/cases/{reference}/hand-over")
    first.press("Hand over", colleague=choice(first, "Tane Boje"), reason="load")
    second.go(f"/desk/cases/{reference}/handed")
    second.press("Give it back", status=400)
    assert "Say in a few words why not." in second.page.text
    second.press("Give it back", words="I know her brother.")
    assert "Handed to you: 1 case" in first.go("/desk/today").text
    first.go(f"/desk/cases/{reference}")
    assert "Tane Boje gave this case back to you." in first.page.text
    assert "Assigned to you" in first.page.text
    first.follow("Read why, and answer")
    assert "I know her brother." in first.page.text
    first.press("I have read this")
    assert "Handed to you" not in first.go("/desk/today").text


def test_another_team_gets_a_case_with_the_persons_yes(desk: Desk) -> None:
    reference, words = add_case(desk)
    first, other = desk.visit("mira"), desk.visit("odd")
    with desk.parts.sessions.begin() as session:
        hill = session.scalars(select(Team).where(Team.name == "Hill")).one()
        hill.shown_at = desk.parts.clock()
    first.go(f"/desk/cases/{reference}/other-team")
    first.press("Ask", team=str(hill.id), reason="language", note="Welsh is spoken.", ends_on="2026-12-01")
    assert "has not answered" in first.page.text
    assert "is offered" not in other.go("/desk/today").text
    person = Visitor(desk.app)
    person.go("/return")
    person.press("Go on", words=words)
    person.follow("Your case and another team")
    assert "Hill could then read all of it" in person.page.text
    person.press("Yes, they may have it")
    assert "1 case is offered to your team" in other.go("/desk/today").text
    other.go(f"/desk/cases/{reference}", status=404)
    other.go("/desk/offers")
    assert "Welsh is spoken." in other.page.text
    other.press("Take it over")
    assert f"Case {reference}" in other.page.text
    first.go(f"/desk/cases/{reference}", status=404)
    assert "The other team took the case over." in person.go("/case/history").text
    first.go("/desk/offers")
    first.press("Call it back")
    assert "Assigned to you" in first.go(f"/desk/cases/{reference}").text
    other.go(f"/desk/cases/{reference}", status=404)


def test_a_case_goes_to_another_organisation_in_a_sealed_file(desk: Desk) -> None:
    reference = desk.add_case()
    first, other = desk.visit("mira"), desk.visit("odd")
    with desk.parts.sessions.begin() as session:
        hill = session.scalars(select(Team).where(Team.name == "Hill")).one()
        hill.shown_at, public = desk.parts.clock(), hill.public_key
    key, heard = sealed_files.write_key(public), sealed_files.fingerprint(public)
    other.go("/desk/exchange")
    assert key in other.page.text
    assert heard in other.page.text
    first.go(f"/desk/cases/{reference}/sealed-file")
    values = {"receiver": "Hill", "key": key, "reason": "place", "told": "Yes, by phone."}
    first.press("Make the sealed file", status=400, heard="0000 0000 0000 0000 0000", **values)
    assert "The fingerprint is not that of this key." in first.page.text
    assert "Yes, by phone." in first.page.text, "nothing typed is lost"
    form, _pressed = first.page.form_with("Make the sealed file")
    typed = {each.get("name"): each.get("value") for each in form.iter("input") if each.get("name") == "csrf_token"}
    made = first.client.post(form.get("action", ""), data={**typed, **values, "heard": heard}, headers=OWN_PAGE)
    assert made.headers["Content-Disposition"] == f'attachment; filename="{reference}.sealed-case"'
    other.go("/desk/exchange")
    for status, told in ((200, "The case is here"), (400, "taken in before")):
        form, _pressed = other.page.form_with("Take the case in")
        sent = {each.get("name", ""): each.get("value", "") for each in form.iter("input")}
        sent["file"] = FileStorage(io.BytesIO(made.data), "a.sealed-case")  # type: ignore[assignment]
        other.send("/desk/exchange", sent, status=status)
        assert told in other.page.text
    assert "They have not said yet" in first.go(f"/desk/cases/{reference}/handed").text
    first.press("They have it")
    assert "They have the case." in first.page.text
