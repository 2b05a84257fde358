"""What the person takes back stops at once on the desk: what has not left can be neither made nor taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from portal.domain.lifecycle import Filer, Handler
from portal.run import worker
from portal.services.intake import submission
from tests.services.factories import NOW, make_draft
from tests.services.fakes import print_quickly
from tests.web.addresses import at
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import Visitor

NOT_ALLOWED = "The person has not allowed this sharing, or has withdrawn it."


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@dataclass
class Two:
    """The person and a member of the team, each with the case open."""

    person: Visitor
    member: Colleague
    reference: str
    words: str

    def say(self, button: str) -> None:
        """Press a button on the person's own page about sharing."""
        self.person.go("/return")
        self.person.press("Go on", words=self.words)
        self.person.go("/case/sharing")
        self.person.press(button)

    def letter(self, number: int) -> int:
        """What the desk answers to somebody who takes the letter out."""
        return self.member.client.get(f"/desk/cases/{self.reference}/letters/{number}-full.pdf").status_code

    def request_page(self) -> str:
        return self.member.go(f"/desk/cases/{self.reference}/requests/1").text


@pytest.fixture
def two(desk: Desk) -> Two:
    return open_both(desk)


def send_and_refuse(two: Two) -> None:
    """The letter that was made leaves at once, and is refused at once."""
    two.request_page()
    two.member.press("Make the letter")
    two.member.follow("Record that it was sent")
    two.member.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23 09:00")
    two.member.follow("Log an answer")
    two.member.press(
        "Log the answer", answer="refused", at="2026-11-23 09:00", text="It does not go against our rules."
    )


def open_both(desk: Desk, **changes: Any) -> Two:
    with desk.parts.sessions.begin() as session:
        values: dict[str, Any] = {"handler": Handler.TEAM, "team_id": str(desk.team_id), "country": "IE", **changes}
        opened, words = make_draft(session, desk.parts.ports, now=NOW, **values)
        submission.submit(opened.at(NOW))
    return Two(Visitor(desk.app), desk.visit("mira"), opened.reference, words)


def test_without_the_yes_to_platforms_no_letter_is_made_or_taken_out_before_it_was_sent(two: Two) -> None:
    two.request_page()
    two.member.press("Make the letter")
    assert two.letter(1) == 200

    two.say("Change to no Platforms")

    assert two.letter(1) == 409
    assert NOT_ALLOWED in two.member.go(f"/desk/cases/{two.reference}/letters/1-redacted.pdf", status=409).text
    assert "Ready to copy into their form" not in two.request_page()
    assert two.member.press("Make the letter", status=409).text.count(NOT_ALLOWED) == 1
    assert two.person.client.get(at("/case/letters/1.pdf")).status_code == 200, "it is theirs"

    two.say("Change to yes Platforms")
    assert two.letter(1) == 200
    assert "Ready to copy into their form" in two.request_page()


def test_what_was_sent_stays_readable_and_a_reminder_is_new(two: Two, clock: TestClock) -> None:
    send_and_refuse(two)
    two.say("Change to no Platforms")
    assert two.letter(1) == 200

    two.say("Change to yes Platforms")
    clock.move(days=3)
    two.member.sign_in_again(f"/desk/cases/{two.reference}/requests/1")
    two.member.press("Make a reminder")
    assert two.letter(2) == 200
    two.say("Change to no Platforms")
    assert two.letter(2) == 409


def test_without_the_yes_to_authorities_no_bundle_is_made_or_taken_out_before_it_was_handed_in(
    desk: Desk, two: Two
) -> None:
    send_and_refuse(two)
    two.member.go(f"/desk/cases/{two.reference}/complaints/prepare/ie-cnam-dsa/ie-cnam")
    two.member.press("Prepare the complaint", wish="That it is blocked.")
    path = two.member.page.path
    assert worker.run_left_jobs(desk.parts) == 1

    two.say("Change to no Authorities")
    assert NOT_ALLOWED in two.member.go(f"{path}/full.zip", status=409).text
    assert two.letter(2) == 409

    two.say("Change to yes Authorities")
    assert two.member.client.get(f"{path}/full.zip").status_code == 200
    two.member.go(path)
    two.member.follow("Record that it was lodged")
    two.member.press("It was lodged", has_checked="y", at="2026-11-23 09:00")
    two.say("Change to no Authorities")
    assert two.member.client.get(f"{path}/full.zip").status_code == 200, "it is with them already"


def test_after_the_last_day_of_the_authority_nothing_is_made_or_taken_out(desk: Desk, clock: TestClock) -> None:
    two = open_both(desk, filer=Filer.REPRESENTATIVE, authority="A letter.", authority_ends_on=NOW.date())
    two.request_page()
    two.member.press("Make the letter")
    assert two.letter(1) == 200

    clock.move(days=1)
    two.member.sign_in_again(f"/desk/cases/{two.reference}/requests/1")
    assert two.letter(1) == 409
    assert "authority to act for this person has ended" in two.member.press("Make the letter", status=409).text
