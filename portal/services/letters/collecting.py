"""Letters to take along: the files inside one, and all letters of a case as one ZIP or as one PDF for the printer."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from portal.adapters.papers import pdf_enclosures
from portal.adapters.papers.pdf_volume import VolumePart, bind_parts
from portal.domain.letters.facts import LetterFacts
from portal.domain.lifecycle import LetterKind, StepRefused
from portal.models.letters import Letter
from portal.services.cases.mandates import may_take_papers
from portal.services.cases.opening import UnknownNumber
from portal.services.clocks.agreement import require_whole
from portal.services.letters import kept_letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.facts import zone_of
from portal.services.work import CaseWork

_UNFIT = re.compile(r"[^\w]+")
_LONGEST_NAME = 60  # characters of a platform's name in the name of a file


@dataclass(frozen=True, repr=False)
class NamedPaper:
    """A finished letter under the name of whom it is to and of its day: "instagram-2026-11-22-notice-1.pdf"."""

    name: str
    letter: Letter
    content: bytes


def read_enclosed(work: CaseWork, number: int, name: str, *, for_team: bool = False) -> bytes:
    """The file of that name inside letter `number`, the very bytes; `for_team` also raises as `take_letter`.

    Raises UnknownNumber where there is none, CannotOpen.
    """
    read = kept_letters.take_letter if for_team else kept_letters.read_letter
    found = pdf_enclosures.read_enclosed(read(work, number, redacted=False), name)
    if found is None:
        raise UnknownNumber(f"Letter {number} has no {name} inside.")
    return found


def write_archive(work: CaseWork) -> bytes:
    """All letters as a ZIP, each a PDF. Raises StepRefused where there is none, RecordsDisagree."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for paper in _collect(work):
            entry = zipfile.ZipInfo(paper.name, paper.letter.made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, paper.content)
    return stream.getvalue()


def write_volume(work: CaseWork) -> bytes:
    """All letters one behind the other in one PDF, with a bookmark for each: to print, not to send. It is tagged as
    they are, so that a screen reader can read it.

    The files inside the letters are not in it. Raises as `write_archive`.
    """
    parts = (VolumePart(paper.name.removesuffix(".pdf"), paper.content) for paper in _collect(work))
    return bind_parts(parts, title=work.reference)


def _collect(work: CaseWork) -> tuple[NamedPaper, ...]:
    """Every letter that was not put aside, by number; complaints have a ZIP of their own.

    The team gets what has left and, while it may send, what has not.
    """
    require_whole(work)
    may_send = may_take_papers(work, "platforms")
    found = [
        letter
        for letter in kept_letters.list_letters(work)
        if letter.discarded_at is None
        and letter.kind is not LetterKind.COMPLAINT
        and (may_send or kept_letters.has_left(work.session, letter))
    ]
    if not found:
        raise StepRefused("There is no letter yet.")
    return tuple(_name_papers(work, found))


def _name_papers(work: CaseWork, found: list[Letter]) -> Iterator[NamedPaper]:
    zone = zone_of(work)
    for letter in found:
        day = (letter.left_at or letter.made_at).astimezone(zone).date()
        whom = _name_recipient(read_facts(work, letter))
        name = f"{whom}-{day.isoformat()}-{letter.kind.value}-{letter.number}.pdf"
        yield NamedPaper(name, letter, kept_letters.open_letter(work, letter, redacted=False))


def _name_recipient(facts: LetterFacts) -> str:
    """Whom a letter is to, fit for the name of a file on any system."""
    recipient = facts.frame.recipient
    named = _UNFIT.sub("-", (recipient.service or recipient.name).casefold()).strip("-_")
    return named[:_LONGEST_NAME].rstrip("-_") or "letter"
