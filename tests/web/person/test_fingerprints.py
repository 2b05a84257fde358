"""The page of fingerprints as the server sees it: what it takes, what it refuses, and that it asks nothing."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from portal.models.fingerprints import Fingerprint
from portal.web.unit_of_work import parts
from tests.web.addresses import at
from tests.web.pages import HEAVIEST, Visitor, weigh
from tests.web.person.journey import hand_in

ONE = {
    "media": "photo",
    "md5": "ab" * 16,
    "sha256": "cd" * 32,
    "pictures": [{"pdq": "ef" * 32, "quality": 90, "at": 0}],
}


def count_kept(app: Flask) -> int:
    with app.app_context(), parts().sessions() as session:
        return len(session.scalars(select(Fingerprint)).all())


def send(visitor: Visitor, text: str, *, status: int = 200) -> None:
    visitor.go("/case/prints")
    visitor.press("Keep them in my case", status=status, fingerprints=text)


@pytest.fixture
def holder(visitor: Visitor) -> Visitor:
    hand_in(visitor)
    return visitor


def test_the_public_page_asks_nothing_and_says_first_where_a_child_is_helped(visitor: Visitor) -> None:
    page = visitor.go("/fingerprint")
    text = page.text
    assert text.index("Take It Down") < text.index("A fingerprint is a row of letters")
    assert "Report Remove" in text
    assert "<form" not in page.answer.text
    assert weigh(visitor) < HEAVIEST


def test_what_the_page_sends_is_kept_named_and_removed(holder: Visitor, app: Flask) -> None:
    send(holder, json.dumps([ONE]))
    assert holder.page.path == "/case/prints"
    assert "We keep the fingerprint of 1 file." in holder.page.text
    assert count_kept(app) == 1
    send(holder, json.dumps([ONE]))
    assert "Your case has all of these already." in holder.page.text
    holder.press("Save my choice", requests=["1"])
    assert "This counts for new letters." in holder.page.text
    holder.press("Delete these fingerprints")
    assert "The fingerprints are deleted." in holder.page.text
    assert "Kept in your case" not in holder.page.text


@pytest.mark.parametrize("text", ["", "[", '[{"media":"photo"}]', json.dumps([{**ONE, "md5": "<b>"}])])
def test_what_is_no_fingerprint_is_refused_with_what_to_do(holder: Visitor, app: Flask, text: str) -> None:
    send(holder, text, status=400)
    assert "Nothing was kept. Choose your pictures again" in holder.page.text
    assert count_kept(app) == 0


def test_a_child_case_takes_no_fingerprints_whatever_is_sent(visitor: Visitor, app: Flask) -> None:
    hand_in(visitor, age={"under_18": "yes"})
    page = visitor.go("/case/prints")
    assert "Take It Down" in page.text
    assert 'type="file"' not in page.answer.text
    form, _button = visitor.go("/case/links").form_with("Add these links")
    token = next(each.get("value") for each in form.iter("input") if each.get("name") == "csrf_token")
    answer = visitor.client.post(at("/case/prints/keep"), data={"csrf_token": token, "fingerprints": json.dumps([ONE])})
    assert answer.status_code == 400
    assert "For pictures of someone under 18 we keep no fingerprints." in answer.text
    assert count_kept(app) == 0
