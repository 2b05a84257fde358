"""One answer inside another page: no script, no form, no cookie, nothing that leaks; and nothing else can be framed."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from werkzeug.test import TestResponse

COUNTRY = "/embed/country?country=GB&platform=instagram"
CLOCK = "/embed/clock?regime=eu-gdpr-17&day=2026-03-05"
FRAMED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}


def fetch(app: Flask, path: str) -> TestResponse:
    """As a browser asks for a frame inside another site's page."""
    return app.test_client().get(path, headers=FRAMED)


def read(answer: TestResponse) -> Element:
    root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    return root


@pytest.mark.parametrize("path", [COUNTRY, CLOCK, "/embed/country?country=XX", "/embed/clock?regime=none"])
def test_an_answer_may_be_framed_by_anybody_and_does_nothing(open_app: Flask, path: str) -> None:
    answer = fetch(open_app, path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    tags = {each.tag for each in read(answer).iter()}
    assert tags.isdisjoint({"script", "form", "input", "button", "img", "iframe", "object", "style"})


@pytest.mark.parametrize("path", [COUNTRY, CLOCK, "/embed/country?country=US&threat=true"])
def test_every_link_opens_a_window_of_its_own_and_tells_nobody_where_from(open_app: Flask, path: str) -> None:
    links = [each for each in read(fetch(open_app, path)).iter("a")]
    assert links
    for link in links:
        assert link.get("href") == "/"
        assert link.get("target") == "_blank"
        assert {"noopener", "noreferrer"} <= set(link.get("rel", "").split())


def test_the_answers_are_those_of_the_pages(open_app: Flask) -> None:
    text = " ".join("".join(read(fetch(open_app, COUNTRY)).itertext()).split())
    assert "United Kingdom, Instagram" in text
    assert "Ask Instagram to take it down. By law they have 48 hours after they get your report." in text
    assert "Tuesday 7 April 2026" in fetch(open_app, CLOCK).text
    assert "No date" in fetch(open_app, "/embed/clock?regime=eu-dsa-16&clock=decide&day=2026-11-20").text


@pytest.mark.parametrize("path", ["/embed/country", "/embed/country?country=GB&colour=red", "/embed/clock?day=1"])
def test_what_cannot_be_answered_is_told(open_app: Flask, path: str) -> None:
    answer = fetch(open_app, path)
    assert answer.status_code == 400
    assert "This cannot be answered" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_else_can_be_framed(open_app: Flask) -> None:
    rules = [rule for rule in open_app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())]
    allowed = [
        rule.rule
        for rule in rules
        if rule.endpoint.split(".")[0] in {"law", "changes", "clock", "directory", "api", "downloads", "embed", "start"}
        and "frame-ancestors *" in fetch(open_app, rule.rule).headers.get("Content-Security-Policy", "")
    ]
    assert sorted(allowed) == ["/embed/clock", "/embed/country"]


def test_an_answer_may_be_kept_by_anybody(open_app: Flask) -> None:
    answer = fetch(open_app, COUNTRY)
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["ETag"]
