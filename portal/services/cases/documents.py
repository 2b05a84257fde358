"""Documents handed in: room for them, keeping them sealed, reading and removing them. None in a child case."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters.vault import Place, open_sealed, seal
from portal.db import after_commit
from portal.domain.documents import (
    ENDINGS,
    LARGEST_TOGETHER,
    MEDIA,
    MOST,
    CleanDocument,
    Cleaned,
    DocumentKind,
    may_hand_in,
)
from portal.domain.lifecycle import ActorKind, CaseStatus, History, StepRefused
from portal.models.complaints import Complaint
from portal.models.documents import Document
from portal.models.requests import Request
from portal.services.cases.case_work import OpenCase
from portal.services.cases.opening import UnknownNumber
from portal.services.history.events import NewEvent
from portal.services.ports import Ports

LONGEST_LABEL = 300


@dataclass(frozen=True, kw_only=True, repr=False)
class HandIn:
    """Which request or complaint a document is about (one of the two), what the person calls it, and its first form."""

    request_number: int | None = None
    complaint_number: int | None = None
    label: str = ""
    given: bytes


@dataclass(frozen=True, kw_only=True, repr=False)
class DocumentView:
    id: UUID
    number: int
    kind: DocumentKind
    request_number: int | None
    complaint_number: int | None
    by: ActorKind
    size: int
    handed_in_at: datetime
    label: str
    about: str  # of an e-mail: from whom, when, its subject
    digest: str  # SHA-256 of the file as kept
    given_digest: str  # SHA-256 of the file as it was handed in
    cleaned: tuple[Cleaned, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class DocumentFile:
    """A document to save, under a name that tells nothing."""

    name: str
    media: str
    content: bytes


def takes_documents(opened: OpenCase) -> bool:
    """Whether this case may hold documents at all."""
    return may_hand_in(opened.case.path, under_18=opened.case.under_18)


def require_room(session: Session, opened: OpenCase, size: int) -> None:
    """Raises StepRefused where the case takes no document, or not one more of `size` bytes."""
    if not takes_documents(opened):
        raise StepRefused(
            "No files can be added here, because somebody in it was under 18. Write down the words instead."
        )
    count, together = session.execute(
        select(func.count(), func.coalesce(func.sum(Document.size), 0)).where(
            Document.case_id == opened.case.id, Document.removed_at.is_(None)
        )
    ).one()
    if count >= MOST:
        raise StepRefused(f"{MOST} files fit into one case, and they are all there. Remove one that is not needed.")
    if together + size > LARGEST_TOGETHER:
        raise StepRefused("The files of this case are too large together. Remove one that is not needed.")


def open_again(session: Session, opened: OpenCase) -> None:
    """Take the case's lock again after it was let go of. Raises StepRefused where it was erased or taken back since."""
    team = opened.case.team_id
    session.refresh(opened.case, with_for_update=True)
    is_taken_back = opened.actor.kind is ActorKind.STAFF and opened.case.team_id != team
    if opened.case.status is CaseStatus.ERASED or is_taken_back:
        raise StepRefused("This case was changed meanwhile. Open it again.")


def hand_in(
    session: Session, opened: OpenCase, command: HandIn, clean: CleanDocument, *, now: datetime, ports: Ports
) -> int:
    """Keep a document that was made anew, and return its number. Raises StepRefused, UnknownNumber."""
    require_room(session, opened, len(clean.content))
    row = Document(id=uuid4(), case_id=opened.case.id, number=_next_number(session, opened), kind=clean.kind)
    row.request_id, row.complaint_id = _find_owner(session, opened, command)
    row.by, row.size, row.handed_in_at = opened.actor.kind, len(clean.content), now
    digest = hashlib.sha256(clean.content).hexdigest()
    given = hashlib.sha256(command.given).hexdigest()
    values = {
        "label": command.label[:LONGEST_LABEL],
        "about": clean.about,
        "digest": digest,
        "given_digest": given,
        "cleaned": [each.value for each in clean.cleaned],
    }
    row.sealed = opened.sealed_for(row, values)
    ports.storage.put(_file_key(row), seal(opened.key, _file_place(row), clean.content))
    session.add(row)
    session.flush()
    _record(session, opened, row, History.DOCUMENT_ADDED, {"digest": digest, "given_digest": given}, now)
    return row.number


