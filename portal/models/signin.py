"""Tables of the second factors of staff, of browsers that are known, and of how often somebody guessed wrong."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class FactorKind(StrEnum):
    TOTP = "totp"  # codes of an app, RFC 6238
    PASSKEY = "passkey"  # WebAuthn


class Factor(Guarded, Base):
    """A second factor. An app's secret is sealed under the member's own key, which the password opens.

    `last_step` is the newest time step of a code that was used, so that none counts twice.
    """

    __tablename__ = "factors"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FactorKind] = mapped_column(Word(FactorKind))
    sealed: Mapped[bytes | None]
    last_step: Mapped[int | None]
    credential_id: Mapped[bytes | None] = mapped_column(unique=True)
    public_key: Mapped[bytes | None]
    sign_count: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Guarded, Base):
    """One of ten codes for the day on which phone or key is gone. Only its hash is kept; it works once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("staff_id", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes]
    used_at: Mapped[datetime | None]


class KnownBrowser(Base):
    """A browser from which a member has signed in: a stranger's guesses do not slow it down. A hash of its cookie."""

    __tablename__ = "known_browsers"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Throttle(Base):
    """Wrong tries from one bucket: a keyed hash of who or what is guessed, and from which network of the day."""

    __tablename__ = "throttles"

    bucket: Mapped[bytes] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(20))
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    open_at: Mapped[datetime]
