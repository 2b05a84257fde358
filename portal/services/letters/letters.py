"""Letters: checked, made once in full and redacted, kept sealed, read back. A letter never changes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.adapters.letter_json import encode_facts
from portal.adapters.vault import SealContext, open_sealed, seal
from portal.domain.letters.blocks import plain_text
from portal.domain.letters.facts import ErasureFacts, LetterFacts, NoticeFacts
from portal.domain.lifecycle import ComplaintState, History, LetterKind, RequestKind, StepRefused, require_unsent
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Basis, Request
from portal.services.cases.mandates import require_papers
from portal.services.cases.opening import UnknownNumber
from portal.services.history.events import NewEvent
from portal.services.letters.drafting import next_number, read_facts, reminder_facts, request_facts
from portal.services.letters.printing import LetterStopped, Printed, build, check, print_letter
from portal.services.letters.views import LetterView, ProblemView
from portal.services.requests.dossier import REQUEST_LETTERS, Dossier, read_dossier
from portal.services.work import CaseWork


@dataclass(frozen=True, repr=False)
class Draft:
    """A letter as it would be made now."""

    facts: LetterFacts
    text: str
    problems: tuple[ProblemView, ...]


@dataclass(frozen=True, eq=False, repr=False)
class FixedLetter:
    """The letter with which a request leaves, and the links it lists."""

    letter: Letter
    items: tuple[Item, ...]


def draft(dossier: Dossier) -> Draft:
    """The notice or erasure request as it would be made now. Reads only."""
    facts = request_facts(dossier, number=next_number(dossier.work))
    problems = _missing(dossier, facts) or check(facts)
    return Draft(facts=facts, text="\n\n".join(plain_text(build(facts))), problems=problems)


def letter_problems(work: CaseWork, kind: LetterKind, number: int) -> tuple[ProblemView, ...]:
    """What stops a letter about this request; empty where it can be made. Raises UnknownNumber, StepRefused."""
    dossier = read_dossier(work, number)
    facts = _facts(dossier, kind)
    return _missing(dossier, facts) or check(facts)


def make_letter(work: CaseWork, kind: LetterKind, number: int) -> LetterView:
    """As `write_letter`, for a page. Raises UnknownNumber too."""
    return letter_view(write_letter(read_dossier(work, number), kind), request_number=number)


def write_letter(dossier: Dossier, kind: LetterKind) -> Letter:
    """Make a notice, an erasure request or a reminder, and keep it.

    Raises LetterStopped with every reason, NoConsent, MandateOver, and StepRefused where the request is past it.
    """
    require_papers(dossier.work, "platforms")
    facts = _facts(dossier, kind)
    if problems := _missing(dossier, facts) or check(facts):
        raise LetterStopped(problems)
    return store_letter(dossier.work, kind, facts, print_letter(facts), request_id=dossier.request.id)


def store_letter(
    work: CaseWork,
    kind: LetterKind,
    facts: LetterFacts,
    printed: Printed,
    *,
    request_id: UUID | None = None,
    complaint_id: UUID | None = None,
) -> Letter:
    """Keep a finished letter: the facts and digests in its row, both files sealed in the storage."""
    letter = Letter(id=uuid4(), case_id=work.case.id, number=next_number(work), kind=kind)
    letter.request_id, letter.complaint_id = request_id, complaint_id
    letter.language, letter.paper = facts.frame.language, facts.frame.paper.value
    letter.made_at, letter.pages = work.now, printed.pages
    letter.digest, letter.redacted_digest = printed.digest, printed.redacted_digest
    letter.sealed = work.sealed_for(letter, {"facts": encode_facts(facts).decode()})
    for is_redacted, content in ((False, printed.full), (True, printed.redacted)):
        work.ports.storage.put(
            _file_key(letter, is_redacted), seal(work.key, _file_context(letter, is_redacted), content)
        )
    work.session.add(letter)
    work.session.flush()
    detail = {"letter": letter.number, "digest": letter.digest}
    made = NewEvent(
        kind=History.LETTER_MADE,
        at=work.now,
        request_id=request_id,
        complaint_id=complaint_id,
        facts={"kind": kind.value},
        detail=detail,
    )
    work.record(made)
    return letter


def read_letter(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The PDF as it was made. Raises UnknownNumber, CannotOpen where the file was changed."""
    letter = _find(work, number)
    sealed = work.ports.storage.get(_file_key(letter, redacted))
    return open_sealed(work.key, _file_context(letter, redacted), sealed)


