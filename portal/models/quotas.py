"""Tables of what came from a network on one day, and of proofs that were used. Both are emptied as days go by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.quotas import Counted


class Quota(Base):
    """How many of one kind came from one network. `bucket` is a hash that is another one the next day.

    `waited_until` is when somebody there last went on after a wait: a wait that began earlier counts from then on only.
    """

    __tablename__ = "quotas"

    bucket: Mapped[bytes] = mapped_column(primary_key=True)
    counted: Mapped[Counted] = mapped_column(Word(Counted), primary_key=True)
    used: Mapped[int]
    waited_until: Mapped[datetime | None]
    ends_at: Mapped[datetime] = mapped_column(index=True)

    def __repr__(self) -> str:
        return f"<Quota {self.counted}>"


class UsedProof(Base):
    """A proof that was used, until it would be too old anyway. `id` is a hash of it."""

    __tablename__ = "used_proofs"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
