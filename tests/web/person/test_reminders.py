"""Reminders and safe hours as pages: nothing until it is chosen, all of it off by one press, shown to the team."""

from __future__ import annotations

import icalendar
import pytest
from flask import Flask

from tests.web.pages import OWN_PAGE, Visitor
from tests.web.person.journey import add_facts, save_report
from tests.web.person.test_case import send_request


@pytest.fixture
def holder(visitor: Visitor) -> Visitor:
    """On the page of reminders, with one letter sent."""
    save_report(visitor)
    add_facts(visitor)
    send_request(visitor)
    visitor.go("/case/reminders")
    return visitor


def list_entries(app: Flask, address: str) -> list[str]:
    """What somebody sees who has nothing but the address."""
    answer = app.test_client().get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return [str(each["summary"]) for each in icalendar.Calendar.from_ical(answer.text).walk("VEVENT")]


def feed_of(visitor: Visitor) -> str:
    fields = [each for each in visitor.page.root.iter() if each.get("id") == "feed-address"]
    text = fields[0].get("value") or "".join(fields[0].itertext()).strip()
    return text[text.index("/dates/") :]


def test_nothing_is_on_until_it_is_chosen(holder: Visitor) -> None:
    assert "off until you choose it" in holder.page.text
    assert "Switch off all reminders" not in holder.page.text
    assert not [each for each in holder.page.root.iter() if each.get("id") == "feed-address"]


def test_hours_words_and_title_are_kept_and_shown_again(holder: Visitor) -> None:
    holder.press(
        "Save", when="hours", days=["1", "3"], first="09:00", last="12:00", safe_words="Say dentist.", title="Call back"
    )
    assert "Saved." in holder.page.text
    chosen = {each.get("id") for each in holder.page.root.iter("input") if each.get("checked") is not None}
    assert {"when-1", "days-1", "days-3", "title-3"} <= chosen
    assert "Say dentist." in holder.page.text


def test_hours_in_which_nobody_could_write_are_asked_about_with_everything_kept(holder: Visitor) -> None:
    holder.press("Save", status=400, when="hours", days=[], first="09:00", last="09:00", safe_words="Say dentist.")
    assert holder.page.errors == [
        "Choose at least one day.",
        "Choose an hour that is not the first one.",
    ]
    assert "Say dentist." in holder.page.text


def test_a_calendar_address_shows_times_and_one_press_ends_it(holder: Visitor, app: Flask) -> None:
    holder.press("Save", title="Check my list")
    holder.press("Make a calendar address")
    address = feed_of(holder)
    assert set(list_entries(app, address)) == {"Check my list"}
    holder.press("Switch off all reminders")
    assert "off" in holder.page.text
    assert list_entries(app, address) == list_entries(app, "/dates/never-one-of-ours") == []
    assert app.test_client().get(address).data == app.test_client().get("/dates/never-one-of-ours").data


def test_the_dates_are_saved_as_a_file_with_a_neutral_name(holder: Visitor) -> None:
    answer = holder.client.get(holder.page.links()["Save the dates as a file"])
    assert answer.headers["Content-Disposition"] == "attachment; filename=dates.ics"
    assert b"SUMMARY:A reminder" in answer.data
    assert b"nstagram" not in answer.data


def test_an_address_shows_up_among_the_ways_in_and_ends_there(holder: Visitor, app: Flask) -> None:
    holder.press("Make a calendar address")
    address = feed_of(holder)
    assert list_entries(app, address)
    holder.go("/case/ways")
    holder.press("End this address")
    assert list_entries(app, address) == []


def test_a_form_from_elsewhere_changes_nothing(holder: Visitor) -> None:
    answer = holder.client.post("/p/31", data={"when": "any"}, headers={**OWN_PAGE, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code >= 400