def document_views(session: Session, opened: OpenCase) -> tuple[DocumentView, ...]:
    """The case's documents by number."""
    query = (
        select(Document, Request.number, Complaint.number)
        .outerjoin(Request, Request.id == Document.request_id)
        .outerjoin(Complaint, Complaint.id == Document.complaint_id)
        .where(Document.case_id == opened.case.id, Document.removed_at.is_(None))
        .order_by(Document.number)
    )
    return tuple(_view(opened, row, request, complaint) for row, request, complaint in session.execute(query))


def name_file(number: int, kind: DocumentKind) -> str:
    """The name under which a document is taken out. The one it came with is not kept."""
    return f"document-{number}.{ENDINGS[kind]}"


def read_document(session: Session, opened: OpenCase, number: int, *, ports: Ports) -> DocumentFile:
    """Raises UnknownNumber, CannotOpen where the file was changed."""
    row = _find(session, opened, number)
    content = open_sealed(opened.key, _file_place(row), ports.storage.get(_file_key(row)))
    return DocumentFile(name=name_file(number, row.kind), media=MEDIA[row.kind], content=content)


def remove_document(session: Session, opened: OpenCase, number: int, *, now: datetime, ports: Ports) -> None:
    """Destroy the file and all that is known of it; that there was one stays in the history. Raises UnknownNumber."""
    row = _find(session, opened, number)
    key = _file_key(row)
    row.removed_at, row.sealed, row.size = now, None, 0
    session.flush()
    _record(session, opened, row, History.DOCUMENT_REMOVED, {}, now)
    after_commit(session, lambda: ports.storage.delete(key))


def _find_owner(session: Session, opened: OpenCase, command: HandIn) -> tuple[UUID | None, UUID | None]:
    """The ids of the request and of the complaint it is about, one of them None. Raises UnknownNumber."""
    if (command.request_number is None) == (command.complaint_number is None):
        raise UnknownNumber("A document is about one request or about one complaint.")
    table: type[Request] | type[Complaint] = Request if command.complaint_number is None else Complaint
    number = command.complaint_number if command.request_number is None else command.request_number
    found = session.scalars(
        select(table.id).where(table.case_id == opened.case.id, table.number == number)
    ).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no {table.__name__.lower()} {number}.")
    return (found, None) if table is Request else (None, found)


def _record(
    session: Session, opened: OpenCase, row: Document, kind: History, detail: dict[str, Any], now: datetime
) -> None:
    happening = NewEvent(
        kind=kind,
        at=now,
        request_id=row.request_id,
        complaint_id=row.complaint_id,
        facts={"kind": row.kind.value},
        detail={"document": row.number, **detail},
    )
    opened.record(session, happening, now=now)


def _next_number(session: Session, opened: OpenCase) -> int:
    newest = session.scalar(select(func.max(Document.number)).where(Document.case_id == opened.case.id))
    return (newest or 0) + 1


def _find(session: Session, opened: OpenCase, number: int) -> Document:
    found = session.scalars(
        select(Document).where(
            Document.case_id == opened.case.id, Document.number == number, Document.removed_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no document {number}.")
    return found


def _view(opened: OpenCase, row: Document, request: int | None, complaint: int | None) -> DocumentView:
    values = opened.read_sealed(row)
    return DocumentView(
        id=row.id,
        number=row.number,
        kind=row.kind,
        request_number=request,
        complaint_number=complaint,
        by=row.by,
        size=row.size,
        handed_in_at=row.handed_in_at,
        label=values["label"],
        about=values["about"],
        digest=values["digest"],
        given_digest=values["given_digest"],
        cleaned=tuple(Cleaned(each) for each in values["cleaned"]),
    )


def _file_key(row: Document) -> str:
    return f"{row.case_id}/{row.id}-document"


def _file_place(row: Document) -> Place:
    return Place("documents", _file_key(row), str(row.case_id))
