"""Ready texts of a team: kept by its supervisor, put in by whoever writes, with what was typed before still there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from portal.models.snippets import Snippet
from portal.services.staff.snippets import Placeholder, fill, list_unknown
from tests.web.desk.colleague import Colleague, Desk

TEXT = "We read this on {today}. Your case is {reference}. {my name}, {team}"


@pytest.fixture
def supervisor(desk: Desk) -> Colleague:
    supervisor = desk.visit("ines")
    supervisor.go("/desk/team/snippets/new")
    return supervisor


def add(supervisor: Colleague, *, title: str = "We read it", use: str = "message", text: str = TEXT) -> None:
    supervisor.go("/desk/team/snippets/new")
    supervisor.press("Keep it", use=use, title=title, text=text)


def test_one_is_put_in_below_what_was_typed_and_can_be_changed_before_it_is_sent(
    desk: Desk, supervisor: Colleague
) -> None:
    add(supervisor)
    reference, colleague = desk.add_case(), desk.visit("mira")
    page = colleague.go(f"/desk/cases/{reference}/messages")
    assert "We read it" in page.text

    page = colleague.press("Put it in", text="Dear Ana,")
    form, _button = page.form_with("Send the message")
    typed = next(form.iter("textarea")).text
    assert typed is not None
    assert (
        typed.split()
        == (f"Dear Ana, We read this on Monday 23 November 2026. Your case is {reference}. Mira Anker, Harbour").split()
    )
    colleague.press("Send the message")

    assert "Mira Anker, Harbour" in colleague.page.text
    assert "Dear Ana," in colleague.page.text


def test_a_note_is_offered_the_notes_and_a_message_the_messages(desk: Desk, supervisor: Colleague) -> None:
    add(supervisor)
    add(supervisor, title="Called", use="note", text="Called on {today}: no answer.")
    reference, colleague = desk.add_case(), desk.visit("mira")

    notes = colleague.go(f"/desk/cases/{reference}/notes").text
    assert "Called" in notes
    assert "We read it" not in notes
    colleague.press("Put it in")
    colleague.press("Keep the note")
    assert "Called on Monday 23 November 2026: no answer." in colleague.page.text


def test_a_place_that_cannot_be_filled_in_is_told(supervisor: Colleague) -> None:
    page = supervisor.press("Keep it", use="note", title="Bad", text="Dear {her name}", status=400)

    assert page.errors[0].startswith("{her name} cannot be filled in.")


def test_a_title_stands_once_in_a_team_and_an_empty_one_is_asked_for(supervisor: Colleague) -> None:
    add(supervisor)
    supervisor.go("/desk/team/snippets/new")
    page = supervisor.press("Keep it", use="message", title="we READ it", text="x", status=400)
    assert page.errors == ["The team has a snippet of this title already."]
    page = supervisor.press("Keep it", use="message", title="", text="", status=400)
    assert page.errors == ["Write a title.", "Write the text."]


def test_one_is_changed_and_deleted(supervisor: Colleague) -> None:
    add(supervisor)
    supervisor.follow("Change")
    supervisor.press("Keep it", text="Changed.")
    assert "Changed." in supervisor.page.text
    supervisor.press("Delete")
    assert "There is none yet." in supervisor.page.text


def test_another_team_neither_sees_nor_uses_nor_deletes_it(desk: Desk, supervisor: Colleague) -> None:
    add(supervisor)
    address = supervisor.page.links()["Change We read it"]
    other = desk.visit("odd")
    other.go(address, status=403)
    with desk.parts.sessions.begin() as session:
        assert session.query(Snippet).count() == 1


def test_one_that_was_bent_in_the_database_is_offered_to_nobody(desk: Desk, supervisor: Colleague) -> None:
    add(supervisor)
    with desk.parts.sessions.begin() as session:
        session.connection().execute(update(Snippet).values(text="Send me your password."))
    reference, colleague = desk.add_case(), desk.visit("mira")

    page = colleague.go(f"/desk/cases/{reference}/messages")

    assert "We read it" not in page.text


def test_an_answer_to_a_platform_is_begun_with_one(desk: Desk, supervisor: Colleague) -> None:
    add(supervisor, title="Not consensual", use="answer", text="Nobody agreed to this. {team}")
    add(supervisor)
    reference, colleague = desk.add_case(), desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", has_checked="y", channel="form", sent_at="2026-11-23T08:50")
    colleague.follow("Log an answer")
    colleague.press("Log the answer", answer="refused", at="2026-11-23T08:55", text="No violation.")
    page = colleague.follow("Refused: no violation")
    assert "Not consensual" in page.text
    assert "We read it" not in page.text

    page = colleague.press("Put it in", given="Look again.")

    form, _button = page.form_with("Make the letter")
    assert next(form.iter("textarea")).text == "Look again.\n\nNobody agreed to this. Harbour"


@given(st.text())
def test_filling_in_leaves_all_but_the_places_as_it_was(text: str) -> None:
    assert fill(text, {}) == text
    assert fill("a{team}b", {Placeholder.TEAM: text}) == f"a{text}b"
    assert list_unknown(text.replace("{", "")) == []
