"""Tables of the journal: one chain over everything that happened, its tip, and a signed head for each day.

Nothing here points to other tables by a foreign key: an entry outlives the case and the member it speaks of.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class JournalEntry(Base):
    """One thing that happened. `position` counts 1, 2, 3 without a gap over the whole portal.

    An event's entry holds its digest in `content`, which stays when the case is erased. `digest` covers the row and
    the digest before it.
    """

    __tablename__ = "journal"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))  # of History for an event, else of Noted
    recorded_at: Mapped[datetime]
    event_id: Mapped[UUID | None] = mapped_column(unique=True)
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    staff_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    content: Mapped[bytes | None]
    digest: Mapped[bytes]


class JournalTip(Base):
    """The one row that says where the journal ends, so that a removed last entry is missed.

    `guard` is a keyed digest of the other columns: whoever has the database alone cannot move the end.
    """

    __tablename__ = "journal_tip"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]
    digest: Mapped[bytes]
    guard: Mapped[bytes | None]  # empty only until the next entry, where the end is from before there were guards


class JournalCheckpoint(Base):
    """The journal's digest on one day (UTC), signed with a key that is kept apart from the database."""

    __tablename__ = "heads"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int]
    digest: Mapped[bytes]
    signed_at: Mapped[datetime]
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[bytes]
