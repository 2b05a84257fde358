"""Table of the clocks: a snapshot, for sorting and sweeping, of what the recorded events mean."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.clocks import ClockState
from portal.domain.regimes import Binding, ObligedParty
from portal.models.guards import Guarded


class Clock(Guarded, Base):
    """One clock of one basis. `steps` is the explanation: dates, holidays and paragraphs, nothing about the person.

    A clock once started keeps the rule, the calendar and the release of the time zones it was started with.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_sweep", "state", "due_at"),
        CheckConstraint("(request_id IS NULL) != (complaint_id IS NULL)", name="one_owner"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), index=True)
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), index=True)
    regime: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str] = mapped_column(String(80))
    label: Mapped[str]
    binding: Mapped[Binding] = mapped_column(Word(Binding))
    owed_by: Mapped[ObligedParty] = mapped_column(Word(ObligedParty))
    state: Mapped[ClockState] = mapped_column(Word(ClockState))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    last_day: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    estimated: Mapped[bool]
    extended: Mapped[bool]
    calendar: Mapped[str] = mapped_column(String(64))
    zone_version: Mapped[str] = mapped_column(String(64), default="", server_default="")  # empty: not kept then
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
