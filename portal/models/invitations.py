"""Table of invitations: words by which somebody sets a password of their own, for a new account or for an old one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import Role, Scope
from portal.models.guards import Guarded


class Invitation(Guarded, Base):
    """`words_index` is a keyed hash of the words, which are shown once. `staff_id` is set where a password is lost."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    words_index: Mapped[bytes] = mapped_column(unique=True)
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(Word(Role))
    scope: Mapped[Scope] = mapped_column(Word(Scope))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
