"""Table of the places where the content is: a link, or a place described in words."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import ItemState
from portal.models.guards import Guarded


class Item(Guarded, Base):
    """`sealed` holds {"url", "host", "shown", "description"}; `platform` is a slug, or a keyed hash where unknown."""

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("case_id", "number"), UniqueConstraint("case_id", "url_index"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    platform: Mapped[str] = mapped_column(String(80), index=True)
    state: Mapped[ItemState] = mapped_column(Word(ItemState))
    url_index: Mapped[bytes | None]
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id"), index=True)
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sealed: Mapped[bytes]
