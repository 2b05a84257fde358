"""Table of what a team has to know first about a case: that somebody may hurt themselves, or is in danger now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class RiskMark(Guarded, Base):
    """One risk of one case. `sealed` holds {"flag", "reason"} under the case's key.

    `value` is a keyed hash of the flag, by which the desk's list sorts and shows it with no case open. Equal values
    stand for equal flags; which flag that is the table does not say.
    """

    __tablename__ = "risk_marks"
    __table_args__ = (UniqueConstraint("case_id", "value"), Index("ix_risk_marks_value", "value"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    value: Mapped[bytes]
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets `value` is
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))  # who set it
    set_at: Mapped[datetime]
    sealed: Mapped[bytes]
