"""Table of what happened: the only history, append-only, chained by hash within a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import ActorKind, History
from portal.models.guards import Guarded


class Event(Guarded, Base):
    """`at` is when it happened, `recorded_at` when it was written down.

    `facts` holds what clocks need with nobody signed in: our own words and instants, nothing a person wrote.
    `sealed` holds the rest. `digest` covers the row and the digest before it.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        Index("ix_events_digest", "digest"),
        Index("ix_events_recorded", "recorded_at", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    sequence: Mapped[int]
    kind: Mapped[History] = mapped_column(Word(History))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor: Mapped[ActorKind] = mapped_column(Word(ActorKind))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    request_id: Mapped[UUID | None] = mapped_column(index=True)
    complaint_id: Mapped[UUID | None] = mapped_column(index=True)
    is_visible: Mapped[bool]  # to the person
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[bytes | None]
    digest: Mapped[bytes]
