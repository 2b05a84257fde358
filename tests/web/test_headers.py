"""What every answer carries, whoever asks for what: pages, redirects, errors, files; and forms without their token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from portal.config import load_config
from portal.domain.typed import LARGEST_FORM
from portal.factory import create_app
from portal.models.tables import metadata
from portal.web.security import FORGETTING
from portal.web.unit_of_work import parts
from tests.web.addresses import at
from tests.web.answer_headers import check_headers, check_location
from tests.web.test_routes import EVERY_ROUTE, _address, find_callers
from tests.web.world import Caller, World, let_in, make_world, read_rows

ROOT = Path(__file__).resolve().parents[2]
READING = {"GET", "HEAD", "OPTIONS"}
FORMS = [(endpoint, rule) for method, endpoint, rule in EVERY_ROUTE if method not in READING]
PAGES = [(endpoint, rule) for method, endpoint, rule in EVERY_ROUTE if method == "GET"]
FOREIGN = "evil.example"
ENDS = {"start.leave", "signin.sign_out", "erase.erase", "report.erase_draft"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("headers")) as made:
        yield made


def ask(world: World, caller: Caller, method: str, path: str, **sent: Any) -> TestResponse:
    client = world.app.test_client()
    side = "session" if caller in {Caller.PERSON, Caller.DRAFT} else "desk"
    let_in(client, world.cookies[caller], [side])
    return client.open(path, method=method, environ_overrides=world.leaving(), **sent)


@pytest.mark.parametrize(("endpoint", "rule"), PAGES, ids=lambda part: str(part))
def test_an_answer_without_its_page_carries_every_header_too(world: World, endpoint: str, rule: str) -> None:
    """The answers with a page, of every address to every caller, are looked at in `test_routes`."""
    path = _address(world, endpoint)
    for caller in Caller:
        check_headers(ask(world, caller, "OPTIONS", path))
    for caller in find_callers(endpoint):
        check_headers(ask(world, caller, "HEAD", path))
    world.restore()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_everywhere_and_told_which_are_not(world: World, method: str) -> None:
    for _method, endpoint, _rule in EVERY_ROUTE:
        answer = ask(world, Caller.PERSON, method, _address(world, endpoint))
        assert answer.status_code == 405
        assert method not in answer.headers["Allow"]
        check_headers(answer)


@pytest.mark.parametrize(("endpoint", "rule"), FORMS, ids=lambda part: str(part))
def test_a_form_without_its_token_changes_nothing_whoever_sends_it(world: World, endpoint: str, rule: str) -> None:
    path, before = _address(world, endpoint), dump(world)
    for caller in Caller:
        answer = ask(world, caller, "POST", path, data={"text": "written"})
        assert answer.status_code == (400 if is_form(endpoint) else answer.status_code)
        foreign = ask(world, caller, "POST", path, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == (403 if is_form(endpoint) else foreign.status_code)
        assert "Set-Cookie" not in foreign.headers, "another site cannot end or replace a session"
        check_headers(foreign)
    after = dump(world)
    if endpoint == "recipient_machines.post":  # an unknown link is a guess, which is counted
        del before["throttles"], after["throttles"]
    assert after == before
    world.restore()


def is_form(endpoint: str) -> bool:
    """Questions to the open interface change nothing, and other machines show a key or a link: none needs a token."""
    return not endpoint.startswith(("api.", "partner.", "recipient_machines.", "mail_hook."))


def dump(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but those of the browsers' sessions."""
    return {name: rows for name, rows in read_rows(world).items() if name != "web_sessions"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/not/here", 404),
        ("/static/not-here.js", 404),
        ("/static/../app.py", 404),
        ("/static/css/base.css", 200),
        ("/static/js/leave.js", 200),
        ("/static/js/fingerprint-worker.js", 200),
        ("/report/who%00", 303),
        ("/%ff", 404),
        ("/case/letters/1.pdf.exe", 303),
    ],
)
def test_files_and_missing_pages_carry_the_headers_too(world: World, path: str, status: int) -> None:
    answer = ask(world, Caller.NOBODY, "GET", path)
    assert answer.status_code == status
    check_headers(answer)
    answer.close()


