"""Tables of what staff are told with nobody signed in: levels of deadlines, and how each member wants to hear."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.deadline_levels import Level
from portal.models.guards import Guarded


class DeadlineNotice(Base):
    """That one clock has come to one level. A clock that is given another date has levels of its own for it. With no
    `clock_id` it is a date of our own, about the request or complaint that is the subject.

    The row is written together with whatever tells of it, and unique: so a level is told once.
    """

    __tablename__ = "deadline_notices"
    __table_args__ = (
        UniqueConstraint("subject_id", "level", "due_at"),
        Index("ix_deadline_notices_case", "case_id", "level"),
        Index("ix_deadline_notices_noted", "noted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    subject_id: Mapped[UUID]  # the clock's, or the request's or complaint's
    clock_id: Mapped[UUID | None] = mapped_column(ForeignKey("clocks.id", ondelete="CASCADE"), index=True)
    level: Mapped[Level] = mapped_column(Word(Level))
    due_at: Mapped[datetime]
    noted_at: Mapped[datetime]


class AlertSettings(Guarded, Base):
    """How one member hears of deadlines away from the desk. `sealed` holds {"address", "code", "feed"} under the
    server's outbox key, because mail leaves with nobody signed in.

    `digest_hour` is by the member's own clock, empty where there is no daily mail; `digest_on` the day of the last one.
    """

    __tablename__ = "alert_settings"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    confirmed_at: Mapped[datetime | None]  # the code that was mailed to the address came back
    asked_at: Mapped[datetime | None]  # when a code was mailed last
    digest_hour: Mapped[int | None]
    has_weekends: Mapped[bool]
    digest_on: Mapped[date | None]
    levels: Mapped[list[str]] = mapped_column(JSON)  # told by a mail of their own at once
    feed_digest: Mapped[bytes | None] = mapped_column(unique=True)  # of the calendar's secret address
    server_key: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes]

    def __repr__(self) -> str:
        return "<AlertSettings>"
