"""Tables of what joins two cases of one team: a link that a member made, and the account that posted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class CaseLinkKind(StrEnum):
    """What another case is to this one."""

    LINKED = "linked"  # they have to do with each other
    GOES_ON = "goes_on"  # this one is closed, and the same person's other case goes on
    TOOK_IN = "took_in"  # this one goes on for the other, which is closed


class CaseLink(Guarded, Base):
    """One side of a link: what the other case is to this one. `sealed` holds {"reason"} under this case's key.

    There are always two, one for each case. It exists only while one team has both.
    """

    __tablename__ = "case_links"
    __table_args__ = (UniqueConstraint("case_id", "other_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CaseLinkKind] = mapped_column(Word(CaseLinkKind))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))  # who made it
    made_at: Mapped[datetime]
    sealed: Mapped[bytes]


class NamedPoster(Guarded, Base):
    """An account that posted, as a member wrote it down. `sealed` holds {"account", "place"} under the case's key.

    By its `FindMark`, whose source it is, the team's cases that name the same account are shown to each other.
    """

    __tablename__ = "named_posters"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))  # who wrote it down
    named_at: Mapped[datetime]
    sealed: Mapped[bytes]
