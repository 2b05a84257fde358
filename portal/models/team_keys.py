"""Table of the keys that teams had before, kept only while a case still hangs on one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class FormerTeamKey(Guarded, Base):
    """A private key that a team had, in a sealed box to the team's present public key."""

    __tablename__ = "former_team_keys"
    __table_args__ = (UniqueConstraint("team_id", "generation"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"))
    generation: Mapped[int]
    wrapped: Mapped[bytes]
    retired_at: Mapped[datetime]
