"""Tables of cases that came in a sealed file from another portal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class CaseOrigin(Guarded, Base):
    """Where a case came from. `sealed` holds {"organisation", "team", "reference", "note", "file", "history"}: what
    happened there, as it was told there. It is read and never changed.
    """

    __tablename__ = "case_origins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    taken_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime]
    sealed: Mapped[bytes]


class TakenFile(Guarded, Base):
    """The random id of a file that was taken in, which outlives the case: a file makes one case, once."""

    __tablename__ = "taken_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]

    def __repr__(self) -> str:
        return "<TakenFile>"
