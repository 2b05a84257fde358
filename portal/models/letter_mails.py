"""Table of letters that leave by e-mail from here: whose, which letter, under which Message-ID, and how it went.

What is sent stands in the outbox while it waits. This row stays, so that an answer finds its request by the
Message-ID that it names, and so that a page can say what became of the letter.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.models.guards import Guarded


class LetterMailState(StrEnum):
    QUEUED = "queued"  # it waits: for its turn, or for the pace that its recipient's server is given
    DELAYED = "delayed"  # the mail server put it off; it is tried again
    ACCEPTED = "accepted"  # the mail server has taken it, and answers for it from here
    FAILED = "failed"  # surely not sent
    UNCLEAR = "unclear"  # it may have left; never sent again by itself
    RETURNED = "returned"  # it left, and a mail server on the way said that it was not delivered
    CANCELLED = "cancelled"  # taken back before it left


class LetterMail(Guarded, Base):
    """One letter on its way by e-mail: a request's first, or a later one. The id is that of its row in the outbox.

    `message_id` is as its header has it, without the angle brackets, in small letters. `recipient` is a keyed mark of
    the recipient's domain, to count by; nobody reads the domain from it. `sealed` holds {"address", "answer"} under
    the case's key: where it goes, and what the mail server said when it took it.
    """

    __tablename__ = "letter_mails"
    __table_args__ = (Index("ix_letter_mails_pace", "recipient", "over_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    # None for a paper of a threat, which no request stands behind.
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), index=True)
    letter_number: Mapped[int]
    is_later: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # it starts no clock
    message_id: Mapped[str] = mapped_column(String(255), unique=True, index=True)
    state: Mapped[LetterMailState] = mapped_column(Word(LetterMailState))
    staff_id: Mapped[UUID | None]  # who sent it, where that was a member of staff; no key, their rows stay
    recipient: Mapped[bytes]
    made_at: Mapped[datetime]
    left_at: Mapped[datetime | None]  # when the mail server took it
    recorded_at: Mapped[datetime | None]  # when its request was written down as sent by it
    over_at: Mapped[datetime | None]  # when it left, failed, or was taken back
    sealed: Mapped[bytes]
