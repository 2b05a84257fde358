"""The exhibits of a complaint: letters as sent, answers as written down or handed in, each a file of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial
from uuid import UUID

from portal.domain.documents import ENDINGS, MEDIA
from portal.domain.letters.facts import Exhibit, ExhibitKind
from portal.domain.lifecycle import History, LetterKind
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
    LetterKind.REMINDER: (ExhibitKind.REMINDER, "Reminder as it was sent"),
    LetterKind.COPYRIGHT: (ExhibitKind.NOTICE, "Copyright notice as it was sent"),
}
_LATER_TITLE = "Text of a letter, printed after it was sent"
_ANSWER_WORDS = (ExhibitKind.ANSWER, "Answer as it was written down")
_SENT_WORDS = (ExhibitKind.NOTICE, "What was sent in other words or by their form, as it was written down")
_REMINDER_WORDS = (ExhibitKind.REMINDER, "Reminder in other words, as it was written down")
_PROOF_WORDS = (ExhibitKind.PROOF, "What shows the receipt, as it was written down")
_DOCUMENT_TITLE = "File handed in, without hidden details"


@dataclass(frozen=True, repr=False)
class ExhibitFile:
    """An exhibit, and how to read its content; `read_twin` gives its redacted copy, where there is one.

    `of` is the letter, the event or the document it comes from.
    """

    exhibit: Exhibit
    of: UUID
    name: str
    read: Callable[[], bytes]
    read_twin: Callable[[], bytes] | None = None


def list_exhibits(work: CaseWork, dossiers: Sequence[Dossier]) -> tuple[ExhibitFile, ...]:
    """Numbered from one: for each request what left, what shows its receipt and its answers, as far as they have a
    text; then the files.

    What never left is no exhibit.
    """
    found: list[ExhibitFile] = []
    for dossier in dossiers:
        for make in (*_list_left(work, dossier), *_list_proofs(dossier), *_list_answers(dossier)):
            found.append(make(len(found) + 1))
    by_number = {dossier.number: dossier for dossier in dossiers}
    for view in documents.document_views(work):
        if view.request_number in by_number:
            found.append(_document_file(work, by_number[view.request_number], view, len(found) + 1))
    return tuple(found)


_Make = Callable[[int], ExhibitFile]  # from the number it will have


def _list_left(work: CaseWork, dossier: Dossier) -> Iterator[_Make]:
    """The request and its reminders as they left: the letter, or the other words where they were written down."""
    sent = [(dossier.sent_letter, dossier.sent_event, dossier.sent_text, _SENT_WORDS)]
    sent += [(each.letter, each.event, each.text, _REMINDER_WORDS) for each in dossier.sent_reminders]
    for letter, event, text, what in sent:
        if letter is not None:
            yield partial(_letter_file, work, dossier, letter)
        elif event is not None and text:
            yield partial(_text_file, dossier, event, text, what)


def _list_proofs(dossier: Dossier) -> Iterator[_Make]:
    """Their confirmation, the mail server's report, the post's receipt, where its text was pasted."""
    for event in dossier.events:
        if event.kind is not History.RECEIPT_CONFIRMED:
            continue
        if text := dossier.read_detail(event).get("text"):
            yield partial(_text_file, dossier, event, text, _PROOF_WORDS)


def _list_answers(dossier: Dossier) -> Iterator[_Make]:
    for event in dossier.answers:
        if text := dossier.read_detail(event).get("text"):
            yield partial(_text_file, dossier, event, text, _ANSWER_WORDS)


def _is_later(dossier: Dossier, letter: Letter) -> bool:
    """Whether the paper was made after it was sent, so that it cannot be what was sent."""
    sent_at = dossier.request.sent_at
    return letter.kind is not LetterKind.REMINDER and sent_at is not None and not letters.was_there(letter, sent_at)


def describe_letter(dossier: Dossier, letter: Letter | None) -> str:
    """Which letter to whom, as exhibits and the chronology name it."""
    reference = dossier.work.reference
    return f"{reference}-{letter.number} · {dossier.name}" if letter else f"{reference} · {dossier.name}"


def _letter_file(work: CaseWork, dossier: Dossier, letter: Letter, number: int) -> ExhibitFile:
    kind, title = _TITLES[letter.kind]
    twin = letters.read_letter(work, letter.number, redacted=True)
    name = f"exhibit-{number}.pdf"
    exhibit = Exhibit(
        number=number,
        kind=kind,
        title=_LATER_TITLE if _is_later(dossier, letter) else title,
        about=describe_letter(dossier, letter),
        name=name,
        digest=letter.digest,
        media=PDF,
        size=letters.size_of(work, letter),
        twin_digest=letter.redacted_digest,
        twin_size=len(twin),
        dated_at=letter.made_at,
    )
    return ExhibitFile(
        exhibit=exhibit,
        of=letter.id,
        name=name,
        read=lambda: letters.read_letter(work, letter.number, redacted=False),
        read_twin=lambda: letters.read_letter(work, letter.number, redacted=True),
    )


def _document_file(work: CaseWork, dossier: Dossier, view: DocumentView, number: int) -> ExhibitFile:
    name = f"exhibit-{number}.{ENDINGS[view.kind]}"
    exhibit = Exhibit(
        number=number,
        kind=ExhibitKind.OTHER,
        title=_DOCUMENT_TITLE,
        about=describe_letter(dossier, dossier.sent_letter),
        name=name,
        digest=view.digest,
        media=MEDIA[view.kind],
        size=view.size,
        file_name=view.label or None,
        dated_at=view.handed_in_at,
    )
    return _with_sheet(
        ExhibitFile(
            exhibit=exhibit, of=view.id, name=name, read=lambda: documents.read_document(work, view.number).content
        )
    )


def _text_file(dossier: Dossier, event: Event, text: str, what: tuple[ExhibitKind, str], number: int) -> ExhibitFile:
    kind, title = what
    content, name = text.encode(), f"exhibit-{number}.txt"
    exhibit = Exhibit(
        number=number,
        kind=kind,
        title=title,
        about=describe_letter(dossier, dossier.sent_letter),
        name=name,
        digest=hashlib.sha256(content).hexdigest(),
        media=TEXT,
        size=len(content),
        dated_at=event.at,
    )
    return _with_sheet(ExhibitFile(exhibit=exhibit, of=event.id, name=name, read=lambda: content))


def _with_sheet(file: ExhibitFile) -> ExhibitFile:
    """With the redacted form of words and of uploads: a sheet that says what the exhibit is and none of what is in it.

    What somebody wrote can name the person in ways that no search finds, so nothing of it is taken over.
    """
    exhibit = file.exhibit
    lines = [
        exhibit.title,
        exhibit.about or "",
        f"Kind of file: {exhibit.media.partition(';')[0]}",
        f"Dated: {exhibit.dated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if exhibit.dated_at else "",
        "Its content is left out of this redacted copy, because it can name the person. The full complaint holds it.",
    ]
    content = "".join(f"{line}\n" for line in lines if line).encode()
    shown = replace(
        exhibit,
        twin_digest=hashlib.sha256(content).hexdigest(),
        twin_size=len(content),
        twin_name=f"exhibit-{exhibit.number}.txt",
        twin_media=TEXT,
    )
    return replace(file, exhibit=shown, read_twin=lambda: content)