def take_letter(work: CaseWork, number: int, *, redacted: bool) -> bytes:
    """The PDF for a member of the team, who may send it. What has left stays readable, whatever was withdrawn since.

    Raises UnknownNumber, CannotOpen, NoConsent, MandateOver.
    """
    letter = _find(work, number)
    if not _has_left(work.session, letter):
        recipient = "regulators" if letter.complaint_id else "platforms"
        require_papers(work, recipient)
    return read_letter(work, number, redacted=redacted)


def letter_text(work: CaseWork, number: int) -> str:
    """The letter as plain text, for a form's field or an e-mail. Raises UnknownNumber."""
    return "\n\n".join(plain_text(build(read_facts(work, _find(work, number)))))


def letter_views(work: CaseWork, *, complaint_id: UUID | None = None) -> tuple[LetterView, ...]:
    """The case's letters by number; only those of one complaint where it is named."""
    query = (
        select(Letter, Request.number, Complaint.number)
        .outerjoin(Request, Request.id == Letter.request_id)
        .outerjoin(Complaint, Complaint.id == Letter.complaint_id)
        .where(Letter.case_id == work.case.id)
        .order_by(Letter.number)
    )
    if complaint_id:
        query = query.where(Letter.complaint_id == complaint_id)
    return tuple(
        letter_view(letter, request_number=request_number, complaint_number=complaint_number)
        for letter, request_number, complaint_number in work.session.execute(query)
    )


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
        request_number=request_number,
        complaint_number=complaint_number,
    )


def fix_letter(dossier: Dossier) -> FixedLetter:
    """The letter with which a request leaves, made if there is none: from here the request stands for what it says.

    The laws it cites are kept in their versions, and the links it lists. Raises as `write_letter`.
    """
    work, request = dossier.work, dossier.request
    letter = dossier.last_letter or write_letter(dossier, REQUEST_LETTERS[request.kind])
    facts = read_facts(work, letter)
    if not isinstance(facts, NoticeFacts | ErasureFacts):
        raise StepRefused("A request is sent with its own letter.")
    versions = {basis.regime_id: basis.version for basis in facts.bases}
    work.session.execute(delete(Basis).where(Basis.request_id == request.id, Basis.regime.not_in(versions)))
    for basis in work.session.scalars(select(Basis).where(Basis.request_id == request.id)):
        basis.version = versions[basis.regime]
    listed = {link.number for link in facts.links}
    for item in dossier.items:
        if item.row.number not in listed and request.kind is RequestKind.NOTICE:
            item.row.request_id = None
    work.session.flush()
    return FixedLetter(letter, tuple(item.row for item in dossier.items if item.row.number in listed))


def _facts(dossier: Dossier, kind: LetterKind) -> LetterFacts:
    number = next_number(dossier.work)
    if kind is LetterKind.REMINDER:
        return reminder_facts(dossier, number=number)
    if REQUEST_LETTERS[dossier.request.kind] is not kind:
        raise StepRefused("This kind of letter does not belong to this request.")
    require_unsent(dossier.request.state)
    return request_facts(dossier, number=number)


def _missing(dossier: Dossier, facts: LetterFacts) -> tuple[ProblemView, ...]:
    """Where laws could be cited and not one of them has all it demands, each missing thing by name."""
    if not isinstance(facts, NoticeFacts | ErasureFacts):
        return ()
    if not dossier.items:
        return (ProblemView(code="no_places", text="The request lists no place where the content is."),)
    if facts.bases:
        return ()
    return tuple(
        ProblemView(
            code="element_missing",
            text=f"{citation.regime.name} asks for this, and it is missing: {each.element.label}.",
        )
        for citation in dossier.citations
        for each in citation.missing
    )


def _has_left(session: Session, letter: Letter) -> bool:
    """Whether it is written down that this letter was sent or handed in."""
    if letter.complaint_id:
        return session.get_one(Complaint, letter.complaint_id).state is not ComplaintState.PREPARED
    if letter.kind is LetterKind.REMINDER:
        reminded = (Event.request_id == letter.request_id, Event.kind == History.REMINDED)
        return session.scalars(select(Event.id).where(*reminded, Event.at >= letter.made_at)).first() is not None
    return session.get_one(Request, letter.request_id).sent_at is not None


def _find(work: CaseWork, number: int) -> Letter:
    found = work.session.scalars(
        select(Letter).where(Letter.case_id == work.case.id, Letter.number == number)
    ).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no letter {number}.")
    return found


def _file_key(letter: Letter, is_redacted: bool) -> str:
    return f"{letter.case_id}/{letter.id}-{'redacted' if is_redacted else 'full'}"


def _file_context(letter: Letter, is_redacted: bool) -> SealContext:
    return SealContext("letter files", _file_key(letter, is_redacted), str(letter.case_id))
