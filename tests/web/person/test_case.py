"""The case as the person carries it alone: sending, answers, letters, complaints, and what they decide."""

from __future__ import annotations

import gettext
import io
import sqlite3
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.models.tables import metadata
from portal.run import worker
from portal.run.worker import run_left_jobs
from portal.services.staff import accounts
from portal.web.unit_of_work import parts
from tests.web.addresses import at
from tests.web.conftest import NOW, TestClock
from tests.web.pages import HEAVIEST, Visitor, weigh
from tests.web.person.journey import LINKS, STATEMENT, hand_in, save_report, words_on

SENT: dict[str, Any] = {"channel": "form", "ticket": "T-100"}
REFUSED: dict[str, Any] = {"answer": "refused", "text": "It does not break our rules."}


@pytest.fixture
def holder(visitor: Visitor) -> Visitor:
    """A visitor whose report is handed in, on the case page."""
    hand_in(visitor)
    visitor.press("I wrote them down")
    return visitor


def open_request(holder: Visitor, name: str = "Instagram") -> None:
    holder.go("/case")
    holder.follow(name)


def send_request(holder: Visitor, name: str = "Instagram") -> None:
    open_request(holder, name)
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    holder.follow("I sent it")
    holder.press("Save", **SENT)


def make_team(app: Flask) -> None:
    with app.app_context(), parts().sessions.begin() as session:
        accounts.make_recovery_key(session, now=NOW)
        accounts.create_team(session, "Harbour Helpline", countries=("NZ",), now=NOW)


def test_the_case_shows_one_request_for_each_platform_and_every_link_with_its_state(holder: Visitor) -> None:
    text = holder.page.text
    for name in ("Instagram", "X (Twitter)", "example.org"):
        assert name in text
    assert text.count("The letter is ready to send") == 3
    assert "0 of 3 gone" in text
    assert "3 need you" in text
    assert "Send my 3 letters" in holder.page.links()


def test_letters_are_taken_along_one_by_one_and_all_at_once_with_notes_that_are_not_in_them(holder: Visitor) -> None:
    assert b"There is no letter yet." in holder.client.get(at("/case/letters.zip")).data
    send_request(holder)
    page = holder.go("/case/letters")
    for label in ("All letters in one ZIP file", "All letters in one PDF, to print", "Only the links (text)"):
        assert label in page.text
    assert "Instagram: Letter to the platform" in page.text, "a letter says whom it goes to"
    archive = holder.client.get(at("/case/letters.zip"))
    (name,) = zipfile.ZipFile(io.BytesIO(archive.data)).namelist()
    assert name.startswith("instagram-")
    assert archive.headers["Content-Disposition"] == 'attachment; filename="letters.zip"'
    assert holder.client.get(at("/case/letters.pdf")).data.startswith(b"%PDF-")
    assert b"https://www.instagram.com/" in holder.client.get(at("/case/letters/1/links.txt")).data
    notice = holder.client.get(at("/case/letters/1/notice.json"))
    assert notice.mimetype == "application/json"
    notes = holder.go("/case/letters/1/notes")
    assert "It is not part of the letter." in notes.text
    assert "This is not legal advice." in notes.text
    assert notice.json is not None
    assert notice.json["reference"] in notes.text
    assert holder.client.get(at("/case/letters/9/links.txt")).status_code == 404


@pytest.mark.parametrize("table", ["clocks", "requests"])
def test_whoever_carries_the_case_is_told_where_something_was_changed_from_outside(
    app: Flask, holder: Visitor, table: str
) -> None:
    send_request(holder)
    assert "may be wrong" not in holder.page.text
    column = {"clocks": "started_at", "requests": "sent_at"}[table]
    with app.app_context(), parts().engine.begin() as connection:
        connection.execute(sa.update(metadata.tables[table]).values({column: NOW - timedelta(days=9)}))
    for path in ("/case", "/case/requests/1"):
        page = holder.go(path)
        assert "Some of this page may be wrong" in page.text
        assert "Please don’t rely on the dates here" in page.text


def test_no_page_of_a_new_case_is_heavy_or_broken(holder: Visitor) -> None:
    for path in (
        "/case", "/case/links", "/case/history", "/case/letters", "/case/messages", "/case/sharing", "/case/help",
        "/case/take-along", "/case/erase", "/case/complaints", "/case/facts", "/case/requests/1",
        "/case/send",
        "/case/send/1",
        "/case/requests/1/details", "/case/requests/1/sent", "/case/requests/1/received", "/case/requests/1/answer",
        "/case/requests/1/given", "/case/requests/1/ticket", "/case/requests/1/reminded", "/case/requests/1/name",
        "/case/requests/1/copyright", "/case/requests/1/letter/notice", "/case/prints",
    ):  # fmt: skip
        assert holder.go(path).path == path
        assert weigh(holder) < HEAVIEST, path


