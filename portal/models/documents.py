"""Table of the documents handed in: answers and notices, kept as they were made anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.documents import DocumentKind
from portal.domain.lifecycle import ActorKind
from portal.models.guards import Guarded


class Document(Guarded, Base):
    """A file about one request or one complaint; it stands sealed in the storage under the id.

    `sealed` holds label, about, digests and what was taken out. Of one that was removed the number stays, so that no
    other gets it, and nothing else. What is kept as it came stands beside it, where `original_size` is not 0.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("(request_id IS NULL) != (complaint_id IS NULL)", name="about_one_thing"),
        CheckConstraint("(removed_at IS NULL) = (sealed IS NOT NULL)", name="removed_is_empty"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[DocumentKind] = mapped_column(Word(DocumentKind))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), index=True)
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), index=True)
    by: Mapped[ActorKind] = mapped_column(Word(ActorKind))
    size: Mapped[int]  # bytes as kept
    original_size: Mapped[int] = mapped_column(default=0, server_default="0")  # bytes kept as they came, or of a record
    handed_in_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None]
