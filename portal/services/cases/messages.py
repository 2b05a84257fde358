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
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork


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
    is_private: bool = False  # its writer alone is shown it


LONGEST = 20_000


class BadText(ValueError):
    """The text is empty or too long. The message says which, fit for a page."""


def send_message(work: CaseWork, text: str) -> None:
    """From the person to the team or back. Raises BadText, NoRoom, and StepRefused where no team carries the case."""
    if work.case.team_id is None:
        raise StepRefused("No team is helping with this case yet, so nobody would read this. Ask a team first.")
    require_room_for_words(work, _checked(text))
    row = Message(id=uuid4(), case_id=work.case.id, author=work.actor.kind, staff_id=work.actor.staff_id)
    row.sent_at, row.sealed = work.now, work.sealed_for(row, {"text": text})
    work.session.add(row)
    work.record(NewEvent(kind=History.MESSAGE, at=work.now))


def answer_person(work: CaseWork, text: str) -> None:
    """From the team, with a mail that there is something to read where the person wants one. Raises as above."""
    send_message(work, text)
    work.session.flush()
    mail_contact.announce_reply(work)


def mark_read(work: CaseWork) -> None:
    """What the other side wrote has now been seen."""
    query = select(Message).where(Message.case_id == work.case.id, Message.read_at.is_(None))
    for row in work.session.scalars(query.where(Message.author != work.actor.kind)):
        row.read_at = work.now


def add_note(work: CaseWork, text: str, *, is_private: bool = False) -> None:
    """The team's own note, or one for its writer alone; the person never sees it.

    Raises BadText, NoRoom, StepRefused for anybody but staff.
    """
    staff_id = work.actor.staff_id
    if work.actor.kind is not ActorKind.STAFF or staff_id is None:
        raise StepRefused("Only the team writes notes.")
    require_room_for_words(work, _checked(text))
    row = Note(id=uuid4(), case_id=work.case.id, staff_id=staff_id, written_at=work.now)
    row.sealed = work.sealed_for(row, {"text": text, **({"private": True} if is_private else {})})
    work.session.add(row)
    work.record(NewEvent(kind=History.NOTE, at=work.now))


def message_views(work: CaseWork) -> tuple[MessageView, ...]:
    """All messages, oldest first."""
    rows = work.session.scalars(
        select(Message).where(Message.case_id == work.case.id).order_by(Message.sent_at, Message.id)
    ).all()
    names = staff_names(work.session, (row.staff_id for row in rows))
    return tuple(
        MessageView(
            sent_at=row.sent_at,
            author=row.author,
            author_name=names.get(row.staff_id, ""),
            text=work.read_sealed(row)["text"],
            is_read=row.read_at is not None,
        )
        for row in rows
    )


def note_views(work: CaseWork) -> tuple[NoteView, ...]:
    """The team's notes and the reader's own private ones, oldest first; nothing for the person."""
    if work.actor.kind is not ActorKind.STAFF:
        return ()
    rows = work.session.scalars(
        select(Note).where(Note.case_id == work.case.id).order_by(Note.written_at, Note.id)
    ).all()
    names = staff_names(work.session, (row.staff_id for row in rows))
    opened = [(row, work.read_sealed(row)) for row in rows]
    return tuple(
        NoteView(
            written_at=row.written_at,
            author_name=names.get(row.staff_id, ""),
            text=values["text"],
            is_private=bool(values.get("private")),
        )
        for row, values in opened
        if not values.get("private") or row.staff_id == work.actor.staff_id
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
