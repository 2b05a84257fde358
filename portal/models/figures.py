"""Tables of the figures of each year, and of the words of the reports made with them. Nothing here is about a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.figures.reports import ReportKind
from portal.models.guards import Guarded


class YearRow(Guarded, Base):
    """One calendar year. `shown` holds the tables with the small cells already left out, and nothing finer.

    `kept` counts what erased cases add, by one property at a time, until the year is published; then it is emptied.
    A year that was published never changes.
    """

    __tablename__ = "year_figures"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kept: Mapped[list[Any]] = mapped_column(JSON)
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    counted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    def __repr__(self) -> str:
        return f"<YearRow {self.year}>"


class ReportWords(Guarded, Base):
    """The organisation's own words in a yearly report, by part. They are written to be published: nothing is sealed.

    `version` counts changes, so that one made meanwhile is noticed instead of overwritten.
    """

    __tablename__ = "report_words"
    __table_args__ = (UniqueConstraint("kind", "year"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ReportKind] = mapped_column(Word(ReportKind))
    year: Mapped[int]
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    version: Mapped[int]
    changed_at: Mapped[datetime]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
