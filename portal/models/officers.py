"""Table of the links by which an officer of an authority takes one bundle, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class OfficerLink(Guarded, Base):
    """The bundle lies in the storage, sealed under a key that stands in the link alone; `proof` is that key's hash."""

    __tablename__ = "officer_links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    proof: Mapped[bytes]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # taken back, or over without having been used
