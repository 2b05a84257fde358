"""Table of steps that wait for a second member of the team before they are taken."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.approvals import Approvable
from portal.models.guards import Guarded

OPEN = text("over_at IS NULL")


class Approval(Guarded, Base):
    """One asking. `number` is that of the request or the complaint, 0 for the case as a whole.

    `is_given` is empty until somebody has answered. `over_at`: the step was taken, or the asking was taken back.
    `is_passed_over`: a supervisor wrote down that the step was taken without a second member, so nobody answered.
    `sealed` holds {"note", "reason", "print"}: what was asked, the reason of the answer, and what the step stood for.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by != asked_by", name="two_members"),
        Index("ix_approvals_open", "case_id", "asked_by", "decided_at", postgresql_where=OPEN, sqlite_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    subject: Mapped[Approvable] = mapped_column(Word(Approvable))
    number: Mapped[int]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    is_given: Mapped[bool | None]
    is_passed_over: Mapped[bool]
    over_at: Mapped[datetime | None]
    sealed: Mapped[bytes]
