"""What an answer seems to say, before anybody logs it: read from pasted words or from a saved file. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.answer_reading import Suggestion, read_answer
from portal.domain.documents import DocumentKind
from portal.reference.answers import load_reading_rules
from portal.services.cases.documents import DocumentView, document_views, read_document
from portal.services.requests.dossier import read_dossier
from portal.services.work import CaseWork

_WORDS = frozenset({DocumentKind.TEXT, DocumentKind.EMAIL})  # files whose words are there to be read


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadAnswer:
    """The words that were read, and what they seem to say. Nothing of it is kept."""

    text: str
    suggestion: Suggestion


def list_readable(work: CaseWork, number: int) -> tuple[DocumentView, ...]:
    """The saved files about a request that can be read: e-mails and plain texts, the newest first."""
    views = (each for each in document_views(work) if each.request_number == number and each.kind in _WORDS)
    return tuple(sorted(views, key=lambda each: each.number, reverse=True))


def suggest_answer(work: CaseWork, number: int, text: str, *, document: int | None = None) -> ReadAnswer:
    """What the answer to a request seems to say; where `text` is empty, the words of that saved file.

    A file that is about something else, or has no words, is not read. Raises UnknownNumber.
    """
    dossier = read_dossier(work, number)
    if not text.strip() and document in {each.number for each in list_readable(work, number)}:
        text = read_document(work, int(document or 0)).content.decode("utf-8", "replace").replace("\r\n", "\n")
    text = text.strip()
    letters = (f"{work.reference}-{letter.number}" for letter in dossier.letters)
    suggestion = read_answer(text, load_reading_rules(), ours=(work.reference, *letters))
    return ReadAnswer(text=text, suggestion=suggestion)
