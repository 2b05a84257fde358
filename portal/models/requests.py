"""Tables of the requests to platforms and controllers, and the legal bases each one cites."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import RequestKind, RequestState, SendingChannel
from portal.models.guards import Guarded


class Request(Guarded, Base):
    """One request of a case to one recipient. `sealed` holds {"recipient", "ticket", ...}."""

    __tablename__ = "requests"
    __table_args__ = (UniqueConstraint("case_id", "number"), Index("ix_requests_state_case", "state", "case_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    platform: Mapped[str] = mapped_column(String(80), index=True)
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    state: Mapped[RequestState] = mapped_column(Word(RequestState))
    channel: Mapped[SendingChannel | None] = mapped_column(Word(SendingChannel))
    prepared_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    sealed: Mapped[bytes]


class Basis(Guarded, Base):
    """A regime that a request cites, in the version it was made with, and why it applies."""

    __tablename__ = "bases"
    __table_args__ = (UniqueConstraint("request_id", "regime"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"))
    regime: Mapped[str] = mapped_column(String(80), index=True)
    version: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    reason: Mapped[str]  # the engine's sentence about law and country; nothing the person wrote
