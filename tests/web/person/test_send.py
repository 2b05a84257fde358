"""Sending letter after letter, page by page, in a browser without JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.adapters.papers.letter_content import Progress
from portal.domain.letters.facts import LetterFacts
from portal.run import worker
from portal.services.letters import letters
from portal.services.letters.printing import Printed
from portal.web.unit_of_work import parts
from tests.services.fakes import print_as_json
from tests.web.conftest import TestClock
from tests.web.pages import HEAVIEST, Page, Visitor, weigh
from tests.web.person.journey import add_facts, hand_in, save_report, words_on

MOST_STATEMENTS = 25
MAILED, POSTED = "https://imgur.com/a/Abc123", "https://ok.ru/video/123456"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No PDF is set; what a letter says is still checked."""

    def print_letter(facts: LetterFacts, progress: Progress | None = None) -> Printed:
        return print_as_json(facts, progress)

    monkeypatch.setattr(letters, "print_letter", print_letter)


def do_jobs(app: Flask) -> int:
    with app.app_context():
        return worker.run_left_jobs(parts())


def tick_of(page: Page) -> str:
    """What the one tick of the page stands for."""
    return next(each.get("value", "") for each in page.root.iter("input") if each.get("name") == "said")


def begin(visitor: Visitor, app: Flask, **changes: dict[str, str]) -> Page:
    """A saved report, its letters said and made, on the page of the first."""
    save_report(visitor, **changes)
    page = visitor.press("They are on paper")
    visitor.press("Begin with", said=tick_of(page), signature="Ana Exemplar")
    do_jobs(app)
    return visitor.go(visitor.page.path)


def test_the_letters_go_one_after_the_other_to_the_end(visitor: Visitor, app: Flask) -> None:
    page = begin(visitor, app)
    assert (page.path, page.heading) == ("/case/send/1", "Your letter to Instagram")
    assert "Letter 1 of 3" in page.text
    page = visitor.press("I sent it. Next letter", ticket="IG-7")
    assert page.heading == "Your letter to X (Twitter)"
    assert "Saved: your letter to Instagram is sent." in page.text
    assert "Instagram has until Wednesday 25 November 2026, 22:00 (Auckland time) to act." in page.text
    visitor.press("I sent it. Next letter")
    page = visitor.press("I sent it")
    assert (page.path, page.heading) == ("/case/send/end", "Your letters are sent")
    assert "3 letters are sent" in page.text
    assert "The next date Wednesday 25 November 2026, 22:00 (Auckland time)" in page.text
    assert "You don’t have to do anything today." in page.text
    assert "Their number: IG-7" in visitor.go("/case/requests/1").text
    assert visitor.go("/case/send").path == "/case/send/end"


def test_nothing_is_said_without_the_tick_and_nobody_ticks_what_has_changed(visitor: Visitor, app: Flask) -> None:
    save_report(visitor)
    page = visitor.press("They are on paper")
    assert "Instagram, X (Twitter), example.org" in page.text
    assert "published without my consent" in page.text
    wrong = visitor.press("Begin with", said="something-else", signature="Ana", status=400)
    assert wrong.errors == ["Your letters have changed. Read the sentences again, then tick the box."]
    unsigned = visitor.press("Begin with", said=tick_of(page), signature="", status=400)
    assert unsigned.errors == ["Type your name. It is your signature."]
    visitor.press("Begin with", said="")
    assert do_jobs(app) == 0
    assert "confirmed as true" not in visitor.go("/case/history").text
    page = visitor.go("/case/send/1")
    assert "What this letter says in your name" in page.text
    visitor.press("Make my letter", said=tick_of(page), signature="Ana")
    assert do_jobs(app) == 1
    assert "Tell us that you sent it" in visitor.go("/case/send/1").text


def test_nobody_waits_without_a_word_and_who_does_not_want_to_wait_need_not(visitor: Visitor, app: Flask) -> None:
    save_report(visitor)
    page = visitor.press("They are on paper")
    page = visitor.press("Begin with", said=tick_of(page), signature="Ana")
    assert "We are making your letter. This takes a few seconds." in page.text
    assert "Keep your proof first" in page.text
    assert "Tell us that you sent it" not in page.text
    page = visitor.press("Make it now")
    assert "Tell us that you sent it" in page.text
    do_jobs(app)
    assert visitor.go("/case/letters").text.count("Letter to the platform") == 3, "none was made twice"


def test_what_to_keep_as_proof_is_told_in_full_once(visitor: Visitor, app: Flask) -> None:
    page = begin(visitor, app)
    assert "Keep your proof first. Have you saved it?" in page.text
    page = visitor.press("I sent it. Next letter")
    assert "Have you saved your proof of this one?" in page.text
    assert "Keep your proof first" not in page.text
    visitor.press("I saved this", saved=["link"])
    assert "You saved your proof" in visitor.page.text


