"""Table of when and how it is safe to write to a person, and of what they want to be reminded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.models.guards import Guarded


class SafeContact(Guarded, Base):
    """What one person chose; a case without a row has chosen nothing.

    `sealed` holds all of it under the case's key. `carried` holds the hours and the title alone under the server's
    outbox key, because mail leaves with nobody signed in. `told_until` is there where dates are told by mail: up to
    this instant they were. `feed_digest` is SHA-256 of the nonce in the calendar's address, and empty where there is
    none.
    """

    __tablename__ = "safe_contacts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets `carried` is
    told_until: Mapped[datetime | None]
    feed_digest: Mapped[bytes | None] = mapped_column(unique=True)
    sealed: Mapped[bytes]
    carried: Mapped[bytes]
