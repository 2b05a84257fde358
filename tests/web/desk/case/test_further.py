"""On the desk: papers against a threat, later letters, what is stated under a mandate, complaints made at once."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask import Flask

from portal.domain.report import YesNo
from portal.run.worker import run_left_jobs
from portal.web.unit_of_work import parts
from tests.letters.reading import read_text
from tests.services.complaints.test_stating import UNSAID
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk


def open_request(desk: Desk, **changes: Any) -> Colleague:
    reference = desk.add_case(**changes)
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1")
    return colleague


def make_and_send(colleague: Colleague) -> None:
    colleague.press("Make the letter")
    colleague.follow("Record that it was sent")
    colleague.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T09:00", ticket="INV-1")


def read_last(colleague: Colleague, label: str = "Full letter (PDF)") -> str:
    address = [href for words, href in colleague.page.links().items() if words.startswith(label)][-1]
    return read_text(colleague.client.get(address).data)


def test_papers_against_a_threat_are_made_put_aside_and_recorded(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case(links="", is_online=YesNo.NO, country="AU")
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}")
    colleague.follow("Papers against the threat")
    colleague.follow("Request to keep evidence")
    colleague.press("Make the paper", status=400)
    assert colleague.page.errors == ["Fill in the platform.", "Fill in at least one account, number or address."]
    colleague.press("Make the paper", recipient="Telegram", accounts="@night.clips", threat="He will post it.")
    text = read_last(colleague)
    assert "@night.clips" in text
    assert "He will post it." in text
    clock.move(minutes=5)
    colleague.follow("Record that it was sent")
    colleague.press("It was sent", channel="email", address="abuse@telegram.example", sent_at="", at="2026-11-23T09:03",
                    proof="delivery")  # fmt: skip
    assert "sent" in colleague.page.text
    colleague.follow("Sheet for the police")
    colleague.press("Make the paper", accounts="@night.clips")
    colleague.press("Put aside")
    assert "put aside, not sent" in colleague.page.text
    assert "A further letter was sent." in colleague.go(f"/desk/cases/{reference}/history").text


def test_an_answer_in_own_words_is_made_and_its_sending_is_in_the_line_of_the_request(
    desk: Desk, clock: TestClock
) -> None:
    colleague = open_request(desk)
    address = colleague.page.path
    make_and_send(colleague)
    clock.move(minutes=20)
    colleague.follow("Log an answer")
    colleague.press("Log the answer", answer="refused", at="2026-11-23T09:10", text="No violation.")
    colleague.follow("Refused: no violation")
    colleague.press("Make the letter", given="It shows her.")
    assert "It shows her." in read_last(colleague)
    clock.move(minutes=5)
    colleague.follow("Record that it was sent")
    colleague.press("It was sent", channel="form", at="2026-11-23T09:24", proof="none")
    assert "Answer to the platform: " in colleague.page.text
    colleague.go(address)
    colleague.follow("Search engine")
    assert colleague.press("Make the letter", status=400).errors == ["Fill in the company that the letter goes to."]
    colleague.press("Make the letter", company="Invented Search", address="removals@search.example")
    text = read_last(colleague)
    assert "Invented Search" in text
    assert "removals@search.example" in text


def test_a_member_states_it_as_representative_once_a_mandate_is_recorded(desk: Desk) -> None:
    colleague = open_request(desk, **UNSAID)
    address = colleague.page.path
    colleague.follow("What the person states")
    assert "as representative" not in colleague.page.text
    colleague.go(address)
    colleague.follow("Written mandate")
    paper: dict[str, Any] = {"signed_on": "2026-11-20", "kept": "One page, binder 4."}
    assert colleague.press("The person signed this", status=400, **paper).errors == ["Choose at least one."]
    paper["limit"] = "Only for X."
    acts = ["letters", "belief"]
    colleague.press("The person signed this", **paper, covers=acts)
    assert "It covers: Statements in letters to platforms;" in colleague.page.text
    assert "Signed by the person on Friday 20 November 2026" in colleague.page.text
    colleague.go(address)
    colleague.follow("What the person states")
    ticks: dict[str, Any] = {"said_no_consent": "y", "said_good_faith": "y", "said_accuracy": "y"}
    errors = colleague.press("The person said this", status=400, **ticks, speaker="told").errors
    assert errors == ["Fill in when the person said it."]
    colleague.press("The person said this", **ticks, speaker="mandated")
    colleague.press("Make the letter")
    text = read_last(colleague)
    assert "Mira Anker states as my representative, under my written mandate of 20 November 2026" in text
    assert "its limit: Only for X" in text


def test_the_name_is_passed_on_only_with_the_day_and_how_the_person_said_it(desk: Desk) -> None:
    colleague = open_request(desk)
    assert "Nothing was said about the name" in colleague.page.text
    colleague.follow("Record what the person said")
    assert len(colleague.press("The person said this", status=400).errors) == 3
    colleague.press("The person said this", passes_on="yes", said_at="2026-11-23T08:30", how="On the telephone.")
    assert "the name may be passed on" in colleague.page.text
    assert "Told to the team: On the telephone." in colleague.page.text


@pytest.fixture
def lodging(app: Flask, desk: Desk, clock: TestClock) -> Colleague:
    """Two complaints to one authority, with their papers."""
    reference = desk.add_case()
    colleague = desk.visit("mira")
    for number in (1, 2):
        colleague.go(f"/desk/cases/{reference}/requests/{number}")
        make_and_send(colleague)
        colleague.follow("Log an answer")
        colleague.press("Log the answer", answer="refused", at="2026-11-23T09:00", text="No violation.")
    clock.move(days=10)
    colleague.sign_in_again(f"/desk/cases/{reference}/complaints/prepare/nz-netsafe/nz-netsafe")
    colleague.press("Prepare the complaint")
    with app.app_context():
        run_left_jobs(parts())
    colleague.go(colleague.page.path)
    return colleague


def test_complaints_to_one_authority_are_taken_and_recorded_together(lodging: Colleague) -> None:
    page = lodging.page.path
    assert lodging.page.text.count("Full letter (PDF)") == 2
    lodging.follow("Record that they were lodged")
    typed: dict[str, Any] = {"ticket-1-text": "N-1"}
    lodging.press("They were lodged", at="2026-12-03T08:00", has_checked="y", **typed)
    assert lodging.page.path == page
    assert "Their case number: N-1." in lodging.page.text
    assert "Record that they were lodged" not in lodging.page.links()
    answer = lodging.client.get(lodging.page.links()["All bundles (ZIP)"])
    if answer.status_code == 200:
        names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
        assert {name.partition("/")[0] for name in names} == {"complaint-1", "complaint-2"}
    else:
        assert answer.status_code == 303, "papers are taken out with the second step only"
