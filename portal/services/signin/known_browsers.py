"""Browsers that staff have signed in with: they are slowed by their own wrong tries alone, never by a stranger's."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models.accounts import Staff
from portal.models.signin import KnownBrowser

KNOWN_FOR = timedelta(days=180)


def find(session: Session, token: str, login: str, *, now: datetime) -> bytes | None:
    """The digest of this cookie where the account has signed in with it before."""
    digest = _digest(token)
    query = (
        select(KnownBrowser.digest)
        .join(Staff, Staff.id == KnownBrowser.staff_id)
        .where(
            KnownBrowser.digest == digest,
            KnownBrowser.seen_at > now - KNOWN_FOR,
            Staff.login == login.strip().lower(),
        )
    )
    return session.scalars(query).one_or_none()


def find_member(session: Session, token: str, *, now: datetime) -> Staff | None:
    """The member who signed in last in the browser with this cookie, unless the account has ended."""
    query = (
        select(Staff)
        .join(KnownBrowser, Staff.id == KnownBrowser.staff_id)
        .where(KnownBrowser.digest == _digest(token), KnownBrowser.seen_at > now - KNOWN_FOR, Staff.ended_at.is_(None))
    )
    return session.scalars(query).one_or_none()


def keep(session: Session, token: str, staff_id: UUID, *, now: datetime) -> None:
    """Know the browser that got this cookie; forget those that have not come for long."""
    session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at <= now - KNOWN_FOR))
    session.add(KnownBrowser(digest=_digest(token), staff_id=staff_id, seen_at=now))


def forget(session: Session, staff_id: UUID) -> None:
    """Know none of the member's browsers any more."""
    session.execute(delete(KnownBrowser).where(KnownBrowser.staff_id == staff_id))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
