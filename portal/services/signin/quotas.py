"""Counting what comes from one network, so that a flood slows itself and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.db import Base
from portal.domain.quotas import Counted, find_level
from portal.models.quotas import Quota, UsedProof

INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
KEPT = timedelta(days=1)  # after that the network's bucket has another name


def read_level(session: Session, bucket: bytes, counted: Counted) -> int | None:
    """What the next one from there takes; None while it is free. Reads only."""
    used = session.scalar(select(Quota.used).where(Quota.bucket == bucket, Quota.counted == counted))
    return find_level(counted, used or 0)


def count_request(session: Session, bucket: bytes, counted: Counted, *, now: datetime, amount: int = 1) -> int:
    """Count `amount` more, in one statement, so that two at the same time are two. Returns how many there are now."""
    row = _insert(session, Quota).values(bucket=bucket, counted=counted, used=amount, ends_at=now + KEPT)
    counting = row.on_conflict_do_update(
        index_elements=[Quota.bucket, Quota.counted], set_={Quota.used: Quota.used + amount}
    )
    used: int = session.execute(counting.returning(Quota.used)).scalar_one()
    return used


def use_wait(session: Session, bucket: bytes, counted: Counted, *, begun_at: datetime, now: datetime) -> bool:
    """Note that a wait from there was used. False where another one was, after this one had begun.

    In one statement, so that of two at the same time one goes on.
    """
    row = _insert(session, Quota).values(bucket=bucket, counted=counted, used=0, ends_at=now + KEPT, waited_until=now)
    noting = row.on_conflict_do_update(
        index_elements=[Quota.bucket, Quota.counted],
        set_={Quota.waited_until: now},
        where=or_(Quota.waited_until.is_(None), Quota.waited_until <= begun_at),
    )
    return session.execute(noting.returning(Quota.bucket)).scalar_one_or_none() is not None


def use_once(session: Session, identity: bytes, *, ends_at: datetime) -> bool:
    """Note that a proof was used. False where it was used before."""
    noting = _insert(session, UsedProof).values(id=identity, ends_at=ends_at).on_conflict_do_nothing()
    return session.execute(noting.returning(UsedProof.id)).scalar_one_or_none() is not None


def purge(session: Session, *, now: datetime) -> None:
    """Delete the counts of days that are over, and proofs too old to be used again."""
    session.execute(delete(Quota).where(Quota.ends_at <= now))
    session.execute(delete(UsedProof).where(UsedProof.ends_at <= now))


def _insert(session: Session, table: type[Base]) -> Any:
    """The insert of this database, which knows what to do when the row is there already."""
    return INSERTS[session.get_bind().dialect.name](table)
