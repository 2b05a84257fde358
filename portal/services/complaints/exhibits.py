"""The exhibits of a complaint: letters as sent, answers as written down or handed in, each a file of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from portal.domain.letters.facts import Exhibit, ExhibitKind
from portal.domain.lifecycle import History, LetterKind
from portal.models.events import Event
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.cases import documents
from portal.services.cases.documents import DocumentView
from portal.services.history.events import read_detail
from portal.services.letters import letters
from portal.services.letters.drafting import sent_letter
from portal.services.work import CaseWork

PDF = "application/pdf"
TEXT = "text/plain; charset=utf-8"

# Titles are keys of the letters' catalogue, so nothing is filled into them.
_TITLES = {
    LetterKind.NOTICE: (ExhibitKind.NOTICE, "Notice as it was sent"),
    LetterKind.ERASURE: (ExhibitKind.ERASURE, "Request to erase data as it was sent"),
    LetterKind.REMINDER: (ExhibitKind.REMINDER, "Reminder"),
}
_ANSWER_TITLE = "Answer as it was written down"
_DOCUMENT_TITLE = "Answer as a file, without hidden details"


@dataclass(frozen=True, repr=False)
class ExhibitFile:
    """An exhibit with its content. `of` is the letter, the event or the document it comes from."""

    exhibit: Exhibit
    of: UUID
    name: str
    content: bytes


def list_exhibits(work: CaseWork, requests: Sequence[Request]) -> tuple[ExhibitFile, ...]:
    """Numbered from one: for each request its letter, its reminders, its answers that have a text; then the files."""
    found: list[ExhibitFile] = []
    for request in requests:
        for letter in _letters(work, request):
            found.append(_letter_file(work, letter, len(found) + 1))
        for event, text in _answers(work, request):
            found.append(_answer_file(event, text, len(found) + 1))
    for view in documents.document_views(work):
        if view.request_number in {request.number for request in requests}:
            found.append(_document_file(work, view, len(found) + 1))
    return tuple(found)


def _letters(work: CaseWork, request: Request) -> Iterator[Letter]:
    if letter := sent_letter(work, request):
        yield letter
    query = select(Letter).where(Letter.request_id == request.id, Letter.kind == LetterKind.REMINDER)
    yield from work.session.scalars(query.order_by(Letter.number)).all()


def _answers(work: CaseWork, request: Request) -> Iterator[tuple[Event, str]]:
    query = select(Event).where(Event.request_id == request.id, Event.kind == History.ANSWERED)
    for event in work.session.scalars(query.order_by(Event.at, Event.sequence)).all():
        if text := read_detail(event, work.key).get("text"):
            yield event, text


def _letter_file(work: CaseWork, letter: Letter, number: int) -> ExhibitFile:
    content = letters.read_letter(work, letter.number, redacted=False)
    kind, title = _TITLES[letter.kind]
    exhibit = Exhibit(
        number=number,
        kind=kind,
        title=title,
        digest=letter.digest,
        media=PDF,
        size=len(content),
        dated_at=letter.made_at,
    )
    return ExhibitFile(exhibit=exhibit, of=letter.id, name=f"exhibit-{number}.pdf", content=content)


def _document_file(work: CaseWork, view: DocumentView, number: int) -> ExhibitFile:
    file = documents.read_document(work, view.number)
    exhibit = Exhibit(
        number=number,
        kind=ExhibitKind.OTHER,
        title=_DOCUMENT_TITLE,
        digest=view.digest,
        media=file.media,
        size=len(file.content),
        file_name=view.label or None,
        dated_at=view.handed_in_at,
    )
    ending = file.name.rpartition(".")[2]
    return ExhibitFile(exhibit=exhibit, of=view.id, name=f"exhibit-{number}.{ending}", content=file.content)


def _answer_file(event: Event, text: str, number: int) -> ExhibitFile:
    content = text.encode()
    exhibit = Exhibit(
        number=number,
        kind=ExhibitKind.ANSWER,
        title=_ANSWER_TITLE,
        digest=hashlib.sha256(content).hexdigest(),
        media=TEXT,
        size=len(content),
        dated_at=event.at,
    )
    return ExhibitFile(exhibit=exhibit, of=event.id, name=f"exhibit-{number}.txt", content=content)
