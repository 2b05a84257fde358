"""Tables of the link in a letter by which its recipient answers, and of what was answered there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class LinkAnswerState(StrEnum):
    """What became of an answer that came over the link."""

    WAITING = "waiting"  # for somebody who holds the case
    TAKEN = "taken"  # written down as an answer
    SET_ASIDE = "set_aside"


class AnswerLink(Guarded, Base):
    """That a letter with such a link has left: which letter, and the numbers of the links that it listed."""

    __tablename__ = "answer_links"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    letter: Mapped[int]
    numbers: Mapped[list[int]] = mapped_column(JSON)
    made_at: Mapped[datetime]


class LinkAnswer(Guarded, Base):
    """One answer. Its words are sealed under a key of their own, which `wrapped` holds for the case alone.

    `value` is a keyed hash of it, so that the same answer comes in once.
    """

    __tablename__ = "link_answers"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        UniqueConstraint("request_id", "value"),
        Index("ix_link_answers_state", "case_id", "state"),
        Index("ix_link_answers_waiting", "state", "case_id"),  # few of many, over all cases
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"))
    number: Mapped[int]  # within its case
    value: Mapped[bytes]
    state: Mapped[LinkAnswerState] = mapped_column(Word(LinkAnswerState))
    received_at: Mapped[datetime]
    over_at: Mapped[datetime | None]
    sealed: Mapped[bytes]
    wrapped: Mapped[bytes]
