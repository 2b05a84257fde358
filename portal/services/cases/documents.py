"""Documents handed in: room for them, keeping them sealed, reading and removing them. None in a child case."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import func, select

from portal.adapters.readers.documents import clean_document
from portal.adapters.vault import SealContext, open_sealed, seal
from portal.db import after_commit
from portal.domain.documents import (
    ENDINGS,
    LARGEST_TOGETHER,
    MEDIA,
    MOST,
    CleanDocument,
    Cleaned,
    DocumentKind,
    MailSignature,
    Original,
    may_hand_in,
)
from portal.domain.lifecycle import ActorKind, History, StepRefused
from portal.models.complaints import Complaint
from portal.models.documents import Document
from portal.models.requests import Request
from portal.services.background.duties import do_each
from portal.services.cases.handover import open_to_record
from portal.services.cases.opening import UnknownNumber, open_again
from portal.services.history import stored_files
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork, Work

LONGEST_LABEL = 300
FILES_RETRIED = timedelta(days=7)  # how long the worker goes on deleting a file that should be gone


class NoRoomForFile(StepRefused):
    """The case holds as many files, or as large ones, as fit."""


@dataclass(frozen=True, kw_only=True, repr=False)
class HandIn:
    """Which request or complaint a document is about (one of the two), what the person calls it, and its first form."""

    request_number: int | None = None
    complaint_number: int | None = None
    label: str = ""
    given: bytes


@dataclass(frozen=True, kw_only=True, repr=False)
class DocumentSubject:
    """A request or complaint that a document can be about: its number and the name of its recipient.

    `about` is the company that a complaint is about; empty where it says none.
    """

    kind: Literal["request", "complaint"]
    number: int
    name: str
    about: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class KeptOriginal:
    """What is kept of an answer as it came: all of it, or a record. `digest` is the SHA-256 of what is kept."""

    digest: str
    is_whole: bool
    signatures: tuple[MailSignature, ...]


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
    original: KeptOriginal | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class DocumentFile:
    """A document to save, under a name that tells nothing."""

    name: str
    media: str
    content: bytes


def takes_documents(work: CaseWork) -> bool:
    """Whether this case may hold documents at all."""
    return may_hand_in(work.case.path, under_18=work.case.under_18)


def list_subjects(work: CaseWork) -> tuple[DocumentSubject, ...]:
    """What a document of this case can be about: its requests by number, then its complaints."""
    case_id = work.case.id
    requests = work.session.scalars(select(Request).where(Request.case_id == case_id).order_by(Request.number))
    complaints = work.session.scalars(select(Complaint).where(Complaint.case_id == case_id).order_by(Complaint.number))
    return (
        *(_subject(work, "request", row) for row in requests),
        *(_subject(work, "complaint", row) for row in complaints),
    )


def accept_document(work: CaseWork, command: HandIn, *, end_transaction: Callable[[], None]) -> int:
    """Look into the file, make it anew, keep it, and return its number.

    Another process looks into the file, which can take many seconds. `end_transaction` is called before that, so that
    the case's lock holds nobody up; what follows is a transaction of its own. Raises DocumentRefused, StepRefused,
    UnknownNumber.
    """
    require_room(work, 0)
    end_transaction()
    config = work.ports.config
    clean = clean_document(command.given, may_be_unconfined=config.takes_files_unconfined, keys=config.sender_keys)
    open_again(work)
    return hand_in(work, command, clean)


def require_room(work: CaseWork, size: int) -> None:
    """Raises StepRefused where the case takes no document, NoRoomForFile where not one more of `size` bytes."""
    if not takes_documents(work):
        raise StepRefused("No files can be added here, because someone in it was under 18. Type the words instead.")
    count, together = work.session.execute(
        select(func.count(), func.coalesce(func.sum(Document.size + Document.original_size), 0)).where(
            Document.case_id == work.case.id, Document.removed_at.is_(None)
        )
    ).one()
    if count >= MOST:
        raise NoRoomForFile(f"{MOST} files fit into one case, and they are all there. Remove one that is not needed.")
    if together + size > LARGEST_TOGETHER:
        raise NoRoomForFile("The files of this case are too large together. Remove one that is not needed.")


def hand_in(work: CaseWork, command: HandIn, clean: CleanDocument) -> int:
    """Keep a document that was made anew, and return its number. Raises StepRefused, UnknownNumber."""
    open_to_record(work)
    original = clean.original
    require_room(work, len(clean.content) + (len(original.content) if original else 0))
    row = Document(id=uuid4(), case_id=work.case.id, number=_next_number(work), kind=clean.kind)
    row.request_id, row.complaint_id = _find_owner(work, command)
    row.by, row.size, row.handed_in_at = work.actor.kind, len(clean.content), work.now
    digest = hashlib.sha256(clean.content).hexdigest()
    given = hashlib.sha256(command.given).hexdigest()
    values = {
        "label": command.label[:LONGEST_LABEL],
        "about": clean.about,
        "digest": digest,
        "given_digest": given,
        "cleaned": [each.value for each in clean.cleaned],
        "original": _tell_original(original),
    }
    row.sealed = work.sealed_for(row, values)
    _keep_file(work, row, _file_key(row), clean.content)
    if original:
        row.original_size = len(original.content)
        _keep_file(work, row, _original_key(row), original.content)
    work.session.add(row)
    work.session.flush()
    _record(work, row, History.DOCUMENT_ADDED, {"digest": digest, "given_digest": given})
    return row.number


def _keep_file(work: CaseWork, row: Document, key: str, content: bytes) -> None:
    sealed = seal(work.key, _context_of(row, key), content)
    stored_files.keep(work.session, work.ports.storage, key, sealed, case_id=row.case_id)


def list_numbers(work: CaseWork) -> frozenset[int]:
    """The numbers of the files that are there."""
    return frozenset(work.session.scalars(select(Document.number).where(Document.case_id == work.case.id)))


def document_views(work: CaseWork) -> tuple[DocumentView, ...]:
    """The case's documents by number."""
    query = (
        select(Document, Request.number, Complaint.number)
        .outerjoin(Request, Request.id == Document.request_id)
        .outerjoin(Complaint, Complaint.id == Document.complaint_id)
        .where(Document.case_id == work.case.id, Document.removed_at.is_(None))
        .order_by(Document.number)
    )
    return tuple(_view(work, row, request, complaint) for row, request, complaint in work.session.execute(query))


