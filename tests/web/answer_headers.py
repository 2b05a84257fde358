"""The headers of one answer: what keeps a page to itself, whoever asked for what."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

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


def check_headers(answer: TestResponse) -> None:
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
