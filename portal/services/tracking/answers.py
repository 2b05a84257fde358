"""What came back about a request, and what was seen of its links: logged, settled, counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.lifecycle import (
    DECISIONS,
    NO_ANSWERS,
    REQUEST_AFTER_ANSWER,
    SETTLED,
    Answer,
    History,
    ItemState,
    Proof,
    RequestState,
    SendingChannel,
    StepRefused,
    item_state_after,
    require_sent,
)
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases.handover import open_to_record
from portal.services.cases.instants import check_extension, check_instant
from portal.services.cases.opening import UnknownNumber
from portal.services.cases.room import require_room_for_words
from portal.services.clocks.case_events import find_receipt_proof
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.history.events import NewEvent
from portal.services.inbox import case_mail
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.requests.lookup import find_items, find_request
from portal.services.requests.preparing import LONGEST, DetailsRefused, group_links_into_requests
from portal.services.work import CaseWork

# An acknowledgement changes nothing once more is known, and a decision is not undone by a question.
_ONLY_BEFORE = {
    Answer.ACKNOWLEDGED: frozenset({RequestState.SENT}),
    Answer.MORE_ASKED: frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.EXTENDED}),
    Answer.IDENTITY_ASKED: frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.EXTENDED}),
    Answer.EXTENDED: frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.MORE_ASKED}),
    Answer.UPDATE: frozenset({RequestState.SENT}),
    Answer.LOGIN_ASKED: frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.EXTENDED}),
    Answer.PASSED_ON: frozenset({RequestState.SENT}),
}
FROM_ANSWER = "from_answer"  # fact of a receipt that is known by the answer written down after it
_INSTANT = frozenset({SendingChannel.FORM, SendingChannel.EMAIL})


@dataclass(frozen=True, kw_only=True, repr=False)
class AnswerCommand:
    """What came back. `items` are the numbers it is about, empty for all; `extension_until` is the day they named."""

    answer: Answer
    at: datetime
    text: str = ""
    extension_until: date | None = None
    items: tuple[int, ...] = ()
    received_at: datetime | None = None  # when they say that they got the request, where they say so
    proof: Proof = Proof.CONFIRMATION  # by what it is known: ANSWER_LINK where it was said over the link in our letter


def log_answer(work: CaseWork, number: int, command: AnswerCommand) -> None:
    """What the recipient answered, and what it means for links, request and clocks.

    Raises StepRefused, BadInstant, UnknownNumber.
    """
    open_to_record(work)
    request = find_request(work, number)
    require_sent(request.state)
    at = check_instant(command.at, work.case, now=work.now, after=request.sent_at)
    _check_words(work, command, at)
    if command.answer not in NO_ANSWERS:
        _prove_receipt(work, request, command, at)
    dossiers = read_dossiers(work)
    own = next(dossier for dossier in dossiers if dossier.request is request)
    for item in _covered(own, command.items):
        state = item_state_after(command.answer, item.state)
        if state is not item.state:
            item.state, item.changed_at = state, work.now
    work.session.flush()
    if command.answer in DECISIONS:
        request.answered_at = at
    whole = _settle(dossiers)
    if request not in whole:
        request.state = state_after(request.state, command.answer)
    work.record(_tell_answer(own, command, at, whole))
    case_mail.note_logged(work, request)
    _refresh_all(work, [request, *whole])


def _tell_answer(own: Dossier, command: AnswerCommand, at: datetime, whole: Sequence[Request]) -> NewEvent:
    """The answer as the history keeps it; `whole` are the requests that were wholly gone with it."""
    detail = {"text": command.text, "items": list(command.items)}
    if command.extension_until:
        detail["extension_until"] = command.extension_until.isoformat()
    facts: dict[str, object] = {"answer": command.answer.value, "whole": [str(each.id) for each in whole]}
    if own.request not in whole and _is_about_part(own, command):
        facts["part"] = True
    if command.proof is Proof.ANSWER_LINK:
        facts["proof"] = command.proof.value
    if command.answer is Answer.EXTENDED and command.extension_until:
        facts["until"] = command.extension_until.isoformat()  # clocks are counted with nobody signed in
    return NewEvent(kind=History.ANSWERED, at=at, request_id=own.request.id, facts=facts, detail=detail)


def _check_words(work: CaseWork, command: AnswerCommand, at: datetime) -> None:
    """What they wrote, and the day up to which they need longer. Raises DetailsRefused, NoRoom, BadInstant."""
    if len(command.text) > LONGEST:
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, command.text)
    if command.extension_until:
        check_extension(command.extension_until, work.ports.config.day_at(at))


def _is_about_part(dossier: Dossier, command: AnswerCommand) -> bool:
    """Whether an answer leaves links undecided. "Removed" that does not settle the request was about a part."""
    rest = {item.row.number for item in dossier.items} - set(command.items)
    return command.answer is Answer.REMOVED or bool(command.items and rest)


def is_receipt_proven(session: Session, request: Request) -> bool:
    """Whether it is recorded when the request was received, and by what that is known."""
    return request.received_at is not None and find_receipt_proof(session, request) is not Proof.NONE


def find_received(session: Session, request: Request, answered_at: datetime) -> datetime | None:
    """When a request was received of which an answer came at that moment; None where it is proven already.

    Whoever answers has received. What comes by a form or an e-mail arrives as it is sent; what comes by post has
    arrived at the latest when it is answered.
    """
    if is_receipt_proven(session, request):
        return None
    at = request.received_at or answered_at
    if request.received_at is None and request.channel in _INSTANT and request.sent_at is not None:
        at = request.sent_at
    return min(at, answered_at)


def _prove_receipt(work: CaseWork, request: Request, command: AnswerCommand, answered_at: datetime) -> None:
    """That they answer proves that they received. Where they name the moment, it is that one. A proven one stays."""
    at = find_received(work.session, request, answered_at)
    if at is None:
        return
    if command.received_at is not None:
        at = check_instant(command.received_at, work.case, now=work.now, after=request.sent_at)
    request.received_at = min(at, answered_at)
    facts = {"proof": command.proof.value, FROM_ANSWER: True}
    work.record(NewEvent(kind=History.RECEIPT_CONFIRMED, at=request.received_at, request_id=request.id, facts=facts))


def mark_gone(work: CaseWork, item_number: int) -> None:
    """Somebody saw that the content is gone. When all links of a request are, it is removed and its clocks are met."""
    if not mark_all_gone(work, [item_number]):
        raise StepRefused("This link is already marked as gone.")


def mark_all_gone(work: CaseWork, item_numbers: Sequence[int]) -> tuple[int, ...]:
    """The same of many links at once. Returns those that were not marked as gone before. Raises UnknownNumber."""
    open_to_record(work)
    fresh = [item for item in find_items(work, item_numbers) if item.state is not ItemState.REMOVED]
    for item in fresh:
        item.state, item.changed_at = ItemState.REMOVED, work.now
    work.session.flush()
    if not fresh:
        return ()
    numbers = [item.number for item in fresh]
    dossiers = read_dossiers(work)
    whole = _settle(dossiers)
    ends: dict[int, list[str]] = {number: [] for number in numbers}  # the link by which a request was wholly gone
    for dossier in dossiers:
        if dossier.request in whole:
            own = {item.row.number for item in dossier.items}
            ends[next(number for number in reversed(numbers) if number in own)].append(str(dossier.request.id))
    gone = [
        NewEvent(
            kind=History.ITEM_GONE,
            at=work.now,
            request_id=item.request_id,
            facts={"item": item.number, "whole": ends[item.number]},
        )
        for item in fresh
    ]
    work.record_all(gone)
    _refresh_all(work, whole)
    return tuple(numbers)


def mark_back(work: CaseWork, *item_numbers: int) -> None:
    """The content is there again: each link gets a new request, the old one stays as it was. Raises StepRefused."""
    open_to_record(work)
    seen = []
    for item in find_items(work, item_numbers):
        if item.state is not ItemState.REMOVED:
            raise StepRefused("This link was not marked as gone.")
        facts = {"item": item.number}
        seen.append(NewEvent(kind=History.ITEM_BACK, at=work.now, request_id=item.request_id, facts=facts))
        item.state, item.changed_at, item.request_id = ItemState.BACK, work.now, None
    work.session.flush()
    work.record_all(seen)
    group_links_into_requests(work)


def _covered(dossier: Dossier, numbers: Sequence[int]) -> list[Item]:
    items = [item.row for item in dossier.items]
    known = {item.number for item in items}
    if unknown := [number for number in numbers if number not in known]:
        raise UnknownNumber(f"Place {unknown[0]} is not part of this request.")
    return [item for item in items if not numbers or item.number in numbers]


def state_after(state: RequestState, answer: Answer) -> RequestState:
    """What an answer makes of a request's state.

    Removal of everything is settled elsewhere, so "removed" that reaches here was about a part.
    """
    if state not in _ONLY_BEFORE.get(answer, frozenset({state})):
        return state
    return RequestState.PARTLY if answer is Answer.REMOVED else REQUEST_AFTER_ANSWER[answer] or state


def _settle(dossiers: Sequence[Dossier]) -> list[Request]:
    """Requests of which every link is gone now and was not before."""
    whole = []
    for dossier in dossiers:
        request, states = dossier.request, {item.row.state for item in dossier.items}
        if request.state not in SETTLED and states == {ItemState.REMOVED}:
            request.state = RequestState.REMOVED
            whole.append(request)
    return whole


def _refresh_all(work: CaseWork, requests: Iterable[Request]) -> None:
    for request in {each.id: each for each in requests}.values():
        refresh_clocks(work, work.case, request)
