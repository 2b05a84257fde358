"""Tables of the person's mail address, where they gave one, and of the links that were mailed to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class Contact(Guarded, Base):
    """The address under which a person wants to hear from us; used only once it is confirmed.

    `sealed` holds it under the case's key, `address_for_sending` under the server's outbox key, because mail leaves
    with nobody signed in. `address_index` finds the row by the address. `link_key` is there only where the person chose
    to come back by mail: the case's key under its lock, under the server's outbox key.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("link_key IS NULL OR confirmed_at IS NOT NULL", name="links_need_a_confirmed_address"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    address_index: Mapped[bytes] = mapped_column(index=True)
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets it is carried
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    sealed: Mapped[bytes]
    address_for_sending: Mapped[bytes]
    link_key: Mapped[bytes | None]


class LinkKind(StrEnum):
    CONFIRM = "confirm"
    RETURN = "return"


class MailLink(Guarded, Base):
    """A link that was mailed and works once. The table knows only a hash of what stands in the link."""

    __tablename__ = "mail_links"

    id: Mapped[bytes] = mapped_column(primary_key=True)  # SHA-256 of the link's nonce
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(Word(LinkKind))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)

    def __repr__(self) -> str:
        return f"<MailLink {self.kind}>"


class LinkAsk(Base):
    """That somebody asked for a mailed link, until the worker has looked whether the address opens anything.

    The page writes this same row for every address, so that its time tells nothing. `sealed` holds the address under
    the server's outbox key.
    """

    __tablename__ = "link_asks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    sealed: Mapped[bytes]
