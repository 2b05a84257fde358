"""Table of mail that has to leave: each row is one mail, written in the transaction of what causes it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word


class MailKind(StrEnum):
    CONFIRM = "confirm"  # does this address belong to whoever typed it?
    RETURN = "return"  # a link that opens the case once
    REPLY = "reply"  # the team has written
    RETENTION = "retention"  # the case will be deleted
    DATE = "date"  # a date has come of which the person asked to be reminded
    LETTER = "letter"  # of a request, to its recipient
    STAFF_CODE = "staff_code"  # does this address belong to the member who typed it?
    LEVEL = "level"  # a deadline has come to a level that the member wants to hear of at once
    DIGEST = "digest"  # what waits for a member today


TO_STAFF = frozenset({MailKind.STAFF_CODE, MailKind.LEVEL, MailKind.DIGEST})  # about no case, or about several
TO_PERSON = tuple(kind for kind in MailKind if kind is not MailKind.LETTER and kind not in TO_STAFF)


class MailState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # the text is being handed over: from here on it may have left
    SENT = "sent"
    FAILED = "failed"  # the mail server refused it, or could not be reached for too long
    UNCLEAR = "unclear"  # the worker or the line died while it was handed over; never sent again by itself
    CANCELLED = "cancelled"


class OutboxMail(Base):
    """One mail. `sealed` holds address and text under the server's outbox key and is emptied when it is over. A letter
    carries its files too, and the case's key, by which the worker writes down that it left.

    `cause` is unique: what caused a mail causes it once. `lease_until` runs while a worker has the row.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "state", "next_try_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[MailKind] = mapped_column(Word(MailKind))
    cause: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[MailState] = mapped_column(Word(MailState))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # after this it is not worth sending
    lease_until: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None]
