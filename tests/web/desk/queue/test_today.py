"""The first page of the desk, and follow-up dates that members set by hand."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from portal.domain.lifecycle import Handler, RequestState
from portal.domain.report import YesNo
from portal.domain.webhooks import WebhookEvent
from portal.models.requests import Request
from portal.models.webhooks import DeliveryState, WebhookDelivery
from portal.services.webhooks import endpoints
from portal.services.webhooks.endpoints import Hears
from tests.services.factories import LINKS, make_case
from tests.services.fakes import send
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk
from tests.web.world import say_over_link


def promise(colleague: Colleague, reference: str, *, day: str, status: int = 200, **more: str) -> None:
    colleague.go(f"/desk/cases/{reference}/follow-ups")
    values = {"due": day, "note": "Call the school.", **more}
    colleague.press("Set the date", status=status, **values)


def test_the_desk_begins_with_today_and_each_count_leads_to_its_list(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    assert colleague.page.path == "/desk/today"
    assert "New and unassigned, by risk: 1 case" in colleague.page.text
    assert "What can still be saved: 0 cases" in colleague.page.text
    for view in ("running", "answer", "unassigned", "promised", "stuck"):
        assert f"/desk?show={view}" in colleague.anchors
    assert reference in colleague.go("/desk?show=unassigned").text


def test_a_promise_is_due_on_its_day_until_it_is_done(desk: Desk, clock: TestClock) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    promise(colleague, reference, day="2026-11-25")
    assert "Call the school." in colleague.page.text
    assert "What you promised: 0 cases" in colleague.go("/desk/today").text
    clock.move(days=2)
    assert "What you promised: 1 case" in colleague.sign_in_again("/desk/today").text
    assert "What you promised: 0 cases" in desk.visit("tane").page.text, "it is somebody else's"
    assert reference in colleague.go("/desk?show=promised").text
    colleague.go(f"/desk/cases/{reference}/follow-ups")
    colleague.press("Done")
    assert "No follow-up date is open." in colleague.page.text
    assert "What you promised: 0 cases" in colleague.go("/desk/today").text
    history = colleague.go(f"/desk/cases/{reference}/history").text
    assert "A follow-up date was set." in history
    assert "A follow-up was done." in history


def test_a_day_that_is_past_or_far_away_and_a_request_that_is_not_there_are_refused(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    for day in ("2026-11-22", "2099-01-01"):
        promise(colleague, reference, day=day, status=400)
        assert "Choose a day from today on" in colleague.page.text
    promise(colleague, reference, day="2026-11-25", status=404, request="99")
    promise(colleague, reference, day="", status=400)
    assert "Fill in the day." in colleague.page.text


def test_what_happened_since_the_last_shift_is_counted_and_listed(desk: Desk, clock: TestClock) -> None:
    desk.add_case()
    colleague = desk.visit("mira")
    assert "You were here last" not in colleague.page.text
    clock.move(hours=14)
    reference = desk.add_case()
    page = colleague.sign_in_again("/desk/today")
    assert "You were here last on Monday 23 November 2026, 09:00 (UTC)." in page.text
    assert "1 case changed since" in page.text
    (since,) = [each for each in colleague.anchors if "since=" in each]
    listed = colleague.go(since).text
    assert reference in listed
    assert "All open (1)" in listed
    assert "1 case changed since" in colleague.go("/desk/today").text, "the same shift goes on"


def test_of_new_cases_that_nobody_has_a_child_stands_first_whatever_is_running(desk: Desk) -> None:
    """Only the first five are shown: none of them may push a child out of sight."""
    now = desk.parts.clock()
    with desk.parts.sessions.begin() as session:
        for _case in range(6):
            values = {"handler": Handler.TEAM, "team_id": str(desk.team_id)}
            case = make_case(session, desk.parts.ports, links=LINKS, now=now, **values)
            send(session, case, desk.parts.ports, 1, at=now)
    child = desk.add_case(under_18=YesNo.YES)

    page = desk.visit("mira").page

    (section,) = [each for each in page.root.iter("section") if "New and unassigned" in "".join(each.itertext())]
    first = next(each for each in section.iter("th") if each.get("scope") == "row")
    assert "".join(first.itertext()).strip() == child


def test_a_row_names_the_country_and_the_language(desk: Desk) -> None:
    desk.add_case(country="IE")
    page = desk.visit("mira").go("/desk/today").text
    assert "Ireland · English" in page
    assert "IE · en" not in page


def test_an_answer_over_the_link_stands_among_what_must_be_answered_until_it_was_looked_at(desk: Desk) -> None:
    now = desk.parts.clock()
    with desk.parts.sessions.begin() as session:
        values = {"handler": Handler.TEAM, "team_id": str(desk.team_id)}
        case = make_case(session, desk.parts.ports, links=LINKS, now=now, **values)
        send(session, case, desk.parts.ports, 1, at=now)
        request_id = session.scalars(select(Request.id).where(Request.state == RequestState.SENT)).one()
        say_over_link(desk.parts.work(session), case.case.id, request_id)
        reference = case.reference
    colleague = desk.visit("mira")
    assert "What must be answered: 1 case" in colleague.page.text
    assert "answer over the link" in colleague.page.text
    assert reference in colleague.go("/desk?show=answer").text
    colleague.go(f"/desk/cases/{reference}/said/1")
    colleague.press("Put it aside")
    assert "What must be answered: 0 cases" in colleague.go("/desk/today").text


def test_only_who_can_see_to_it_is_told_that_an_address_takes_nothing(desk: Desk) -> None:
    with desk.parts.sessions.begin() as session:
        work = desk.parts.work(session)
        hears = Hears(team_id=desk.team_id)
        kept, _secret = endpoints.add_endpoint(work, "https://a.example/", {WebhookEvent.CASE_OPENED}, hears)
        told = WebhookDelivery(id=uuid4(), endpoint_id=kept, case_id=None, event="case.opened", tries=7, sealed=b"")
        told.state, told.created_at, told.next_try_at = DeliveryState.WAITING, work.now, work.now
        session.add(told)
    words = "1 address does not take what we tell it"
    desk.add("vera")
    for login, path, sees in (
        ("mira", "/desk/today", False),
        ("ines", "/desk/today", True),
        ("vera", "/desk/staff", True),
    ):
        assert (words in desk.visit(login).go(path).text) is sees
