"""Tables of words between the person and the team, and of the team's own notes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import ActorKind
from portal.models.guards import Guarded


class Message(Guarded, Base):
    """From the person to the team or back. `sealed` holds {"text"}."""

    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_unread",
            "case_id",
            postgresql_where=text("read_at IS NULL AND author = 'person'"),
            sqlite_where=text("read_at IS NULL AND author = 'person'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    author: Mapped[ActorKind] = mapped_column(Word(ActorKind))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    sealed: Mapped[bytes]


class Note(Guarded, Base):
    """The team's own note on a case, never shown to the person. `sealed` holds {"text"}, and {"private"} where
    its writer alone is shown it.
    """

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime]
    sealed: Mapped[bytes]