def test_too_large_a_form_is_told_so_before_it_is_read(world: World) -> None:
    answer = ask(world, Caller.NOBODY, "POST", "/return", data={"words": "a" * (LARGEST_FORM + 1)})
    assert answer.status_code == 413
    assert "Send it in smaller parts" in answer.text
    check_headers(answer)


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/", "/\\evil.example", "//evil.example/desk", "//api/v1", "/api/v1"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_looks_like_another_site_leads_nowhere(world: World, path: str, method: str) -> None:
    headers = {"Host": FOREIGN}
    answer = world.app.test_client().open(method=method, headers=headers, environ_overrides={"PATH_INFO": path})
    assert answer.status_code in {308, 404, 405}
    check_headers(answer)


def test_no_parameter_says_where_to_go(world: World) -> None:
    names = ("next", "return", "return_to", "url", "redirect", "continue", "back", "r")
    asked = "&".join(f"{name}=https://{FOREIGN}/" for name in names)
    for endpoint, _rule in PAGES:
        if endpoint in ENDS:
            continue
        path = _address(world, endpoint)
        joint = "&" if "?" in path else "?"
        check_location(ask(world, Caller.ADVOCATE, "GET", f"{path}{joint}{asked}"), path)


@pytest.mark.parametrize("names", [["Host"], ["X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded"]])
def test_what_the_request_calls_this_server_is_never_repeated(world: World, names: list[str]) -> None:
    for endpoint, _rule in PAGES:
        if endpoint in ENDS:
            continue
        for caller in (Caller.NOBODY, Caller.PERSON, Caller.ADVOCATE):
            answer = ask(world, caller, "GET", _address(world, endpoint), headers=dict.fromkeys(names, FOREIGN))
            assert FOREIGN not in answer.get_data(as_text=False).decode("utf-8", "replace")
            assert FOREIGN not in str(answer.headers), endpoint


def test_no_template_has_anything_inline() -> None:
    """Also in templates that no page of the tests shows."""
    inline = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if "letters" not in path.parts:  # printed, never sent to a browser
            found = inline.search(path.read_text())
            assert found is None, f"{path.name}: {found and found[0]}"


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_no_script_evaluates_text_or_speaks_to_another_site(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)
    assert not re.search(r"https?://|sendBeacon|WebSocket|EventSource", text)


def test_leaving_signing_out_and_erasing_ask_the_browser_to_forget(world: World) -> None:
    assert FORGETTING == ENDS
    world.app.config["WTF_CSRF_ENABLED"] = False
    try:
        ways = [
            (Caller.PERSON, "GET", "/leave", {}),
            (Caller.NOBODY, "GET", "/leave", {}),
            (Caller.ADVOCATE, "POST", "/desk/sign-out", {}),
            (Caller.PERSON, "POST", at("/case/erase"), {"sure": "y", "erase": "y"}),
            (Caller.DRAFT, "POST", at("/report/erase"), {}),
        ]
        for caller, method, path, data in ways:
            answer = ask(world, caller, method, path, data=data)
            assert answer.status_code == (200 if path in {at("/case/erase"), at("/report/erase")} else 303), path
            kept = "" if path == "/desk/sign-out" else '"cookies", '  # a colleague's browser stays known
            assert answer.headers["Clear-Site-Data"] == f'"cache", {kept}"storage"'
            assert answer.headers["Cache-Control"] == "no-store"
            if caller is not Caller.NOBODY:
                side = "desk" if path == "/desk/sign-out" else "session"
                assert any(line.startswith(f"{side}=;") for line in answer.headers.getlist("Set-Cookie"))
            world.restore()
        assert "Clear-Site-Data" not in ask(world, Caller.PERSON, "GET", at("/case")).headers
    finally:
        world.app.config["WTF_CSRF_ENABLED"] = True
        world.restore()


def test_behind_tls_the_browser_never_comes_back_without_it(tmp_path: Path) -> None:
    settings = {"RECOURSE_DATA": str(tmp_path), "RECOURSE_BASE_URL": "https://help.example"}
    app = create_app(load_config(settings))
    with app.app_context():
        metadata.create_all(parts().engine)
    with app.test_client() as client:
        answer = client.get("/report", base_url="https://help.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_plain_server_does_not_promise_tls(world: World) -> None:
    assert "Strict-Transport-Security" not in ask(world, Caller.NOBODY, "GET", "/").headers
