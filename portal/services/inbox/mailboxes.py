"""Mail that is fetched from mailboxes: each mail once, whoever dies in the middle, and one worker at a time.

How far a mailbox was read moves on in the transaction that keeps the mail. Only what is kept is marked or moved there;
what an earlier life had kept and not marked, the next one marks. A refresh token that an issuer gives in place of the
one that was used is kept, sealed, before it is used for anything.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.mailboxes import MailboxTrouble, OpenMailbox, TokenRefused, open_mailbox
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.incoming import LARGEST_MAIL
from portal.mailbox_file import MailboxServer, OAuth
from portal.models.incoming import MailboxPlace
from portal.services.background.duties import do_each
from portal.services.inbox.receiving import insert_once, receive
from portal.services.ports import SYSTEM, Ports, ServerKeys
from portal.services.work import Work

HOLD = timedelta(minutes=2)  # longer than any answer of a server is waited for
LONGEST_WAIT = timedelta(hours=1)  # after failures; a wrong password tried each minute gets an account locked
AT_ONCE = 500  # mails of one round

log = logging.getLogger("portal.services.inbox")


class HoldLost(LookupError):
    """Another worker reads this mailbox by now."""


@dataclass
class _Reading:
    """A mailbox in the hands of this worker."""

    server: MailboxServer
    sessions: sessionmaker[Session]
    clock: Callable[[], datetime]
    ports: Ports
    until: datetime
    last_uid: int = 0

    def find_row(self, session: Session) -> MailboxPlace:
        """The row, locked. Raises HoldLost."""
        row = session.get(MailboxPlace, self.server.name, with_for_update=True)
        if row is None or row.held_until != self.until:
            raise HoldLost(self.server.name)
        return row

    def begin(self, validity: int) -> None:
        """Go on behind the last mail, or from the first one where the server counts anew."""
        with self.sessions.begin() as session:
            row = self.find_row(session)
            if row.validity != validity:
                row.validity, row.last_uid = validity, 0
            self.last_uid = row.last_uid

    def keep(self, uid: int, content: bytes | None) -> bool:
        """Keep a mail, and that it was, in one transaction. False where it was known, or nothing is to be kept."""
        with self.sessions.begin() as session:
            row = self.find_row(session)
            now = self.clock()
            work = Work(session=session, actor=SYSTEM, now=now, ports=self.ports)
            is_new = content is not None and receive(work, content)
            row.last_uid, row.held_until = uid, now + HOLD
            until = row.held_until
        self.last_uid, self.until = uid, until
        return is_new

    def keep_token(self, token: str) -> None:
        """Keep what the issuer gave in place of the token of the file, in a transaction of its own, and also where
        another worker reads the mailbox by now: the one before it may be worth nothing.
        """
        with self.sessions.begin() as session:
            row = session.get_one(MailboxPlace, self.server.name, with_for_update=True)
            _seal_token(row, self.ports.keys, token)

    def end(self, *, failed: bool, is_refused: bool = False) -> None:
        """Let go of it, for a while after a failure."""
        with self.sessions.begin() as session:
            row = self.find_row(session)
            now = self.clock()
            row.is_refused = is_refused
            if failed:
                row.failures += 1
                row.held_until = now + min(timedelta(minutes=2 ** min(row.failures, 10)), LONGEST_WAIT)
            else:
                row.failures, row.held_until, row.fetched_at = 0, None, now


def fetch(
    sessions: sessionmaker[Session], server: MailboxServer, *, clock: Callable[[], datetime], ports: Ports
) -> int | None:
    """Take in what is new in a mailbox; how many mails were. None where another worker reads it, or it has to wait.

    Raises MailboxTrouble, HoldLost, and what the database raises; each mail is then either kept or still there.
    """
    reading = _take(sessions, server, clock, ports)
    if reading is None:
        return None
    try:
        with open_mailbox(reading.server, reading.keep_token) as mailbox:
            new = _read_all(reading, mailbox)
    except MailboxTrouble as trouble:
        reading.end(failed=True, is_refused=isinstance(trouble, TokenRefused))
        raise
    reading.end(failed=False)
    return new


def _read_all(reading: _Reading, mailbox: OpenMailbox) -> int:
    reading.begin(mailbox.validity)
    new = 0
    for uid, size in mailbox.list_new(reading.last_uid, most=AT_ONCE):
        content = mailbox.fetch(uid) if size <= LARGEST_MAIL else None
        if size > LARGEST_MAIL or (content is not None and len(content) > LARGEST_MAIL):
            log.warning("a mail of %d bytes stays in the mailbox %s, flagged", size, reading.server.name)
            mailbox.leave(uid)
            content = None
        new += reading.keep(uid, content)
    if reading.last_uid:
        mailbox.put_away(reading.last_uid)
    return new


def _take(
    sessions: sessionmaker[Session], server: MailboxServer, clock: Callable[[], datetime], ports: Ports
) -> _Reading | None:
    now = clock()
    with sessions.begin() as session:
        values = {"name": server.name, "place": "", "last_uid": 0, "failures": 0, "is_refused": False}
        session.execute(insert_once(session, MailboxPlace, "name", values))
        row = session.get_one(MailboxPlace, server.name, with_for_update=True)
        is_renewed = row.is_refused and server.oauth is not None and row.token_of != _digest_token(server.oauth)
        if row.held_until is not None and row.held_until > now and not is_renewed:
            return None
        if row.place != _place_of(server):  # under this name another mailbox was read
            row.place, row.validity, row.last_uid, row.failures = _place_of(server), None, 0, 0
            row.token = row.token_of = row.server_key = None
        if server.oauth is not None:
            server = replace(server, oauth=replace(server.oauth, refresh_token=_find_token(row, server.oauth, ports)))
        row.held_until = until = now + HOLD
    return _Reading(server, sessions, clock, ports, until)


def _find_token(row: MailboxPlace, oauth: OAuth, ports: Ports) -> str:
    """The refresh token to use: that of the file, unless its issuer has given another one in its place."""
    digest = _digest_token(oauth)
    if row.token_of != digest:  # somebody put a new one into the file
        row.token, row.server_key, row.token_of, row.is_refused = None, None, digest, False
    if row.token is None:
        return oauth.refresh_token
    try:
        return ports.keys.open_outbox(_place_of_token(row), row.token).decode()
    except CannotOpen:  # brought back from elsewhere
        log.warning("the kept token of the mailbox %s cannot be opened; that of the file is used", row.name)
        return oauth.refresh_token


def _seal_token(row: MailboxPlace, keys: ServerKeys, token: str) -> None:
    row.token, row.server_key = vault.seal(keys.outbox, _place_of_token(row), token.encode()), keys.id


def _place_of_token(row: MailboxPlace) -> SealContext:
    return SealContext(row.__tablename__, row.name, "")


def _digest_token(oauth: OAuth) -> str:
    return hashlib.sha256(f"{oauth.token_address} {oauth.client} {oauth.refresh_token}".encode()).hexdigest()


def move_tokens(work: Work) -> int:
    """Seal kept tokens that rest on an older secret of the server anew. Returns how many."""
    keys = work.ports.keys
    others = select(MailboxPlace).where(MailboxPlace.token.is_not(None), MailboxPlace.server_key != keys.id)
    return do_each(work.session.scalars(others).all(), lambda row: _carry_token(row, keys), what="moving a token").done


def _carry_token(row: MailboxPlace, keys: ServerKeys) -> int:
    _seal_token(row, keys, keys.open_outbox(_place_of_token(row), row.token or b"").decode())
    return 1


def _place_of(server: MailboxServer) -> str:
    return hashlib.sha256(f"{server.host} {server.port} {server.user} {server.folder}".encode()).hexdigest()


def list_places(session: Session) -> Sequence[MailboxPlace]:
    """How far each mailbox was read, by name."""
    return session.scalars(select(MailboxPlace).order_by(MailboxPlace.name)).all()
