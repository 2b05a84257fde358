"""Tables for giving out new recovery words: the check the person chose, and what two members do with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class CaseCheck(Guarded, Base):
    """What the person wants to be asked before new words are given out.

    `sealed` holds the question under the case's key. `verifier` is what Argon2id makes of the answer, under the
    server's outbox key: the team, which has the case's key, cannot open it, and a thief of the database cannot try
    answers against it.
    """

    __tablename__ = "case_checks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    salt: Mapped[bytes]
    verifier: Mapped[bytes]
    wrong_tries: Mapped[int] = mapped_column(default=0)
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets the verifier is
    created_at: Mapped[datetime]
    sealed: Mapped[bytes]


class Reissue(Guarded, Base):
    """One member heard the right answer; a second member gives the new words out, or the day ends it."""

    __tablename__ = "reissues"
    __table_args__ = (CheckConstraint("confirmed_by IS NULL OR confirmed_by != started_by", name="two_members"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    started_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    over_at: Mapped[datetime | None]
