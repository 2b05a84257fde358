"""What another site leads to or sends changes nothing, and leaves the session of whoever is here as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.models.accounts import WebSession
from tests.web.addresses import at
from tests.web.pages import Visitor, check_page
from tests.web.person.journey import begin, words_on
from tests.web.test_headers import ask, dump, is_form
from tests.web.test_routes import EVERY_ROUTE, _address
from tests.web.world import TITLE, Caller, World, make_world

# A link to a notice that is not there is a guess, and counted whatever led to it.
READS = sorted({endpoint for method, endpoint, _rule in EVERY_ROUTE if method == "GET"} - {"recipient.show"})
FORMS = sorted({endpoint for method, endpoint, _rule in EVERY_ROUTE if method == "POST"})
# What other machines send, each with a key or a link of its own instead of a session.
FOR_MACHINES = {
    "mail_hook.take",
    "partner.log_answer",
    "partner.open_case",
    "recipient_machines.post",
}
FOREIGN: Mapping[str, Mapping[str, str]] = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "another site that hides": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "a sibling": {"Sec-Fetch-Site": "same-site", "Origin": "https://other.localhost"},
    "what browsers may say one day": {"Sec-Fetch-Site": "elsewhere"},
    "another site in an old browser": {"Origin": "https://evil.example"},
    "another port in an old browser": {"Origin": "http://localhost:81"},
}
OWN: Mapping[str, Mapping[str, str]] = {
    "a page of ours": {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    "a page loaded again": {"Sec-Fetch-Site": "none"},
    "a page of ours in an old browser": {"Origin": "null"},
    "an old browser that says where": {"Origin": "http://localhost"},
    "a browser that says nothing": {},
}
A_LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
A_PICTURE = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("origins")) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False  # as if the token fitted: what is looked at is where it began
        yield made


def is_left_alone(answer: TestResponse) -> bool:
    return "Set-Cookie" not in answer.headers and "Clear-Site-Data" not in answer.headers


@pytest.mark.parametrize("name", FOREIGN)
def test_no_form_of_another_site_is_taken_even_with_the_right_token(world: World, name: str) -> None:
    before = dump(world)
    for endpoint in FORMS:
        path = _address(world, endpoint)
        for caller in (Caller.PERSON, Caller.SUPERVISOR):
            data = {"sure": "y", "erase": "y", "text": "canary"}
            answer = ask(world, caller, "POST", path, data=data, headers=FOREIGN[name])
            assert answer.status_code == 403, endpoint
            assert is_left_alone(answer), endpoint
            assert "canary" not in answer.text, endpoint
            assert "<form" not in answer.text, f"{endpoint}: nothing is offered to be sent again"
    assert dump(world) == before


@pytest.mark.parametrize("name", OWN)
def test_a_form_of_ours_is_taken_by_every_browser(world: World, name: str) -> None:
    try:
        answer = ask(
            world, Caller.PERSON, "POST", at("/case/erase"), data={"sure": "y", "erase": "y"}, headers=OWN[name]
        )
        assert answer.status_code == 200
        assert "erased" in answer.text
    finally:
        world.restore()


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("kind", [A_LINK, A_PICTURE], ids=["a link", "a picture"])
def test_no_address_that_another_site_leads_to_touches_the_session(
    world: World, kind: Mapping[str, str], name: str
) -> None:
    before = dump(world)
    for endpoint in READS:
        for caller in (Caller.NOBODY, Caller.PERSON):
            answer = ask(world, caller, "GET", _address(world, endpoint), headers={**FOREIGN[name], **kind})
            assert is_left_alone(answer), f"{endpoint}, {caller}"
    assert dump(world) == before


def test_whoever_follows_a_link_from_elsewhere_finds_their_case_open(app: Flask) -> None:
    visitor = Visitor(app)
    begin(visitor)
    kept = visitor.client.get_cookie("session")
    assert kept is not None
    visitor.client.delete_cookie("session")  # a browser does not send it along
    for path in ("/return", "/desk/sign-in", at("/report/who?from=there")):
        answer = visitor.client.get(path, headers={"Sec-Fetch-Site": "cross-site", **A_LINK})
        check_page(answer, TITLE)
        assert is_left_alone(answer)
        assert '<meta http-equiv="refresh" content="0">' in answer.text
        assert f'href="{path}"' in answer.text, "without the refresh it goes on with a press"
    visitor.client.set_cookie("session", kept.value)  # the page asks for itself, and the cookie comes along
    answer = visitor.client.get(at("/report/who"), headers={"Sec-Fetch-Site": "same-origin", **A_LINK})
    assert answer.status_code == 200
    assert "refresh" not in answer.text


@pytest.mark.parametrize("site", ["same-origin", "none", ""])
def test_leaving_ends_the_session_on_the_server(world: World, site: str) -> None:
    try:
        before = count_sessions(world)
        answer = ask(world, Caller.PERSON, "GET", "/leave", headers={"Sec-Fetch-Site": site} if site else {})
        assert answer.status_code == 303
        assert "Clear-Site-Data" in answer.headers
        assert count_sessions(world) == before - 1
    finally:
        world.restore()


def test_another_site_that_leads_to_leaving_leads_on_and_ends_nothing(world: World) -> None:
    before = count_sessions(world)
    for caller in (Caller.PERSON, Caller.NOBODY):
        answer = ask(world, caller, "GET", "/leave", headers={"Sec-Fetch-Site": "cross-site", **A_LINK})
        assert answer.status_code == 303
        assert is_left_alone(answer)
    assert count_sessions(world) == before


def test_words_typed_into_a_browser_with_a_case_end_the_session_that_was_there(app: Flask) -> None:
    visitor = Visitor(app)
    page = begin(visitor)
    words = words_on(page)
    kept = visitor.client.get_cookie("session")
    assert kept is not None
    visitor.go("/return")
    visitor.press("Go on", words=words)
    now = visitor.client.get_cookie("session")
    assert now is not None
    assert now.value != kept.value
    visitor.client.set_cookie("session", kept.value)
    assert visitor.go("/report/who").path == "/return", "the one before opens nothing"


def count_sessions(world: World) -> int:
    with world.parts.sessions() as session:
        return session.scalar(select(func.count()).select_from(WebSession)) or 0


def test_only_forms_are_asked_where_they_began() -> None:
    assert {endpoint for endpoint in FORMS if not is_form(endpoint)} == FOR_MACHINES
