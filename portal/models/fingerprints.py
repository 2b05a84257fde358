"""Table of the fingerprints that a person chose to keep in their case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class Fingerprint(Guarded, Base):
    """Of one file. `sealed` holds {"fingerprint", "requests"}: the digits, and the numbers of the requests whose
    letters name them. Of one that was removed the number stays, so that no other gets it, and nothing else.
    """

    __tablename__ = "fingerprints"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    kept_at: Mapped[datetime]
    sealed: Mapped[bytes | None]
