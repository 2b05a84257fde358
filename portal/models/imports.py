"""Tables of cases that are imported: what waits for its member's word, and by what a case of a table is found again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class ImportState(StrEnum):
    WAITING = "waiting"  # for whoever began it: nothing is imported yet
    RUNNING = "running"
    DONE = "done"


class TableImport(Guarded, Base):
    """One table that was handed in.

    `sealed` holds its lines, under a key that `wrapped` holds in a box to the member's public key; both are empty once
    it is done. `refused` are lines that were left and why, in our own words, as `[[line, why], ...]`.
    """

    __tablename__ = "table_imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    state: Mapped[ImportState] = mapped_column(Word(ImportState))
    begun_at: Mapped[datetime]
    kept_until: Mapped[datetime] = mapped_column(index=True)
    cases: Mapped[int]  # that the table comes to, as it was last read
    refused: Mapped[list[list[object]]] = mapped_column(JSON)
    wrapped: Mapped[bytes | None]
    sealed: Mapped[bytes | None]


class ImportMark(Guarded, Base):
    """A keyed hash of a team and of what a case is called in its tables, so that the same table makes no second one.

    `import_id` is the import that wrote to the case last: it made it where `is_new`, else it added `links` links.
    """

    __tablename__ = "import_marks"
    __table_args__ = (UniqueConstraint("value"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    import_id: Mapped[UUID] = mapped_column(index=True)  # no key: the import is forgotten earlier than the case
    is_new: Mapped[bool]
    links: Mapped[int]
    server_key: Mapped[str] = mapped_column(String(16))  # under which of the server's secrets `value` is
    value: Mapped[bytes]
