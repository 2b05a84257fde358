"""Tables of partners' systems: their keys, what each key opens, what it asked before, and how often."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.partners import PartnerCount
from portal.models.guards import Guarded


class PartnerKey(Guarded, Base):
    """A key by which a partner's system works for one team. Its secret is nowhere: `value` is a keyed hash of it."""

    __tablename__ = "partner_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))  # of the partner, an organisation
    value: Mapped[bytes] = mapped_column(unique=True)
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets `value` was made
    scopes: Mapped[str] = mapped_column(String(80))  # words of PartnerScope with spaces between them
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PartnerCase(Guarded, Base):
    """What a partner's key opens: one case that it opened before. `wrapped` holds the case's key under its secret."""

    __tablename__ = "partner_cases"
    __table_args__ = (UniqueConstraint("key_id", "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("partner_keys.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class PartnerCall(Base):
    """A call with an idempotency key, and its answer for a day: sealed under the secret and under the case's lock."""

    __tablename__ = "partner_calls"
    __table_args__ = (UniqueConstraint("key_id", "value"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("partner_keys.id"))
    value: Mapped[bytes]  # a hash of the idempotency key, which only the secret makes
    body: Mapped[bytes]  # and of what was asked
    about: Mapped[UUID | None]  # the case, which may be erased by now
    sealed: Mapped[bytes | None]
    made_at: Mapped[datetime] = mapped_column(index=True)


class PartnerUse(Base):
    """How often a key was used since `began_at`, and when last."""

    __tablename__ = "partner_uses"

    key_id: Mapped[UUID] = mapped_column(ForeignKey("partner_keys.id"), primary_key=True)
    counted: Mapped[PartnerCount] = mapped_column(Word(PartnerCount), primary_key=True)
    began_at: Mapped[datetime]
    used: Mapped[int]
    last_at: Mapped[datetime]
