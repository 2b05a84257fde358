"""A letter by e-mail from the desk: looked at, sent through a real mail server, told on the request and on Today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.adapters.papers.pdf_enclosures import read_enclosed
from portal.domain.lifecycle import RequestState
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.requests import Request
from portal.run import worker
from portal.wiring import Parts
from tests.mailbox import SENDER, Mailbox
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.portal import mail_settings, open_portal

ADDRESS = "abuse@platform.example"
OWN_ADDRESSES = {"RECOURSE_ORG_EMAIL": "answers@harbour.example", "RECOURSE_REPLY_DOMAIN": "answers.example.org"}


@dataclass(frozen=True)
class Post:
    """An advocate on a request with a letter, the mail server, and the worker."""

    colleague: Colleague
    mailbox: Mailbox
    parts: Parts
    clock: TestClock
    path: str

    def work(self) -> None:
        worker.deliver_due_mail(self.parts)
        worker.run_left_jobs(self.parts)

    def send(self, **typed: str) -> None:
        """From the page of the request, to an address that is typed."""
        self.clock.move(minutes=1)
        self.colleague.go(self.path)
        self.colleague.follow("Send by e-mail from here")
        values = {"address": ADDRESS, "has_checked": "y", **self._other(), **typed}
        self.colleague.press("Send it now", status=200, **values)

    def _other(self) -> dict[str, str]:
        has_doors = any(each.get("name") == "door" for each in self.colleague.page.root.iter("input"))
        return {"door": "another"} if has_doors else {}

    def look(self) -> str:
        return self.colleague.go(self.path).text


@pytest.fixture
def app(tmp_path: Path, clock: TestClock, mailbox: Mailbox) -> Iterator[Flask]:
    with open_portal(tmp_path, clock, **mail_settings(mailbox), **OWN_ADDRESSES) as made:
        yield made


@pytest.fixture
def post(desk: Desk, mailbox: Mailbox, clock: TestClock) -> Post:
    colleague = desk.visit("mira")
    path = f"/desk/cases/{desk.add_case()}/requests/1"
    colleague.go(path)
    colleague.press("Make the letter")
    return Post(colleague, mailbox, desk.parts, clock, path)


def test_a_letter_leaves_as_it_was_looked_at_and_the_request_is_recorded_as_sent(post: Post, clock: TestClock) -> None:
    pdf = post.colleague.client.get(post.colleague.page.links()["Full letter (PDF)"]).data
    post.send()
    assert f"waits to leave to {ADDRESS}. Nothing counts as sent yet." in post.colleague.page.text
    assert "Send by e-mail from here" not in post.colleague.page.links()
    assert "There is nothing to do until it has left." in post.colleague.page.text
    clock.move(minutes=2)
    post.work()

    (mail,) = post.mailbox.mails
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == (ADDRESS, SENDER, None)
    assert str(mail["Reply-To"]).endswith("@answers.example.org")
    assert mail["Subject"].endswith(f"({post.path.split('/')[3]}-1)")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "x.com/someone" in body.get_content()
    files = {each.get_filename(): each.get_content() for each in mail.iter_attachments()}
    assert list(files) == [f"{post.path.split('/')[3]}-1.pdf", "notice.json", "links.txt"]
    kept = {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}
    assert next(iter(kept.values())) == pdf
    assert json.loads(kept["notice.json"]) == json.loads(read_enclosed(pdf, "notice.json") or b"")

    text = post.look()
    assert "Sent on Mon 23 Nov 2026, 09:03." in text
    assert "That proves the sending, not the receipt." in text
    assert "Receipt is not proven yet." in text
    assert "Estimated, because receipt is not proven." in text
    assert str(mail["Message-ID"]).strip("<>") in text
    assert "250 taken" in text


def test_a_letter_that_was_refused_is_told_on_the_request_and_on_today_with_what_to_do(post: Post) -> None:
    post.mailbox.refuses = "550 no such mailbox"
    post.send()
    post.work()
    text = post.look()
    assert "did not leave" in text
    assert "Check the address on their site, then send it again, or use their form." in text
    assert "Letters that did not leave, may not have, or came back: 1 case" in post.colleague.go("/desk/today").text

    post.mailbox.refuses = ""
    post.send()
    assert "Letters that did not leave" not in post.colleague.go("/desk/today").text
    post.work()
    assert len(post.mailbox.mails) == 1
    assert "Sent on" in post.look()


def test_a_letter_that_may_have_left_asks_somebody_to_look_before_it_is_sent_again(post: Post) -> None:
    post.mailbox.answers.append("hang up")
    post.send()
    post.work()
    assert "may have left: the line broke while it was handed over" in post.look()
    post.colleague.follow("Send by e-mail from here")
    page = post.colleague.press("Send it now", **{"address": ADDRESS, "has_checked": "y", **post._other()}, status=400)
    assert any("may have left already" in each for each in page.errors)
    post.send(is_certain="y")
    post.work()
    assert len(post.mailbox.mails) == 2


def test_a_letter_that_is_put_off_says_when_it_is_tried_again_and_can_be_taken_back(post: Post) -> None:
    post.mailbox.answers.append("451 later")
    post.send()
    post.work()
    assert "was put off by the mail server. Nothing counts as sent yet. It is tried again on" in post.look()
    post.colleague.press("Take it back")
    assert "was stopped before it left" in post.colleague.page.text
    assert "Send by e-mail from here" in post.colleague.page.links()


def test_an_address_that_nobody_checked_and_one_that_is_none_are_refused_on_the_form(post: Post) -> None:
    post.colleague.follow("Send by e-mail from here")
    other = post._other()
    page = post.colleague.press("Send it now", address=ADDRESS, **other, status=400)
    assert any("Nobody has checked this address" in each for each in page.errors)
    page = post.colleague.press("Send it now", address="a@b.example, c@d.example", has_checked="y", **other, status=400)
    assert page.errors == ["Write one e-mail address, such as name@example.org."]


def test_the_page_tells_what_leaves_and_what_the_platform_learns(post: Post) -> None:
    page = post.colleague.follow("Send by e-mail from here")
    for words in ("What the platform learns", "What leaves", "links.txt", SENDER, "@answers.example.org"):
        assert words in page.text


def test_a_letter_that_came_back_is_told_with_what_to_do_until_the_sending_is_another(post: Post) -> None:
    post.send()
    post.work()
    assert "Letters that did not leave" not in post.colleague.go("/desk/today").text
    with post.parts.sessions.begin() as session:
        mail = session.scalars(select(LetterMail)).one()
        mail.state = LetterMailState.RETURNED
    text = post.look()
    assert f"Letter 1 to {ADDRESS} came back: a mail server says that it was not delivered." in text
    assert "nobody has to answer what did not arrive" in text
    assert "came back: 1 case" in post.colleague.go("/desk/today").text
    post.look()
    text = post.colleague.press("The report is wrong").text
    assert "The letter counts as sent, and its deadlines run on." in text
    assert "Letters that did not leave" not in post.colleague.go("/desk/today").text
    with post.parts.sessions.begin() as session:
        session.scalars(select(LetterMail)).one().state = LetterMailState.RETURNED
    post.look()
    text = post.colleague.press("It did not arrive").text
    assert "none of its deadlines began" in text
    assert "Send by e-mail from here" in text
    with post.parts.sessions.begin() as session:
        request = session.scalars(select(Request).where(Request.number == 1)).one()
        request.state, request.sent_at = RequestState.SENT, post.clock.now + timedelta(hours=1)
    assert "Letters that did not leave" not in post.colleague.go("/desk/today").text, "sent in another way since"
