"""Addresses that hear of events, on the desk: who keeps which, what is shown once, and what was told there."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import select

from portal.domain.webhooks import WebhookEvent
from portal.models.webhooks import DeliveryState, WebhookDelivery
from portal.services.webhooks import endpoints
from portal.web.desk.team.webhooks import EVENTS
from tests.web.desk.colleague import Desk

SECRET = re.compile(r'value="([0-9a-f]{64})"')
URL = "https://systems.harbour.example/hook?token=mine"


def test_each_event_has_words() -> None:
    assert set(EVENTS) == set(WebhookEvent)


def test_a_supervisor_adds_an_address_sees_its_secret_once_and_what_was_told_and_ends_it(desk: Desk) -> None:
    colleague = desk.visit("ines")
    colleague.go("/desk/team")
    colleague.follow("Addresses that hear of events")
    colleague.follow("Add an address")
    assert "All cases that teams have" not in colleague.page.text
    colleague.press("Keep the address", address="http://systems.harbour.example/", events=["case.opened"], status=400)
    assert "https://" in colleague.page.text
    colleague.press("Keep the address", address=URL, events=["case.opened"])
    (secret,) = set(SECRET.findall(colleague.page.answer.text))
    assert colleague.page.answer.headers["Cache-Control"] == "no-store"
    with desk.parts.sessions.begin() as session:
        work = desk.parts.work(session)
        (kept,) = endpoints.list_endpoints(work)
        told = WebhookDelivery(id=UUID(int=9), endpoint_id=kept.id, case_id=None, event="case.opened", tries=12)
        told.state, told.created_at, told.next_try_at, told.sealed = DeliveryState.FAILED, work.now, work.now, b""
        session.add(told)
    colleague.go("/desk/webhooks")
    assert "1 given up" in colleague.page.text
    colleague.follow("https://systems.harbour.example/hook")
    assert secret not in colleague.page.answer.text
    assert "token=" not in colleague.page.text
    assert "12 tries" in colleague.page.text
    (again,) = (form for form in colleague.page.root.iter("form") if "/again/" in form.get("action", ""))
    (pressed,) = (" ".join("".join(each.itertext()).split()) for each in again.iter("button"))
    assert pressed.startswith("Send again")
    colleague.press(pressed)
    with desk.parts.sessions() as session:
        assert session.scalars(select(WebhookDelivery.state)).all() == [DeliveryState.WAITING]
    colleague.go("/desk/webhooks")
    colleague.press("End https://systems.harbour.example/hook")
    assert "Ended" in colleague.page.text


def test_an_administrator_keeps_those_of_every_case_which_no_supervisor_sees(desk: Desk) -> None:
    desk.add("vera")
    administrator = desk.visit("vera")
    administrator.go("/desk/webhooks/new")
    administrator.press("Keep the address", address=URL, cases="all:", events=["link.back", "case.closed"])
    administrator.go("/desk/webhooks")
    assert "all teams" in administrator.page.text
    with desk.parts.sessions() as session:
        (kept,) = endpoints.list_endpoints(desk.parts.work(session))
    colleague = desk.visit("ines")
    colleague.go("/desk/webhooks")
    assert "systems.harbour.example" not in colleague.page.text
    assert colleague.client.get(f"/desk/webhooks/{kept.id}").location == "/desk/webhooks"
    colleague.go("/desk/webhooks")
    assert "not one of yours" in colleague.page.text
