"""The exhibits of a complaint: letters as sent, answers as written down or handed in, each a file of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial
from uuid import UUID

from sqlalchemy import select

from portal.domain.documents import ENDINGS, MEDIA
from portal.domain.letters.facts import Exhibit
from portal.domain.letters.kinds import ExhibitKind
from portal.domain.lifecycle import History, LetterKind
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.letters import Letter
from portal.services.cases import documents
from portal.services.cases.documents import DocumentView
from portal.services.complaints.earlier import list_earlier, name_complaint
from portal.services.complaints.story import read_story
from portal.services.letters import kept_letters, letters
from portal.services.requests.dossier import Dossier, LaterLetter, read_case_letters
from portal.services.work import CaseWork

PDF = "application/pdf"
TEXT = "text/plain; charset=utf-8"

# Titles are keys of the letters' catalogue, so nothing is filled into them.
_TITLES = {
    LetterKind.NOTICE: (ExhibitKind.NOTICE, "Notice as it was sent"),
    LetterKind.ERASURE: (ExhibitKind.ERASURE, "Request to erase data as it was sent"),
    LetterKind.REMINDER: (ExhibitKind.REMINDER, "Reminder as it was sent"),
    LetterKind.COPYRIGHT: (ExhibitKind.NOTICE, "Copyright notice as it was sent"),
    LetterKind.FOLLOW_UP: (ExhibitKind.OTHER, "Further letter as it was sent"),
    LetterKind.SUPPLIER: (ExhibitKind.OTHER, "Letter to a company behind the site as it was sent"),
    LetterKind.PRESERVATION: (ExhibitKind.OTHER, "Request to keep evidence as it was sent"),
    LetterKind.POLICE: (ExhibitKind.OTHER, "Sheet as it was given to the police"),
    LetterKind.COMPLAINT: (ExhibitKind.OTHER, "Earlier complaint, as its papers stood when it was made"),
}
_LATER_TITLE = "Text of a letter, printed after it was sent"
_ANSWER_WORDS = (ExhibitKind.ANSWER, "Answer as it was written down")
_SENT_WORDS = (ExhibitKind.NOTICE, "What was sent in other words or by their form, as it was written down")
_CONFIRMATION = (ExhibitKind.PROOF, "Confirmation of a letter, as it was written down")
_REMINDER_WORDS = (ExhibitKind.REMINDER, "Reminder in other words, as it was written down")
_PROOF_WORDS = (ExhibitKind.PROOF, "What shows the receipt, as it was written down")
_DOCUMENT_TITLE = "File handed in, without hidden details"


@dataclass(frozen=True, repr=False)
class ExhibitFile:
    """An exhibit, and how to read its content; `read_twin` gives its redacted copy, where there is one.

    `of` is the letter, the event, the document or the complaint it comes from.
    """

    exhibit: Exhibit
    of: UUID
    name: str
    read: Callable[[], bytes]
    read_twin: Callable[[], bytes] | None = None


def exhibits_of(work: CaseWork, complaint: Complaint) -> tuple[ExhibitFile, ...]:
    """All exhibits of a complaint."""
    story = read_story(work, complaint)
    return list_exhibits(work, story, list_earlier(work, complaint, story))


def list_exhibits(
    work: CaseWork, dossiers: Sequence[Dossier], earlier: Sequence[Complaint] = ()
) -> tuple[ExhibitFile, ...]:
    """Numbered from one: for each request what left, what shows its receipt and its answers, as far as they have a
    text; then the files, and the papers of the complaints that had to come before.

    Without a request, the papers of the case itself that left. What never left is no exhibit.
    """
    found: list[ExhibitFile] = []
    for dossier in dossiers:
        for make in (*_list_left(work, dossier), *_list_proofs(dossier), *_list_answers(dossier)):
            found.append(make(len(found) + 1))
    for make in () if dossiers else _list_later(work, read_case_letters(work)):
        found.append(make(len(found) + 1))
    by_number = {dossier.number: dossier for dossier in dossiers}
    for view in documents.document_views(work):
        if view.request_number in by_number:
            found.append(_document_file(work, by_number[view.request_number], view, len(found) + 1))
    for row, letter in _list_papers(work, earlier):
        found.append(_complaint_file(work, row, letter, len(found) + 1))
    return tuple(found)


def _list_papers(work: CaseWork, earlier: Sequence[Complaint]) -> Iterator[tuple[Complaint, Letter]]:
    """The newest papers of each that were there when it was made: those made later were not sent."""
    query = select(Letter).where(Letter.complaint_id.in_([row.id for row in earlier])).order_by(Letter.number)
    made = list(work.session.scalars(query)) if earlier else []
    for row in earlier:
        papers = [letter for letter in made if letter.complaint_id == row.id]
        sent = [letter for letter in papers if row.lodged_at and letters.was_there(letter, row.lodged_at)]
        if sent:
            yield row, sent[-1]


def _complaint_file(work: CaseWork, row: Complaint, letter: Letter, number: int) -> ExhibitFile:
    about = f"{work.reference}-{letter.number} · {name_complaint(work, row)}"
    return replace(_letter_file(work, letter, about, number), of=row.id)


_Make = Callable[[int], ExhibitFile]  # from the number it will have


def _list_left(work: CaseWork, dossier: Dossier) -> Iterator[_Make]:
    """The request and the letters after it as they left: the paper, or the other words where they were written down."""
    about = describe_letter(dossier, dossier.sent_letter)
    if dossier.sent_letter is not None:
        yield partial(_letter_file, work, dossier.sent_letter, about, is_later=_is_later(dossier))
    elif dossier.sent_event is not None and dossier.sent_text:
        yield partial(_text_file, dossier.sent_event, dossier.sent_text, _SENT_WORDS, about)
    yield from _list_later(work, dossier.sent_later)


def _list_later(work: CaseWork, sent: Iterable[LaterLetter]) -> Iterator[_Make]:
    """Each with their confirmation, where it was pasted."""
    for each in sent:
        about = describe_later(work, each)
        if each.letter is not None:
            yield partial(_letter_file, work, each.letter, about)
            if each.confirmation:
                yield partial(_text_file, each.event, each.confirmation, _CONFIRMATION, about)
        elif each.text:
            yield partial(_text_file, each.event, each.text, _REMINDER_WORDS, about)


def _list_proofs(dossier: Dossier) -> Iterator[_Make]:
    """Their confirmation, the mail server's report, the post's receipt, where its text was pasted."""
    about = describe_letter(dossier, dossier.sent_letter)
    for event in dossier.events:
        if event.kind is not History.RECEIPT_CONFIRMED:
            continue
        if text := dossier.read_detail(event).get("text"):
            yield partial(_text_file, event, text, _PROOF_WORDS, about)


def _list_answers(dossier: Dossier) -> Iterator[_Make]:
    for event in dossier.answers:
        if text := dossier.read_detail(event).get("text"):
            about = describe_letter(dossier, dossier.sent_letter)
            yield partial(_text_file, event, text, _ANSWER_WORDS, about)


def _is_later(dossier: Dossier) -> bool:
    """Whether the paper was made after it was sent, so that it cannot be what was sent."""
    letter, sent_at = dossier.sent_letter, dossier.request.sent_at
    return letter is not None and sent_at is not None and not letters.was_there(letter, sent_at)


def describe_letter(dossier: Dossier, letter: Letter | None) -> str:
    """Which letter to whom, as exhibits and the chronology name it."""
    reference = dossier.work.reference
    return f"{reference}-{letter.number} · {dossier.name}" if letter else f"{reference} · {dossier.name}"


def describe_later(work: CaseWork, sent: LaterLetter) -> str:
    """The same for a letter after the first one, which may have gone to somebody else."""
    number = f"-{sent.letter.number}" if sent.letter else ""
    return f"{work.reference}{number} · {sent.recipient}"


def _letter_file(work: CaseWork, letter: Letter, about: str, number: int, *, is_later: bool = False) -> ExhibitFile:
    kind, title = _TITLES[letter.kind]
    name = f"exhibit-{number}.pdf"
    exhibit = Exhibit(
        number=number,
        kind=kind,
        title=_LATER_TITLE if is_later else title,
        about=about,
        name=name,
        digest=letter.digest,
        media=PDF,
        size=kept_letters.size_of(work, letter, redacted=False),
        twin_digest=letter.redacted_digest,
        twin_size=kept_letters.size_of(work, letter, redacted=True),
        dated_at=letter.made_at,
    )
    return ExhibitFile(
        exhibit=exhibit,
        of=letter.id,
        name=name,
        read=lambda: kept_letters.read_letter(work, letter.number, redacted=False),
        read_twin=lambda: kept_letters.read_letter(work, letter.number, redacted=True),
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


def _text_file(event: Event, text: str, what: tuple[ExhibitKind, str], about: str, number: int) -> ExhibitFile:
    kind, title = what
    content, name = text.encode(), f"exhibit-{number}.txt"
    exhibit = Exhibit(
        number=number,
        kind=kind,
        title=title,
        about=about,
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
