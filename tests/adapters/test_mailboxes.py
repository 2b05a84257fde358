"""The way into a mailbox: TLS or nothing, by password or by token."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from portal.adapters.mailboxes import MailboxTrouble, TokenRefused, open_mailbox
from portal.mailbox_file import MailboxServer, OAuth, read_mailboxes
from tests.imap_server import TOKEN, ImapServer, open_imap_server


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with open_imap_server(tmp_path_factory.mktemp("imap")) as server:
        yield server


def set_up(imap: ImapServer, folder: Path, *, has_tls: bool = True) -> MailboxServer:
    (server,) = read_mailboxes(str(imap.write_settings(folder / "mailboxes.toml", has_tls)))
    return server


@pytest.mark.parametrize("has_tls", [True, False])
def test_a_mailbox_opens_over_tls_from_the_first_byte_or_after_starttls(
    imap: ImapServer, tmp_path: Path, has_tls: bool
) -> None:
    with open_mailbox(set_up(imap, tmp_path, has_tls=has_tls)) as mailbox:
        assert mailbox.validity > 0
        assert mailbox.list_new(0, most=10) == []


@pytest.mark.parametrize("has_tls", [True, False])
def test_a_server_that_nobody_vouches_for_is_not_told_the_password(
    imap: ImapServer, tmp_path: Path, has_tls: bool
) -> None:
    server = replace(set_up(imap, tmp_path, has_tls=has_tls), authorities=None)
    with pytest.raises(MailboxTrouble, match=r"^connecting: SSLCertVerificationError$"), open_mailbox(server):
        pass


def test_a_server_that_goes_by_another_name_is_not_told_the_password(imap: ImapServer, tmp_path: Path) -> None:
    server = replace(set_up(imap, tmp_path), host="127.0.0.1")
    with pytest.raises(MailboxTrouble, match=r"^connecting: SSLCertVerificationError$"), open_mailbox(server):
        pass


def test_a_server_without_starttls_is_told_nothing(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with plain_server(heard) as port:
        server = MailboxServer(
            name="a", host="127.0.0.1", port=port, has_tls=False, user="u", password="secret", oauth=None,
            folder="INBOX", move_to="", authorities=None,
        )  # fmt: skip
        with pytest.raises(MailboxTrouble, match=r"^connecting: "), open_mailbox(server):
            pass
    assert b"secret" not in b"".join(heard)


@contextmanager
def plain_server(heard: list[bytes]) -> Iterator[int]:
    """Speaks IMAP as far as it is asked here, and offers no STARTTLS."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            line, _from = listening.accept()
            with line, line.makefile("rb") as words:
                line.sendall(b"* OK ready\r\n")
                for each in words:
                    heard.append(each)
                    tag = each.split()[0]
                    what = b"* CAPABILITY IMAP4rev1\r\n" if b"CAPABILITY" in each.upper() else b""
                    line.sendall(what + tag + (b" OK\r\n" if what else b" BAD no\r\n"))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


class _Tokens(BaseHTTPRequestHandler):
    status = 200
    asked: list[dict[str, list[str]]] = []  # noqa: RUF012 - of the test that runs
    answer: bytes = b""

    def do_POST(self) -> None:
        self.asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send_response(self.status if self.answer else 302)
        if not self.answer:
            self.send_header("Location", "https://elsewhere.example/")
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_details: object) -> None:
        """Quiet."""


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imap: ImapServer) -> Iterator[str]:
    """The address of a real server of tokens, over TLS under the root that vouches for the mail server too."""
    _Tokens.status = 200
    _Tokens.asked, _Tokens.answer = [], json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode()
    server = HTTPServer(("127.0.0.1", 0), _Tokens)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(imap.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}/token"
    server.shutdown()
    server.server_close()


def with_oauth(server: MailboxServer, address: str, refresh_token: str) -> MailboxServer:
    oauth = OAuth(token_address=address, client="c", secret="s", refresh_token=refresh_token, scope="mail")
    return replace(server, password="", oauth=oauth)


@pytest.mark.parametrize(("refresh_token", "grant"), [("r", "refresh_token"), ("", "client_credentials")])
def test_a_mailbox_opens_by_a_token_that_is_asked_for(
    imap: ImapServer, tmp_path: Path, tokens: str, refresh_token: str, grant: str
) -> None:
    with open_mailbox(with_oauth(set_up(imap, tmp_path), tokens, refresh_token)) as mailbox:
        assert mailbox.list_new(0, most=10) == []
    (asked,) = _Tokens.asked
    assert asked["grant_type"] == [grant]
    assert asked.get("refresh_token", [""]) == [refresh_token]


@pytest.mark.parametrize("answer", [b"", b"{}", b"[]", b"no", b'{"access_token": 7}'])
def test_an_answer_without_a_token_opens_nothing_and_is_not_repeated(
    imap: ImapServer, tmp_path: Path, tokens: str, answer: bytes
) -> None:
    _Tokens.answer = answer
    server = with_oauth(set_up(imap, tmp_path), tokens, "r")
    with pytest.raises(MailboxTrouble, match=r"^asking for a token: ") as caught, open_mailbox(server):
        pass
    assert "access_token" not in str(caught.value)


def test_a_wrong_token_opens_nothing(imap: ImapServer, tmp_path: Path, tokens: str) -> None:
    _Tokens.answer = b'{"access_token": "stolen"}'
    with (
        pytest.raises(MailboxTrouble, match=r"^signing in: "),
        open_mailbox(with_oauth(set_up(imap, tmp_path), tokens, "r")),
    ):
        pass


def test_a_token_in_place_of_the_one_that_was_used_is_handed_on_before_anything_else(
    imap: ImapServer, tmp_path: Path, tokens: str
) -> None:
    _Tokens.answer = b'{"access_token": "no good", "refresh_token": "r2"}'
    kept: list[str] = []
    with (
        pytest.raises(MailboxTrouble, match=r"^signing in: "),
        open_mailbox(with_oauth(set_up(imap, tmp_path), tokens, "r"), kept.append),
    ):
        pass
    assert kept == ["r2"]


@pytest.mark.parametrize(
    ("status", "answer", "is_refused"),
    [
        (400, b'{"error": "invalid_grant", "error_description": "r has ended"}', True),
        (401, b'{"error": "invalid_client"}', True),
        (400, b'{"error": "temporarily_unavailable"}', False),
        (503, b"later", False),
    ],
)
def test_an_issuer_that_takes_the_token_no_more_is_told_apart_and_not_repeated(
    imap: ImapServer, tmp_path: Path, tokens: str, status: int, answer: bytes, is_refused: bool
) -> None:
    _Tokens.status, _Tokens.answer = status, answer
    with (
        pytest.raises(MailboxTrouble, match=rf"^asking for a token: the answer is {status}") as caught,
        open_mailbox(with_oauth(set_up(imap, tmp_path), tokens, "r")),
    ):
        pass
    assert isinstance(caught.value, TokenRefused) is is_refused
    assert "has ended" not in str(caught.value)
