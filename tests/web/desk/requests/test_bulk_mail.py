"""Many letters by e-mail at once, and later ones, through a real mail server: each leaves once, each result is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.run import worker
from tests.mailbox import Mailbox
from tests.services.fakes import print_quickly
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.desk.queue.test_many_cases import address
from tests.web.desk.requests.test_bulk import together
from tests.web.desk.requests.test_mailing import OWN_ADDRESSES
from tests.web.portal import mail_settings, open_portal

MIXED = "https://imgur.com/a/Abc123\nhttps://x.com/someone/status/1111\nhttps://www.instagram.com/p/Abc123/"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def app(tmp_path: Path, clock: TestClock, mailbox: Mailbox) -> Iterator[Flask]:
    with open_portal(tmp_path, clock, **mail_settings(mailbox), **OWN_ADDRESSES) as made:
        yield made


@pytest.fixture
def colleague(desk: Desk) -> Colleague:
    return desk.visit("mira")


def post(desk: Desk, clock: TestClock) -> None:
    clock.move(minutes=2)
    worker.deliver_due_mail(desk.parts)
    worker.run_left_jobs(desk.parts)


def prepare(desk: Desk, colleague: Colleague, reference: str) -> None:
    colleague.go(together(reference, "letters"))
    colleague.press("Prepare letters: 3")
    worker.run_left_jobs(desk.parts)


def test_the_preview_tells_who_goes_by_mail_and_who_by_form_and_each_leaves_once(
    desk: Desk, colleague: Colleague, mailbox: Mailbox, clock: TestClock
) -> None:
    reference = desk.add_case(links=MIXED)
    prepare(desk, colleague, reference)
    page = colleague.go(colleague.page.path)
    assert "Record as sent" in page.links()
    page = colleague.follow("Send by e-mail from here")
    assert "It will be done for 1 request" in page.text
    assert "to abuse@imgur.com" in page.text
    assert "Nobody has checked this address for a while." in page.text
    assert page.text.count("Goes by their form or by post.") == 2

    colleague.press("Send by e-mail from here: 1")
    assert "Nobody has checked this address" in colleague.page.text, "without the tick it stays, and the page says why"
    asking = colleague.go(together(reference, "mail"))
    for _press in range(2):
        colleague.seen.append(asking)
        colleague.press("Send by e-mail from here: 1", has_checked="y")
        assert "On its way by e-mail." in colleague.page.text
    post(desk, clock)
    post(desk, clock)
    assert Counter(str(mail["To"]) for mail in mailbox.mails) == {"abuse@imgur.com": 1}
    assert "It was sent already." in colleague.go(together(reference, "mail")).text


def test_one_whose_address_nobody_checked_is_looked_at_again_from_the_results(
    desk: Desk, colleague: Colleague, mailbox: Mailbox, clock: TestClock
) -> None:
    reference = desk.add_case(links=MIXED)
    prepare(desk, colleague, reference)
    colleague.go(together(reference, "mail"))
    colleague.press("Send by e-mail from here: 1")
    assert "Done for 0 of 1 requests." in colleague.page.text
    colleague.follow("Look at the rest again: 1")
    colleague.press("Send by e-mail from here: 1", has_checked="y")
    assert "Done for 1 of 1 requests." in colleague.page.text
    assert "Look at the rest again" not in colleague.page.text


def test_letters_of_many_cases_leave_in_one_press_and_their_reminders_too(
    desk: Desk, colleague: Colleague, mailbox: Mailbox, clock: TestClock
) -> None:
    references = [desk.add_case(links=MIXED) for _ in range(2)]
    for reference in references:
        prepare(desk, colleague, reference)
    page = colleague.go(address("mail", references))
    assert page.text.count("to abuse@imgur.com") == 2, "each letter with its address"
    assert page.text.count("Nobody has checked this address for a while.") == 2
    assert page.text.count("Left as it is: Goes by their form or by post.") == 4, "and what does not leave, and why"
    assert f"/desk/cases/{references[0]}/requests/1" in colleague.anchors
    asking = colleague.page
    for _press in range(2):
        colleague.seen.append(asking)
        colleague.press("Send all that go by e-mail", has_checked="y")
        assert "Done in 2 of 2 cases" in colleague.page.text
    post(desk, clock)
    assert len({str(mail["Message-ID"]) for mail in mailbox.mails}) == len(mailbox.mails) == 2

    clock.move(days=10)
    colleague.sign_in_again("/desk")
    worker.run_sweep(desk.parts)
    colleague.go(address("remind", references))
    colleague.press("Remind all who are late")
    worker.run_left_jobs(desk.parts)
    colleague.go(address("mail_later", references))
    colleague.press("Send later letters by e-mail", has_checked="y")
    post(desk, clock)
    assert [str(mail["To"]) for mail in mailbox.mails] == ["abuse@imgur.com"] * 4
    for reference in references:
        assert colleague.go(f"/desk/cases/{reference}/history").text.count("A reminder was sent.") == 1
    assert "No later letter waits to be sent." in colleague.go(together(references[0], "mail_later")).text


def test_a_reminder_is_sent_from_its_request_told_there_and_taken_back_while_it_waits(
    desk: Desk, colleague: Colleague, mailbox: Mailbox, clock: TestClock
) -> None:
    reference = desk.add_case(links=MIXED)
    prepare(desk, colleague, reference)
    colleague.go(together(reference, "mail"))
    colleague.press("Send by e-mail from here: 1", has_checked="y")
    post(desk, clock)
    clock.move(days=10)
    colleague.sign_in_again("/desk")
    worker.run_sweep(desk.parts)
    path = f"/desk/cases/{reference}/requests/{find_number(colleague, reference)}"
    colleague.go(path)
    colleague.press("Make a reminder")
    colleague.follow("Send by e-mail from here")
    assert "It starts no deadline." in colleague.page.text
    colleague.press("Send it now", has_checked="y")
    assert "waits to leave to abuse@imgur.com" in colleague.page.text
    colleague.press("Take it back")
    assert "was stopped before it left" in colleague.page.text
    clock.move(minutes=1)
    colleague.go(path)
    colleague.follow("Send by e-mail from here")
    colleague.press("Send it now", has_checked="y")
    post(desk, clock)
    assert "That proves the sending, not the receipt." in colleague.go(path).text
    assert "Reminder 1 sent on" in colleague.page.text
    assert len(mailbox.mails) == 2


def find_number(colleague: Colleague, reference: str) -> int:
    """Of the request to Imgur."""
    pages = {number: colleague.go(f"/desk/cases/{reference}/requests/{number}").heading for number in (1, 2, 3)}
    return next(number for number, heading in pages.items() if "Imgur" in heading)
