"""Table of sentences that a team writes again and again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class SnippetUse(StrEnum):
    """Where a snippet is offered."""

    MESSAGE = "message"  # to the person
    NOTE = "note"  # of the team
    ANSWER = "answer"  # own words in a letter back to a platform


class Snippet(Guarded, Base):
    """One ready text of a team. It is about no case, so it is plain; its guard tells whether somebody bent it."""

    __tablename__ = "snippets"
    __table_args__ = (UniqueConstraint("team_id", "use", "title"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    use: Mapped[SnippetUse] = mapped_column(Word(SnippetUse))
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
