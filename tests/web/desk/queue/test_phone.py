"""A call taken down while the caller speaks: kept half-filled, opened as a case by the rules of the person's report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select, text

from portal.domain.lifecycle import AgeBand, CaseStatus, History
from portal.models.cases import Case, CaseKey, Consent
from portal.models.events import Event
from portal.run import worker
from tests.services.factories import LINKS
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import Visitor

NEEDED = {"under_18": "no", "country": "NZ", "told": "y"}
WHOLE = {
    **NEEDED,
    "contact_by": "phone",
    "phone": "+64 20 0000 0000",
    "first": "10:00",
    "last": "14:00",
    "safe_words": "Say you are from the dentist.",
    "safe_contact": "Her flatmate reads the mail.",
    "filer": "self",
    "depiction": "real",
    "is_online": "yes",
    "pasted": LINKS,
    "to_platforms": "y",
    "words_by": "read",
}


def open_case(colleague: Colleague, typed: Mapping[str, Any] = WHOLE, *, status: int = 200) -> None:
    colleague.go("/desk/new")
    colleague.press("Open the case", status=status, **typed)


def reference_of(colleague: Colleague) -> str:
    return colleague.page.path.split("/")[3]


def read_words(colleague: Colleague) -> list[str]:
    """The six words on the page."""
    (box,) = [each for each in colleague.page.root.iter("ol") if each.get("class") == "words-read"]
    return ["".join(row.itertext()) for row in box.iter("li")]


def say_back(colleague: Colleague, words: list[str]) -> dict[str, Any]:
    """What the form asks for, of these words."""
    labels = {each.get("for"): "".join(each.itertext()) for each in colleague.page.root.iter("label")}
    asked = {name: int(labels[name].split()[1].strip(",")) for name in ("said_first", "said_second")}
    return {name: words[place - 1] for name, place in asked.items()}


def test_a_half_filled_call_is_kept_sealed_listed_and_gone_on_with_by_a_colleague(desk: Desk) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/today")
    colleague.follow("New case by phone")
    colleague.press("Save, unfinished", safe_words="Say you are from the dentist.", email="half an addr", country="NZ")
    reference = reference_of(colleague) if "cases" in colleague.page.path else colleague.page.path.split("/")[-1]
    assert "111" in colleague.page.text, "the numbers of the country stand there at once"
    assert "1 unfinished call" in colleague.go("/desk/today").text
    assert reference in colleague.page.text
    with desk.parts.sessions() as session:
        assert "dentist" not in repr(session.execute(text("SELECT * FROM cases")).all())
    other = desk.visit("tane")
    other.go(f"/desk/new/{reference}")
    form, _button = other.page.form_with("Open the case")
    values = {each.get("name"): each.get("value") for each in form.iter("input")}
    assert values["email"] == "half an addr", "also what is not right yet"
    assert "Say you are from the dentist." in "".join(form.itertext())
    other.press("Throw the call away")
    assert "unfinished call" not in other.go("/desk/today").text
    assert "thrown away" in colleague.go(f"/desk/new/{reference}", status=404).text


def test_a_call_becomes_a_case_of_the_member_and_its_history_says_how_it_came(desk: Desk) -> None:
    colleague = desk.visit("mira")
    open_case(colleague)
    reference = reference_of(colleague)
    case = colleague.go(f"/desk/cases/{reference}").text
    assert "Assigned to you, in the team Harbour." in case
    assert "Write or call only: every day" in case
    assert "Say you are from the dentist." in case
    assert "Her flatmate reads the mail." in case
    assert "unfinished call" not in colleague.go("/desk/today").text
    history = colleague.go(f"/desk/cases/{reference}/history").text
    assert "The report was told on the phone, and the team typed it." in history
    assert "We never ask for the picture" in history, "what was read out stands there"
    assert "Letters to platforms: allowed." in history
    assert "Complaints to authorities: not allowed so far." in history
    assert "Mira Anker" in history
    with desk.parts.sessions() as session:
        given = set(session.scalars(select(Consent.recipient)))
        assert given == {"platforms", "team"}
    report = colleague.go(f"/desk/cases/{reference}/report").text
    assert "Did not agree to it not stated" in report, "no tick of the team is a statement of the person"


def test_the_words_are_read_out_said_back_and_open_the_case_for_the_person(desk: Desk) -> None:
    colleague = desk.visit("mira")
    open_case(colleague)
    reference = reference_of(colleague)
    colleague.press("Make the six words")
    words = read_words(colleague)
    assert len(words) == 6
    wrong: dict[str, Any] = dict.fromkeys(say_back(colleague, words), "wrong")
    assert "Read it out once more." in colleague.press("The caller has the words", status=400, **wrong).text
    colleague.press("The caller has the words", **say_back(colleague, words))
    assert colleague.page.path == f"/desk/cases/{reference}"
    assert words[0] not in colleague.go(f"/desk/cases/{reference}/first-words").text.split()
    assert "said some of the six words back" in colleague.go(f"/desk/cases/{reference}/history").text
    person = Visitor(desk.app)
    person.go("/return")
    person.press("Go on", words=" ".join(words))
    assert person.page.path == "/case"
    path = f"/desk/cases/{reference}/first-words/make"
    token = colleague.go(f"/desk/cases/{reference}").root
    csrf = next(each.get("value", "") for each in token.iter("input") if each.get("name") == "csrf_token")
    colleague.send(path, {"csrf_token": csrf}, status=409)  # a second set takes two members


def test_links_may_follow_and_the_day_is_promised(desk: Desk) -> None:
    colleague = desk.visit("mira")
    bare = {name: value for name, value in WHOLE.items() if name != "pasted"}
    open_case(colleague, bare, status=400)
    assert any("set the day on which the caller sends the links" in each for each in colleague.page.errors)
    colleague.press("Open the case", due="2026-11-25")
    reference = reference_of(colleague)
    assert "The caller sends the links." in colleague.go(f"/desk/cases/{reference}/follow-ups").text


@pytest.mark.parametrize("left_out", NEEDED)
def test_what_is_needed_is_asked_for_and_nothing_is_lost(desk: Desk, left_out: str) -> None:
    colleague = desk.visit("mira")
    open_case(colleague, {**WHOLE, left_out: ""}, status=400)
    assert colleague.page.errors
    colleague.press("Open the case", **dict[str, Any]({left_out: NEEDED[left_out]}))
    assert colleague.page.path.endswith("/first-words")


def test_without_consent_to_platforms_nothing_is_sent(desk: Desk) -> None:
    colleague = desk.visit("mira")
    open_case(colleague, {**WHOLE, "to_platforms": ""})
    reference = reference_of(colleague)
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", status=400, channel="form", has_checked="y", sent_as="other")
    assert "The person has not allowed this sharing" in " ".join(colleague.page.errors)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"under_18": "yes"}, "child"),
        ({"under_18": "from_13"}, "child"),
        ({"is_online": "no", "pasted": ""}, "threat"),
    ],
)
def test_a_child_and_a_threat_take_their_own_way(desk: Desk, changes: dict[str, str], path: str) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/new")
    colleague.press("Save, unfinished", **dict[str, Any](WHOLE | changes))
    assert ("Under 18: these people first." in colleague.page.text) == (path == "child")
    colleague.press("Open the case")
    with desk.parts.sessions() as session:
        case = session.scalars(select(Case).where(Case.reference == reference_of(colleague))).one()
        assert case.path is not None
        assert case.path.value == path
        assert case.status is CaseStatus.OPEN
        assert case.age_band == (AgeBand.FROM_13 if changes.get("under_18") == "from_13" else None)
    if path == "child":
        assert "No file" in colleague.go(f"/desk/cases/{case.reference}/documents").text


def test_risks_of_a_call_are_marked_on_its_case(desk: Desk) -> None:
    colleague = desk.visit("mira")
    open_case(colleague, {**WHOLE, "suicide": "y"})
    reference = reference_of(colleague)
    text_of = colleague.go(f"/desk/cases/{reference}").text
    assert "Suicide risk" in text_of
    assert "Said on the phone when the case was opened." in text_of


def test_two_who_save_one_call_lose_nothing(desk: Desk) -> None:
    first, second = desk.visit("mira"), desk.visit("tane")
    first.go("/desk/new")
    first.press("Save, unfinished", phone="111")
    second.go(first.page.path)
    first.press("Save, unfinished", phone="222")
    second.press("Save, unfinished", status=409, phone="333")
    assert "A colleague saved this call" in second.page.text
    second.press("Save, unfinished")
    form, _button = first.go(first.page.path).form_with("Open the case")
    assert {each.get("name"): each.get("value") for each in form.iter("input")}["phone"] == "333"


def test_an_unfinished_call_goes_by_itself(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/new")
    colleague.press("Save, unfinished", phone="111")
    clock.move(days=desk.parts.config.draft_days + 1)
    worker.run_sweep(desk.parts)
    with desk.parts.sessions() as session:
        assert session.scalars(select(CaseKey)).all() == []
        assert session.scalars(select(Event).where(Event.kind == History.SUBMITTED)).all() == []


def test_another_team_and_who_may_not_work_on_cases_see_no_call(desk: Desk) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/new")
    colleague.press("Save, unfinished", phone="111")
    path = colleague.page.path
    stranger = desk.visit("odd")
    assert "unfinished call" not in stranger.go("/desk/today").text
    unknown = stranger.go("/desk/new/ABCD-2345", status=404).text
    assert stranger.go(path, status=404).text == unknown, "as one that never was"
