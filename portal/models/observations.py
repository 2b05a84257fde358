"""Table of what came of using an address of the directory. Nothing of a case, a request or a person."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import String, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.directory import AddressOutcome


class Observation(Base):
    """That an address worked or did not, on a day. `subject` is a platform's slug or an authority's id."""

    __tablename__ = "observations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    address: Mapped[str]  # of the directory, public
    outcome: Mapped[AddressOutcome] = mapped_column(Word(AddressOutcome))
    seen_on: Mapped[date]
    by_person: Mapped[bool] = mapped_column(default=False, server_default=false())  # whoever sent a letter; else staff
