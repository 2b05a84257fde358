"""An answer that came by mail, on the pages of a person alone: told, read as words, and carried into their answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.domain.incoming import IncomingState
from tests.services.inbox.mails import write
from tests.web.conftest import TestClock
from tests.web.incoming import address_of, answering_app, come, states
from tests.web.pages import Visitor
from tests.web.person.journey import hand_in
from tests.web.person.test_case_page import send
from tests.web.portal import parts_of


@pytest.fixture
def app(tmp_path: Path, clock: TestClock) -> Iterator[Flask]:
    with answering_app(tmp_path, clock) as made:
        yield made


@pytest.fixture
def holder(visitor: Visitor) -> Visitor:
    """Somebody whose first letter has left."""
    hand_in(visitor)
    visitor.press("I wrote them down")
    send(visitor, "Instagram")
    return visitor


def number_of(holder: Visitor) -> int:
    """Of the request that is shown: its address ends with it."""
    return int(holder.page.path.rsplit("/", 1)[1])


def test_an_answer_is_told_on_the_case_page_read_and_carried_into_the_answer(app: Flask, holder: Visitor) -> None:
    parts, number = parts_of(app), number_of(holder)
    assert "An answer came by mail" not in holder.go("/case").text
    content = write(body="We removed it. <img src=https://evil.example/a.png>", sender="a@evil.example")
    come(parts, content, address_of(parts, number))
    holder.go("/case")
    holder.follow("An answer came by mail")
    assert "We removed it." not in holder.page.text
    holder.press("Read it")
    assert "We removed it." in holder.page.text
    assert "none that we know of Instagram" in holder.page.text
    assert not list(holder.page.root.iter("img"))
    holder.follow("Save their answer")
    form, _button = holder.page.form_with("Save")
    (typed,) = [each for each in form.iter("textarea") if each.get("name") == "text"]
    assert "We removed it." in (typed.text or "")
    holder.press("Save", answer="removed")
    assert states(parts) == [IncomingState.LOGGED]
    assert "An answer came by mail" not in holder.go("/case").text


def test_a_machines_reply_is_no_answer(app: Flask, holder: Visitor) -> None:
    parts, number = parts_of(app), number_of(holder)
    come(parts, write("Auto-Submitted: auto-replied"), address_of(parts, number))
    assert "An answer came by mail" not in holder.go("/case").text
    holder.go(f"/case/requests/{number}")
    holder.follow("An automatic reply came")
    holder.press("Read it")
    assert "It is not an answer." in holder.page.text
    assert "Save their answer" not in holder.page.text


def test_a_letter_that_came_back_says_so(app: Flask, holder: Visitor) -> None:
    parts, number = parts_of(app), number_of(holder)
    come(parts, write("X-Failed-Recipients: safety@x.com"), address_of(parts, number))
    holder.go("/case")
    holder.follow("A letter came back")
    assert "They did not get this letter." in holder.page.text
