"""Table of what was done to many at once: a press counts once, however often it arrives."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class BulkStep(Guarded, Base):
    """One press in one case. `token` was on the page that asked; `sealed` holds what became of each request."""

    __tablename__ = "bulk_steps"
    __table_args__ = (UniqueConstraint("case_id", "token"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(String(40), index=True)
    action: Mapped[str] = mapped_column(String(40))
    done_at: Mapped[datetime]
    sealed: Mapped[bytes]
