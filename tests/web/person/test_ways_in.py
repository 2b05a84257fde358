"""The person's keys at a browser: words, mail through a real mail server, coming back by a link, keeping the case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.run import worker
from portal.web.unit_of_work import parts
from tests.mailbox import Mailbox
from tests.web.addresses import at
from tests.web.conftest import TestClock
from tests.web.pages import Visitor
from tests.web.person.journey import hand_in, words_on
from tests.web.person.test_case import make_team
from tests.web.portal import mail_settings, open_portal

ADDRESS = "ana.example@example.net"
NO_END: dict[str, Any] = {"ends_on-day": "", "ends_on-month": "", "ends_on-year": ""}
SILENT = ("imag", "intim", "case", "report", "recourse", "letter", "platform")  # what a mail must not say


@pytest.fixture
def app(tmp_path: Path, clock: TestClock, mailbox: Mailbox) -> Iterator[Flask]:
    """A portal that writes e-mail."""
    with open_portal(tmp_path, clock, **mail_settings(mailbox)) as made:
        yield made


@pytest.fixture
def holder(visitor: Visitor) -> Visitor:
    hand_in(visitor)
    visitor.press("I wrote them down")
    return visitor


def ask_team(app: Flask, holder: Visitor) -> None:
    make_team(app)
    holder.go("/case/help")
    holder.press("Ask Harbour Helpline to help")


def set_question(app: Flask, holder: Visitor) -> None:
    """Set while a team helped, and kept after that."""
    ask_team(app, holder)
    holder.go("/case/words")
    holder.press("Set the question", question="Which boat?", answer="the red canoe")
    holder.go("/case/help")
    holder.press("Go on alone")


def deliver(app: Flask) -> int:
    with app.app_context():
        worker.answer_asks(parts())
        return worker.deliver_due_mail(parts())


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    """Every statement the database is given meanwhile, in its order, without its values."""
    done: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        done.append(statement)

    with app.app_context():
        engine = parts().engine
    event.listen(engine, "before_cursor_execute", note)
    yield done
    event.remove(engine, "before_cursor_execute", note)


def newest_link(mailbox: Mailbox) -> str:
    found = re.search(r"http://127.0.0.1:8000(/mail/\S+)", mailbox.mails[-1].get_content())
    assert found
    return found[1]


def confirm_address(app: Flask, holder: Visitor, mailbox: Mailbox) -> None:
    holder.go("/case/mail")
    holder.press("Use this address", address=ADDRESS)
    assert deliver(app) == 1
    elsewhere = Visitor(app)  # the mail is often read on another device
    elsewhere.go(newest_link(mailbox))
    elsewhere.press("Go on")
    assert "Your address works." in elsewhere.page.text


def test_a_second_set_of_words_opens_the_case_and_is_shown_once(app: Flask, holder: Visitor) -> None:
    holder.go("/case/words")
    holder.press("Make a second set")
    words = words_on(holder.page)
    other = Visitor(app)
    other.go("/return")
    other.press("Go on", words=words)
    assert other.page.path == "/case"
    assert words not in holder.go("/case/words").text
    holder.press("Stop this set")
    assert "do not open your case any more" in holder.page.answer.text
    assert "Set 2" not in holder.page.text


def test_the_question_for_new_words_is_asked_only_where_a_team_helps(app: Flask, holder: Visitor) -> None:
    page = holder.go("/case/words")
    assert "Set the question" not in page.answer.text
    assert "Without a question" not in page.text
    assert page.links()["Ask a team for help"] == at("/case/help")
    ask_team(app, holder)
    assert "Set the question" in holder.go("/case/words").answer.text


def test_the_question_for_new_words_keeps_what_was_typed_when_it_is_too_short(app: Flask, holder: Visitor) -> None:
    ask_team(app, holder)
    holder.go("/case/words")
    page = holder.press("Set the question", question="", answer="", status=400)
    links = page.links()
    assert [links[sentence] for sentence in page.errors] == ["#question", "#answer"]
    holder.press("Set the question", question="Which boat?", answer="red", status=400)
    assert "Which boat?" in holder.page.answer.text
    holder.press("Set the question", question="Which boat?", answer="the red canoe")
    assert "They ask you: Which boat?" in holder.page.text
    assert "the red canoe" not in holder.page.answer.text
    holder.press("Delete the question")
    assert "They ask you" not in holder.page.text


def test_mail_is_neutral_and_the_way_back_by_link_works_once(app: Flask, holder: Visitor, mailbox: Mailbox) -> None:
    confirm_address(app, holder, mailbox)
    holder.go("/case/mail")
    assert f"{ADDRESS} · confirmed" in holder.page.text
    holder.press("Turn it on")
    other = Visitor(app)
    other.go("/return/mail")
    other.press("Send me a link", address=ADDRESS)
    assert deliver(app) == 1
    link = newest_link(mailbox)
    for _ in range(2):  # a mail scanner looks first
        Visitor(app).go(link)
    other.go(link)
    other.press("Go on")
    assert other.page.path == "/case"
    Visitor(app).go(link, status=400)
    for mail in mailbox.mails:
        text = re.sub(r"http\S+", "", f"{mail['Subject']} {mail.get_content()}".lower())
        assert not [word for word in SILENT if word in text]
        assert mail["Subject"] == "A message for you"


def test_a_known_and_an_unknown_address_are_answered_alike(app: Flask, holder: Visitor, mailbox: Mailbox) -> None:
    confirm_address(app, holder, mailbox)
    holder.go("/case/mail")
    holder.press("Turn it on")
    answers, work = [], []
    for address in ("first@example.net", ADDRESS, "nobody@example.net"):  # the first one alone begins a count of tries
        visitor = Visitor(app)
        visitor.go("/return/mail")
        with statements_of(app) as done:
            answers.append(visitor.press("Send me a link", address=address).text)
        work.append(done)
    assert answers[1] == answers[2]
    assert work[1] == work[2]
    assert [each for each in work[1] if "INSERT INTO link_asks" in each]
    assert not [each for each in work[1] if "contacts" in each], "only the worker looks it up"
    assert deliver(app) == 1


def test_many_links_asked_for_from_one_network_have_to_wait(visitor: Visitor) -> None:
    visitor.go("/return/mail")
    for number in range(5):
        visitor.press("Send me a link", address=f"someone{number}@example.net")
        visitor.go("/return/mail")
    visitor.press("Send me a link", address=ADDRESS, status=400)
    assert "Try again in" in visitor.page.errors[0]
    assert ADDRESS in visitor.page.answer.text


def test_deleting_the_address_ends_mail_at_once(app: Flask, holder: Visitor, mailbox: Mailbox) -> None:
    confirm_address(app, holder, mailbox)
    holder.go("/case/mail")
    holder.press("Delete the address")
    assert ADDRESS not in holder.page.text
    assert deliver(app) == 0


def test_an_address_that_is_none_stays_on_the_page(holder: Visitor) -> None:
    holder.go("/case/mail")
    holder.press("Use this address", address="a@example.org, b@example.org", status=400)
    assert "a@example.org, b@example.org" in holder.page.answer.text


def test_a_closed_case_is_kept_for_longer_by_one_press(app: Flask, holder: Visitor, clock: TestClock) -> None:
    with app.app_context(), parts().sessions.begin() as session:
        case = session.scalars(select(Case)).one()
        case.status, case.closed_at = CaseStatus.CLOSED, clock.now
        case.retention_until = clock.now + timedelta(days=10)
    holder.go("/case")
    assert "We delete it on Thursday 3 December 2026" in holder.page.text
    holder.press("Keep it for longer")
    assert "kept until 21 February 2027" in holder.page.answer.text


def test_a_closed_case_is_opened_again_by_one_press(app: Flask, holder: Visitor, clock: TestClock) -> None:
    with app.app_context(), parts().sessions.begin() as session:
        case = session.scalars(select(Case)).one()
        case.status, case.closed_at, case.retention_until = CaseStatus.CLOSED, clock.now, clock.now + timedelta(days=90)
    holder.go("/case")
    page = holder.press("Open my case again")
    assert "Your case is open again." in page.text
    with app.app_context(), parts().sessions() as session:
        case = session.scalars(select(Case)).one()
        assert (case.status, case.retention_until) == (CaseStatus.OPEN, None)


def test_an_authority_that_ended_is_renewed(visitor: Visitor, clock: TestClock) -> None:
    day = {"authority_ends_on-day": "30", "authority_ends_on-month": "11", "authority_ends_on-year": "2026"}
    ending = {"authority": "She signed a letter.", **day}
    words = words_on(hand_in(visitor, who={"filer": "representative"}, authority=ending))
    clock.move(days=8)
    visitor.go("/return")
    visitor.press("Go on", words=words)
    assert "You could act for this person until Monday 30 November 2026" in visitor.go("/case/authority").text
    page = visitor.press("Renew it", authority="", status=400)
    assert page.links()[page.errors[0]] == "#authority"
    visitor.press("Renew it", authority="She signed a second letter.", **NO_END)
    assert "You can send letters again." in visitor.page.answer.text
    assert "You can act for this person for as long as it takes." in visitor.go("/case/authority").text


def test_without_an_authority_there_is_nothing_to_renew(holder: Visitor) -> None:
    assert "nobody has to allow it" in holder.go("/case/authority").text


def test_stopped_words_also_close_the_case_where_they_had_opened_it(app: Flask, holder: Visitor) -> None:
    """Whoever found the words and has the case open would else make a set of their own."""
    holder.go("/case/words")
    holder.press("Make a second set")
    other = Visitor(app)
    other.go("/return")
    other.press("Go on", words=words_on(holder.page))
    other.go("/case/words")
    holder.go("/case/words")
    holder.press("Stop this set")
    assert holder.go("/case").path == "/case"
    answer = other.client.get(at("/case/words"))
    assert (answer.status_code, answer.headers["Location"]) in {(303, "/return"), (302, "/return")}


def enter(app: Flask, words: str) -> Visitor:
    made = Visitor(app)
    made.go("/return")
    made.press("Go on", words=words)
    return made


def is_shut_out(visitor: Visitor) -> bool:
    return visitor.client.get(at("/case")).headers.get("Location") == "/return"


def test_a_watcher_who_made_every_way_in_for_themselves_has_none_once_the_words_are_stopped(
    app: Flask, visitor: Visitor, mailbox: Mailbox, clock: TestClock
) -> None:
    """With the phone and the words for a minute: an own address with the way back, a link on its way, a question, an
    open browser."""
    words = words_on(hand_in(visitor))
    visitor.press("I wrote them down")
    watcher = enter(app, words)
    confirm_address(app, watcher, mailbox)
    watcher.go("/case/mail")
    watcher.press("Turn it on")
    set_question(app, watcher)
    stranger = Visitor(app)
    stranger.go("/return/mail")
    stranger.press("Send me a link", address=ADDRESS)
    assert deliver(app) == 1
    kept = newest_link(mailbox)
    clock.move(minutes=1)
    visitor.go("/case/words")
    visitor.press("Make a second set")
    fresh = words_on(visitor.page)
    visitor.go("/case/words")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    text = visitor.press("Stop this set").text
    for sentence in (
        "Your case was open in 1 other browser.",
        "We deleted the e-mail address.",
        "1 link sent by e-mail still worked.",
        "We deleted the question for new words.",
    ):
        assert sentence in text
    assert visitor.go("/case").path == "/case"
    assert is_shut_out(watcher)
    Visitor(app).go(kept, status=400)
    stranger.go("/return/mail")
    stranger.press("Send me a link", address=ADDRESS)
    assert deliver(app) == 0
    guess = Visitor(app)
    guess.go("/return")
    guess.press("Go on", words=words, status=400)
    copied = Visitor(app)
    copied.client.set_cookie("session", cookie.value)
    assert is_shut_out(copied), "a cookie that was copied before"
    ways = visitor.go("/case/ways").text
    assert "No address." in ways
    assert "question" not in ways.partition("E-mail No address")[2]
    assert enter(app, fresh).page.path == "/case"


def test_the_page_of_ways_lists_each_and_ends_each(
    app: Flask, visitor: Visitor, mailbox: Mailbox, clock: TestClock
) -> None:
    words = words_on(hand_in(visitor))
    visitor.press("I wrote them down")
    others = [enter(app, words) for _ in range(3)]
    confirm_address(app, visitor, mailbox)
    visitor.go("/case/mail")
    visitor.press("Turn it on")
    set_question(app, visitor)
    stranger = Visitor(app)
    stranger.go("/return/mail")
    stranger.press("Send me a link", address=ADDRESS)
    assert deliver(app) == 1
    page = visitor.go("/case/ways")
    assert ADDRESS not in page.answer.text
    assert "a…@e….net" in page.text
    assert page.text.count("Auckland time") == 1, "whose time it is, once for all of them"
    assert page.text.count("Another browser") == 3
    assert page.text.count("This browser") == 1
    assert "A link that opens your case, sent" in page.text
    visitor.press("End this one")
    assert visitor.page.text.count("Another browser") == 2
    assert sum(is_shut_out(each) for each in others) == 1
    visitor.press("End all others")
    assert all(is_shut_out(each) for each in others)
    assert "Another browser" not in visitor.page.text
    visitor.press("End these links")
    Visitor(app).go(newest_link(mailbox), status=400)
    visitor.press("Stop links by e-mail")
    assert "It does not open your case." in visitor.page.text
    visitor.press("Delete the address")
    assert "No address." in visitor.page.text
    visitor.press("Delete the question")
    assert "answers your question" not in visitor.page.text
    assert "The case was closed in other browsers." in visitor.go("/case/history").text


def test_a_new_way_in_is_told_until_a_later_visit_puts_it_away(app: Flask, visitor: Visitor, clock: TestClock) -> None:
    """Whoever has the phone while the case is open there cannot hide what they made."""
    words = words_on(hand_in(visitor))
    visitor.press("I wrote them down")
    assert "Was this you?" not in visitor.go("/case").text
    clock.move(minutes=1)
    visitor.go("/case/words")
    visitor.press("Make a second set")
    page = visitor.go("/case")
    assert "Was this you?" in page.text
    assert "A second set of words was made." in page.text
    assert "It was me" not in page.text
    fields = visitor.go("/case/links").root.iter("input")
    token = next(each.get("value", "") for each in fields if each.get("name") == "csrf_token")
    visitor.send("/case/ways/known", {"csrf_token": token, "number": "99"}, status=400)
    assert "when you come back next time" in visitor.page.errors[0]
    assert "Was this you?" in visitor.go("/case").text
    clock.move(minutes=1)
    later = enter(app, words)
    assert "Was this you?" in later.page.text
    later.press("It was me")
    assert "Was this you?" not in later.page.text
    assert "Was this you?" not in visitor.go("/case").text
