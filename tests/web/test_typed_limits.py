"""What is too much is refused with what to do about it, before it costs anything, and nothing that fits is lost."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain import quotas, typed
from portal.domain.quotas import Counted
from portal.domain.typed import LARGEST_FORM, LARGEST_TYPED
from portal.models.cases import Case
from portal.models.quotas import Quota
from portal.services.cases import room
from portal.services.letters import letters
from portal.web.unit_of_work import parts
from tests.services.fakes import print_as_json
from tests.web.pages import Visitor
from tests.web.person.journey import STATEMENT, begin, go_to, hand_in
from tests.web.person.test_case import make_team, send_request


class Untouchable(io.BytesIO):
    """What arrives and must not be read."""

    def read(self, *_arguments: object) -> bytes:
        raise AssertionError("it was read")

    readline = readinto = read  # type: ignore[assignment]


def count_used(app: Flask, counted: Counted) -> list[int]:
    with app.app_context(), parts().sessions() as session:
        return list(session.scalars(select(Quota.used).where(Quota.counted == counted)))


def versions(app: Flask) -> list[int]:
    with app.app_context(), parts().sessions() as session:
        return list(session.scalars(select(Case.version)))


@pytest.fixture
def holder(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A visitor whose report is handed in, with letters that are made quickly."""
    monkeypatch.setattr(letters, "print_letter", print_as_json)
    hand_in(visitor)
    return visitor


@pytest.mark.parametrize("path", ["/report/links", "/return", "/case/messages", "/desk/sign-in", "/report"])
def test_four_megabytes_are_refused_without_a_look_at_them(visitor: Visitor, path: str) -> None:
    answer = visitor.client.post(
        path,
        input_stream=Untouchable(b"x"),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": "4100000"},
    )
    assert answer.status_code == 413
    assert "what you typed is still there" in answer.text
    assert f"{LARGEST_TYPED:,} characters" in answer.text


@pytest.mark.parametrize("sign", ["x", "ж", "🙂"])
def test_a_full_form_of_any_script_is_taken_and_one_more_byte_is_not(visitor: Visitor, sign: str) -> None:
    begin(visitor)
    go_to(visitor, "links")
    room_left = LARGEST_TYPED - 1_000  # the token and the version are typed by nobody, and count
    text = (sign * 50 + "\n") * (room_left // (len(sign.encode()) * 50 + 2))
    visitor.press("Add these links", pasted=text)
    assert sign * 50 in visitor.page.text
    visitor.press("Add these links", status=413, pasted=text + sign * 10_000)


def test_a_form_without_a_length_is_refused_as_it_is_read(visitor: Visitor) -> None:
    answer = visitor.client.post(
        "/return",
        input_stream=io.BytesIO(b"words=" + b"x" * LARGEST_FORM),
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


def test_a_report_full_of_pasted_text_takes_no_more_and_goes_on(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGEST_PASTED", 2_000)
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted="https://x.com/a/status/1\n" + "no link here\n" * 30)
    before = versions(app)
    more = "https://x.com/a/status/2 " + "word " * 400
    page = visitor.press("Add these links", status=400, pasted=more)
    assert "more than one report can hold" in page.text
    assert more.strip() in page.answer.text, "what was pasted is in its box"
    assert versions(app) == before
    assert visitor.press("Continue", pasted="").path == "/report/contact"


def test_less_is_always_taken(app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted="https://x.com/a/status/1\nno link here\nnor here")
    monkeypatch.setattr(room, "LARGEST_PASTED", 10)
    visitor.press("Hide all")
    assert "We did not understand this" not in visitor.page.text
    visitor.press("Remove")
    assert "1 link found" not in visitor.page.text


def test_a_case_full_of_words_takes_no_more_messages_and_loses_none(
    app: Flask, holder: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_team(app)
    holder.go("/case/help")
    holder.press("Ask ")
    holder.go("/case/messages")
    holder.press("Send", text="Are you there?")
    monkeypatch.setattr(room, "LARGEST_WORDS", 10_000)
    page = holder.press("Send", status=400, text="w" * 10_000)
    assert "do not fit any more" in page.text
    assert "Are you there?" in page.text
    assert "w" * 10_000 in page.answer.text


def test_what_happened_is_written_down_without_words_in_a_full_case(
    holder: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder.press("I wrote them down")
    send_request(holder)
    monkeypatch.setattr(room, "LARGEST_WORDS", 1)
    holder.follow("They answered")
    page = holder.press("Save", status=400, answer="refused", text="They said no.")
    assert "without words" in page.text
    assert "They said no." in page.answer.text
    holder.press("Save", answer="refused", text="")
    assert "Their answer is saved" in holder.page.text


def test_a_request_has_so_many_letters_a_day(holder: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LETTERS_OF_A_REQUEST", 2)
    holder.go("/case/requests/1")
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    holder.follow("Make it again")
    holder.press("Make the letter", **STATEMENT)
    holder.follow("Make it again")
    page = holder.press("Make the letter", status=400)
    assert "Make the next one tomorrow" in page.text
    holder.go("/case/requests/2")
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    monkeypatch.setattr(room, "LETTERS_OF_A_CASE", 0)
    holder.go("/case/requests/3")
    holder.follow("Make the letter")
    assert "Make the next one tomorrow" in holder.press("Make the letter", status=400).text


def test_what_was_pasted_is_counted_by_its_size_and_letters_by_their_number(app: Flask, holder: Visitor) -> None:
    before = count_used(app, Counted.PASTED)
    holder.go("/case/links")
    holder.press("Add these links", pasted="https://x.com/a/status/77 " + "x " * 20_000)
    assert count_used(app, Counted.PASTED) == [before[0] + 41]
    holder.go("/case/requests/1")
    holder.follow("Make the letter")
    holder.press("Make the letter", **STATEMENT)
    assert count_used(app, Counted.LETTER) == [1]


def test_a_network_that_pastes_more_than_people_do_waits_for_the_next(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "FREE", {**quotas.FREE, Counted.PASTED: 30})
    begin(visitor)
    go_to(visitor, "links")
    visitor.press("Add these links", pasted="https://x.com/a/status/1 " + "x " * 15_000)
    page = visitor.press("Add these links", status=429, pasted="https://x.com/a/status/2")
    assert page.heading == "Please wait a moment"
    assert "https://x.com/a/status/2" in page.answer.text, "it is sent on with the press that follows"
    assert visitor.go("/report/links").text.count("x.com/a/status") == 1
    assert visitor.press("Continue", pasted="").path != "/report/links", "what is not read costs nothing"


def test_limits_leave_room_for_each_other() -> None:
    assert LARGEST_FORM >= 3 * LARGEST_TYPED, "a byte of most scripts is three in a form"
    assert typed.LARGEST_PASTED > 2.5 * LARGEST_TYPED, "a full paste of which nothing is understood fits once"
