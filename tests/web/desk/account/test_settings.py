"""Each member reads the desk in a zone, a form of dates and a density of their own; nobody else's pages change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.models.accounts import Staff
from portal.services.casefile.queue.filters import day_of
from portal.services.staff.accounts import actor_of
from portal.services.work import Work
from tests.web.desk.colleague import Colleague, Desk
from tests.web.pages import _controls

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def colleague(desk: Desk) -> Colleague:
    colleague = desk.visit("mira")
    colleague.go("/desk/account/settings")
    return colleague


def test_times_are_shown_in_the_zone_of_the_member(colleague: Colleague) -> None:
    before = colleague.go("/desk/account").text
    assert "(UTC)" in before

    colleague.go("/desk/account/settings")
    page = colleague.press("Save", zone="Pacific/Auckland")

    assert "22:00 (Pacific/Auckland)" in page.text
    assert "Times are those of Pacific/Auckland" in page.answer.text


def test_times_are_typed_in_the_zone_of_the_member_and_kept_as_instants(desk: Desk, colleague: Colleague) -> None:
    reference = desk.add_case()
    colleague.press("Save", zone="Pacific/Auckland")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    form, _button = colleague.page.form_with("It was sent")
    typed = dict(_controls(form))
    assert typed["sent_at"] == "2026-11-23T22:00"

    colleague.press("It was sent", channel="form", has_checked="y", sent_at="2026-11-23T21:30", ticket="INV-1")

    history = desk.visit("tane").go(f"/desk/cases/{reference}/history").text
    assert "08:30" in history


def test_who_reads_days_as_numbers_types_them_so_and_no_picker_says_otherwise(desk: Desk, colleague: Colleague) -> None:
    reference = desk.add_case()
    page = colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    assert [each.get("type") for each in page.root.iter("input") if each.get("name") == "sent_at"] == ["datetime-local"]
    assert "like 2026-11-24" not in page.text, "the picker shows the browser's own form"

    colleague.go("/desk/account/settings")
    colleague.press("Save", date_form="iso")

    page = colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    (field,) = [each for each in page.root.iter("input") if each.get("name") == "sent_at"]
    assert (field.get("type"), field.get("value")) == ("text", "2026-11-23 09:00")
    assert "Day and time in UTC, like 2026-11-24 14:05." in page.text
    colleague.press("It was sent", channel="form", has_checked="y", ticket="INV-1")
    assert "Their ticket number: INV-1." in colleague.page.text


@pytest.mark.parametrize(
    ("chosen", "shown"), [("words", "23 November 2026, 09:00"), ("words_12", ", 9:00"), ("iso", "2026-11-23 09:00")]
)
def test_dates_are_read_in_the_chosen_form(colleague: Colleague, chosen: str, shown: str) -> None:
    page = colleague.press("Save", date_form=chosen)

    assert shown in page.text


def test_nothing_changes_for_others_nor_on_the_persons_pages(desk: Desk, colleague: Colleague) -> None:
    colleague.press("Save", zone="Pacific/Auckland", date_form="iso", density="roomy")

    other = desk.visit("tane").go("/desk/account")

    assert "(UTC)" in other.text
    assert "2026-11-23 0" not in other.text
    assert "desk--roomy" not in other.answer.text
    assert "desk--roomy" in colleague.go("/desk").answer.text


def test_today_ends_at_midnight_where_the_member_is(desk: Desk, colleague: Colleague) -> None:
    colleague.press("Save", zone="Pacific/Auckland")
    assert find_end_of_day(desk, "mira") == "2026-11-23 11:00"
    assert find_end_of_day(desk, "ines") == "2026-11-24 00:00"


def find_end_of_day(desk: Desk, login: str) -> str:
    """When the member's day ends, in UTC."""
    desk.add(login)
    with desk.parts.sessions.begin() as session:
        row = session.scalars(select(Staff).where(Staff.login == login)).one()
        work = Work(session=session, actor=actor_of(row), now=desk.parts.clock(), ports=desk.parts.ports)
        return f"{day_of(work).ends_at:%Y-%m-%d %H:%M}"


def test_a_zone_that_is_none_is_refused(colleague: Colleague) -> None:
    page = colleague.press("Save", zone="Europe/Atlantis", status=400)

    assert page.errors


def test_the_members_language_is_that_of_their_pages(desk: Desk, colleague: Colleague) -> None:
    with desk.parts.sessions.begin() as session:
        session.scalars(select(Staff).where(Staff.login == "mira")).one().language = "de"

    assert "Montag" in colleague.go("/desk/account").text
    assert "Monday" in desk.visit("tane").go("/desk/account").text
