"""Asking another machine: never one of our own network, whatever name, number, redirect or answer leads there."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from portal.adapters.outward import (
    NotAllowed,
    NotReached,
    Outlet,
    OutwardAnswer,
    is_public,
    read_web_address,
    write_target,
)

PUBLIC = "93.184.215.14"
PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1",
    "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "fec0::1", "::ffff:7f00:1",
]  # fmt: skip


@contextmanager
def serving(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of the test's own that says what `speak` says; its port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    line, _peer = server.accept()
                except OSError:
                    return
                with line:
                    try:
                        speak(line)
                    except OSError:
                        continue

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def read_head(line: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(4096)
    return head


def near(**changes: object) -> Outlet:
    """Asks this machine, as if it were the internet."""
    values = {"agent": "test", "is_allowed": lambda _address: True, "resolve": lambda _host, _port: ["127.0.0.1"]}
    return Outlet(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_our_own_network_is_not_public_and_never_asked(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    for proxy in ("", "http://127.0.0.1:9"):
        with pytest.raises(NotAllowed):
            Outlet(agent="test", proxy=proxy).ask("HEAD", f"http://{host}/")


def test_public_addresses_are() -> None:
    assert is_public(ipaddress.ip_address(PUBLIC))
    assert is_public(ipaddress.ip_address("2606:4700::1111"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost", "intranet"])
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
def test_another_spelling_of_this_machine_is_this_machine(host: str, proxy: str) -> None:
    outlet = Outlet(agent="test", proxy=proxy, resolve=lambda _host, _port: pytest.fail("looked up"))
    with pytest.raises(NotAllowed):
        outlet.ask("HEAD", f"http://{host}/")


def test_a_name_with_one_private_address_among_public_ones_is_not_asked() -> None:
    outlet = Outlet(agent="test", resolve=lambda _host, _port: [PUBLIC, "10.0.0.7"])
    with pytest.raises(NotAllowed):
        outlet.ask("HEAD", "http://rebind.example/")


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing() -> None:
    """The name is looked up once, and the connection goes to what was looked at."""
    asked: list[str] = []
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    def speak(line: socket.socket) -> None:
        read_head(line)
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with serving(speak) as port:
        assert near(resolve=resolve).ask("HEAD", f"http://rebind.example:{port}/").status == 204
    assert asked == ["rebind.example"]


def test_a_redirect_is_told_and_not_followed_and_no_cookie_is_kept() -> None:
    heads: list[bytes] = []

    def speak(line: socket.socket) -> None:
        heads.append(read_head(line))
        line.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nSet-Cookie: a=b\r\n\r\n")

    with serving(speak) as port:
        for _ in range(2):
            found = near().ask("HEAD", f"http://site.example:{port}/a?b=c#secret")
            assert found == OutwardAnswer(302, "http://127.0.0.1/")
    assert len(heads) == 2
    for head in heads:
        assert head.startswith(b"HEAD /a?b=c HTTP/1.1\r\n")
        assert f"Host: site.example:{port}".encode() in head
        assert b"User-Agent: test" in head
        assert b"cookie" not in head.lower()
        assert b"referer" not in head.lower()


def test_of_a_huge_body_nothing_is_read() -> None:
    sent: list[int] = []
    over = threading.Event()

    def speak(line: socket.socket) -> None:
        read_head(line)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
        try:
            while True:
                sent.append(line.send(b"x" * 65536))
        except OSError:
            over.set()

    with serving(speak) as port:
        begun = time.monotonic()
        assert near().ask("GET", f"http://site.example:{port}/").status == 200
        assert over.wait(5), "the line was closed"
    assert time.monotonic() - begun < 5
    assert sum(sent) < 20_000_000, "no more than what lies in the system's own buffers"


@pytest.mark.parametrize("drop", [b"H", b"X-A: 1\r\n"])
def test_whoever_speaks_too_slowly_is_cut_off(drop: bytes) -> None:
    def speak(line: socket.socket) -> None:
        read_head(line)
        if drop != b"H":
            line.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            line.sendall(drop)
            time.sleep(0.1)

    with serving(speak) as port:
        begun = time.monotonic()
        with pytest.raises(NotReached):
            near(seconds=0.5).ask("HEAD", f"http://site.example:{port}/")
        assert time.monotonic() - begun < 3


def test_a_head_without_end_is_refused() -> None:
    def speak(line: socket.socket) -> None:
        read_head(line)
        line.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"y" * 1_000_000)

    with serving(speak) as port, pytest.raises(NotReached):
        near().ask("HEAD", f"http://site.example:{port}/")


def test_with_a_proxy_no_name_is_looked_up_here() -> None:
    heads: list[bytes] = []

    def speak(line: socket.socket) -> None:
        heads.append(read_head(line))
        line.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")

    def resolve(_host: str, _port: int) -> list[str]:
        raise AssertionError("looked up here")

    with serving(speak) as port:
        outlet = Outlet(agent="test", proxy=f"http://127.0.0.1:{port}", resolve=resolve)
        assert outlet.ask("HEAD", "http://site.example/a").status == 404
        with pytest.raises(NotReached):
            outlet.ask("HEAD", "https://site.example/a")
    assert heads[0].startswith(b"HEAD http://site.example/a HTTP/1.1\r\n")
    assert heads[1].startswith(b"CONNECT site.example:443 HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "address",
    ["ftp://a.example/", "file:///etc/passwd", "http://", "http://user:pw@a.example/", "http://a.example:0/",
     "http://a.example:99999/", "http://a b.example/", "http://a.example/\r\nHost: b", "gopher://a.example/"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_never_asked(address: str) -> None:
    with pytest.raises(NotAllowed):
        Outlet(agent="test", resolve=lambda _host, _port: [PUBLIC]).ask("HEAD", address)


def test_names_and_paths_in_other_letters_become_ascii() -> None:
    parts = read_web_address("https://bücher.example/straße?q=ä b".replace(" ", "%20"))
    assert parts.netloc == "xn--bcher-kva.example"
    assert write_target(parts) == "/stra%C3%9Fe?q=%C3%A4%20b"