def test_proof_that_was_said_for_all_is_not_asked_for_again(visitor: Visitor, app: Flask) -> None:
    begin(visitor, app)
    visitor.press("I saved this", saved=["link"], for_all="y")
    page = visitor.press("I sent it. Next letter")
    assert "You saved your proof" in page.text


def test_leaving_one_out_and_coming_back_begins_at_the_first_that_has_not_gone(
    visitor: Visitor, app: Flask, clock: TestClock
) -> None:
    words = words_on(hand_in(visitor))
    page = visitor.press("They are on paper")
    visitor.press("Begin with", said=tick_of(page), signature="Ana Exemplar")
    do_jobs(app)
    visitor.go("/case/send/1")
    visitor.follow("Skip this one for now")
    visitor.press("I sent it. Next letter")
    page = visitor.follow("Skip this one for now")
    assert page.heading == "You can stop here for now"
    assert "2 letters are still here." in page.text
    clock.move(days=2)
    visitor.go("/return")
    visitor.press("Go on", words=words)
    page = visitor.follow("Send my 2 letters")
    assert page.heading == "Your letter to Instagram"
    assert "Letter 2 of 3" in page.text


def test_a_letter_that_lacks_an_address_for_the_answer_says_so_with_one_link(visitor: Visitor, app: Flask) -> None:
    save_report(visitor, contact={"email": ""})
    page = visitor.press("They are on paper")
    assert "3 letters need something first" in page.text
    assert page.text.index("we can’t make these letters yet") < page.text.index("What your letters say in your name")
    visitor.press("Begin with", said=tick_of(page), signature="Ana")
    assert "This letter still needs something" in visitor.page.text
    assert "An address for their answer" in visitor.page.text
    assert visitor.follow("Add it now").path == "/case/facts"


def test_another_time_and_another_address_can_be_named_and_an_impossible_one_is_asked_about(
    visitor: Visitor, app: Flask, clock: TestClock
) -> None:
    begin(visitor, app)
    clock.move(minutes=30)
    day = {"sent_at-day": "23", "sent_at-month": "11", "sent_at-year": "2026"}
    later: dict[str, Any] = {**day, "sent_at-time": "23:40"}
    assert visitor.press("I sent it. Next", status=400, **later).errors
    now: dict[str, Any] = {**day, "sent_at-time": "22:10"}
    visitor.press("I sent it. Next", **now, door="1")
    assert "Until Wednesday 25 November 2026, 22:10" in visitor.go("/case/send/end").text


def test_a_button_pressed_twice_sends_nothing_twice_and_leads_on(visitor: Visitor, app: Flask) -> None:
    page = begin(visitor, app)
    visitor.press("I sent it. Next letter")
    visitor.seen.append(page)
    page = visitor.press("I sent it. Next letter")
    assert page.heading == "Your letter to X (Twitter)"
    assert visitor.go("/case/send/1").heading == "Your letter to X (Twitter)"


def test_an_answer_that_is_not_on_the_page_is_none(visitor: Visitor, app: Flask) -> None:
    begin(visitor, app)
    visitor.press("I sent it. Next letter")
    visitor.press("Yes", status=400, outcome="nonsense")
    assert "Did their page work?" in visitor.go("/case/send/2?after=1").text


@pytest.mark.parametrize("answer", ["Yes", "The page is gone", "It asked for something else"])
def test_whether_their_page_worked_is_asked_afterwards_and_only_once(visitor: Visitor, app: Flask, answer: str) -> None:
    begin(visitor, app)
    assert "We haven’t checked this address lately." in visitor.page.text
    visitor.press("I sent it. Next letter")
    page = visitor.press(answer)
    assert page.heading == "Your letter to X (Twitter)"
    assert "This helps the next person." in page.text
    assert "Did their page work?" not in visitor.go("/case/send/2?after=1").text


def test_letting_them_tell_the_name_is_a_page_of_its_own_and_makes_the_letter_again(
    visitor: Visitor, app: Flask
) -> None:
    begin(visitor, app)
    assert "The letter asks them to keep your name to themselves." in visitor.page.text
    visitor.follow("Change this")
    page = visitor.press("Yes, they may tell my name")
    assert page.path == "/case/send/1"
    assert "We are making your letter." in page.text
    do_jobs(app)
    page = visitor.go("/case/send/1")
    assert "You allowed that they may tell your name to the person who posted it." in page.text
    assert "Do not pass my name" not in page.text


def test_a_letter_by_mail_is_one_press_with_the_letter_in_it(visitor: Visitor, app: Flask) -> None:
    page = begin(visitor, app, links={"pasted": MAILED})
    mail = next(href for words, href in page.links().items() if words.startswith("Write to"))
    assert mail.startswith("mailto:")
    subject, _sign, body = unquote(mail.partition("?subject=")[2]).partition("&body=")
    assert "removal request" in subject
    assert MAILED in body
    assert "Your letter is in it. You only press send." in page.text
    visitor.press("I sent it")
    assert "You sent it in other words" not in visitor.go("/case/requests/1").text


