"""What every answer carries, whoever asks for what: pages, redirects, errors, files; and forms without their token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.config import load_config
from portal.domain.typed import LARGEST_FORM
from portal.factory import create_app
from portal.models.tables import metadata
from portal.web.security import FORGETTING
from portal.web.unit_of_work import parts
from tests.web.addresses import at
from tests.web.test_routes import EVERY_ROUTE, _address
from tests.web.world import Caller, World, let_in, make_world, read_rows

ROOT = Path(__file__).resolve().parents[2]
FIXED: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Robots-Tag": "noindex",
}
FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
NONE_BY_DEFAULT = {"default-src", "base-uri", "frame-ancestors"}
OWN_ONLY = {"style-src", "script-src", "worker-src", "img-src", "form-action", "connect-src"}
STRONG = {"camera", "microphone", "geolocation", "display-capture", "usb", "payment", "local-network", "clipboard-read"}
SEALED_PAGES = {"/fingerprint", "/static/js/fingerprint-worker.js"}  # and the same as a step of a case, once it is open
READING = {"GET", "HEAD", "OPTIONS"}
FORMS = [(endpoint, rule) for method, endpoint, rule in EVERY_ROUTE if method not in READING]
FOREIGN = "evil.example"
ENDS = {"start.leave", "signin.sign_out", "erase.erase", "report.erase_draft"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("headers")) as made:
        yield made


def check(answer: TestResponse) -> None:
    """Every header of one answer. Raises AssertionError."""
    what = f"{answer.request.method} {answer.request.path}: {answer.status_code}"
    is_framed = answer.request.path.startswith("/embed/") and answer.status_code != 405
    for name, value in FIXED.items():
        expected = [] if is_framed and name == "X-Frame-Options" else [value]
        assert answer.headers.getlist(name) == expected, f"{what}: {name}"
    if is_framed:
        assert answer.headers["Content-Security-Policy"] == FRAMED, what
    else:
        check_policy(answer.headers["Content-Security-Policy"], what, path=answer.request.path)
    abilities = dict(part.strip().split("=", 1) for part in answer.headers["Permissions-Policy"].split(","))
    assert set(abilities) >= STRONG, what
    assert set(abilities.values()) == {"()"}, what
    assert answer.headers["Cross-Origin-Resource-Policy"] in (
        {"cross-origin", "same-origin"} if answer.request.path.startswith("/api/") or is_framed else {"same-origin"}
    ), what
    check_keeping(answer, what)
    check_location(answer, what)


def check_policy(policy: str, what: str, *, path: str) -> None:
    """Only what comes from here, nothing inline, nothing evaluated, framed by nobody. A handed-in file gets nothing.

    Where files are read on the device, no connection can be opened, and on the public page no form can be sent.
    """
    if "sandbox" in policy:
        allowed = {part.strip() for part in policy.split(";")}
        assert allowed >= {"default-src 'none'", "sandbox"}, what
        assert "'self'" not in policy, what
        return
    rules = dict(part.split(maxsplit=1) for part in policy.split(";"))
    shut = {"connect-src"} if "media-src" in rules else set()
    if path == "/fingerprint" and "media-src" in rules:
        shut.add("form-action")
    assert "media-src" not in rules or path.startswith((*SEALED_PAGES, "/p/30")), what
    assert "media-src" in rules or path not in SEALED_PAGES or "OPTIONS" in what or ": 2" not in what, what
    assert rules.pop("media-src", "blob:") == "blob:", what
    assert {name for name, value in rules.items() if value == "'none'"} == NONE_BY_DEFAULT | shut, what
    assert {name for name, value in rules.items() if value == "'self'"} == OWN_ONLY - shut, what
    assert set(rules) == NONE_BY_DEFAULT | OWN_ONLY, what


def check_keeping(answer: TestResponse, what: str) -> None:
    """Nothing is kept, unless it is the same for everybody."""
    kept = answer.headers["Cache-Control"]
    if kept == "no-store":
        return
    assert answer.status_code < 400, what
    assert kept == "no-cache" or kept.startswith("public, max-age="), f"{what}: {kept}"
    assert "Set-Cookie" not in answer.headers, what


def check_location(answer: TestResponse, what: str) -> None:
    """A redirect stays here; only leaving goes to the address that the operator chose."""
    place = answer.headers.get("Location")
    if place is None:
        return
    if answer.request.path == "/leave":
        assert place == answer.request.environ["test.leave_url"], what
        return
    parts_of = urlsplit(place)
    assert place.startswith("/"), f"{what}: {place}"
    assert not place.startswith(("//", "/\\")), f"{what}: {place}"
    assert (parts_of.scheme, parts_of.netloc) == ("", ""), f"{what}: {place}"


def ask(world: World, caller: Caller, method: str, path: str, **sent: Any) -> TestResponse:
    client = world.app.test_client()
    side = "session" if caller in {Caller.PERSON, Caller.DRAFT} else "desk"
    let_in(client, world.cookies[caller], [side])
    leave_url = _leave_url(world.app)
    return client.open(path, method=method, environ_overrides={"test.leave_url": leave_url}, **sent)


def _leave_url(app: Flask) -> str:
    with app.app_context():
        return parts().config.leave_url


@pytest.mark.parametrize(("method", "endpoint", "rule"), EVERY_ROUTE, ids=lambda part: str(part))
def test_every_answer_carries_every_header_whoever_asks(world: World, method: str, endpoint: str, rule: str) -> None:
    path = _address(world, endpoint)
    for caller in Caller:
        check(ask(world, caller, method, path))
        check(ask(world, caller, "OPTIONS", path))
        if method == "GET":
            check(ask(world, caller, "HEAD", path))
    if method == "POST" or endpoint in ENDS:
        world.restore()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_everywhere_and_told_which_are_not(world: World, method: str) -> None:
    for _method, endpoint, _rule in EVERY_ROUTE:
        answer = ask(world, Caller.PERSON, method, _address(world, endpoint))
        assert answer.status_code == 405
        assert method not in answer.headers["Allow"]
        check(answer)


@pytest.mark.parametrize(("endpoint", "rule"), FORMS, ids=lambda part: str(part))
def test_a_form_without_its_token_changes_nothing_whoever_sends_it(world: World, endpoint: str, rule: str) -> None:
    path, before = _address(world, endpoint), dump(world)
    for caller in Caller:
        answer = ask(world, caller, "POST", path, data={"text": "written"})
        assert answer.status_code == (400 if is_form(endpoint) else answer.status_code)
        foreign = ask(world, caller, "POST", path, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == (403 if is_form(endpoint) else foreign.status_code)
        assert "Set-Cookie" not in foreign.headers, "another site cannot end or replace a session"
        check(foreign)
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
    check(answer)
    answer.close()


def test_too_large_a_form_is_told_so_before_it_is_read(world: World) -> None:
    answer = ask(world, Caller.NOBODY, "POST", "/return", data={"words": "a" * (LARGEST_FORM + 1)})
    assert answer.status_code == 413
    assert "Send it in smaller parts" in answer.text
    check(answer)


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/", "/\\evil.example", "//evil.example/desk", "//api/v1", "/api/v1"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_looks_like_another_site_leads_nowhere(world: World, path: str, method: str) -> None:
    headers = {"Host": FOREIGN}
    answer = world.app.test_client().open(method=method, headers=headers, environ_overrides={"PATH_INFO": path})
    assert answer.status_code in {308, 404, 405}
    check(answer)


@pytest.mark.parametrize("name", ["next", "return", "return_to", "url", "redirect", "continue", "back", "r"])
def test_no_parameter_says_where_to_go(world: World, name: str) -> None:
    for method, endpoint, _rule in EVERY_ROUTE:
        if method != "GET" or endpoint in ENDS:
            continue
        path = _address(world, endpoint)
        joint = "&" if "?" in path else "?"
        check_location(ask(world, Caller.ADVOCATE, "GET", f"{path}{joint}{name}=https://{FOREIGN}/"), path)


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded"])
def test_what_the_request_calls_this_server_is_never_repeated(world: World, name: str) -> None:
    for method, endpoint, _rule in EVERY_ROUTE:
        if method != "GET" or endpoint in ENDS:
            continue
        for caller in (Caller.NOBODY, Caller.PERSON, Caller.ADVOCATE):
            answer = ask(world, caller, "GET", _address(world, endpoint), headers={name: FOREIGN})
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
