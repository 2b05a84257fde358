"""Table of forms that were sent after their member had been signed out, so that nothing typed is lost."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class KeptForm(Guarded, Base):
    """One form as it was typed. `sealed` is a sealed box to the member's public key: only their password opens it."""

    __tablename__ = "kept_forms"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    kept_at: Mapped[datetime]
    sealed: Mapped[bytes]
