"""Tables of what a member promised to look at again, and of when each member was at the desk."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class FollowUpDate(Guarded, Base):
    """A day, set by hand, on which its owner looks again at a case or one of its requests. `sealed` holds {"note"}."""

    __tablename__ = "follow_ups"
    __table_args__ = (Index("ix_follow_ups_owner", "owner_id", "done_at", "due_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    due_on: Mapped[date]
    set_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    sealed: Mapped[bytes]


class DeskVisit(Base):
    """When a member was at the desk last, and when the shift before the present one ended."""

    __tablename__ = "desk_visits"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime]
    before_at: Mapped[datetime | None]  # the last sight of the member before this shift

    def __repr__(self) -> str:
        return "<DeskVisit>"
