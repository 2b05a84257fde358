"""Tables of a team's own words for its cases, and of which case has which."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class TeamTag(Guarded, Base):
    """One word of a team's list. It is plain and about no case by itself; its guard tells whether somebody bent it."""

    __tablename__ = "team_tags"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class CaseTag(Guarded, Base):
    """That a case has a tag of the team that carries it. It goes when the case leaves the team."""

    __tablename__ = "case_tags"
    __table_args__ = (UniqueConstraint("case_id", "tag_id"), Index("ix_case_tags_tag", "tag_id", "case_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    tag_id: Mapped[UUID] = mapped_column(ForeignKey("team_tags.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))  # who set it
    set_at: Mapped[datetime]
