"""What an error says and what it leaves behind: what to do, a number to tell us, and nothing that was typed."""

from __future__ import annotations

import logging

import pytest
from flask import Flask, abort
from sqlalchemy.orm import Session
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from tests.web.pages import Visitor, check_page

TYPED = "Kaimana Example, 12 Harbour Street"


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The application as it runs, with addresses that fail in the ways that are hard to bring about."""

    def fail() -> str:
        raise ValueError(TYPED)

    def slow_down() -> str:
        raise TooManyRequests(TYPED, retry_after=90)

    def busy() -> str:
        raise ServiceUnavailable(TYPED, retry_after=30)

    def stop() -> str:
        abort(500)

    for view in (fail, slow_down, busy, stop):
        app.add_url_rule(f"/broken/{view.__name__}", view_func=view)
    app.testing = False
    return app


def test_a_failure_gives_a_number_that_stands_in_the_log_and_nothing_else(
    broken: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken.test_client().get(f"/broken/fail?name={TYPED}")
    assert answer.status_code == 500
    check_page(answer, "Recourse")
    [line] = caplog.messages
    number = line.split()[1].rstrip(":")
    assert number in answer.text
    assert "ValueError at " in line
    assert TYPED not in caplog.text + answer.text
    assert "broken/fail" not in caplog.text


def test_a_failure_while_saving_logs_neither_the_address_nor_what_was_saved(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = Visitor(app)
    visitor.go("/report")
    app.testing = False

    def refuse(_session: Session) -> None:
        raise RuntimeError(TYPED)

    monkeypatch.setattr(Session, "commit", refuse)
    page = visitor.press("Begin", status=500)
    assert page.heading == "Something went wrong on our side"
    numbers = [line.split()[1].rstrip(":") for line in caplog.messages if line.startswith("failure")]
    assert len(numbers) == 1
    assert numbers[0] in page.text
    assert TYPED not in caplog.text
    assert "/report" not in "".join(caplog.messages)
    assert all(record.exc_info is None for record in caplog.records)


def test_an_answer_that_we_gave_up_on_ourselves_has_a_number_too(
    broken: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    answer = broken.test_client().get("/broken/stop")
    assert answer.status_code == 500
    assert "tell us this number" in answer.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize(("path", "status", "wait"), [("slow_down", 429, "90"), ("busy", 503, "30")])
def test_who_has_to_wait_is_told_how_long(broken: Flask, path: str, status: int, wait: str) -> None:
    answer = broken.test_client().get(f"/broken/{path}")
    assert answer.status_code == status
    assert answer.headers["Retry-After"] == wait
    assert "Please wait" in answer.text
    assert TYPED not in answer.text
    check_page(answer, "Recourse")


def test_a_line_break_in_what_was_asked_for_never_begins_a_line_of_the_log(
    broken: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = broken.test_client()
    for path in ("/broken/fail?a=%0d%0aERROR forged", "/desk%0aERROR forged", "/report/%0d%0aSet-Cookie: a=b"):
        answer = client.get(path, headers={"User-Agent": "x", "Accept-Language": "en;q=nonsense"})
        assert "a=b" not in str(answer.headers)
    assert "forged" not in caplog.text
    assert all("\n" not in message for message in caplog.messages)