def name_file(number: int, kind: DocumentKind) -> str:
    """The name under which a document is taken out. The one it came with is not kept."""
    return f"document-{number}.{ENDINGS[kind]}"


def read_document(work: CaseWork, number: int) -> DocumentFile:
    """Raises UnknownNumber, CannotOpen where the file was changed."""
    row = _find(work, number)
    content = open_sealed(work.key, _file_context(row), work.ports.storage.get(_file_key(row)))
    return DocumentFile(name=name_file(number, row.kind), media=MEDIA[row.kind], content=content)


def read_original(work: CaseWork, number: int) -> DocumentFile:
    """What is kept of it as it came, to be saved and never shown.

    Raises UnknownNumber where nothing is, CannotOpen where the file was changed.
    """
    row = _find(work, number)
    if not row.original_size:
        raise UnknownNumber(f"Nothing is kept of document {number} as it came.")
    key = _original_key(row)
    content = open_sealed(work.key, _context_of(row, key), work.ports.storage.get(key))
    is_whole = bool(work.read_sealed(row)["original"]["is_whole"])
    return DocumentFile(
        name=name_original(number, is_whole=is_whole), media="application/octet-stream", content=content
    )


def name_original(number: int, *, is_whole: bool) -> str:
    """The name under which what came is taken out: an e-mail, or the record of one."""
    return f"document-{number}-original.eml" if is_whole else f"document-{number}-record.txt"


def remove_document(work: CaseWork, number: int) -> None:
    """Destroy the file and all that is known of it; that there was one stays in the history. Raises UnknownNumber."""
    row = _find(work, number)
    row.removed_at, row.sealed, row.size, row.original_size = work.now, None, 0, 0
    stored_files.note_gone(work.session, _file_key(row))
    stored_files.note_gone(work.session, _original_key(row))
    work.session.flush()
    _record(work, row, History.DOCUMENT_REMOVED, {})
    after_commit(work.session, lambda: do_each([row], partial(_delete_file, work), what="deleting a document"))


def purge_files(work: Work) -> None:
    """Destroy the files of documents that were removed, where the storage did not answer at that moment."""
    query = select(Document).where(Document.removed_at > work.now - FILES_RETRIED)
    do_each(work.session.scalars(query).all(), partial(_delete_file, work), what="deleting a document")


def _delete_file(work: Work, row: Document) -> int:
    work.ports.storage.delete(_file_key(row))
    work.ports.storage.delete(_original_key(row))
    return 1


def _subject(work: CaseWork, kind: Literal["request", "complaint"], row: Request | Complaint) -> DocumentSubject:
    sealed = work.read_sealed(row)
    return DocumentSubject(kind=kind, number=row.number, name=sealed["name"], about=sealed.get("about") or "")


def _find_owner(work: CaseWork, command: HandIn) -> tuple[UUID | None, UUID | None]:
    """The ids of the request and of the complaint it is about, one of them None. Raises UnknownNumber."""
    if (command.request_number is None) == (command.complaint_number is None):
        raise UnknownNumber("A document is about one request or about one complaint.")
    table: type[Request] | type[Complaint] = Request if command.complaint_number is None else Complaint
    number = command.complaint_number if command.request_number is None else command.request_number
    found = work.session.scalars(
        select(table.id).where(table.case_id == work.case.id, table.number == number)
    ).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no {table.__name__.lower()} {number}.")
    return (found, None) if table is Request else (None, found)


def _record(work: CaseWork, row: Document, kind: History, detail: dict[str, Any]) -> None:
    event = NewEvent(
        kind=kind,
        at=work.now,
        request_id=row.request_id,
        complaint_id=row.complaint_id,
        facts={"kind": row.kind.value},
        detail={"document": row.number, **detail},
    )
    work.record(event)


def _next_number(work: CaseWork) -> int:
    newest = work.session.scalar(select(func.max(Document.number)).where(Document.case_id == work.case.id))
    return (newest or 0) + 1


def _find(work: CaseWork, number: int) -> Document:
    found = work.session.scalars(
        select(Document).where(
            Document.case_id == work.case.id, Document.number == number, Document.removed_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no document {number}.")
    return found


def _view(work: CaseWork, row: Document, request: int | None, complaint: int | None) -> DocumentView:
    values = work.read_sealed(row)
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
        original=_read_kept(values.get("original")),
    )


def _tell_original(original: Original | None) -> dict[str, Any] | None:
    if original is None:
        return None
    return {
        "digest": hashlib.sha256(original.content).hexdigest(),
        "is_whole": original.is_whole,
        "signatures": [asdict(each) for each in original.signatures],
    }


def _read_kept(values: Any) -> KeptOriginal | None:
    return msgspec.convert(values, KeptOriginal) if values else None


def _file_key(row: Document) -> str:
    return f"{row.case_id}/{row.id}-document"


def _original_key(row: Document) -> str:
    return f"{row.case_id}/{row.id}-original"


def _file_context(row: Document) -> SealContext:
    return _context_of(row, _file_key(row))


def _context_of(row: Document, key: str) -> SealContext:
    return SealContext("documents", key, str(row.case_id))
