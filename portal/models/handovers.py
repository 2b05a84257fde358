"""Tables of cases that are handed on: to a colleague, to another team, or in a sealed file to another portal."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.handovers import ConsentBy, HandoverKind, HandoverReason
from portal.models.guards import Guarded

OPEN = text("over_at IS NULL")


class Handover(Guarded, Base):
    """One handing on. `sealed` holds {"note", "answer"} and, for another portal, {"receiver", "key"}.

    `over_at`: it was taken back, came to its end, or its answer was read. While another team has a case until
    `ends_on`, the wrap of the case's key for the first team is kept, so that the case can come back by itself.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        Index("ix_handovers_member", "to_staff_id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_handovers_team", "to_team_id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_handovers_asked", "asked_by", postgresql_where=OPEN, sqlite_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[HandoverKind] = mapped_column(Word(HandoverKind))
    reason: Mapped[HandoverReason] = mapped_column(Word(HandoverReason))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    from_team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"))
    to_staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    to_team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))
    consent_by: Mapped[ConsentBy | None] = mapped_column(Word(ConsentBy))
    consent_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    is_accepted: Mapped[bool | None]
    over_at: Mapped[datetime | None]
    sealed: Mapped[bytes]
