"""Words between the person and the team, and the team's own notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, History, StepRefused
from portal.models.accounts import Staff
from portal.models.messages import Message, Note
from portal.services.cases import mail_contact
from portal.services.cases.case_work import OpenCase
from portal.services.history.events import NewEvent
from portal.services.ports import Ports


@dataclass(frozen=True, kw_only=True)
class MessageView:
    sent_at: datetime
    author: ActorKind
    author_name: str
    text: str
    is_read: bool


@dataclass(frozen=True, kw_only=True)
class NoteView:
    written_at: datetime
    author_name: str
    text: str


LONGEST = 20_000


class BadText(ValueError):
    """The text is empty or too long. The message says which, fit for a page."""


def send_message(session: Session, opened: OpenCase, text: str, *, now: datetime) -> None:
    """From the person to the team or back. Raises BadText, and StepRefused where no team carries the case."""
    if opened.case.team_id is None:
        raise StepRefused("No team carries this case, so nobody would read the message. Ask a team for help first.")
    row = Message(id=uuid4(), case_id=opened.case.id, author=opened.actor.kind, staff_id=opened.actor.staff_id)
    row.sent_at, row.sealed = now, opened.sealed_for(row, {"text": _checked(text)})
    session.add(row)
    opened.record(session, NewEvent(kind=History.MESSAGE, at=now), now=now)


def answer_person(session: Session, opened: OpenCase, text: str, *, now: datetime, ports: Ports) -> None:
    """From the team, with a mail that there is something to read where the person wants one. Raises as above."""
    send_message(session, opened, text, now=now)
    session.flush()
    mail_contact.announce_reply(session, opened, now=now, ports=ports)


def mark_read(session: Session, opened: OpenCase, *, now: datetime) -> None:
    """What the other side wrote has now been seen."""
    query = select(Message).where(Message.case_id == opened.case.id, Message.read_at.is_(None))
    for row in session.scalars(query.where(Message.author != opened.actor.kind)):
        row.read_at = now


def add_note(session: Session, opened: OpenCase, text: str, *, now: datetime) -> None:
    """The team's own note; the person never sees it. Raises BadText, StepRefused for anybody but staff."""
    staff_id = opened.actor.staff_id
    if opened.actor.kind is not ActorKind.STAFF or staff_id is None:
        raise StepRefused("Only the team writes notes.")
    row = Note(id=uuid4(), case_id=opened.case.id, staff_id=staff_id, written_at=now)
    row.sealed = opened.sealed_for(row, {"text": _checked(text)})
    session.add(row)
    opened.record(session, NewEvent(kind=History.NOTE, at=now), now=now)


def message_views(session: Session, opened: OpenCase) -> tuple[MessageView, ...]:
    """All messages, oldest first."""
    rows = session.scalars(
        select(Message).where(Message.case_id == opened.case.id).order_by(Message.sent_at, Message.id)
    ).all()
    names = staff_names(session, (row.staff_id for row in rows))
    return tuple(
        MessageView(
            sent_at=row.sent_at,
            author=row.author,
            author_name=names.get(row.staff_id, ""),
            text=opened.read_sealed(row)["text"],
            is_read=row.read_at is not None,
        )
        for row in rows
    )


def note_views(session: Session, opened: OpenCase) -> tuple[NoteView, ...]:
    """The team's notes, oldest first; nothing for the person."""
    if opened.actor.kind is not ActorKind.STAFF:
        return ()
    rows = session.scalars(select(Note).where(Note.case_id == opened.case.id).order_by(Note.written_at, Note.id)).all()
    names = staff_names(session, (row.staff_id for row in rows))
    return tuple(
        NoteView(
            written_at=row.written_at, author_name=names.get(row.staff_id, ""), text=opened.read_sealed(row)["text"]
        )
        for row in rows
    )


def staff_names(session: Session, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Names of members of staff by id."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))}


def _checked(text: str) -> str:
    if not text.strip():
        raise BadText("Write something first.")
    if len(text) > LONGEST:
        raise BadText(f"This is too long: it has {len(text):,} characters, and {LONGEST:,} fit.")
    return text
