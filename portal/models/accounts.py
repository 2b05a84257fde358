"""Tables of staff, teams and their keys, and of the sessions of everybody."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, event, false
from sqlalchemy.orm import Mapped, QueryContext, mapped_column

from portal.db import Base, Word
from portal.domain.lifecycle import Role, Scope
from portal.models.guards import Guarded


class SessionKind(StrEnum):
    VISITOR = "visitor"
    PERSON = "person"
    STAFF = "staff"


class DateForm(StrEnum):
    """How a member reads dates and times."""

    WORDS = "words"  # Tue 24 Nov 2026, 14:00
    WORDS_12 = "words_12"  # Tue 24 Nov 2026, 2:00 pm
    ISO = "iso"  # 2026-11-24 14:00


class Density(StrEnum):
    """How much stands on one screen of a member."""

    DENSE = "dense"
    ROOMY = "roomy"


class QueueColumn(StrEnum):
    """What stands beside the reference in the list of cases."""

    DUE = "due"
    MARKS = "marks"
    CONTACT = "contact"
    COUNTRY = "country"
    LINKS = "links"
    ASSIGNEE = "assignee"
    TEAM = "team"
    REPORTED = "reported"


class Team(Guarded, Base):
    """A team of advocates. Its private key exists only in its members' memberships and in `recovery`."""

    __tablename__ = "teams"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    countries: Mapped[list[str]] = mapped_column(JSON)  # empty: any country
    takes_cases: Mapped[bool]
    email: Mapped[str | None] = mapped_column(String(254))  # for answers; empty: the organisation's
    reply_hours: Mapped[int | None]  # within which it usually answers, as it says itself
    approvals: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # what waits for a second member
    case_cap: Mapped[int | None]  # open cases of one member beyond which the desk warns
    hard_cap: Mapped[int | None]  # the same for those with a child or a threat
    no_answer_link: Mapped[bool] = mapped_column(default=False, server_default=false())  # in letters of its cases
    public_key: Mapped[bytes]
    recovery: Mapped[bytes]  # the team's private key in a sealed box to the organisation's recovery key
    generation: Mapped[int] = mapped_column(default=1, server_default="1")  # of its key pair
    key_change_due_since: Mapped[datetime | None]  # somebody left while nobody who could change the key was there
    created_at: Mapped[datetime]
    made_by: Mapped[UUID | None]  # of staff; empty: on the server
    shown_at: Mapped[datetime | None]  # since when people are offered it; empty until a second person has said so
    shown_by: Mapped[UUID | None]  # of staff; empty: it was the first team


@event.listens_for(Team, "load")
def _hold_team(team: Team, context: QueryContext) -> None:
    """A session keeps the teams it has read: one page asks for the same team in several places."""
    context.session.info.setdefault("teams", {})[team.id] = team


class RecoveryKey(Guarded, Base):
    """The public half of the organisation's recovery key. The private half is printed once and kept on paper."""

    __tablename__ = "recovery_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]
    created_at: Mapped[datetime]


class Staff(Guarded, Base):
    """A member of staff. The private key opens with the password alone; a wrong password simply does not open it."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(Word(Role))
    scope: Mapped[Scope] = mapped_column(Word(Scope), default=Scope.TEAM, server_default="team")
    salt: Mapped[bytes]
    public_key: Mapped[bytes]
    private_key: Mapped[bytes]  # wrapped under Argon2id of the password
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    zone: Mapped[str | None] = mapped_column(String(64))  # in which they read times; empty: the portal's
    date_form: Mapped[DateForm | None] = mapped_column(Word(DateForm))
    density: Mapped[Density | None] = mapped_column(Word(Density))
    language: Mapped[str | None] = mapped_column(String(20))  # a catalogue's; empty: the portal's
    queue_columns: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # empty: the usual ones


class Membership(Guarded, Base):
    """A member of a team. `team_key` is its private key for this member; empty until a colleague lets them in."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("team_id", "staff_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    team_key: Mapped[bytes | None]
    created_at: Mapped[datetime]


class WebSession(Base):
    """A browser's session. The cookie alone opens `sealed`; the table knows only a hash of it."""

    __tablename__ = "web_sessions"

    id: Mapped[bytes] = mapped_column(primary_key=True)  # SHA-256 of the cookie's token
    kind: Mapped[SessionKind] = mapped_column(Word(SessionKind))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    sealed: Mapped[bytes]

    def __repr__(self) -> str:
        return f"<WebSession {self.kind}>"
