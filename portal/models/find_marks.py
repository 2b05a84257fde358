"""Table by which a team finds its case from a link, a ticket number or an account, without anybody opening a case."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class FindMark(Guarded, Base):
    """A keyed hash of one link, ticket number or account that posted, of the team that has the case, of nothing else.

    `source_id` is the item, request, complaint or named poster that it is of. It exists only while a team has the case,
    and equal values stand for equal words of one team.
    """

    __tablename__ = "find_marks"
    __table_args__ = (UniqueConstraint("source_id", "value"), Index("ix_find_marks_value", "value"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[UUID]
    is_link: Mapped[bool]
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets `value` is
    value: Mapped[bytes]
