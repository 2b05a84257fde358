"""Table of days on which a member is away, and who covers for them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class Absence(Guarded, Base):
    """From the first day to the last, both among them. Why is nobody's business and kept nowhere."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_cover", "cover_id", "until_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    cover_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
