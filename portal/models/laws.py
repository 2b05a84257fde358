"""Table of the laws' records as they were when a request cited them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class LawVersion(Guarded, Base):
    """One version of one law, whole, kept for the requests made with it. `record` is a `Regime` in JSON."""

    __tablename__ = "law_versions"

    regime: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    record: Mapped[bytes]
    kept_at: Mapped[datetime]
