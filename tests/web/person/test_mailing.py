"""A person alone has her letters sent from here, through a real mail server, and reads the answer on her case page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import ConfigError, load_config
from portal.domain.directory import AddressOutcome
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.observations import Observation
from portal.run import worker
from portal.services.directory.address_checks import note_outcome
from portal.services.ports import PERSON
from portal.services.work import Work
from portal.web.unit_of_work import parts
from portal.wiring import Parts
from tests.mailbox import SENDER, Mailbox
from tests.services.fakes import print_quickly
from tests.services.inbox.mails import write
from tests.web.conftest import TestClock
from tests.web.incoming import come
from tests.web.pages import Visitor
from tests.web.person.journey import save_report, words_on
from tests.web.person.test_send import tick_of
from tests.web.portal import mail_settings, open_portal

ADDRESS = "abuse@imgur.com"
IMGUR = "https://imgur.com/a/Abc123"
SETTINGS = {"RECOURSE_MAIL_FROM": SENDER, "RECOURSE_QUEUE": "memory:", "RECOURSE_REPLY_DOMAIN": "answers.example.org"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def app(tmp_path: Path, clock: TestClock, mailbox: Mailbox) -> Iterator[Flask]:
    settings = {**SETTINGS, **mail_settings(mailbox), "RECOURSE_SEND_FOR_PERSONS": "on"}
    with open_portal(tmp_path, clock, **settings) as made:
        yield made


@pytest.fixture
def whole(app: Flask) -> Parts:
    with app.app_context():
        return parts()


@pytest.fixture
def holder(visitor: Visitor, whole: Parts) -> Visitor:
    """Somebody alone on the page of a letter that goes by e-mail, to an address that somebody checked."""
    begin(visitor, whole)
    return visitor


def begin(visitor: Visitor, whole: Parts) -> str:
    """Returns the six words."""
    with whole.sessions.begin() as session:
        work = Work(session=session, actor=PERSON, now=whole.clock(), ports=whole.ports)
        note_outcome(work, "imgur", ADDRESS, AddressOutcome.WORKED)
    words = words_on(save_report(visitor, links={"pasted": IMGUR}))
    assert "We send it for you by e-mail. That takes about 1 minute." in visitor.page.text
    page = visitor.press("They are on paper")
    assert "1 letter is waiting. We send it for you by e-mail." in page.text
    assert "5 minutes" not in page.text
    visitor.press("Begin with", said=tick_of(page), signature="Ana Exemplar")
    worker.run_left_jobs(whole)
    visitor.go(visitor.page.path)
    return words


def post(whole: Parts, clock: TestClock) -> None:
    clock.move(minutes=2)
    worker.deliver_due_mail(whole)
    worker.run_left_jobs(whole)


def test_one_press_sends_the_letter_and_the_answer_stands_on_her_case_page(
    holder: Visitor, whole: Parts, mailbox: Mailbox, clock: TestClock
) -> None:
    page = holder.follow("Send it for me")
    for words in (ADDRESS, SENDER, "Their answer comes to your case.", "You can take it back until it leaves."):
        assert words in page.text
    holder.press("Yes, send it")
    assert "leaves in a few minutes" in holder.page.text
    assert holder.page.heading == "Your letters are on their way"
    assert "1 letter is on its way by e-mail" in holder.page.text
    assert "their answer comes to your case" in holder.page.text
    case = holder.go("/case")
    assert "Your letter is on its way by e-mail" in case.text
    assert "ready to send" not in case.text, "nobody is asked to send it a second time"
    assert "stronger" not in case.text, "what is on its way is not changed any more"
    assert not any(label.startswith("Send my letter") for label in case.links())
    holder.go("/case/send/end")
    holder.follow("Imgur")
    assert "It is not sent yet." in holder.page.text
    assert "Tell us that you sent it" not in holder.page.text, "nobody is asked to send it a second time"
    assert "is on its way by e-mail" in holder.go("/case/requests/1").text
    front = holder.go("/case").text
    assert "Needs you" not in front, "there is nothing for her to do"
    assert "Your letter is on its way by e-mail" in front
    assert "See what is on its way" in holder.page.links()
    holder.go("/case/requests/1")
    assert "Send this letter" not in holder.page.links()
    post(whole, clock)
    post(whole, clock)
    (mail,) = mailbox.mails
    assert (str(mail["To"]), str(mail["From"])) == (ADDRESS, SENDER)
    assert "Your letter left by e-mail" in holder.go("/case/requests/1").text

    come(whole, write(body="We removed it.", sender="abuse@imgur.com"), str(mail["Reply-To"]))
    holder.go("/case")
    holder.follow("An answer came by mail")
    holder.press("Read it")
    assert "We removed it." in holder.page.text
    holder.follow("Save their answer")
    assert "We think it says: They took it down" in holder.page.text
    assert holder.page.text.index("We think it says") < holder.page.text.index("Paste what they wrote"), "nothing to do"
    assert "Is this right? If not, choose what fits below." in holder.page.text
    holder.press("That’s right, save it")
    assert "Their answer is saved." in holder.page.text


def test_it_is_taken_back_while_it_waits_and_can_then_be_sent_again(
    holder: Visitor, whole: Parts, mailbox: Mailbox, clock: TestClock
) -> None:
    holder.follow("Send it for me")
    asking = holder.page
    holder.press("Yes, send it")
    holder.go("/case/send/1")
    holder.press("Take it back")
    assert "You took it back. It was not sent." in holder.page.text
    clock.move(minutes=1)
    for _press in range(2):
        holder.seen.append(asking)
        holder.press("Yes, send it")
    post(whole, clock)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [("451 later", "We try again by ourselves."), ("hang up", "We don’t know if your letter left.")],
)
def test_what_did_not_leave_is_told_with_what_to_do(
    holder: Visitor, whole: Parts, mailbox: Mailbox, clock: TestClock, answer: str, words: str
) -> None:
    mailbox.answers.append(answer)
    holder.follow("Send it for me")
    holder.press("Yes, send it")
    post(whole, clock)
    assert words in holder.go("/case/send/1").text
    assert words in holder.go("/case/requests/1").text
    told = "We don’t know if a letter left" in holder.go("/case").text
    assert told is (answer == "hang up")


def test_one_that_was_refused_or_came_back_is_told_on_the_case_page(
    holder: Visitor, whole: Parts, mailbox: Mailbox, clock: TestClock
) -> None:
    mailbox.refuses = "550 no such mailbox"
    holder.follow("Send it for me")
    holder.press("Yes, send it")
    post(whole, clock)
    holder.go("/case")
    holder.follow("A letter did not arrive")
    assert "Your letter could not leave." in holder.page.text
    assert "Use their form, or another address." in holder.page.text

    mailbox.refuses = ""
    holder.go("/case/send/1")
    holder.follow("Send it for me")
    holder.press("Yes, send it")
    post(whole, clock)
    assert "A letter did not arrive" not in holder.go("/case").text
    with whole.sessions.begin() as session:
        mail = session.scalars(select(LetterMail).order_by(LetterMail.made_at.desc()).limit(1)).one()
        mail.state = LetterMailState.RETURNED
    holder.go("/case")
    page = holder.follow("A letter came back. Did they get it?")
    assert "If they did not get it, no days count yet." in page.text
    page = holder.press("Yes, it came back")
    assert "They did not get it, so no days count yet." in page.text
    assert "Your letter left" in page.text, "the page keeps what happened"
    assert "They did not get it. Use their form, or another address." in page.text
    assert "Send this letter" in page.text
    with whole.sessions() as session:
        seen = session.scalars(select(Observation.outcome).where(Observation.address == ADDRESS)).all()
    assert sorted(seen) == [AddressOutcome.BOUNCED, AddressOutcome.WORKED], "the directory is told"


def test_another_letter_than_the_one_that_was_looked_at_does_not_leave(
    holder: Visitor, whole: Parts, mailbox: Mailbox, clock: TestClock
) -> None:
    holder.follow("Send it for me")
    page = holder.press("Yes, send it", letter="7", status=400)
    assert any("Another letter was made" in each for each in page.errors)
    post(whole, clock)
    assert mailbox.mails == []


def test_a_reminder_is_sent_for_her_too(visitor: Visitor, whole: Parts, mailbox: Mailbox, clock: TestClock) -> None:
    holder, words = visitor, begin(visitor, whole)
    holder.follow("Send it for me")
    holder.press("Yes, send it")
    post(whole, clock)
    clock.move(days=10)
    worker.run_sweep(whole)
    holder.go("/return")
    holder.press("Go on", words=words)
    holder.go("/case/requests/1")
    holder.press("Make a reminder")
    holder.follow("Send it for me")
    holder.press("Yes, send it")
    assert "It is not sent yet." in holder.page.text
    post(whole, clock)
    assert len(mailbox.mails) == 2
    assert "Reminder 1 sent" in holder.go("/case/requests/1").text


@pytest.mark.parametrize("missing", ["RECOURSE_REPLY_DOMAIN", "RECOURSE_MAIL_URL"])
def test_without_a_place_for_answers_or_a_mail_server_it_cannot_be_switched_on(missing: str) -> None:
    settings = {**SETTINGS, "RECOURSE_MAIL_URL": "smtp://127.0.0.1:25", "RECOURSE_SEND_FOR_PERSONS": "on"}
    settings = {name: value for name, value in settings.items() if name != missing}
    if missing == "RECOURSE_MAIL_URL":
        del settings["RECOURSE_MAIL_FROM"]
    with pytest.raises(ConfigError, match="RECOURSE_SEND_FOR_PERSONS"):
        load_config(settings)
