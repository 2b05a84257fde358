"""Tables of what every supervisor is shown: changes of who may read cases, until each of them has seen it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.rights import SecurityNoticeKind
from portal.models.guards import Guarded


class SecurityNotice(Guarded, Base):
    """`team_id` is empty where it is about the whole organisation; `by_id` where it was done on the server."""

    __tablename__ = "marks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[SecurityNoticeKind] = mapped_column(Word(SecurityNoticeKind))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"), index=True)
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class SecurityNoticeSeen(Guarded, Base):
    """That one supervisor has seen a mark. It stays in sight of the others."""

    __tablename__ = "marks_seen"

    mark_id: Mapped[UUID] = mapped_column(ForeignKey("marks.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[datetime]
