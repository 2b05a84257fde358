"""A polite look at an address, against a server of the test's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from portal.adapters.link_check import Probe, ProbeResult, probe

ASKED: list[tuple[str, str, dict[str, str]]] = []
ANSWERS = {"/fine": 200, "/gone": 404, "/moved": 301, "/closed": 403, "/broken": 500, "/no-head": 405}


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        ASKED.append((self.command, self.path, dict(self.headers)))
        status = ANSWERS[self.path]
        self.send_response(200 if status == 405 and self.command == "GET" else status)
        self.send_header("Set-Cookie", "a=b")
        if status == 301:
            self.send_header("Location", "/fine")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - the name that the library calls

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/fine", ProbeResult.WORKS),
        ("/no-head", ProbeResult.WORKS),
        ("/gone", ProbeResult.GONE),
        ("/moved", ProbeResult.MOVED),
        ("/closed", ProbeResult.REFUSED),
        ("/broken", ProbeResult.UNREACHABLE),
    ],
)
def test_an_answer_is_told_in_one_word(base: str, path: str, found: ProbeResult) -> None:
    assert probe(base + path, agent="test", may_be_local=True).found is found


def test_a_redirect_is_told_and_not_followed(base: str) -> None:
    ASKED.clear()
    assert probe(base + "/moved", agent="test", may_be_local=True) == Probe(ProbeResult.MOVED, base + "/fine")
    assert [path for _, path, _ in ASKED] == ["/moved"]


def test_it_says_who_asks_and_carries_no_cookie(base: str) -> None:
    ASKED.clear()
    for _ in range(2):
        probe(base + "/fine", agent="Recourse (+https://portal.example)", may_be_local=True)
    for _, _, headers in ASKED:
        assert headers["User-Agent"] == "Recourse (+https://portal.example)"
        assert "Cookie" not in headers


def test_a_private_network_is_never_asked(base: str) -> None:
    ASKED.clear()
    assert probe(base + "/fine", agent="test").found is ProbeResult.NOT_ASKED
    assert ASKED == []


@pytest.mark.parametrize("address", ["someone@example.org", "file:///etc/passwd", "https://", "+1 555 0100"])
def test_what_is_no_web_address_is_not_asked(address: str) -> None:
    assert probe(address, agent="test").found is ProbeResult.NOT_ASKED


def test_a_server_that_is_not_there_is_unreachable() -> None:
    assert probe("http://127.0.0.1:9/", agent="test", may_be_local=True).found is ProbeResult.UNREACHABLE
