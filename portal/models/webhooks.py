"""Tables of where the organisation's own systems hear of events, and of what was and is to be told to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"  # the other side said that it has it
    FAILED = "failed"  # it did not, after many tries
    CANCELLED = "cancelled"  # the endpoint ended before


class WebhookEndpoint(Guarded, Base):
    """An address that hears of some kinds of events: in the cases that a partner's key opened, in those of a team, or,
    with neither, in those of every team. `sealed` holds {"url", "secret"} under the server's outbox key.
    """

    __tablename__ = "webhook_endpoints"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    events: Mapped[list[str]] = mapped_column(JSON)  # words of `WebhookEvent`
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    server_key: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes]
    partner_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_keys.id"), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))


class WebhookPlace(Base):
    """The one row that says up to where in the journal endpoints were told of what happened."""

    __tablename__ = "webhook_places"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]


class WebhookDelivery(Base):
    """One telling of one event to one endpoint. `sealed` holds the body under the server's outbox key; it stays for
    some weeks after it was told, so that it can be told again. `status` is the last answer's.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index("ix_webhook_deliveries_open", "state", "next_try_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(60))
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState))
    tries: Mapped[int]
    status: Mapped[int | None]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    sealed: Mapped[bytes]
