"""Tables of the complaints to regulators and the requests each one rests on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import ComplaintState
from portal.models.guards import Guarded


class Complaint(Guarded, Base):
    """One complaint to one regulator under one regime. `sealed` holds {"name", "ticket", "wish", "respondent"}."""

    __tablename__ = "complaints"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    regulator: Mapped[str] = mapped_column(String(80), index=True)
    regime: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(32))
    state: Mapped[ComplaintState] = mapped_column(Word(ComplaintState))
    prepared_at: Mapped[datetime]
    lodged_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    sealed: Mapped[bytes]


class ComplaintRequest(Guarded, Base):
    """A request that a complaint rests on."""

    __tablename__ = "complaint_requests"

    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True)
