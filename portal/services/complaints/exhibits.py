"""The exhibits of a complaint: letters as sent, answers as written down or handed in, each a file of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.domain.documents import ENDINGS, MEDIA
from portal.domain.letters.facts import Exhibit, ExhibitKind
from portal.domain.lifecycle import LetterKind
from portal.models.events import Event
from portal.models.letters import Letter
from portal.services.cases import documents
from portal.services.cases.documents import DocumentView
from portal.services.letters import letters
from portal.services.requests.dossier import Dossier
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
    """An exhibit, and how to read its content. `of` is the letter, the event or the document it comes from."""

    exhibit: Exhibit
    of: UUID
    name: str
    read: Callable[[], bytes]


def list_exhibits(work: CaseWork, dossiers: Sequence[Dossier]) -> tuple[ExhibitFile, ...]:
    """Numbered from one: for each request its letter, its reminders, its answers that have a text; then the files."""
    found: list[ExhibitFile] = []
    for dossier in dossiers:
        for letter in filter(None, (dossier.sent_letter, *dossier.reminders)):
            found.append(_letter_file(work, letter, len(found) + 1))
        for event in dossier.answers:
            if text := dossier.read_detail(event).get("text"):
                found.append(_answer_file(event, text, len(found) + 1))
    numbers = {dossier.number for dossier in dossiers}
    for view in documents.document_views(work):
        if view.request_number in numbers:
            found.append(_document_file(work, view, len(found) + 1))
    return tuple(found)


def _letter_file(work: CaseWork, letter: Letter, number: int) -> ExhibitFile:
    kind, title = _TITLES[letter.kind]
    exhibit = Exhibit(
        number=number,
        kind=kind,
        title=title,
        digest=letter.digest,
        media=PDF,
        size=letters.size_of(work, letter),
        dated_at=letter.made_at,
    )
    return ExhibitFile(
        exhibit=exhibit,
        of=letter.id,
        name=f"exhibit-{number}.pdf",
        read=lambda: letters.read_letter(work, letter.number, redacted=False),
    )


def _document_file(work: CaseWork, view: DocumentView, number: int) -> ExhibitFile:
    exhibit = Exhibit(
        number=number,
        kind=ExhibitKind.OTHER,
        title=_DOCUMENT_TITLE,
        digest=view.digest,
        media=MEDIA[view.kind],
        size=view.size,
        file_name=view.label or None,
        dated_at=view.handed_in_at,
    )
    name = f"exhibit-{number}.{ENDINGS[view.kind]}"
    return ExhibitFile(
        exhibit=exhibit, of=view.id, name=name, read=lambda: documents.read_document(work, view.number).content
    )


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
    return ExhibitFile(exhibit=exhibit, of=event.id, name=f"exhibit-{number}.txt", read=lambda: content)
