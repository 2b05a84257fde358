"""One polite look at one web address: no cookies, no redirects followed, nothing kept, never into a private network."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from urllib.parse import urljoin, urlsplit

SECONDS = 10.0
MOST_BYTES = 1024


class ProbeResult(StrEnum):
    """What an address answered."""

    WORKS = "works"
    MOVED = "moved"
    GONE = "gone"
    REFUSED = "refused"  # it answers, but not to a program: a person has to look
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not asked"  # no web address, or one of a private network


@dataclass(frozen=True)
class Probe:
    """The answer, with where it has moved or why it could not be asked."""

    found: ProbeResult
    detail: str = ""


_GONE = frozenset({404, 410})
_NO_HEAD = frozenset({400, 403, 405, 501})


def probe(address: str, *, agent: str, may_be_local: bool = False) -> Probe:
    """Ask for the head of the page, and for its first bytes where the server wants that. `agent` says who asks.

    `may_be_local` is for tests against a server of their own.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return Probe(ProbeResult.NOT_ASKED, "no web address")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        place = _find_place(parts.hostname, port, may_be_local=may_be_local)
        if place is None:
            return Probe(ProbeResult.NOT_ASKED, "an address of a private network")
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        status, target = _ask("HEAD", parts.hostname, place, port, path, parts.scheme == "https", agent)
        if status in _NO_HEAD:
            status, target = _ask("GET", parts.hostname, place, port, path, parts.scheme == "https", agent)
    except (OSError, HTTPException, ValueError) as error:
        return Probe(ProbeResult.UNREACHABLE, type(error).__name__)
    return _judge(status, urljoin(address, target) if target else "")


def _judge(status: int, target: str) -> Probe:
    if 200 <= status < 300:
        return Probe(ProbeResult.WORKS)
    if 300 <= status < 400 and target:
        return Probe(ProbeResult.MOVED, target)
    if status in _GONE:
        return Probe(ProbeResult.GONE, str(status))
    return Probe(ProbeResult.REFUSED if status < 500 else ProbeResult.UNREACHABLE, str(status))


def _find_place(host: str, port: int, *, may_be_local: bool) -> str | None:
    """The network address to connect to; the name is looked up once, so that it cannot change in between."""
    for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        address = str(place[0])
        if may_be_local or ipaddress.ip_address(address).is_global:
            return address
    return None


def _ask(
    method: str, host: str, place: str, port: int, path: str, is_secure: bool, agent: str
) -> tuple[int, str | None]:
    """Status and the place it points to. At most a few bytes of a page are read, and thrown away."""
    connection = HTTPConnection(host, port, timeout=SECONDS)
    plain = socket.create_connection((place, port), timeout=SECONDS)
    try:
        secured = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_secure else plain
        connection.sock = secured
        headers = {"User-Agent": agent, "Accept": "*/*", "Connection": "close"}
        connection.request(method, path, headers=headers | ({"Range": "bytes=0-0"} if method == "GET" else {}))
        answer = connection.getresponse()
        answer.read(MOST_BYTES)
        return answer.status, answer.getheader("Location")
    finally:
        connection.close()
        plain.close()
