"""Mail on the desk: told on Today and in the list, read in its case, carried into the answer; and what has no case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.incoming import IncomingState
from portal.domain.lifecycle import Scope
from portal.models.accounts import Staff
from portal.models.incoming import IncomingMail
from portal.models.journal import JournalEntry
from tests.services.inbox.mails import WORDS, write
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.incoming import address_of, answering_app, come, states


@pytest.fixture
def app(tmp_path: Path, clock: TestClock) -> Iterator[Flask]:
    with answering_app(tmp_path, clock) as made:
        yield made


@pytest.fixture
def case(desk: Desk) -> tuple[str, Colleague]:
    reference = desk.add_case()
    return reference, desk.visit("mira")


def test_an_answer_is_told_read_and_carried_into_the_log(desk: Desk, case: tuple[str, Colleague]) -> None:
    reference, colleague = case
    send(colleague, reference)
    assert "What must be answered: 0 cases" in colleague.go("/desk/today").text
    come(
        desk.parts,
        write(body="<img src=https://evil.example/a.png> We removed it."),
        address_of(desk.parts, reference=reference),
    )
    today = colleague.go("/desk/today").text
    assert "What must be answered: 1 case" in today
    assert "mail came" in today
    page = colleague.go(f"/desk/cases/{reference}/requests/1").text
    assert "An answer came by mail" in page
    assert "not read yet" in page
    colleague.go(f"/desk/cases/{reference}/mail/1")
    assert "We removed it." not in colleague.page.text
    colleague.press("Read it")
    assert "We removed it." in colleague.page.text
    assert "It was sent to the address that only this request has." in colleague.page.text
    assert not list(colleague.page.root.iter("img")), "nothing of it is loaded"
    assert "not logged yet" in colleague.go(f"/desk/cases/{reference}/requests/1").text
    assert "What must be answered: 0 cases" in colleague.go("/desk/today").text
    colleague.go(f"/desk/cases/{reference}/mail/1")
    colleague.follow("Log this answer")
    form, _button = colleague.page.form_with("Log the answer")
    (typed,) = [each for each in form.iter("textarea") if each.get("name") == "text"]
    assert "We removed it." in (typed.text or "")
    assert "Suggested:" in colleague.page.text, "it is read at once, and a person says so"
    colleague.press("Log the answer")
    assert states(desk.parts) == [IncomingState.LOGGED]


def test_a_letter_that_came_back_is_told_as_such(desk: Desk, case: tuple[str, Colleague]) -> None:
    reference, colleague = case
    send(colleague, reference)
    come(desk.parts, write("X-Failed-Recipients: safety@x.com"), address_of(desk.parts, reference=reference))
    assert "A letter came back: it was not delivered" in colleague.go(f"/desk/cases/{reference}/requests/1").text


def test_an_answer_that_nobody_read_is_what_is_next_also_where_nothing_counts_as_sent(
    desk: Desk, case: tuple[str, Colleague]
) -> None:
    reference, colleague = case
    come(desk.parts, write(), address_of(desk.parts, reference=reference))
    page = colleague.go(f"/desk/cases/{reference}/requests/1")
    assert "ready, not sent yet" in page.text
    assert "An answer came by mail" in page.text
    colleague.follow("Read their answer first")
    colleague.press("Read it")
    assert "Read their answer first" not in colleague.go(f"/desk/cases/{reference}/requests/1").text


def test_a_machines_reply_asks_for_nothing_and_proves_receipt_at_most(desk: Desk, case: tuple[str, Colleague]) -> None:
    reference, colleague = case
    send(colleague, reference)
    come(desk.parts, write("Auto-Submitted: auto-replied"), address_of(desk.parts, reference=reference))
    assert "What must be answered: 0 cases" in colleague.go("/desk/today").text
    colleague.go(f"/desk/cases/{reference}/mail/1")
    colleague.press("Read it")
    assert "A machine wrote it. It is no answer." in colleague.page.text
    assert "Log this answer" not in colleague.page.text
    assert f"/desk/cases/{reference}/requests/1/received" in colleague.anchors


def test_mail_without_a_case_is_put_to_its_request(desk: Desk, case: tuple[str, Colleague]) -> None:
    reference, colleague = case
    send(colleague, reference)
    come(desk.parts, write(sender="Safety <safety@x.com>"))
    assert "1 mail came in without a case" in colleague.go("/desk/today").text
    colleague.go("/desk/mail")
    assert WORDS not in colleague.page.text
    colleague.follow("Your report")
    assert WORDS in colleague.page.text
    assert "a domain of X" in colleague.page.text
    assert f"Case {reference}, request 1" in colleague.page.text
    colleague.press("Put it there", status=400, reference="no", number="1")
    colleague.press("Put it here")
    assert "An answer came by mail" in colleague.page.text
    colleague.go(f"/desk/cases/{reference}/mail/1")
    colleague.press("Read it")
    assert "A member of the team put it here." in colleague.page.text
    with desk.parts.sessions() as session:
        kinds = [entry.kind for entry in session.scalars(select(JournalEntry))]
    assert "mail_read" in kinds
    assert "mail_sorted" in kinds


def test_what_is_not_ours_is_destroyed(desk: Desk) -> None:
    come(desk.parts, write())
    colleague = desk.visit("ines")
    colleague.go("/desk/mail")
    colleague.follow("Your report")
    colleague.press("Set it aside")
    assert "Nothing waits here." in colleague.page.text
    with desk.parts.sessions() as session:
        row = session.scalars(select(IncomingMail)).one()
    assert (row.state, row.sealed) == (IncomingState.DISMISSED, None)
    come(desk.parts, write())
    assert states(desk.parts) == [IncomingState.DISMISSED], "and it does not come in again"


def test_another_teams_case_takes_no_mail_from_here(desk: Desk, case: tuple[str, Colleague]) -> None:
    reference, _colleague = case
    come(desk.parts, write())
    odd = desk.visit("odd")
    odd.go("/desk/mail")
    odd.follow("Your report")
    assert reference not in odd.page.text
    odd.press("Put it there", status=404, reference=reference, number="1")
    assert states(desk.parts) == [IncomingState.UNMATCHED]


def test_who_sees_only_their_own_cases_sees_no_mail_without_one(desk: Desk) -> None:
    come(desk.parts, write())
    colleague = desk.visit("mira")
    with desk.parts.sessions.begin() as session:
        session.scalars(select(Staff).where(Staff.login == "mira")).one().scope = Scope.OWN
    colleague.go("/desk/mail", status=404)
    assert "without a case" not in colleague.go("/desk/today").text


def send(colleague: Colleague, reference: str) -> None:
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T08:30")
