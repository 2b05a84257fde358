"""Letters: checked, made once in full and redacted, kept sealed, read back. A letter never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.adapters.letter_json import encode_facts
from portal.adapters.vault import Place, open_sealed, seal
from portal.domain.letters.blocks import plain_text
from portal.domain.letters.facts import ErasureFacts, LetterFacts, NoticeFacts
from portal.domain.lifecycle import ComplaintState, History, LetterKind, RequestKind, StepRefused, require_unsent
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Basis, Request
from portal.services.cases.case_work import OpenCase
from portal.services.cases.mandates import require_papers
from portal.services.cases.opening import UnknownNumber
from portal.services.history.events import NewEvent
from portal.services.letters.drafting import next_number, read_facts, reminder_facts, request_facts
from portal.services.letters.printing import LetterStopped, Printed, build, check, print_letter
from portal.services.letters.views import LetterView, ProblemView
from portal.services.ports import Ports
from portal.services.requests.citations import read_bases
from portal.services.requests.lookup import find_request, items_of, read_content

OF_REQUESTS = {LetterKind.NOTICE: RequestKind.NOTICE, LetterKind.ERASURE: RequestKind.ERASURE}


@dataclass(frozen=True, repr=False)
class Draft:
    """A letter as it would be made now."""

    facts: LetterFacts
    text: str
    problems: tuple[ProblemView, ...]


def draft(session: Session, opened: OpenCase, request: Request, *, now: datetime, ports: Ports) -> Draft:
    """The notice or erasure request as it would be made now. Reads only."""
    facts = request_facts(session, opened, request, number=next_number(session, opened), now=now, ports=ports)
    problems = _missing(session, opened, request, facts, ports) or check(facts)
    return Draft(facts=facts, text="\n\n".join(plain_text(build(facts))), problems=problems)


def letter_problems(
    session: Session, opened: OpenCase, kind: LetterKind, number: int, *, now: datetime, ports: Ports
) -> tuple[ProblemView, ...]:
    """What stops a letter about this request; empty where it can be made. Raises UnknownNumber, StepRefused."""
    request = find_request(session, opened, number)
    facts = _facts(session, opened, kind, request, now=now, ports=ports)
    return _missing(session, opened, request, facts, ports) or check(facts)


def make_letter(
    session: Session, opened: OpenCase, kind: LetterKind, number: int, *, now: datetime, ports: Ports
) -> LetterView:
    """As `write_letter`, for a page."""
    return _view(session, write_letter(session, opened, kind, number, now=now, ports=ports))


def write_letter(
    session: Session, opened: OpenCase, kind: LetterKind, number: int, *, now: datetime, ports: Ports
) -> Letter:
    """Make a notice, an erasure request or a reminder about request `number`, and keep it.

    Raises LetterStopped with every reason, UnknownNumber, NoConsent, MandateOver, and StepRefused where the request is
    past it.
    """
    request = find_request(session, opened, number)
    require_papers(session, opened, "platforms", now=now, ports=ports)
    facts = _facts(session, opened, kind, request, now=now, ports=ports)
    if problems := _missing(session, opened, request, facts, ports) or check(facts):
        raise LetterStopped(problems)
    return store_letter(session, opened, kind, facts, print_letter(facts), request_id=request.id, now=now, ports=ports)


def store_letter(
    session: Session,
    opened: OpenCase,
    kind: LetterKind,
    facts: LetterFacts,
    printed: Printed,
    *,
    request_id: UUID | None = None,
    complaint_id: UUID | None = None,
    now: datetime,
    ports: Ports,
) -> Letter:
    """Keep a finished letter: the facts and digests in its row, both files sealed in the storage."""
    letter = Letter(id=uuid4(), case_id=opened.case.id, number=next_number(session, opened), kind=kind)
    letter.request_id, letter.complaint_id = request_id, complaint_id
    letter.language, letter.paper = facts.frame.language, facts.frame.paper.value
    letter.made_at, letter.pages = now, printed.pages
    letter.digest, letter.redacted_digest = printed.digest, printed.redacted_digest
    letter.sealed = opened.sealed_for(letter, {"facts": encode_facts(facts).decode()})
    for is_redacted, content in ((False, printed.full), (True, printed.redacted)):
        ports.storage.put(_file_key(letter, is_redacted), seal(opened.key, _file_place(letter, is_redacted), content))
    session.add(letter)
    session.flush()
    detail = {"letter": letter.number, "digest": letter.digest}
    made = NewEvent(
        kind=History.LETTER_MADE,
        at=now,
        request_id=request_id,
        complaint_id=complaint_id,
        facts={"kind": kind.value},
        detail=detail,
    )
    opened.record(session, made, now=now)
    return letter


def read_letter(session: Session, opened: OpenCase, number: int, *, redacted: bool, ports: Ports) -> bytes:
    """The PDF as it was made. Raises UnknownNumber, CannotOpen where the file was changed."""
    letter = _find(session, opened, number)
    sealed = ports.storage.get(_file_key(letter, redacted))
    return open_sealed(opened.key, _file_place(letter, redacted), sealed)


def take_letter(
    session: Session, opened: OpenCase, number: int, *, redacted: bool, now: datetime, ports: Ports
) -> bytes:
    """The PDF for a member of the team, who may send it. What has left stays readable, whatever was withdrawn since.

    Raises UnknownNumber, CannotOpen, NoConsent, MandateOver.
    """
    letter = _find(session, opened, number)
    if not _has_left(session, letter):
        recipient = "regulators" if letter.complaint_id else "platforms"
        require_papers(session, opened, recipient, now=now, ports=ports)
    return read_letter(session, opened, number, redacted=redacted, ports=ports)


def letter_text(session: Session, opened: OpenCase, number: int) -> str:
    """The letter as plain text, for a form's field or an e-mail. Raises UnknownNumber."""
    return "\n\n".join(plain_text(build(read_facts(opened, _find(session, opened, number)))))


