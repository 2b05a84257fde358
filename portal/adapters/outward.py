"""One request to another machine, and its status line: for what an operator has switched on, and never into a network
of our own.

The name is looked up once, every address it has must be a public one, and the connection goes to the address that was
looked at: a name that answers otherwise the second time gains nothing. No redirect is followed, no cookie kept, no
byte of a body read, and all of it ends after so many seconds, however slowly the other side speaks.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from types import MappingProxyType
from urllib.parse import SplitResult, quote, urlsplit

SECONDS = 10.0  # for all of it
LONGEST_ADDRESS = 8_000  # characters
PORTS = MappingProxyType({"http": 80, "https": 443})
# Of clouds: where a machine asks for its own keys, though the address is a public one.
METADATA = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24")))
OWN_NAMES = ("localhost", ".local", ".internal", ".lan", ".home.arpa")
# IPv6 that holds an IPv4 address, by which a gateway would lead inside.
_EMBEDDING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))

_KEPT = "/%:@!$&'()*+,;=~-._"  # of a path, which stays as it is written

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


class NotAllowed(ValueError):
    """An address that is never asked: no web address, or one of a private network."""


class NotReached(Exception):
    """No answer came, or none that could be read, or not in time."""


@dataclass(frozen=True, repr=False)
class OutwardAnswer:
    """The status, and where it points to, as it was written; empty where nowhere."""

    status: int
    location: str = ""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet at large. One that carries another inside is as private as that."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _EMBEDDING) or address.is_site_local:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in each for each in METADATA)
    )


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this machine knows them. Raises OSError."""
    return [str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, kw_only=True, repr=False)
class Outlet:
    """By which way and within which bounds others are asked. `proxy` is a web address of our own: names are then looked
    up there and not here. `is_allowed` is for tests against a server of their own.
    """

    agent: str
    proxy: str = ""
    seconds: float = SECONDS
    resolve: Resolve = field(default=resolve)
    is_allowed: Callable[[Address], bool] = field(default=is_public)
    context: Callable[[], ssl.SSLContext] = field(default=ssl.create_default_context)

    def ask(
        self, method: str, address: str, *, headers: Mapping[str, str] = MappingProxyType({}), body: bytes | None = None
    ) -> OutwardAnswer:
        """Raises NotAllowed, NotReached."""
        parts = read_web_address(address)
        place = self._find_place(parts)
        try:
            return self._ask(method, parts, place, headers, body)
        except (OSError, HTTPException, ValueError) as error:
            raise NotReached(type(error).__name__) from error

    def _find_place(self, parts: SplitResult) -> tuple[str, int]:
        """Where to connect to: the address that was looked at, or the proxy. Raises NotAllowed, NotReached."""
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        self._require_outside(host)
        if self.proxy:
            proxy = urlsplit(self.proxy)
            return proxy.hostname or "", proxy.port or PORTS[proxy.scheme]
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise NotReached(type(error).__name__) from error
        for each in found:
            self._require(ipaddress.ip_address(each.partition("%")[0]))
        if not found:
            raise NotReached("no address")
        return found[0], port

    def _require_outside(self, host: str) -> None:
        """What can be said before a name is looked up, here or by the proxy. A number in any spelling is an address."""
        try:
            # As the system's own reader takes it: 127.1, 0x7f000001 and 2130706433 are the same machine.
            address: Address = ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            try:
                address = ipaddress.ip_address(host.partition("%")[0])
            except ValueError:
                if "." not in host.strip(".") or host.strip(".").endswith(OWN_NAMES):
                    raise NotAllowed("a name of a private network") from None
                return
        self._require(address)

    def _require(self, address: Address) -> None:
        if not self.is_allowed(address):
            raise NotAllowed("an address of a private network")

    def _ask(
        self, method: str, parts: SplitResult, place: tuple[str, int], headers: Mapping[str, str], body: bytes | None
    ) -> OutwardAnswer:
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        plain = socket.create_connection(place, timeout=self.seconds)
        is_cut = threading.Event()
        end = threading.Timer(self.seconds, _cut, (plain, is_cut))
        end.daemon = True
        end.start()
        line = HTTPConnection(host, port, timeout=self.seconds)
        line.sock = plain
        try:
            target = write_target(parts)
            if self.proxy and parts.scheme == "http":
                target = f"http://{parts.netloc}{target}"
            elif self.proxy:
                self._open_tunnel(plain, parts, port)
            if parts.scheme == "https":
                line.sock = self.context().wrap_socket(plain, server_hostname=host)
            own = {"Host": parts.netloc, "User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
            line.request(method, target, body=body, headers={**own, **headers})
            answer = line.getresponse()
            if is_cut.is_set():  # what was cut off reads like a head that has come to its end
                raise HTTPException("too slow")
            return OutwardAnswer(answer.status, answer.getheader("Location") or "")
        finally:
            end.cancel()
            line.close()
            plain.close()

    def _open_tunnel(self, plain: socket.socket, parts: SplitResult, port: int) -> None:
        place = f"{_bracket(parts.hostname or '')}:{port}"
        plain.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode("ascii"))
        head = b""
        while b"\r\n\r\n" not in head:
            some = plain.recv(1)  # no more than the head: what follows belongs to TLS
            if not some or len(head) > LONGEST_ADDRESS:
                raise HTTPException("the proxy did not answer")
            head += some
        status = head.split(b" ", 2)[1:2]
        if status != [b"200"]:
            raise HTTPException("the proxy refused")


def read_web_address(address: str) -> SplitResult:
    """Its parts, with a name in ASCII. Raises NotAllowed."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = parts.port
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise NotAllowed("no web address") from error
    is_web = parts.scheme in PORTS and bool(name) and port != 0 and len(address) <= LONGEST_ADDRESS
    if not is_web or parts.username is not None or parts.password is not None or any(c.isspace() for c in address):
        raise NotAllowed("no web address")
    where = f"{_bracket(name)}:{port}" if port else _bracket(name)
    return parts._replace(netloc=where)


def write_target(parts: SplitResult) -> str:
    """What is asked for of the host, in ASCII; what stands behind # never leaves."""
    path = quote(parts.path or "/", safe=_KEPT)
    query = quote(parts.query, safe=_KEPT + "?[]")
    return f"{path}?{query}" if query else path


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _cut(plain: socket.socket, is_cut: threading.Event) -> None:
    """End a line on which somebody speaks too slowly; whoever waits for it hears so at once."""
    is_cut.set()
    with suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)
