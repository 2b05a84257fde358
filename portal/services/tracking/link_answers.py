"""What a recipient answers over the link in a letter: kept for the case with nobody there, and taken by its holder.

That they got the letter counts at once, because it moves no date away from the person: it is what was assumed before,
now known. Everything else waits until somebody who holds the case writes it down, and changes nothing before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

import msgspec
from sqlalchemy import func, select

from portal.adapters import vault
from portal.adapters.vault import SealContext
from portal.domain.answers import AnswerNode
from portal.domain.lifecycle import Answer, History, Proof, StepRefused
from portal.domain.readable import show_unreadable
from portal.models.answer_links import AnswerLink, LinkAnswer, LinkAnswerState
from portal.models.cases import Case
from portal.models.requests import Request
from portal.reference.answers import load_graph
from portal.services.cases.opening import UnknownNumber
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.history import guards
from portal.services.history.events import NewEvent, record
from portal.services.inbox.case_keys import find_public, private_key
from portal.services.requests import answer_links
from portal.services.requests.dossier import read_dossier
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork, Work

# What can be said there, in the order in which it is offered; each is a node of the graph of answers.
OFFERED = (
    Answer.REMOVED,
    Answer.GEO_BLOCKED,
    Answer.NOT_FOUND,
    Answer.NOT_VIOLATION,
    Answer.MORE_ASKED,
    Answer.WRONG_PLACE,
)
NEEDS_REASON = frozenset({Answer.NOT_VIOLATION, Answer.MORE_ASKED, Answer.WRONG_PLACE})
LONGEST_TEXT = 5_000
LONGEST_TICKET = 80
MOST_WAITING = 20  # of one request; somebody has to read them
MOST_AN_HOUR = 6


class LinkOver(LookupError):
    """The link answers nothing: it was never made here, or is over. The same for both."""


class TooManyAnswers(ValueError):
    """More answers than anybody reads came over this link."""


class SaidWrong(ValueError):
    """What was said cannot be taken. The message says why, fit for a page."""


class Became(StrEnum):
    """What became of what was said."""

    RECEIPT = "receipt"  # that they got it, and nothing else
    KEPT = "kept"
    KNOWN = "known"  # the very same was there already


@dataclass(frozen=True, kw_only=True)
class AnswerPart:
    """One answer about some links, all of them where no number is given."""

    answer: Answer
    links: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SaidThere:
    """What a recipient said: per link, in words, and their own number for it."""

    parts: tuple[AnswerPart, ...] = ()
    text: str = ""
    ticket: str = ""

    @property
    def is_receipt_alone(self) -> bool:
        return not (self.parts or self.text or self.ticket)


@dataclass(frozen=True, kw_only=True)
class OpenLink:
    """What the page of a link shows: nothing that the letter did not say."""

    reference: str
    platform: str  # a slug of the directory, or a hash that says nothing
    sent_at: datetime | None
    numbers: tuple[int, ...]
    is_received: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class PartView:
    """One part with what it would mean. `node` is that of the graph of answers."""

    answer: Answer
    links: tuple[int, ...]
    node: AnswerNode


@dataclass(frozen=True, kw_only=True, repr=False)
class LinkAnswerView:
    """One answer for whoever holds the case."""

    number: int
    request_number: int
    platform_name: str
    received_at: datetime
    state: LinkAnswerState
    parts: tuple[PartView, ...]
    text: str
    ticket: str

    @property
    def is_waiting(self) -> bool:
        return self.state is LinkAnswerState.WAITING


def find_link(work: Work, token: str) -> OpenLink:
    """Raises LinkOver."""
    row, case, request = _find(work, token)
    return OpenLink(
        reference=f"{case.reference}-{row.letter}",
        platform=request.platform,
        sent_at=request.sent_at,
        numbers=tuple(row.numbers),
        is_received=answers.is_receipt_proven(work.session, request),
    )


def keep(work: Work, token: str, said: SaidThere) -> Became:
    """What was said over a link, for the case. Whoever says it twice has said it once.

    Raises LinkOver, SaidWrong, TooManyAnswers.
    """
    request_id = answer_links.find_request_id(work.ports, token)
    known = work.session.get(AnswerLink, request_id) if request_id else None
    if known is None:
        raise LinkOver
    # The case is held before anything is looked at: it may be closed or erased at this moment.
    work.session.get(Case, known.case_id, with_for_update=True, populate_existing=True)
    row, case, request = _find(work, token)
    clean = _clean(said, row.numbers)
    _prove_receipt(work, case, request)
    if clean.is_receipt_alone:
        return Became.RECEIPT
    value = vault.blind_index(vault.derive_subkey(work.ports.keys.replies, "link answers"), _write(clean).decode())
    before = select(LinkAnswer.id).where(LinkAnswer.request_id == request.id)
    if work.session.scalar(before.where(LinkAnswer.value == value)) is not None:
        return Became.KNOWN
    _require_pace(work, request)
    _add(work, case, request, clean, value)
    return Became.KEPT


def list_answers(work: CaseWork, request_number: int | None = None) -> tuple[LinkAnswerView, ...]:
    """What came over the links of the case, or of one request; what waits first, the newest first."""
    query = select(LinkAnswer, Request).join(Request, Request.id == LinkAnswer.request_id)
    query = query.where(LinkAnswer.case_id == work.case.id)
    if request_number is not None:
        query = query.where(Request.number == request_number)
    rows = work.session.execute(query.order_by(LinkAnswer.number.desc())).all()
    views = [_view(work, row, request) for row, request in rows]
    return tuple(sorted(views, key=lambda each: not each.is_waiting))


def take(work: CaseWork, number: int) -> int:
    """Write it down as what the recipient answered, by the step by which every answer is. Returns the request's number.

    Raises UnknownNumber, StepRefused, BadInstant.
    """
    row = _require_waiting(work, number)
    request = work.session.get_one(Request, row.request_id)
    said, dossier = _read(work, row), read_dossier(work, request.number)
    if said.ticket and not dossier.ticket:
        sending.record_ticket(work, request.number, said.ticket)
    listed = {item.row.number for item in dossier.items}
    # Words alone are an answer that says where they are.
    for part in said.parts or (AnswerPart(answer=Answer.UPDATE),):
        left = tuple(each for each in part.links if each in listed)
        if part.links and not left:
            continue  # those links are in another request by now
        command = AnswerCommand(
            answer=part.answer, at=row.received_at, text=said.text, items=left, proof=Proof.ANSWER_LINK
        )
        answers.log_answer(work, request.number, command)
    row.state, row.over_at = LinkAnswerState.TAKEN, work.now
    return request.number


def set_aside(work: CaseWork, number: int) -> int:
    """It is not what they answered, or says nothing. It stays to be read. Raises UnknownNumber, StepRefused."""
    row = _require_waiting(work, number)
    row.state, row.over_at = LinkAnswerState.SET_ASIDE, work.now
    return work.session.get_one(Request, row.request_id).number


def list_waiting(work: CaseWork) -> tuple[int, ...]:
    """The numbers of the answers that wait, the oldest first. One statement."""
    query = select(LinkAnswer.number).where(
        LinkAnswer.case_id == work.case.id, LinkAnswer.state == LinkAnswerState.WAITING
    )
    return tuple(work.session.scalars(query.order_by(LinkAnswer.number)))


def read_answer(work: CaseWork, number: int) -> LinkAnswerView:
    """One of them. Raises UnknownNumber."""
    row = _find_row(work, number)
    return _view(work, row, work.session.get_one(Request, row.request_id))


def _find(work: Work, token: str) -> tuple[AnswerLink, Case, Request]:
    request_id = answer_links.find_request_id(work.ports, token)
    found = answer_links.find_working(work.session, request_id) if request_id else None
    if found is None:
        raise LinkOver
    return found


def _clean(said: SaidThere, numbers: Sequence[int]) -> SaidThere:
    """As it may be kept: known links, each said once, and words without what cannot be read. Raises SaidWrong."""
    known, seen = set(numbers), set[int]()
    for part in said.parts:
        if part.answer not in OFFERED:
            raise SaidWrong("This answer cannot be given here.")
        named = set(part.links) or known
        if named - known:
            raise SaidWrong(f"Link {min(named - known)} is not in our letter. It lists {len(known)}.")
        if named & seen:
            raise SaidWrong(f"Link {min(named & seen)} has two answers. Give each link one.")
        seen |= named
    text, ticket = _clean_text(said.text, LONGEST_TEXT), _clean_text(said.ticket, LONGEST_TICKET)
    if not text and any(part.answer in NEEDS_REASON for part in said.parts):
        raise SaidWrong("Say why, or what you need, in the text.")
    return SaidThere(parts=tuple(_sort_links(part) for part in said.parts), text=text, ticket=" ".join(ticket.split()))


def _sort_links(part: AnswerPart) -> AnswerPart:
    """The same with its links in order, each once."""
    return AnswerPart(answer=part.answer, links=tuple(sorted(set(part.links))))


def _clean_text(text: str, longest: int) -> str:
    lines = (show_unreadable(line.rstrip()) for line in text.replace("\r\n", "\n").replace("\0", "").split("\n"))
    clean = "\n".join(lines).strip()
    if len(clean) > longest:
        raise SaidWrong(f"This text is too long: {longest:,} characters fit.")
    return clean


def _prove_receipt(work: Work, case: Case, request: Request) -> None:
    """Whoever answers has received. Never later than was assumed, so that no deadline moves away from the person."""
    at = answers.find_received(work.session, request, work.now)
    if at is None:
        return
    request.received_at = at
    facts = {"proof": Proof.ANSWER_LINK.value}
    event = NewEvent(kind=History.RECEIPT_CONFIRMED, at=at, request_id=request.id, facts=facts)
    record(work.session, case.id, None, event, actor=work.actor, now=work.now)
    refresh_clocks(work, case, request)


def _require_pace(work: Work, request: Request) -> None:
    own = select(func.count()).select_from(LinkAnswer).where(LinkAnswer.request_id == request.id)
    waiting = work.session.scalar(own.where(LinkAnswer.state == LinkAnswerState.WAITING)) or 0
    recent = work.session.scalar(own.where(LinkAnswer.received_at > work.now - timedelta(hours=1))) or 0
    if waiting >= MOST_WAITING or recent >= MOST_AN_HOUR:
        raise TooManyAnswers


def _add(work: Work, case: Case, request: Request, said: SaidThere, value: bytes) -> None:
    public = find_public(work.session, case.id)
    if public is None:
        raise LinkOver
    last = work.session.scalar(select(func.max(LinkAnswer.number)).where(LinkAnswer.case_id == case.id)) or 0
    row = LinkAnswer(id=uuid4(), case_id=case.id, request_id=request.id, number=last + 1, value=value)
    row.state, row.received_at = LinkAnswerState.WAITING, work.now
    key = vault.new_key()
    row.sealed, row.wrapped = vault.seal(key, _place(row), _write(said)), vault.wrap_for_public_key(key, public)
    work.session.add(row)
    event = NewEvent(kind=History.LINK_ANSWERED, at=work.now, request_id=request.id)
    record(work.session, case.id, None, event, actor=work.actor, now=work.now)
    if case.team_id is not None:
        case.news_at = case.news_at or work.now
    work.session.flush()


def _find_row(work: CaseWork, number: int) -> LinkAnswer:
    query = select(LinkAnswer).where(LinkAnswer.case_id == work.case.id, LinkAnswer.number == number)
    row = work.session.scalars(query).one_or_none()
    if row is None:
        raise UnknownNumber(f"There is no answer {number}.")
    return row


def _require_waiting(work: CaseWork, number: int) -> LinkAnswer:
    row = _find_row(work, number)
    if row.state is not LinkAnswerState.WAITING:
        raise StepRefused("Someone has read this answer already.")
    if LinkAnswer.__tablename__ in guards.list_bent(work.session, work.case.id):
        raise StepRefused("This answer is not as it came in, so we can’t save it. Tell the people who run this site.")
    return row


def _view(work: CaseWork, row: LinkAnswer, request: Request) -> LinkAnswerView:
    said, graph = _read(work, row), load_graph()
    return LinkAnswerView(
        number=row.number,
        request_number=request.number,
        platform_name=work.read_sealed(request)["name"],
        received_at=row.received_at,
        state=row.state,
        parts=tuple(PartView(answer=part.answer, links=part.links, node=graph[part.answer]) for part in said.parts),
        text=said.text,
        ticket=said.ticket,
    )


def _read(work: CaseWork, row: LinkAnswer) -> SaidThere:
    """Raises CannotOpen."""
    key = vault.unwrap_with_private_key(row.wrapped, private_key(work))
    return msgspec.json.decode(vault.open_sealed(key, _place(row), row.sealed), type=SaidThere)


def _write(said: SaidThere) -> bytes:
    return msgspec.json.encode(said)


def _place(row: LinkAnswer) -> SealContext:
    return SealContext("link_answers", str(row.id), str(row.case_id))
