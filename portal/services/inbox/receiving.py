"""Mail as it comes in: kept whole and sealed, in one transaction, before anybody looks at it. Once, and never lost.

Whoever hands a mail over may believe that it is kept as soon as `receive` has returned and its transaction is
committed. Until then they keep it themselves and try again; what was kept already is known by its digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, SealContext
from portal.db import Base
from portal.domain.incoming import LARGEST_MAIL, IncomingState
from portal.domain.reply_addresses import ReplyPlace, read_token
from portal.models.incoming import IncomingMail
from portal.services.ports import Ports, ServerKeys
from portal.services.work import Work


class MailTooLarge(ValueError):
    """More bytes than any mail of a platform has."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CameIn:
    """A mail as it came, to which addresses by the envelope, and when (aware)."""

    content: bytes
    envelope: tuple[str, ...]
    at: datetime


def receive(work: Work, content: bytes, envelope: Sequence[str] = ()) -> bool:
    """Keep a mail. False where it is there already. It is safe when the transaction is committed.

    `envelope` are the addresses that it was delivered to. Raises MailTooLarge.
    """
    if len(content) > LARGEST_MAIL:
        raise MailTooLarge(f"a mail of {len(content)} bytes; {LARGEST_MAIL} fit")
    keys = work.ports.keys
    plain = _bare(content)
    request_id = find_addressed(work.ports, envelope)
    digests = [_digest(each, plain, request_id) for each in keys.every()]
    if len(digests) > 1 and work.session.scalar(
        select(func.count()).select_from(IncomingMail).where(IncomingMail.digest.in_(digests))
    ):
        return False
    row_id = uuid4()
    values = {
        "id": row_id,
        "digest": digests[0],
        "server_key": keys.id,
        "state": IncomingState.RECEIVED,
        "received_at": work.now,
        "size": len(content),
        "sealed": seal_for_server(keys, row_id, CameIn(content=content, envelope=tuple(envelope), at=work.now)),
    }
    added = insert_once(work.session, IncomingMail, "digest", values)
    return bool(work.session.scalar(added.returning(IncomingMail.id)))


def insert_once(session: Session, model: type[Base], key: str, values: Mapping[str, object]) -> Any:
    """A statement that adds a row unless one with this key is there, whoever else does the same at this moment."""
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    return insert(model).values(**values).on_conflict_do_nothing(index_elements=[key])


def find_addressed(ports: Ports, addresses: Iterable[str]) -> UUID | None:
    """The request whose reply address stands among these, the first one of several."""
    place = ports.config.replies
    return next(_list_addressed(place, ports.keys, addresses), None) if place else None


def _list_addressed(place: ReplyPlace, keys: ServerKeys, addresses: Iterable[str]) -> Iterator[UUID]:
    replies = [each.replies for each in keys.every()]
    for address in addresses:
        token = place.find_token(address)
        if token and (found := read_token(replies, token)):
            yield found


def split_mailbox(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The mails of a mailbox file (mbox), one after the other, however many there are. Of one that is too large no more
    is held than shows that it is.
    """
    mail: list[bytes] = []
    size = 0
    is_after_blank = True
    for line in lines:
        if line.startswith(b"From ") and is_after_blank:
            if any(each.strip() for each in mail):
                yield b"".join(mail)
            mail, size = [], 0
        elif size <= LARGEST_MAIL:
            mail.append(line[1:] if line.startswith(b">From ") else line)
            size += len(mail[-1])
        is_after_blank = not line.strip()
    if any(each.strip() for each in mail):
        yield b"".join(mail)


def pack(came: CameIn) -> bytes:
    """What is sealed of a mail: one line of how it came, and its bytes."""
    head = json.dumps({"envelope": list(came.envelope), "at": came.at.isoformat()})
    return head.encode() + b"\n" + came.content


def unpack(packed: bytes) -> CameIn:
    """What `pack` packed."""
    head, _end, content = packed.partition(b"\n")
    told = json.loads(head)
    return CameIn(content=content, envelope=tuple(told["envelope"]), at=datetime.fromisoformat(told["at"]))


def server_place(row_id: UUID) -> SealContext:
    """Where a mail is sealed that has no case."""
    return SealContext("incoming_mails", str(row_id), "")


def seal_for_server(keys: ServerKeys, row_id: UUID, came: CameIn) -> bytes:
    """A mail as the server keeps it while it has no case."""
    return vault.seal(keys.outbox, server_place(row_id), pack(came))


def open_for_server(row: IncomingMail, keys: ServerKeys) -> CameIn:
    """A mail that no case has yet, or one of a case that has no inbox key. Raises CannotOpen."""
    if row.sealed is None or row.wrapped is not None:
        raise CannotOpen("this mail is its case's alone")
    return unpack(keys.open_outbox(server_place(row.id), row.sealed))


def list_received(session: Session, *, most: int) -> Sequence[UUID]:
    """Mails that nobody has looked at, in the order in which they came."""
    query = select(IncomingMail.id).where(IncomingMail.state == IncomingState.RECEIVED)
    return session.scalars(query.order_by(IncomingMail.received_at, IncomingMail.id).limit(most)).all()


def _bare(content: bytes) -> bytes:
    """The mail by which it is known again: without the line that mailboxes put before it, whatever its line ends."""
    plain = content.replace(b"\r\n", b"\n").lstrip(b"\n")
    if plain.startswith((b"From ", b">From ")):
        plain = plain.partition(b"\n")[2]
    return plain.rstrip(b"\n")


def _digest(keys: ServerKeys, plain: bytes, request_id: UUID | None) -> bytes:
    """The same mail to two requests, by its envelope, is two answers."""
    key = vault.derive_subkey(keys.outbox, "incoming mail")
    return vault.blind_index(key, f"{request_id or ''} {hashlib.sha256(plain).hexdigest()}")
