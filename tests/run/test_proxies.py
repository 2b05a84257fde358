"""The sites that ship, run by nginx and by Caddy: they pass everything on to the portal, and write nothing down."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.stores import find_free_port
from tools.check_deployment import DEPLOY, find_caddy, set_up_caddy, set_up_nginx
from tools.programs import find_program

HOST = "recourse.example.org"
PATIENCE = 20.0  # seconds
NOTHING: Mapping[str, str] = MappingProxyType({})
LARGEST_BODY = 12 * 1024 * 1024


@dataclass
class Upstream:
    """Stands where the portal stands, and keeps what it is asked."""

    port: int
    asked: list[tuple[str, dict[str, str], int]] = field(default_factory=list)


@dataclass
class Site:
    upstream: Upstream
    folder: Path
    plain: int
    secure: int

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = NOTHING) -> HTTPResponse:
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        line = HTTPSConnection("127.0.0.1", self.secure, timeout=PATIENCE, context=context)
        line.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.secure), PATIENCE), server_hostname=HOST
        )
        line.request(method, path, body, {"Host": HOST, **headers})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    found = Upstream(0)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            found.asked.append((self.path, dict(self.headers.items()), len(body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the server's own name

        def log_message(self, *_details: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    found.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, upstream: Upstream, tmp_path: Path) -> Iterator[Site]:
    found = Site(upstream, tmp_path, find_free_port(), find_free_port())
    ports = (found.plain, found.secure)
    if request.param == "nginx":
        program = find_program("nginx", "nginx")
        whole = set_up_nginx(DEPLOY / "nginx" / "recourse.conf", tmp_path, ports=ports, upstream=upstream.port)
        command = ["-p", str(tmp_path), "-c", str(whole)]
    else:
        program = find_caddy(tmp_path)
        whole = set_up_caddy(DEPLOY / "caddy" / "Caddyfile", tmp_path, ports=ports, upstream=upstream.port)
        command = ["run", "--adapter", "caddyfile", "--config", str(whole)]
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen([program.path, *command], env=dict(program.environment), stdout=said, stderr=said)
    try:
        wait_for(found)
        yield found
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(site: Site) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            site.ask("GET", "/healthz")
        except OSError:
            assert time.monotonic() < end, (site.folder / "said").read_text()
            time.sleep(0.1)
        else:
            return


def test_a_site_hands_everything_on_and_writes_nothing_down(site: Site) -> None:
    answer = site.ask("GET", "/canary?q=1", headers={"X-Forwarded-For": "203.0.113.9", "Cookie": "a=b"})
    assert answer.status == 200
    path, headers, _size = site.upstream.asked[-1]
    assert path == "/canary?q=1"
    assert headers["Host"] == HOST
    assert headers["X-Forwarded-For"] == "127.0.0.1", "what the browser says of others is not believed"
    assert site.ask("POST", "/upload", b"a" * (LARGEST_BODY - 1)).status == 200
    assert site.upstream.asked[-1][2] == LARGEST_BODY - 1
    assert site.ask("POST", "/upload", b"a" * (LARGEST_BODY + 100_000)).status == 413
    said = b"".join(each.read_bytes() for each in site.folder.rglob("*") if each.is_file())
    assert b"canary" not in said
    assert b"203.0.113.9" not in said


def test_who_comes_without_tls_is_sent_on_to_it(site: Site) -> None:
    line = HTTPConnection("127.0.0.1", site.plain, timeout=PATIENCE)
    line.request("GET", "/help", headers={"Host": HOST})
    answer = line.getresponse()
    line.close()
    assert answer.status in {301, 308}
    assert (answer.headers["Location"] or "").startswith(f"https://{HOST}")
    assert all(path != "/help" for path, _headers, _size in site.upstream.asked)
