"""The letters of a case that are kept: found by number, listed, read whole, taken out."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import Session

from portal.adapters.vault import CannotOpen, SealContext, open_sealed
from portal.domain.letters.blocks import plain_text
from portal.domain.lifecycle import (
    LATER_LETTERS,
    ComplaintState,
    History,
    LetterKind,
)
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.cases.mandates import require_papers
from portal.services.cases.opening import UnknownNumber
from portal.services.clocks.agreement import require_whole
from portal.services.letters.drafting import read_facts
from portal.services.letters.printing import build
from portal.services.letters.views import LetterView
from portal.services.work import CaseWork


def size_of(work: CaseWork, letter: Letter, *, redacted: bool) -> int:
    """Bytes of one of its PDFs. Only a letter from before sizes were kept is read for it."""
    kept = letter.redacted_size if redacted else letter.size
    return kept if kept is not None else len(open_letter(work, letter, redacted=redacted))


def read_letter(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The PDF as it was made. Raises UnknownNumber, CannotOpen where the file was changed."""
    return open_letter(work, find_letter(work, number), redacted=redacted)


def open_letter(work: CaseWork, letter: Letter, *, redacted: bool) -> bytes:
    """The same of a letter at hand. Raises CannotOpen."""
    sealed = work.ports.storage.get(file_key(letter, redacted))
    content = open_sealed(work.key, file_context(letter, redacted), sealed)
    if hashlib.sha256(content).hexdigest() != (letter.redacted_digest if redacted else letter.digest):
        raise CannotOpen("the file is not the letter that was made")
    return content


def take_letter(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The PDF for a member of the team, who may send it. What has left stays readable, whatever was withdrawn since.

    Raises UnknownNumber, CannotOpen, NoConsent, MandateOver.
    """
    letter = find_letter(work, number)
    if not has_left(work.session, letter):
        recipient = "regulators" if letter.complaint_id else "platforms"
        require_papers(work, recipient)
    require_whole(work)
    return read_letter(work, number, redacted=redacted)


def letter_text(work: CaseWork, number: int) -> str:
    """The letter as plain text, for a form's field or an e-mail. Raises UnknownNumber."""
    return "\n\n".join(plain_text(build(read_facts(work, find_letter(work, number)))))


def list_letters(work: CaseWork) -> tuple[Letter, ...]:
    """All letters of the case by number, those that were put aside too."""
    query = select(Letter).where(Letter.case_id == work.case.id).order_by(Letter.number)
    return tuple(work.session.scalars(query))


def letter_views(
    work: CaseWork, *, complaint_id: UUID | None = None, kinds: Collection[LetterKind] | None = None
) -> tuple[LetterView, ...]:
    """The case's letters by number; only those of one complaint, or of some kinds, where they are named."""
    chosen = true() if complaint_id is None else Letter.complaint_id == complaint_id
    if kinds is not None:
        chosen = and_(chosen, Letter.kind.in_(kinds))
    return tuple(view for _, view in _views_of(work, chosen))


def letters_of_complaints(work: CaseWork, complaint_ids: Collection[UUID]) -> Mapping[UUID, list[LetterView]]:
    """The letters of several complaints by complaint, each by number."""
    found: dict[UUID, list[LetterView]] = defaultdict(list)
    for complaint_id, view in _views_of(work, Letter.complaint_id.in_(complaint_ids)):
        if complaint_id is not None:
            found[complaint_id].append(view)
    return found


def _views_of(work: CaseWork, chosen: ColumnElement[bool]) -> Iterator[tuple[UUID | None, LetterView]]:
    """Letters by number, each with the complaint it is for."""
    query = (
        select(Letter, Request.number, Complaint.number)
        .outerjoin(Request, Request.id == Letter.request_id)
        .outerjoin(Complaint, Complaint.id == Letter.complaint_id)
        .where(Letter.case_id == work.case.id, chosen)
        .order_by(Letter.number)
    )
    for letter, request_number, complaint_number in work.session.execute(query):
        yield letter.complaint_id, letter_view(letter, request_number=request_number, complaint_number=complaint_number)


def find_view(work: CaseWork, number: int) -> LetterView:
    """One letter of the case. Raises UnknownNumber."""
    found = list(_views_of(work, Letter.number == number))
    if not found:
        raise UnknownNumber(f"There is no letter {number}.")
    return found[0][1]


def letter_view(
    letter: Letter, *, request_number: int | None = None, complaint_number: int | None = None
) -> LetterView:
    """A letter as a list shows it, with the number of the request or complaint that it is about."""
    return LetterView(
        number=letter.number,
        kind=letter.kind,
        made_at=letter.made_at,
        pages=letter.pages,
        language=letter.language,
        paper=letter.paper,
        digest=letter.digest,
        redacted_digest=letter.redacted_digest,
        left_at=letter.left_at,
        discarded_at=letter.discarded_at,
        request_number=request_number,
        complaint_number=complaint_number,
    )


def has_left(session: Session, letter: Letter) -> bool:
    """Whether it is written down that this letter was sent or handed in."""
    if letter.left_at is not None:
        return True
    if letter.complaint_id:
        return session.get_one(Complaint, letter.complaint_id).state is not ComplaintState.PREPARED
    if letter.kind in LATER_LETTERS - {LetterKind.REMINDER}:
        return False
    if letter.kind is LetterKind.REMINDER:
        # One from before it was kept which reminder had left: any that was written down after it may have been this.
        reminded = (Event.request_id == letter.request_id, Event.kind == History.REMINDED)
        later = select(Event.facts).where(*reminded, Event.at >= letter.made_at)
        return any("channel" not in facts for facts in session.scalars(later))
    sent = (Event.request_id == letter.request_id, Event.kind == History.SENT)
    return any("as" not in facts for facts in session.scalars(select(Event.facts).where(*sent)))


def find_letter(work: CaseWork, number: int, kinds: Container[LetterKind] = frozenset(LetterKind)) -> Letter:
    """The letter of that number, where it is of one of these kinds. Raises UnknownNumber."""
    found = work.session.scalars(
        select(Letter).where(Letter.case_id == work.case.id, Letter.number == number)
    ).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no letter {number}.")
    if found.kind not in kinds:
        raise UnknownNumber(f"Letter {number} is of another kind.")
    return found


def file_key(letter: Letter, is_redacted: bool) -> str:
    return f"{letter.case_id}/{letter.id}-{'redacted' if is_redacted else 'full'}"


def file_context(letter: Letter, is_redacted: bool) -> SealContext:
    return SealContext("letter files", file_key(letter, is_redacted), str(letter.case_id))
