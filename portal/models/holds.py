"""Table of legal holds: a closed case that must not be erased by itself before a day that two members named."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class Hold(Guarded, Base):
    """`sealed` holds {"reason"}. It counts from its confirmation to the end of its last day, or until it is lifted."""

    __tablename__ = "holds"
    __table_args__ = (CheckConstraint("confirmed_by IS NULL OR confirmed_by != asked_by", name="two_members"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    ends_on: Mapped[date]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]  # refused, taken back or lifted
    sealed: Mapped[bytes]
