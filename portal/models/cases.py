"""Tables of the case itself: the case, the wraps of its key, consents and mandates."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import AgeBand, CaseStatus, Depiction, Filer, Handler, Path
from portal.models.guards import Guarded

AT_RISK = "under_18 OR path IN ('child', 'threat')"  # what the desk's list puts before the rest
# Where the nearest date is not the nearest that runs; and rows from before the latter was kept.
UNKEPT = "running_due_at IS NULL OR running_due_at <> next_due_at"


def _part(name: str, *columns: str, where: str) -> Index:
    """An index of a team's cases of one status that holds some of them alone."""
    return Index(name, "team_id", "status", *columns, postgresql_where=text(where), sqlite_where=text(where))


class Case(Guarded, Base):
    """One report and all that follows. What is about the person is in `sealed`; the rest must work with nobody there.

    `version` counts changes, so that a page opened before another change is noticed instead of overwriting it.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_team_queue", "team_id", "status", "next_due_at"),
        Index("ix_cases_assignee", "team_id", "status", "assignee_id", "next_due_at"),
        Index(
            "ix_cases_undated",
            "team_id",
            "status",
            "submitted_at",
            postgresql_where=text("next_due_at IS NULL"),
            sqlite_where=text("next_due_at IS NULL"),
        ),
        # All that the order and the counts of the desk's list look at, so that no case itself is read for them.
        Index(
            "ix_cases_shift",
            *("team_id", "status", "assignee_id", "next_due_at", "running_due_at", "news_at", "submitted_at"),
            *("under_18", "path", "id"),
        ),
        # Where the stretches of that order begin; see `queue_stretches`.
        _part("ix_cases_running", "running_due_at", where="running_due_at IS NOT NULL"),
        _part("ix_cases_unkept", "next_due_at", where=UNKEPT),
        _part("ix_cases_new", "submitted_at", where="assignee_id IS NULL"),
        _part(
            "ix_cases_at_risk",
            *("submitted_at", "assignee_id", "next_due_at", "running_due_at", "news_at", "under_18", "path", "id"),
            where=AT_RISK,
        ),
        _part("ix_cases_news", "news_at", "id", where="news_at IS NOT NULL"),
        CheckConstraint("status != 'erased' OR sealed IS NULL", name="erased_is_empty"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    status: Mapped[CaseStatus] = mapped_column(Word(CaseStatus))
    path: Mapped[Path | None] = mapped_column(Word(Path))
    country: Mapped[str | None] = mapped_column(String(2))
    subdivision: Mapped[str | None] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(16))
    depiction: Mapped[Depiction | None] = mapped_column(Word(Depiction))
    filer: Mapped[Filer | None] = mapped_column(Word(Filer))
    under_18: Mapped[bool | None]
    age_band: Mapped[AgeBand | None] = mapped_column(Word(AgeBand))  # for the figures, where it was told
    handler: Mapped[Handler] = mapped_column(Word(Handler))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    item_count: Mapped[int] = mapped_column(default=0)
    next_due_at: Mapped[datetime | None]
    next_due_estimated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    retention_until: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    letter_numbers: Mapped[int] = mapped_column(default=0, server_default="0")  # the last number given to a letter
    ways_ended: Mapped[int] = mapped_column(default=0, server_default="0")  # how often all other ways in were ended
    ways_seen: Mapped[int] = mapped_column(default=0, server_default="0")  # up to which event the person knows them
    running_due_at: Mapped[datetime | None]  # the nearest of its dates that had not passed when clocks were counted
    news_at: Mapped[datetime | None]  # since when the person did something that no member has seen
    no_answer_link: Mapped[bool] = mapped_column(default=False, server_default=false())  # the person wants none
    sealed: Mapped[bytes | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class CaseKey(Guarded, Base):
    """The case's key, wrapped for one reader: the person (under the recovery words) or a team (in a sealed box).

    Inside each wrap the key is sealed once more under the case's lock, which is kept apart from this database.
    `words_index` finds the row by the words; `server_key` says under which of the server's secrets it was made.
    """

    __tablename__ = "case_keys"
    __table_args__ = (
        UniqueConstraint("case_id", "holder", "team_id"),
        CheckConstraint("(holder = 'team') = (team_id IS NOT NULL)", name="team_only_for_teams"),
        CheckConstraint("(holder = 'person') = (salt IS NOT NULL)", name="salt_only_for_words"),
        CheckConstraint("words_index IS NULL OR holder = 'person'", name="index_only_for_words"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    holder: Mapped[Handler] = mapped_column(Word(Handler))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"), index=True)
    generation: Mapped[int | None]  # of the team's key pair that the wrap is made for
    salt: Mapped[bytes | None]
    words_index: Mapped[bytes | None] = mapped_column(unique=True)
    server_key: Mapped[str | None] = mapped_column(String(16))
    is_locked: Mapped[bool] = mapped_column(default=True)  # not so where it was made before there were locks
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class Consent(Guarded, Base):
    """What the person allowed to be shared with one recipient, and until when."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("case_id", "recipient"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    recipient: Mapped[str] = mapped_column(String(80))  # "platforms", "regulators", "team"
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Mandate(Guarded, Base):
    """The authority of somebody who acts for the person: what it covers is sealed, its end is not."""

    __tablename__ = "mandates"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    sealed: Mapped[bytes]
