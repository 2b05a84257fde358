"""The locks of the cases, kept apart from the database: without its lock, no wrap of a case's key opens.

Erasing a case destroys its lock here. A backup of the database that was made before holds the sealed rows and the
wraps, and still opens nothing, because the lock that belongs to them is gone. That holds as long as locks are never
kept in the same backup, and of their own copies only the newest lives.

The row of a destroyed lock stays, empty, until the case's files are gone too, and the lock's bytes from the files of
this database: by it they are found again where the storage did not answer, or somebody was reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from portal.adapters.vault import CannotOpen, new_key
from portal.db import READ_ONLY, UTCDateTime, make_engine

DESTROYED = b""  # stands where the lock stood
PATIENCE_MS = 200  # how long overwriting waits for whoever reads
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)  # when a lock was made of which nothing was ever kept here

metadata = sa.MetaData()
LOCKS = sa.Table(
    "locks",
    metadata,
    sa.Column("case_id", sa.Uuid, primary_key=True),
    sa.Column("lock", sa.LargeBinary, nullable=False),
    sa.Column("made_at", UTCDateTime, nullable=False, index=True),
)

WITNESS = sa.Table(
    "witness",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("heads", sa.Integer, nullable=False),
    sa.Column("guard", sa.LargeBinary, nullable=False),
)


class LockGone(CannotOpen):
    """The case has no lock, or has none any more: it was erased."""


class BadLocks(ValueError):
    """The place of the locks cannot be used. The message says why."""


@dataclass(frozen=True, repr=False)
class CaseLock:
    """The lock of one case: 32 random bytes."""

    case_id: UUID
    lock: bytes
    made_at: datetime


class CaseLockStore:
    """Locks by case. Each call is a transaction of its own, made before or after the one in the main database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def make(self, case_id: UUID, *, now: datetime) -> bytes:
        """A new lock for a case that has none. Kept before this returns."""
        lock = new_key()
        with self._engine.begin() as connection:
            connection.execute(LOCKS.insert().values(case_id=case_id, lock=lock, made_at=now))
        return lock

    def ensure(self, case_id: UUID, *, now: datetime) -> bytes:
        """The case's lock, made where there is none: for a case from before there were locks."""
        try:
            return self.read(case_id)
        except LockGone:
            return self.make(case_id, now=now)

    def read(self, case_id: UUID) -> bytes:
        """Raises LockGone."""
        with self._engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            found = connection.scalar(sa.select(LOCKS.c.lock).where(LOCKS.c.case_id == case_id))
        if not found:
            raise LockGone("the case has no lock")
        return bytes(found)

    def destroy(self, case_ids: Iterable[UUID]) -> int:
        """Destroy these locks: from now on nobody reads them here. Returns how many there were.

        That each was destroyed is kept until `forget`, also of a case that had none. Their bytes go with `overwrite`.
        """
        with self._engine.begin() as connection:
            return sum(_destroy(connection, case_id) for case_id in case_ids)

    @property
    def can_overwrite(self) -> bool:
        """Whether the bytes of what was destroyed can be overwritten and that be checked: only SQLite can.

        PostgreSQL leaves them in dead rows, in blocks of files that it gave back, and in its write-ahead log.
        """
        return self._engine.dialect.name == "sqlite"

    def overwrite(self) -> bool:
        """Overwrite what destroyed locks left in the database's files. Whether nothing is left now.

        On SQLite the write-ahead log holds the page as it was, and the file itself until the log went into it. A
        checkpoint ends both, unless somebody reads an older state: then it is tried again later. On PostgreSQL there
        is nothing to wait for, and `can_overwrite` says that it proves nothing.
        """
        if not self.can_overwrite:
            return True
        raw = self._engine.raw_connection()
        try:
            cursor = raw.cursor()
            (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")  # a person waits for the answer
            try:
                is_busy, _frames, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={before}")
        finally:
            raw.close()
        return not is_busy and self._is_log_empty()

    def is_left(self, case_id: UUID) -> bool:
        """Whether a lock is here, or something of it, or of the case's files, may be left."""
        with self._engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            return connection.scalar(sa.select(LOCKS.c.case_id).where(LOCKS.c.case_id == case_id)) is not None

    def forget(self, case_ids: Iterable[UUID]) -> None:
        """Forget that these locks were destroyed: nothing of the cases is left anywhere. One that lives stays."""
        with self._engine.begin() as connection:
            for case_id in case_ids:
                connection.execute(LOCKS.delete().where(LOCKS.c.case_id == case_id, LOCKS.c.lock == DESTROYED))

    def list_all(self) -> Iterator[CaseLock]:
        """Every lock, in the order of the cases' ids."""
        with self._engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            living = sa.select(LOCKS).where(LOCKS.c.lock != DESTROYED).order_by(LOCKS.c.case_id)
            for case_id, lock, made_at in connection.execute(living):
                yield CaseLock(case_id, bytes(lock), made_at)

    def list_cases(self) -> set[UUID]:
        """The cases that have a lock, or had one that was destroyed and is not forgotten yet."""
        with self._engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            return set(connection.scalars(sa.select(LOCKS.c.case_id)))

    def put_all(self, locks: Iterable[CaseLock]) -> int:
        """Bring locks back from their copy; those that are there already stay. Returns how many were missing."""
        there = self.list_cases()
        rows = [
            {"case_id": lock.case_id, "lock": lock.lock, "made_at": lock.made_at}
            for lock in locks
            if lock.case_id not in there
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(LOCKS.insert(), rows)
        return len(rows)

    def read_witness(self) -> tuple[int, bytes, int, bytes] | None:
        """Position and digest of the journal's end, number of heads, and guard, as they were written down last."""
        with self._engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            row = connection.execute(sa.select(WITNESS)).one_or_none()
        return None if row is None else (row.position, bytes(row.digest), row.heads, bytes(row.guard))

    def write_witness(self, position: int, digest: bytes, heads: int, guard: bytes) -> None:
        """Replace what was written down, unless somebody wrote down more meanwhile."""
        values = {"position": position, "digest": digest, "heads": heads, "guard": guard}
        with self._engine.begin() as connection:
            held = connection.execute(sa.select(WITNESS.c.position).with_for_update()).scalar()
            if held is None:
                connection.execute(WITNESS.insert().values(id=1, **values))
            elif held <= position:
                connection.execute(WITNESS.update().values(**values))

    def forget_witness(self) -> None:
        """The database was replaced on purpose: what was written down of the one before says nothing of this one."""
        with self._engine.begin() as connection:
            connection.execute(WITNESS.delete())

    def dispose(self) -> None:
        self._engine.dispose()

    def _is_log_empty(self) -> bool:
        log = Path(f"{self._engine.url.database}-wal")
        return not log.exists() or log.stat().st_size == 0


def _destroy(connection: sa.Connection, case_id: UUID) -> int:
    row = connection.execute(sa.select(LOCKS.c.lock).where(LOCKS.c.case_id == case_id).with_for_update()).one_or_none()
    if row is None:
        connection.execute(LOCKS.insert().values(case_id=case_id, lock=DESTROYED, made_at=UNKNOWN))
        return 0
    connection.execute(LOCKS.update().where(LOCKS.c.case_id == case_id).values(lock=DESTROYED))
    return 1 if row.lock else 0


def open_locks(url: str) -> CaseLockStore:
    """The store at a database address; its table is made on first use. Raises BadLocks."""
    try:
        parsed = make_url(url)
        if parsed.drivername == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = make_engine(url)
        metadata.create_all(engine)
    except (sa.exc.ArgumentError, sa.exc.OperationalError, OSError) as error:
        raise BadLocks(f"the locks at {url.split('@')[-1]} cannot be used: {type(error).__name__}") from error
    return CaseLockStore(engine)
