"""The guard of a row, and the tables that belong to it: sums of guards, stored files, and how far the last check came.

A guard is a keyed digest over the values of one row. Whoever has the database alone can change a row, and cannot make
the guard that would belong to it; see `portal.services.history.guards`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class Guarded:
    """A table whose rows carry a guard. It is empty only in rows from before there were guards."""

    guard: Mapped[bytes | None] = mapped_column(sort_order=1000)


class GuardSum(Base):
    """What the guards of one case come to, or of all rows that belong to no case (`scope` is the nil id).

    A row that was taken out, or replaced by what it was before, fits its own guard; it is missed in the sum.
    """

    __tablename__ = "guard_sums"

    scope: Mapped[UUID] = mapped_column(primary_key=True)
    total: Mapped[bytes]  # a number of 256 bits, the highest byte first
    rows: Mapped[int]
    guard: Mapped[bytes]

    def __repr__(self) -> str:
        return "<GuardSum>"


class StoredFile(Guarded, Base):
    """A file in the storage, as it was put there: sealed. `digest` is SHA-256 over those bytes, `size` their number."""

    __tablename__ = "stored_files"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    size: Mapped[int]
    digest: Mapped[bytes]

    def __repr__(self) -> str:
        return "<StoredFile>"


class HistoryCheck(Base):
    """The one row that says how far the history was found whole, and what was found the last time.

    The next check goes on behind `position`. `found` is a digest of what did not fit, so that the supervisors are told
    of the same once; empty where all did.
    """

    __tablename__ = "history_checks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]
    digest: Mapped[bytes]
    checked_at: Mapped[datetime]
    whole_at: Mapped[datetime | None]  # when everything was looked at last, from the first row on
    breaks: Mapped[int]
    found: Mapped[bytes]
    guard: Mapped[bytes]
