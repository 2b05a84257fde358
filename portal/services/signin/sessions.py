"""Browser sessions on the server. Only the cookie's token opens a session; the table keeps the token's hash."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64decode
from binascii import Error as BadBase64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from portal.adapters.vault import CannotOpen, SealContext, derive_subkey, open_values, seal_values
from portal.models.accounts import SessionKind, WebSession

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """How long a session lasts without activity, and in all."""

    idle: timedelta
    whole: timedelta


LIMITS = {
    SessionKind.VISITOR: Limits(idle=timedelta(hours=2), whole=timedelta(hours=12)),
    SessionKind.PERSON: Limits(idle=timedelta(minutes=60), whole=timedelta(hours=12)),
    SessionKind.STAFF: Limits(idle=timedelta(minutes=30), whole=timedelta(hours=8)),
}


@dataclass(frozen=True, repr=False)
class Loaded:
    """A live session: its content and its last activity."""

    values: dict[str, Any]
    kind: SessionKind
    seen_at: datetime


def new_token() -> str:
    """256 random bits for the cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def load(session: Session, token: str, *, now: datetime) -> Loaded | None:
    """The session of this cookie, or None where there is none, it is over, or the cookie is not ours."""
    identity = _identify(token)
    row = session.get(WebSession, identity) if identity else None
    if row is None or row.ends_at <= now:
        return None
    try:
        return Loaded(open_values(_key(token), _seal_context(row.id), row.sealed), row.kind, row.seen_at)
    except CannotOpen:
        return None


@dataclass(frozen=True, kw_only=True)
class Left:
    """How many seconds a session still lasts, and whether activity would lengthen it."""

    seconds: int
    goes_on: bool


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """A session in its owner's list."""

    id: str
    started_at: datetime
    seen_at: datetime
    is_this: bool


def list_of_staff(session: Session, staff_id: UUID, token: str, *, now: datetime) -> list[SessionView]:
    """The living sessions of a member, the one of this cookie first, then the one seen last."""
    return _list(session, WebSession.staff_id == staff_id, token, now=now)


def list_of_case(session: Session, case_id: UUID, token: str, *, now: datetime) -> list[SessionView]:
    """The living sessions that have a case open for its person, in the same order."""
    return _list(session, WebSession.case_id == case_id, token, now=now)


def _list(session: Session, owner: ColumnElement[bool], token: str, *, now: datetime) -> list[SessionView]:
    here = _identify(token)
    rows = session.scalars(
        select(WebSession).where(owner, WebSession.ends_at > now).order_by(WebSession.seen_at.desc(), WebSession.id)
    ).all()
    views = [
        SessionView(id=row.id.hex(), started_at=row.started_at, seen_at=row.seen_at, is_this=row.id == here)
        for row in rows
    ]
    return sorted(views, key=lambda each: not each.is_this)


def began_at(session: Session, token: str) -> datetime | None:
    """When the session of this cookie began, under whatever cookie."""
    return session.scalar(select(WebSession.started_at).where(WebSession.id == (_identify(token) or b"")))


def find_left(session: Session, token: str, *, is_active: bool, now: datetime) -> Left | None:
    """How long the session of this cookie lasts; `is_active`: from activity now on. None where there is none."""
    row = session.get(WebSession, _identify(token) or b"")
    if row is None or row.ends_at <= now:
        return None
    limits = LIMITS[row.kind]
    most = min(now + limits.idle, row.started_at + limits.whole)
    ends_at = most if is_active else row.ends_at
    return Left(seconds=int((ends_at - now).total_seconds()), goes_on=most > row.ends_at)


def end_of_staff(session: Session, staff_id: UUID, *, only: str | None = None, but: str | None = None) -> int:
    """End sessions of a member: the one of the id `only`, or all but the one of the cookie `but`. Returns how many."""
    query = delete(WebSession).where(WebSession.staff_id == staff_id)
    if only is not None:
        query = query.where(WebSession.id == _read_id(only))
    if but is not None:
        query = query.where(WebSession.id != (_identify(but) or b""))
    return len(session.scalars(query.returning(WebSession.id)).all())


def end_of_case(session: Session, case_id: UUID, *, but: str, only: str | None = None) -> int:
    """End every session of a person that has this case open, or the one of the id `only`, but never the one of the
    cookie `but`. Returns how many.
    """
    query = delete(WebSession).where(WebSession.case_id == case_id, WebSession.id != (_identify(but) or b""))
    if only is not None:
        query = query.where(WebSession.id == _read_id(only))
    return len(session.scalars(query.returning(WebSession.id)).all())


def save(
    session: Session,
    token: str,
    values: dict[str, Any],
    *,
    now: datetime,
    lasts: timedelta | None,
    loaded_as: str | None = None,
) -> bool:
    """Write the session; its kind follows from whom it names. `lasts` replaces the idle limit (a kept draft).

    `loaded_as` is the token under which it was found: it goes on under `token`, with the hours it has had. Where it was
    ended meanwhile it stays ended, and the answer is False.
    """
    identity = _identify(token)
    if identity is None:
        raise ValueError("not a session token")
    row = session.get(WebSession, _identify(loaded_as or token), with_for_update=True)
    if row is None:
        if loaded_as is not None:
            return False
        row = WebSession(id=identity, started_at=now)
        session.add(row)
    row.id = identity
    row.kind, row.case_id, row.staff_id = _owner(values)
    limits = LIMITS[row.kind]
    row.seen_at = now
    row.ends_at = now + lasts if lasts else min(now + limits.idle, row.started_at + limits.whole)
    row.sealed = seal_values(_key(token), _seal_context(identity), values)
    return True


def end(session: Session, token: str) -> None:
    """End the session of this cookie, if there is one."""
    identity = _identify(token)
    session.execute(delete(WebSession).where(WebSession.id == identity))


def purge(session: Session, *, now: datetime) -> None:
    """Delete sessions that are over."""
    session.execute(delete(WebSession).where(WebSession.ends_at <= now))


def _owner(values: dict[str, Any]) -> tuple[SessionKind, UUID | None, UUID | None]:
    if "staff_id" in values:
        return SessionKind.STAFF, None, UUID(values["staff_id"])
    if "case_id" in values:
        return SessionKind.PERSON, UUID(values["case_id"]), None
    return SessionKind.VISITOR, None, None


def _read_id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _raw(token: str) -> bytes | None:
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (BadBase64, ValueError):
        return None
    return raw if len(raw) == TOKEN_BYTES else None


def _identify(token: str) -> bytes | None:
    raw = _raw(token)
    return hashlib.sha256(raw).digest() if raw else None


def _key(token: str) -> bytes:
    return derive_subkey(_raw(token) or b"", "session")


def _seal_context(identity: bytes) -> SealContext:
    return SealContext("web_sessions", identity.hex(), "")
