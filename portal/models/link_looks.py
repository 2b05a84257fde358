"""Table of the last look at each link that somebody asked the portal for: whether the address still answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class LinkLook(Guarded, Base):
    """One link's. `sealed` holds {"url"} under the server's outbox key while it waits, and is emptied then. What was
    answered is in `result`, for a key that `wrapped` gives to the case alone.

    `host_mark` tells looks at one host from others, and not which host: so that none is asked too often.
    """

    __tablename__ = "link_looks"
    __table_args__ = (Index("ix_link_looks_open", "done_at", "asked_at"), Index("ix_link_looks_host", "host_mark"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), unique=True)
    asked_at: Mapped[datetime]
    host_mark: Mapped[bytes]
    tries: Mapped[int]
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None]
    wrapped: Mapped[bytes | None]
    result: Mapped[bytes | None]