def letter_views(
    session: Session, opened: OpenCase, *, request_id: UUID | None = None, complaint_id: UUID | None = None
) -> tuple[LetterView, ...]:
    """The case's letters by number; only those of one request or complaint where it is named."""
    query = select(Letter).where(Letter.case_id == opened.case.id)
    if request_id:
        query = query.where(Letter.request_id == request_id)
    if complaint_id:
        query = query.where(Letter.complaint_id == complaint_id)
    return tuple(_view(session, letter) for letter in session.scalars(query.order_by(Letter.number)))


def keep_cited(session: Session, opened: OpenCase, request: Request, letter: Letter, *, ports: Ports) -> None:
    """Let the request stand for what its letter says: the laws it cites, in their versions, and the links it lists."""
    facts = read_facts(opened, letter)
    if not isinstance(facts, NoticeFacts | ErasureFacts):
        raise StepRefused("A request is sent with its own letter.")
    versions = {basis.regime_id: basis.version for basis in facts.bases}
    session.execute(delete(Basis).where(Basis.request_id == request.id, Basis.regime.not_in(versions)))
    for basis in session.scalars(select(Basis).where(Basis.request_id == request.id)):
        basis.version = versions[basis.regime]
    listed = {link.number for link in facts.links}
    if request.kind is RequestKind.NOTICE:
        query = select(Item).where(Item.request_id == request.id, Item.number.not_in(listed))
        for item in session.scalars(query):
            item.request_id = None
    session.flush()


def _facts(
    session: Session, opened: OpenCase, kind: LetterKind, request: Request, *, now: datetime, ports: Ports
) -> LetterFacts:
    number = next_number(session, opened)
    if kind is LetterKind.REMINDER:
        return reminder_facts(session, opened, request, number=number, now=now, ports=ports)
    if OF_REQUESTS.get(kind) is not request.kind:
        raise StepRefused("This kind of letter does not belong to this request.")
    require_unsent(request.state)
    return request_facts(session, opened, request, number=number, now=now, ports=ports)


def _missing(
    session: Session, opened: OpenCase, request: Request, facts: LetterFacts, ports: Ports
) -> tuple[ProblemView, ...]:
    """Where laws could be cited and not one of them has all it demands, each missing thing by name."""
    if not isinstance(facts, NoticeFacts | ErasureFacts):
        return ()
    if not items_of(session, opened, request):
        return (ProblemView(code="no_places", text="The request lists no place where the content is."),)
    if facts.bases:
        return ()
    citations = read_bases(session, request, read_content(session, opened, request, ports), ports)
    return tuple(
        ProblemView(
            code="element_missing",
            text=f"{citation.regime.name} asks for this, and it is missing: {each.element.label}.",
        )
        for citation in citations
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


def _find(session: Session, opened: OpenCase, number: int) -> Letter:
    found = session.scalars(
        select(Letter).where(Letter.case_id == opened.case.id, Letter.number == number)
    ).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no letter {number}.")
    return found


def _view(session: Session, letter: Letter) -> LetterView:
    request = session.get(Request, letter.request_id) if letter.request_id else None
    complaint = session.get(Complaint, letter.complaint_id) if letter.complaint_id else None
    return LetterView(
        number=letter.number,
        kind=letter.kind,
        made_at=letter.made_at,
        pages=letter.pages,
        language=letter.language,
        paper=letter.paper,
        digest=letter.digest,
        redacted_digest=letter.redacted_digest,
        request_number=request.number if request else None,
        complaint_number=complaint.number if complaint else None,
    )


def _file_key(letter: Letter, is_redacted: bool) -> str:
    return f"{letter.case_id}/{letter.id}-{'redacted' if is_redacted else 'full'}"


def _file_place(letter: Letter, is_redacted: bool) -> Place:
    return Place("letter files", _file_key(letter, is_redacted), str(letter.case_id))