def test_a_letter_by_post_is_printed_and_the_address_is_shown(visitor: Visitor, app: Flask) -> None:
    page = begin(visitor, app, links={"pasted": POSTED})
    assert "Print your letter" in page.text
    assert "Post it to:" in page.text
    printed = next(href for words, href in page.links().items() if words == "Open it to print")
    assert visitor.client.get(printed).status_code == 200
    visitor.press("I sent it")
    assert visitor.page.path == "/case/send/end"


def test_where_no_law_carries_a_letter_their_own_form_is_filled_in(visitor: Visitor, app: Flask) -> None:
    """No statement is asked for a letter that is never made."""
    save_report(visitor, links={"pasted": "https://www.google.com/search?q=invented"})
    page = visitor.press("They are on paper")
    assert "What your letters say" not in page.text
    page = visitor.press("Begin with")
    assert do_jobs(app) == 0
    assert "There is no letter for Google Search. Please use their own form." in page.text
    copied = [each for each in page.root.iter() if each.get("readonly") is not None]
    assert "New Zealand" in {each.get("value") for each in copied}
    visitor.press("I sent it", ticket="G-1")
    assert visitor.page.path == "/case/send/end"
    assert "You sent it in other words, or by their form." in visitor.go("/case/requests/1").text


def test_a_child_says_nothing_about_consent(visitor: Visitor, app: Flask) -> None:
    save_report(visitor, age={"under_18": "yes"})
    page = visitor.press("They are on paper")
    assert "In plain words: what you wrote is true." in page.text
    assert "without my consent" not in page.text
    assert "Special teams can help faster than a letter." in page.text
    visitor.press("Begin with", said=tick_of(page), signature="Ana")
    do_jobs(app)
    page = visitor.go("/case/send/1")
    assert "that it shows someone under 18" in page.text
    assert "Don’t save it or send it to anyone, not even as proof." in page.text
    assert "fingerprint" not in page.text.partition("Open their form")[0]


def test_a_copyright_letter_is_sent_by_itself(visitor: Visitor, app: Flask) -> None:
    save_report(visitor, links={"pasted": "https://www.instagram.com/p/Abc123/"})
    add_facts(visitor, took_it="yes")
    visitor.go("/case/requests/1")
    visitor.follow("I took the picture")
    visitor.press("Go on with the copyright letter")
    assert "with your name and address" in visitor.page.text
    assert "Letter 0 of" not in visitor.page.text
    visitor.follow("First say that the picture is yours")
    visitor.press("Make the letter", said_accuracy="y", said_good_faith="y", said_perjury="y", signature="Ana Exemplar")
    visitor.follow("Send this letter")
    assert visitor.press("I sent it").path == "/case/send/end"


def test_every_page_is_light_and_a_step_asks_the_database_little(visitor: Visitor, app: Flask) -> None:
    many = " ".join(f"https://www.instagram.com/p/Invented{number:03}/" for number in range(60))
    save_report(visitor, links={"pasted": f"{many} https://x.com/a/status/1"})
    page = visitor.press("They are on paper")
    assert weigh(visitor) <= HEAVIEST
    visitor.press("Begin with", said=tick_of(page), signature="Ana")
    do_jobs(app)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = parts().engine
    sa.event.listen(engine, "before_cursor_execute", note)
    visitor.go("/case/send/1")
    sa.event.remove(engine, "before_cursor_execute", note)
    assert "Tell us that you sent it" in visitor.page.text
    assert len(seen) <= MOST_STATEMENTS, "\n".join(seen)
    assert weigh(visitor) <= HEAVIEST


def test_who_sends_a_letter_allows_it_unless_they_took_that_back(visitor: Visitor, app: Flask) -> None:
    begin(visitor, app)
    visitor.go("/case/sharing")
    visitor.press("Change to no Platforms, in the letters")
    page = visitor.go("/case/send/1")
    assert "You said that platforms may not be told." in page.text
    assert visitor.press("I sent it. Next", status=400).errors


def test_what_is_known_of_a_form_is_told_field_by_field(visitor: Visitor, app: Flask) -> None:
    page = begin(visitor, app, links={"pasted": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"})
    assert "Their form, field by field" in page.text
    assert "Where in the video you can be seen or heard (minutes and seconds): you answer this there" in page.text
    assert "They ask this. No law does." in page.text
    assert "Their form is in English. We know these fields since Monday 30 November 2026" in page.text


def test_the_number_is_read_from_the_confirmation_that_was_pasted(visitor: Visitor, app: Flask) -> None:
    begin(visitor, app)
    page = visitor.press("I sent it. Next letter", confirmation="Thank you for nothing.", status=400)
    assert "We found no number in it." in page.text
    page = visitor.press("I sent it. Next letter", confirmation="Report ID: A-1001. Case number: B-2002", status=400)
    assert "A-1001, B-2002" in page.text
    visitor.press("I sent it. Next letter", confirmation="Thank you. Your case number is IG-7788.")
    assert "Their number: IG-7788" in visitor.go("/case/requests/1").text
