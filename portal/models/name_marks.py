"""Table by which a team that wants it finds a case by a name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class NameMark(Guarded, Base):
    """A hash of one name, or a part of it, under a key that only members of the team have.

    Equal values stand for equal names of one team. `generation` is that of the team's key.
    """

    __tablename__ = "name_marks"
    __table_args__ = (UniqueConstraint("case_id", "value"), Index("ix_name_marks_value", "value"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    generation: Mapped[int]
    value: Mapped[bytes]