def test_no_page_reads_a_file_of_sentences_again(holder: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    holder.go("/case/requests/1/answer")
    read: list[object] = []
    monkeypatch.setattr(gettext.GNUTranslations, "_parse", lambda _self, file: read.append(file))
    for path in ("/case/requests/1/answer", "/case/requests/1/sent", "/case/facts"):
        holder.go(path)
    holder.go("/case/requests/1/answer")
    holder.press("Save", status=400, answer="")
    assert read == []


def test_a_letter_can_be_made_and_read_with_and_without_names(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("Make the letter")
    page = holder.press("Make the letter", **STATEMENT)
    assert "The letter is ready" in page.text
    for name in ("Download (PDF)", "Without names (PDF)"):
        address = next(href for words, href in page.links().items() if words.startswith(name))
        answer = holder.client.get(address)
        assert answer.data.startswith(b"%PDF-")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Ana" not in answer.headers["Content-Disposition"]


def test_the_platforms_form_has_each_field_ready_to_copy(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    page = holder.follow("Send this letter")
    copied = [each for each in page.root.iter() if each.get("readonly") is not None]
    assert any("instagram.com/p/Abc123" in (each.get("value") or "".join(each.itertext())) for each in copied)


def test_after_sending_the_time_limit_is_shown_as_estimated_with_its_reasons(holder: Visitor) -> None:
    send_request(holder)
    text = holder.page.text
    assert "Why this date?" in text
    assert "(estimated)" in text
    assert "This date is our best guess. They have not confirmed that they got it." in text
    assert "(Auckland time)" in text


def test_a_recorded_receipt_takes_the_estimate_away(holder: Visitor, clock: TestClock) -> None:
    send_request(holder)
    clock.move(minutes=40)
    holder.follow("They wrote that they got it")
    typed: dict[str, Any] = {"received_at-day": "23", "received_at-month": "11", "received_at-year": "2026"}
    page = holder.press("Save", **typed | {"received_at-time": "22:35"}, proof="confirmation")
    assert "best guess" not in page.text
    assert "(estimated)" not in page.text


def test_a_refusal_is_logged_and_offers_what_comes_next(holder: Visitor) -> None:
    send_request(holder)
    holder.follow("They answered")
    page = holder.press("Save", **REFUSED)
    assert "refused" in page.text
    assert "It does not break our rules." in page.text
    assert "If they don’t act" in page.text


def test_a_question_who_i_am_is_written_down_and_so_is_that_i_answered_it(holder: Visitor, clock: TestClock) -> None:
    send_request(holder)
    clock.move(minutes=40)
    holder.follow("They answered")
    page = holder.press("Save", answer="identity_asked", text="Who are you?")
    assert "Instagram asks you for something" in page.text
    assert "They asked for ID" in page.text
    form = holder.follow("I sent what they asked for")
    typed: dict[str, Any] = {"at-day": "", "at-month": "", "at-year": "", "at-time": "22:30"}
    assert 'value="22:30"' in holder.press("Save", status=400, **typed).answer.text
    holder.seen.append(form)
    page = holder.press("Save")
    assert "Deadlines that had stopped go on now." in page.text
    assert "I sent what they asked for" not in page.links()


def test_what_nobody_asked_for_cannot_have_been_sent(holder: Visitor) -> None:
    send_request(holder)
    holder.go("/case/requests/1/given")
    assert "They have not asked for anything." in " ".join(holder.press("Save", status=400).errors)


def test_how_far_they_are_and_until_when_they_need_are_written_down(holder: Visitor, clock: TestClock) -> None:
    send_request(holder)
    clock.move(minutes=40)
    holder.follow("They answered")
    assert "They gave an update" in holder.press("Save", answer="update").text
    holder.follow("They answered")
    until: dict[str, Any] = {"extension_until-day": "20", "extension_until-month": "1", "extension_until-year": "2027"}
    page = holder.press("Save", answer="extended", **until)
    assert "They need more time" in page.text
    assert "20 January 2027" in page.text


def test_an_answer_needs_its_kind_and_its_time_and_keeps_what_was_typed(holder: Visitor) -> None:
    send_request(holder)
    holder.follow("They answered")
    typed: dict[str, Any] = {"at-day": "", "at-month": "", "at-year": "", "at-time": "", "text": "Their words."}
    page = holder.press("Save", status=400, **typed)
    assert len(page.errors) == 2
    assert "Their words." in page.answer.text


def test_what_was_sent_cannot_be_sent_again(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    form = holder.follow("I sent it")
    holder.press("Save", **SENT)
    holder.seen.append(form)
    assert "already been sent" in " ".join(holder.press("Save", status=400, **SENT).errors)


def test_a_link_can_be_marked_gone_and_back_again(holder: Visitor) -> None:
    holder.go("/case/links")
    assert "Instagram: link 1 is gone. Good." in holder.press("Mark as gone", links="1").text
    assert "1 of 3 gone" in holder.go("/case").text
    holder.go("/case/links")
    page = holder.press("Mark as back", links="1")
    assert "Instagram: link 1 is back. A new letter to Instagram is ready. Send it next." in page.text
    assert "It came back. A new letter is ready" in page.text


def test_links_can_be_added_later_and_get_a_request(holder: Visitor) -> None:
    holder.go("/case/links")
    page = holder.press("Add these links", pasted="https://www.reddit.com/r/x/comments/abc/")
    assert "1 link was added" in page.text
    assert "Reddit" in page.text


def test_what_was_done_to_an_added_link_is_said_and_own_words_are_kept(holder: Visitor) -> None:
    holder.go("/case/links")
    wrapped = "https://out.reddit.com/t3_1?url=https%3A%2F%2Ftube-site.com%2Fv%2F60"
    page = holder.press("Add these links", pasted=f"{wrapped}\nhttps://t.co/abc\nI saw it on Monday\ninsta anna.me")
    for sentence in (
        "https://tube-site.com/v/60: We took this out of a longer address",
        "https://t.co/abc: This is a short link. Open it and add the address it leads to.",
        "We keep your own words as notes.",
        "Please look at this again: insta anna.me (this is an account name, not a link)",
    ):
        assert sentence in page.text, sentence


def test_what_the_case_did_not_take_stays_in_sight(holder: Visitor) -> None:
    links = " ".join(f"https://x.com/someone/status/{number}" for number in range(700))
    holder.go("/case/links")
    page = holder.press("Add these links", pasted=f"{links}\nhttp://")
    assert "did not fit. A case holds 500 links." in page.text
    field = page.answer.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert "https://x.com/someone/status/699" in field
    assert "https://x.com/someone/status/5\n" not in field
    assert field.rstrip().endswith("http://")
    page = holder.press("Add these links", pasted="https://x.com/someone/status/1")
    assert "1 link was on the list already." in page.text


def test_a_link_that_was_gone_is_back_when_it_is_pasted_again(holder: Visitor) -> None:
    holder.go("/case/links")
    holder.press("Mark as gone", links="1")
    holder.go("/case/links")
    page = holder.press("Add these links", pasted=LINKS)
    assert "1 link was marked as gone. Now it is marked as back." in page.text


def test_a_paste_without_a_link_is_refused_and_kept(holder: Visitor) -> None:
    holder.go("/case/links")
    page = holder.press("Add these links", status=400, pasted="nothing in here")
    assert "found no link" in page.errors[0]
    assert "nothing in here" in page.answer.text


def test_taking_back_the_yes_stops_the_sending_and_says_how_to_go_on(holder: Visitor) -> None:
    holder.go("/case/sharing")
    page = holder.press("Change to no Platforms")
    assert "Change to yes" in page.text
    open_request(holder)
    assert "Say yes to sharing" in holder.page.text


def test_a_statement_that_was_left_out_can_be_given_later(visitor: Visitor) -> None:
    save_report(visitor, age={"under_18": "yes"})
    open_request(visitor)
    assert "ready to send" in visitor.page.text
    visitor.follow("Make the letter")
    assert "said_no_consent" not in visitor.page.answer.text, "of a child nothing is asked about consent"
    visitor.press("Make the letter", said_good_faith="y", said_accuracy="y", signature="Ana Exemplar")
    assert "The letter is ready" in visitor.page.text


def test_no_page_asks_for_a_statement_about_everything(visitor: Visitor) -> None:
    save_report(visitor)
    page = visitor.go("/case/facts")
    names = {each.get("name") or "" for each in page.root.iter("input")}
    assert not {name for name in names if name.startswith(("states_", "said_")) or name == "signature"}


def test_details_change_one_request_only(holder: Visitor) -> None:
    open_request(holder)
    holder.follow("Send this letter")
    holder.follow("Change what this letter says about you")
    holder.press("Save", name="Another Name")
    assert "Another Name" in holder.go("/case/requests/1/details").answer.text
    assert "Another Name" not in holder.go("/case/requests/2/details").answer.text


def test_a_request_to_erase_data_can_be_prepared_beside_the_notice(holder: Visitor) -> None:
    open_request(holder)
    page = holder.press("Also ask the company to erase my data")
    assert "Letter to erase your data" in page.text


def test_a_complaint_is_prepared_made_in_the_background_sent_and_answered(
    app: Flask, visitor: Visitor, clock: TestClock
) -> None:
    words = words_on(hand_in(visitor))
    holder = visitor
    send_request(holder)
    holder.follow("They answered")
    holder.press("Save", **REFUSED)
    clock.move(days=40)
    holder.go("/return")
    holder.press("Go on", words=words)
    assert "not legal advice" in holder.go("/case/complaints").text
    holder.follow("Prepare this complaint")
    page = holder.press("Make the papers", wish="That it is taken down.")
    assert page.text.index("The papers") < page.text.index("Look again"), "a bar belongs below what it is about"
    with app.app_context():
        run_left_jobs(parts())
    page = holder.go(page.path)
    assert "Download (PDF)" in page.text, page.text
    holder.follow("I sent it")
    assert "sent to the authority" in holder.press("Save", ticket="C-7").text
    holder.follow("When you sent the complaint")
    assert "Corrected." in holder.press("Save the correction", ticket="C-8").text
    holder.follow("They answered")
    assert "answered" in holder.press("Save", is_final="yes", text="We look into it.").text


def test_a_case_can_be_given_to_a_team_and_taken_back(app: Flask, holder: Visitor) -> None:
    make_team(app)
    holder.go("/case/help")
    assert "The team can open your case" in holder.press("Ask Harbour Helpline to help").text
    holder.go("/case/messages")
    assert "Please call at ten." in holder.press("Send", text="Please call at ten.").text
    holder.go("/case/help")
    assert "You send the letters yourself now" in holder.press("Go on alone").text


def test_an_empty_message_is_refused(app: Flask, holder: Visitor) -> None:
    make_team(app)
    holder.go("/case/help")
    holder.press("Ask Harbour Helpline to help")
    holder.go("/case/messages")
    assert holder.press("Send", status=400, text="  ").errors


def test_everything_can_be_taken_along_in_one_file(holder: Visitor) -> None:
    page = holder.go("/case/take-along")
    form, _button = page.form_with("Download the file")
    values = {each.get("name", ""): each.get("value", "") for each in form.iter("input")}
    answer = holder.client.post(at("/case/take-along"), data=values)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as files:
        assert any(b"instagram.com/p/Abc123" in files.read(name) for name in files.namelist())


def test_erasing_asks_once_and_then_nothing_opens_any_more(visitor: Visitor) -> None:
    words = words_on(hand_in(visitor))
    visitor.go("/case/erase")
    assert visitor.press("Erase everything", status=400).errors
    assert visitor.press("Erase everything", sure="y").heading == "Everything is erased"
    assert visitor.go("/case").path == "/return"
    visitor.press("Go on", status=400, words=words)


def test_another_persons_request_is_not_there(app: Flask, holder: Visitor) -> None:
    for path in ("/case/requests/99", "/case/complaints/99", "/case/letters/99.pdf"):
        holder.go(path, status=404)


def test_the_history_tells_what_happened_in_plain_words(holder: Visitor) -> None:
    send_request(holder)
    text = holder.go("/case/history").text
    assert "The report was saved." in text
    assert "T-100" in text


def test_a_case_of_500_links_stays_light(visitor: Visitor) -> None:
    hand_in(visitor, links={"pasted": "\n".join(f"https://x.com/a/status/{n}" for n in range(500))})
    for path in ("/case", "/case/links", "/case/links?page=13", "/case/requests/1", "/case/requests/1/answer"):
        visitor.go(path)
        assert weigh(visitor) < HEAVIEST, path


def test_the_page_after_erasing_says_what_is_true_while_somebody_reads_the_locks(
    app: Flask, visitor: Visitor, tmp_path: Path
) -> None:
    """Until the lock's bytes are overwritten it does not say that they are; the worker goes on until they are."""
    words = words_on(hand_in(visitor))
    visitor.press("I wrote them down")
    with app.app_context():
        made = parts()
    (lock,) = (each.lock for each in made.ports.locks.list_all())
    folder = tmp_path / "var"

    def is_on_disk() -> bool:
        return any(lock in path.read_bytes() for path in folder.glob("locks.db*"))

    reader = sqlite3.connect(folder / "locks.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM locks").fetchone()
    visitor.go("/case/erase")
    page = visitor.press("Erase everything", sure="y")
    assert page.heading == "Everything is being erased"
    assert "is destroyed" not in page.text
    assert is_on_disk()
    visitor.go("/return")
    visitor.press("Go on", words=words, status=400)
    worker.purge_locks(made)
    assert made.ports.locks.list_cases(), "it is tried again"
    reader.execute("COMMIT")
    reader.close()
    worker.purge_locks(made)
    assert not is_on_disk()
    assert not made.ports.locks.list_cases()
