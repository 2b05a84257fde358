"""How a member hears of deadlines away from the desk: its page, the calendar's address, and marks on Today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
from flask import Flask

from portal.run import worker
from tests.second_factor import give_code
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk, make_desk
from tests.web.portal import open_portal, parts_of


@pytest.fixture
def desk(tmp_path: Path, clock: TestClock) -> Iterator[Desk]:
    """A desk that writes mail into a folder."""
    settings = {"RECOURSE_MAIL_URL": f"folder:{tmp_path / 'mail'}", "RECOURSE_MAIL_FROM": "portal@harbour.example"}
    with open_portal(tmp_path, clock, **settings) as app:
        yield make_desk(app, parts_of(app))


def press_twice(desk: Desk, colleague: Colleague, label: str, **typed: str | list[str]) -> None:
    """A step that asks for the second factor again."""
    colleague.press(label, **typed)  # type: ignore[arg-type]
    if "Is it still you?" in colleague.page.text:
        with desk.parts.sessions.begin() as session:
            code = give_code(session, "mira")
        colleague.press("Go on", second_code=code)


def read_mails(desk: Desk, folder: Path) -> list[str]:
    worker.deliver_due_mail(desk.parts)
    return [file.read_text() for file in sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)]


def feed_of(colleague: Colleague) -> str:
    (field,) = [each for each in colleague.page.root.iter() if each.get("id") == "feed-address"]
    text = field.get("value") or "".join(field.itertext()).strip()
    return text[text.index("/desk/dates/") :]


def entries(app: Flask, address: str) -> int:
    answer = app.test_client().get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return len(icalendar.Calendar.from_ical(answer.text).walk("VEVENT"))


def test_an_address_is_confirmed_by_the_code_that_was_mailed_to_it(desk: Desk, tmp_path: Path) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/account")
    assert "/desk/account/alerts" in colleague.anchors
    colleague.go("/desk/account/alerts")
    press_twice(desk, colleague, "Save", email="mira@harbour.example", digest="8", levels=["before", "at"])
    assert "We mailed a code to mira@harbour.example." in colleague.page.text
    (mail,) = read_mails(desk, tmp_path / "mail")
    assert "To: mira@harbour.example" in mail
    code = "".join(mail.partition("that page: ")[2][:8])
    colleague.press("Confirm the address", mailed_code="00000000" if code != "00000000" else "1", status=400)
    assert "This is not the code that we mailed" in colleague.page.text
    colleague.press("Confirm the address", mailed_code=code)
    assert "The address is yours." in colleague.page.text
    assert "We mailed a code" not in colleague.go("/desk/account/alerts").text
    chosen = {each.get("id") for each in colleague.page.root.iter("input") if each.get("checked") is not None}
    assert chosen == {"levels-1", "levels-2"}


def test_a_wrong_address_and_mail_without_an_address_are_refused_with_everything_kept(desk: Desk) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/account/alerts")
    colleague.press("Save", email="mira at harbour", digest="8", status=400)
    assert colleague.page.errors == ["This is not an e-mail address that we can write to."]
    assert 'value="mira at harbour"' in colleague.page.answer.text
    colleague.press("Save", email="", digest="8", status=400)
    assert colleague.page.errors == ["Give an e-mail address, or choose no mail."]


def test_a_calendar_address_is_made_shown_and_ended(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/follow-ups")
    colleague.press("Set the date", due="2026-11-25", note="Call the school.")
    colleague.go("/desk/account/alerts")
    press_twice(desk, colleague, "Make a calendar address")
    address = feed_of(colleague)
    assert entries(desk.app, address) == 1
    assert entries(desk.app, address[:-3] + "abc") == 0
    colleague.press("End this address")
    assert "shows nothing now" in colleague.page.text
    assert entries(desk.app, address) == 0


def test_today_marks_a_case_whose_deadline_ends_soon_and_one_that_was_raised_once(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case(links="https://pictures.example.org/album/7")
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", channel="form", has_checked="y", sent_at="2026-11-23T09:00", ticket="INV-1")
    colleague.go(f"/desk/cases/{reference}/requests/1/received")
    colleague.press("It was received", received_at="2026-11-23T09:00", proof="confirmation")
    for moved, mark in ((timedelta(hours=37), "ends soon"), (timedelta(hours=60), "raised to supervisors")):
        clock.now += moved
        worker.run_sweep(desk.parts)
        worker.tell_of_deadlines(desk.parts)
        page = colleague.sign_in_again("/desk/today").text
        rows = [each for each in colleague.page.root.iter("tr") if reference in "".join(each.itertext())]
        assert mark in page
        assert all("".join(row.itertext()).count(mark) == 1 for row in rows)


def test_the_mailed_code_cannot_be_guessed_by_trying(desk: Desk, clock: TestClock, tmp_path: Path) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/account/alerts")
    press_twice(desk, colleague, "Save", email="mira@harbour.example", digest="8")
    (mail,) = read_mails(desk, tmp_path / "mail")
    code = re.findall(r"\b\d{8}\b", mail)[-1]
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _ in range(5):
        colleague.press("Confirm the address", mailed_code=wrong, status=400)
        assert "not the code that we mailed" in colleague.page.text
        clock.move(seconds=1)
    colleague.press("Confirm the address", mailed_code=wrong, status=400)
    colleague.press("Confirm the address", mailed_code=code, status=400)
    assert "Too many wrong tries" in colleague.page.text, "the right one is not looked at either"
    clock.move(minutes=1)
    colleague.press("Confirm the address", mailed_code=code)
    assert "The address is yours" in colleague.page.text
