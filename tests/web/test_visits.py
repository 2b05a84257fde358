"""Who only looks around leaves nothing in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask, flash
from sqlalchemy import func, select

from portal.models.accounts import WebSession
from portal.web.unit_of_work import parts
from tests.web.conftest import TestClock
from tests.web.pages import OWN_PAGE, Visitor
from tests.web.person.journey import begin
from tests.web.test_routes import EVERY_ROUTE, _address
from tests.web.world import Caller, World, make_world

READ = sorted({endpoint for method, endpoint, _rule in EVERY_ROUTE if method == "GET"})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("visits")) as made:
        yield made


def count_rows(app: Flask) -> int:
    with app.app_context(), parts().sessions() as session:
        return session.scalar(select(func.count()).select_from(WebSession)) or 0


def test_no_page_writes_a_row_for_a_browser_without_a_cookie(world: World) -> None:
    before = count_rows(world.app)
    for endpoint in READ:
        world.ask(Caller.NOBODY, "GET", _address(world, endpoint))
        assert count_rows(world.app) == before, endpoint


def test_a_form_without_a_token_writes_none_either(app: Flask) -> None:
    client = app.test_client()
    for _number in range(3):
        assert client.post("/return", data={"words": "a b c d e f"}, headers=OWN_PAGE).status_code == 400
    assert count_rows(app) == 0


def test_what_a_visit_was_told_is_shown_on_its_next_page_once(app: Flask, visitor: Visitor) -> None:
    with app.test_client() as client:
        assert client.get("/return").status_code == 200
        cookie = client.get_cookie("session")
        assert cookie is not None
    session_of = app.session_interface
    with app.test_request_context("/return", headers={"Cookie": f"session={cookie.value}"}) as context:
        flash("Something was said.")
        answer = app.response_class()
        session_of.save_session(app, context.session, answer)
    told = answer.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    visitor.client.set_cookie("session", told)
    assert "Something was said." in visitor.go("/return").text
    assert "Something was said." not in visitor.go("/return").text
    assert count_rows(app) == 0


def test_a_visit_ends_with_what_it_opens_and_its_cookie_opens_nothing(app: Flask, visitor: Visitor) -> None:
    visitor.go("/report")
    kept = visitor.client.get_cookie("session")
    assert kept is not None
    assert kept.value.startswith("v.")
    begin(visitor)
    opened = visitor.client.get_cookie("session")
    assert opened is not None
    assert not opened.value.startswith("v.")
    assert count_rows(app) == 1
    visitor.client.set_cookie("session", kept.value)
    assert visitor.go("/report/who").path == "/return"


@pytest.mark.parametrize("cookie", ["v.", "v.zz", "v.00", "v.01" + "00" * 60])
def test_a_cookie_that_nobody_sealed_is_a_new_visit(app: Flask, cookie: str) -> None:
    client = app.test_client()
    client.set_cookie("session", cookie)
    answer = client.get("/return")
    assert answer.status_code == 200
    assert answer.headers["Set-Cookie"].startswith("session=v.")
    assert count_rows(app) == 0


def test_a_visit_is_over_after_some_hours(app: Flask, visitor: Visitor, clock: TestClock) -> None:
    visitor.go("/return")
    clock.now += timedelta(hours=11)
    visitor.press("Go on", status=400, words="one two")
    assert visitor.page.heading != "Please send it once more"
    clock.now += timedelta(hours=2)
    assert visitor.press("Go on", status=400, words="one two").heading == "Please send it once more"
