"""Table of background work: each row is one effect, with a lease, so that nothing is lost when a worker dies."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word


class JobKind(StrEnum):
    BUNDLE = "bundle"
    LETTER = "letter"  # made ahead, for a request that is to be sent next
    REMINDER = "reminder"  # for a request whose date has passed
    IMPORT = "import"  # of a table of cases; about no case
    MAILED = "mailed"  # a letter left by e-mail: its request is written down as sent


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """`sealed` holds what the worker needs, under the server's outbox key, and is emptied when the work is done."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_open", "state", "lease_until"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[JobKind] = mapped_column(Word(JobKind))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    subject_id: Mapped[UUID]  # the complaint of a bundle, the request of a letter, the letter mail, or a table of cases
    staff_id: Mapped[UUID | None]  # who asked for it, where that was a member of staff; no key, their rows stay
    state: Mapped[JobState] = mapped_column(Word(JobState))
    stage: Mapped[str] = mapped_column(String(40))
    percent: Mapped[int]
    tries: Mapped[int]
    problems: Mapped[str | None]  # why it stopped, in our own words
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    sealed: Mapped[bytes | None]
