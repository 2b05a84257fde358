"""What a member typed when their session had ended comes back once they are in again: to them alone, and once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from portal.models.kept_forms import KeptForm
from portal.run import worker
from portal.run.worker import purge_kept_forms
from tests.services.fakes import print_quickly
from tests.web.conftest import TestClock
from tests.web.desk.colleague import PASSWORD, Colleague, Desk
from tests.web.desk.requests.test_bulk import together
from tests.web.pages import OWN_PAGE, _controls

NOTE = "She rang: he reads her mail at night."


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def lose_session(desk: Desk, clock: TestClock, reference: str) -> Colleague:
    """A member who wrote a note for 31 minutes and then pressed the button."""
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/notes")
    clock.move(minutes=31)
    colleague.press("Keep the note", text=NOTE)
    return colleague


def test_what_was_typed_comes_back_after_signing_in_and_is_sent_with_one_press(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    colleague = lose_session(desk, clock, reference)
    assert colleague.page.path == "/desk/sign-in"
    assert "What you typed is kept" in colleague.page.text

    page = colleague.sign_in("mira")
    assert page.path == "/desk/typed"
    assert NOTE in page.text
    assert f"For case {reference}" in page.text
    page = colleague.press("Send it now")

    assert page.path == f"/desk/cases/{reference}/notes"
    assert NOTE in page.text
    assert "Nothing is kept." in colleague.go("/desk/typed").text


def test_another_member_in_the_same_browser_reads_none_of_it(desk: Desk, clock: TestClock) -> None:
    colleague = lose_session(desk, clock, desk.add_case())
    desk.add("tane")

    page = colleague.sign_in("tane")

    assert page.path == "/desk/today"
    assert NOTE not in colleague.go("/desk/typed").text


def test_it_is_there_in_another_browser_of_the_same_member(desk: Desk, clock: TestClock) -> None:
    lose_session(desk, clock, desk.add_case())

    other = desk.visit("mira")

    assert other.page.path == "/desk/typed"
    assert NOTE in other.page.text


def test_one_that_is_refused_stays_until_it_is_taken_or_thrown_away(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/messages")
    clock.move(minutes=31)
    colleague.press("Send the message", text="x" * 20_001)
    colleague.sign_in("mira")
    colleague.press("Send it now", status=400)
    colleague.go("/desk/typed")
    assert f"For case {reference}" in colleague.page.text

    colleague.press("Throw it away")

    assert "Nothing is kept." in colleague.page.text


def test_the_database_holds_it_sealed_and_a_bent_row_is_never_offered(desk: Desk, clock: TestClock) -> None:
    colleague = lose_session(desk, clock, desk.add_case())
    with desk.parts.sessions.begin() as session:
        row = session.scalars(select(KeptForm)).one()
        assert NOTE.encode() not in row.sealed
        bent = update(KeptForm).values(sealed=row.sealed[:-1] + bytes([row.sealed[-1] ^ 1]))
        session.connection().execute(bent)

    colleague.sign_in("mira")

    assert "Nothing is kept." in colleague.go("/desk/typed").text


def test_nobody_waits_for_it_longer_than_a_day(desk: Desk, clock: TestClock) -> None:
    lose_session(desk, clock, desk.add_case())

    clock.move(hours=25)
    purge_kept_forms(desk.parts)

    with desk.parts.sessions.begin() as session:
        assert session.scalars(select(KeptForm)).all() == []


def test_only_the_last_five_are_kept(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/notes")
    form, _button = colleague.page.form_with("Keep the note")
    values = MultiDict(list(_controls(form)))
    for number in range(7):
        clock.move(minutes=31)
        values["text"] = f"note {number} of seven"
        colleague.send(f"/desk/cases/{reference}/notes", values)

    page = colleague.sign_in("mira")

    assert [number for number in range(7) if f"note {number} of seven" in page.text] == [2, 3, 4, 5, 6]


def test_a_stranger_and_another_site_fill_no_table(app: Flask, desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    stranger = Colleague(app)
    stranger.send(f"/desk/cases/{reference}/notes", {"text": NOTE})
    assert stranger.page.path == "/desk/sign-in"
    colleague = desk.visit("mira")
    clock.move(minutes=31)
    answer = colleague.client.post(
        f"/desk/cases/{reference}/notes", data={"text": NOTE}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code in {400, 403}

    with desk.parts.sessions.begin() as session:
        assert session.scalars(select(KeptForm)).all() == []


def test_a_password_is_never_kept(desk: Desk, clock: TestClock) -> None:
    colleague = desk.visit("mira")
    colleague.go("/desk/account/password")
    clock.move(minutes=31)
    values = {"old": PASSWORD, "new": "another one of six words", "again": "another one of six words"}
    colleague.client.post("/desk/account/password", data=values, headers=OWN_PAGE)

    with desk.parts.sessions.begin() as session:
        assert session.scalars(select(KeptForm)).all() == []


def test_the_door_of_each_of_many_letters_is_kept_too(desk: Desk, clock: TestClock) -> None:
    reference, colleague = desk.add_case(), desk.visit("mira")
    colleague.go(together(reference, "letters"))
    colleague.press("Prepare letters: 3")
    worker.run_left_jobs(desk.parts)
    page = colleague.go(together(reference, "sent"))
    doors = {each.get("name", ""): list(each.iter("option"))[-1].get("value", "") for each in page.root.iter("select")}
    assert {name.partition("-")[0] for name in doors} == {"door", "channel"}
    typed = {**doors, "ticket-1-text": "T-1", "has_checked": "y"}
    clock.move(minutes=31)
    colleague.press("Record as sent: 3", **dict[str, Any](typed))

    page = colleague.sign_in("mira")
    form, _button = page.form_with("Send it now")
    kept = dict(_controls(form))
    assert {name: kept.get(name) for name in typed} == typed
    colleague.press("Send it now")
    assert "Done for 3 of 3 requests." in colleague.page.text
