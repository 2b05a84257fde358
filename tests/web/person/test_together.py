"""Complaints to one authority about several companies, on a person's pages: made, taken, and saved as sent at once."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask import Flask

from portal.run.worker import run_left_jobs
from portal.web.unit_of_work import parts
from tests.services.fakes import print_quickly
from tests.web.conftest import TestClock
from tests.web.pages import Visitor
from tests.web.person.journey import hand_in, words_on
from tests.web.person.test_case import REFUSED, send_request


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def make_all(app: Flask, visitor: Visitor, clock: TestClock) -> None:
    """Two platforms refused, the third was never asked; both complaints are made, and the visitor is on their page."""
    words = words_on(hand_in(visitor))
    for name in ("Instagram", "X (Twitter)"):
        send_request(visitor, name)
        visitor.follow("They answered")
        visitor.press("Save", **REFUSED)
    clock.move(days=10)
    visitor.go("/return")
    visitor.press("Go on", words=words)
    visitor.go("/case/complaints")
    visitor.follow("Prepare this complaint Netsafe")
    found = [each for each in visitor.page.root.iter("input") if each.get("name") == "requests"]
    boxes = {each.get("value"): each.get("checked") for each in found}
    assert len(boxes) == 2, "what was never sent is not among them"
    assert None not in boxes.values(), "both were refused"
    visitor.press("Make the papers")
    assert "Some papers are still being made." in visitor.page.text
    with app.app_context():
        run_left_jobs(parts())
    visitor.go(visitor.page.path)


def test_all_are_listed_with_their_papers_and_one_file_holds_them(
    app: Flask, visitor: Visitor, clock: TestClock
) -> None:
    make_all(app, visitor, clock)
    page = visitor.page
    assert {"Open Instagram", "Open X (Twitter)"} <= page.links().keys()
    every = visitor.client.get(page.links()["Download all in one file (ZIP)"])
    names = zipfile.ZipFile(io.BytesIO(every.data)).namelist()
    assert {name.partition("/")[0] for name in names} == {"complaint-1", "complaint-2"}
    assert "complaint-1/complaint.pdf" in names
    assert every.headers["Cache-Control"] == "no-store"
    one = visitor.go("/case/complaints/1").links()["Papers and proof in one file (ZIP)"]
    assert "complaint.pdf" in zipfile.ZipFile(io.BytesIO(visitor.client.get(one).data)).namelist()


def test_one_form_writes_down_that_all_were_sent(app: Flask, visitor: Visitor, clock: TestClock) -> None:
    make_all(app, visitor, clock)
    errors = visitor.press("Save as sent", status=400, complaints=[]).errors
    assert "Choose at least one complaint." in errors
    typed: dict[str, Any] = {"complaints": ["1", "2"], "ticket-1-text": "N-1", "ticket-2-text": "N-2"}
    visitor.press("Save as sent", **typed)
    assert visitor.page.text.count("sent to the authority") == 2
    assert "Their number: N-1" in visitor.page.text
    assert "Their number: N-2" in visitor.page.text
    assert "Save as sent" not in visitor.page.text, "nothing is left to send"
    visitor.go("/case/complaints/1")
    visitor.follow("All your complaints to this authority")


def test_complaints_that_are_ready_need_the_person_in_one_line(app: Flask, visitor: Visitor, clock: TestClock) -> None:
    make_all(app, visitor, clock)
    page = visitor.go("/case")
    needs = page.text.partition("Needs you")[2].partition("Links")[0]
    assert "2 complaints to Netsafe ready, not sent yet" in needs
    assert "Complaints 2" not in page.text, "they are not listed twice"
    assert visitor.follow("2 complaints to Netsafe").path == "/case/complaints/1/together"
    visitor.press("Save as sent", complaints=["1", "2"])
    page = visitor.go("/case")
    assert "2 complaints to Netsafe sent to the authority" in page.text
    assert "ready, not sent yet" not in page.text


def test_what_is_ready_to_send_is_the_next_thing_once_every_letter_has_left(
    app: Flask, visitor: Visitor, clock: TestClock
) -> None:
    make_all(app, visitor, clock)
    assert "Send my letter to example.org" in visitor.go("/case").links(), "the third letter comes first"
    send_request(visitor, "example.org")
    assert "Send my 2 complaints" in visitor.go("/case").links()
