"""Table of the letters. A letter never changes: its row keeps facts, language, digests and the way to the file."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import LetterKind
from portal.models.guards import Guarded


class Letter(Guarded, Base):
    """A finished letter in both forms. `sealed` holds the facts; the PDFs stand sealed in the storage under the id."""

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[LetterKind] = mapped_column(Word(LetterKind))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), index=True)
    complaint_id: Mapped[UUID | None] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(16))
    paper: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime]
    pages: Mapped[int]
    size: Mapped[int | None]  # bytes of the full PDF; not known of letters that were made before this was kept
    redacted_size: Mapped[int | None]  # the same of the redacted one
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the full PDF
    redacted_digest: Mapped[str] = mapped_column(String(64))
    left_at: Mapped[datetime | None]  # when it was recorded as sent; empty also in rows from before this was kept
    discarded_at: Mapped[datetime | None]  # it never left, and will not
    sealed: Mapped[bytes]
