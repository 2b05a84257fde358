"""The refresh token of a mailbox: one that its issuer gives for another is kept at once, and a refusal is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.mailboxes import MailboxTrouble, OpenMailbox, TokenRefused
from portal.mailbox_file import MailboxServer, OAuth
from portal.models.incoming import MailboxPlace
from portal.services.inbox import mailboxes
from portal.services.ports import Ports, ServerKeys
from tests.services.factories import NOW, make_work
from tests.services.fakes import HOUR

OAUTH = OAuth(token_address="https://issuer.example/token", client="c", secret="s", refresh_token="first", scope="mail")
SERVER = MailboxServer(
    name="answers", host="mail.example", port=993, has_tls=True, user="a", password="", oauth=OAUTH, folder="INBOX",
    move_to="", authorities=None,
)  # fmt: skip


class Issuer:
    """Takes each token once and gives another, as issuers do that rotate them."""

    def __init__(self) -> None:
        self.good, self.given, self.trouble = "first", 0, MailboxTrouble("")
        self.has_trouble = False

    @contextmanager
    def open(self, server: MailboxServer, keep_token: Callable[[str], None]) -> Iterator[OpenMailbox]:
        assert server.oauth is not None
        if server.oauth.refresh_token != self.good:
            raise TokenRefused("asking for a token: the answer is 400, invalid_grant")
        self.given += 1
        self.good = f"token {self.given}"
        keep_token(self.good)
        if self.has_trouble:
            raise MailboxTrouble("signing in: OSError")
        yield Empty()  # type: ignore[misc]


class Empty:
    validity = 1

    def list_new(self, _after: int, *, most: int) -> list[tuple[int, int]]:
        return []


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    found = Issuer()
    monkeypatch.setattr(mailboxes, "open_mailbox", found.open)
    return found


def read(sessions: sessionmaker[Session]) -> MailboxPlace:
    with sessions() as session:
        return session.scalars(select(MailboxPlace)).one()


def fetch(
    sessions: sessionmaker[Session], ports: Ports, *, hours: int = 0, token: str = OAUTH.refresh_token
) -> int | None:
    server = replace(SERVER, oauth=replace(OAUTH, refresh_token=token))
    return mailboxes.fetch(sessions, server, clock=lambda: NOW + hours * HOUR, ports=ports)


def test_each_token_is_used_once_and_kept_sealed_also_where_the_mailbox_fails_behind_it(
    sessions: sessionmaker[Session], ports: Ports, issuer: Issuer
) -> None:
    assert fetch(sessions, ports) == 0
    assert fetch(sessions, ports) == 0
    issuer.has_trouble = True
    with pytest.raises(MailboxTrouble):
        fetch(sessions, ports)
    issuer.has_trouble = False
    assert fetch(sessions, ports, hours=2) == 0
    row = read(sessions)
    assert issuer.good == "token 4"
    assert row.token is not None
    assert b"token 4" not in row.token
    assert not row.is_refused


def test_a_refused_token_is_noted_and_a_new_one_in_the_file_counts_in_place_of_what_was_kept(
    sessions: sessionmaker[Session], ports: Ports, issuer: Issuer
) -> None:
    assert fetch(sessions, ports) == 0
    issuer.good = "signed in anew"
    with pytest.raises(TokenRefused):
        fetch(sessions, ports)
    assert read(sessions).is_refused
    assert fetch(sessions, ports) is None, "left alone for a while"
    assert fetch(sessions, ports, token="signed in anew") == 0, "and not longer than until somebody has signed in"
    assert not read(sessions).is_refused
    assert fetch(sessions, ports, token="signed in anew") == 0, "by the one that came in its place"


def test_a_kept_token_moves_to_a_new_secret_of_the_server(
    sessions: sessionmaker[Session], ports: Ports, issuer: Issuer
) -> None:
    assert fetch(sessions, ports) == 0
    keys = ServerKeys.from_secrets([b"n" * 32])
    newer = replace(ports, keys=replace(keys, older=(ports.keys,)))
    with sessions.begin() as session:
        assert mailboxes.move_tokens(make_work(session, newer)) == 1
        assert mailboxes.move_tokens(make_work(session, newer)) == 0
    assert fetch(sessions, replace(ports, keys=keys)) == 0
