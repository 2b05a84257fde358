"""Requests to platforms and controllers: prepared, sent, answered, settled. What was sent never changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.domain.lifecycle import (
    REQUEST_AFTER_ANSWER,
    SETTLED,
    Answer,
    Channel,
    History,
    ItemState,
    RequestState,
    StepRefused,
    item_state_after,
    require_asked,
    require_sent,
    require_unsent,
)
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services import letters
from portal.services.cases import OpenCase
from portal.services.channels import demand_check
from portal.services.clocks import refresh_clocks
from portal.services.gathering import (
    UnknownNumber,
    contents_of,
    find_item,
    find_request,
    items_of,
    list_requests,
)
from portal.services.happenings import list_open_questions
from portal.services.history import Happening
from portal.services.instants import BadInstant, check_instant
from portal.services.permission import MandateOver, NoConsent, require_permission
from portal.services.ports import Ports
from portal.services.preparing import (
    LONGEST,
    REQUEST_LETTERS,
    DetailsCommand,
    DetailsRefused,
    last_letter,
    plan_requests,
    prepare_again,
    prepare_erasure,
    set_details,
    write_sealed,
)
from portal.services.request_views import item_views, request_view, request_views

__all__ = [
    "AnswerCommand",
    "BadInstant",
    "DetailsCommand",
    "DetailsRefused",
    "MandateOver",
    "NoConsent",
    "SentCommand",
    "UnknownNumber",
    "close_request",
    "item_views",
    "log_answer",
    "mark_back",
    "mark_gone",
    "plan_requests",
    "prepare_again",
    "prepare_erasure",
    "record_information_sent",
    "record_received",
    "record_reminded",
    "record_sent",
    "request_view",
    "request_views",
    "set_details",
]


# An acknowledgement changes nothing once more is known, and a decision is not undone by a question.
_ONLY_BEFORE = {
    Answer.ACKNOWLEDGED: frozenset({RequestState.SENT}),
    Answer.MORE_ASKED: frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.EXTENDED}),
    Answer.IDENTITY_ASKED: frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.EXTENDED}),
    Answer.EXTENDED: frozenset({RequestState.SENT, RequestState.ACKNOWLEDGED, RequestState.MORE_ASKED}),
    Answer.UPDATE: frozenset({RequestState.SENT}),
}
_DECISIONS = frozenset({Answer.REMOVED, Answer.PARTLY, Answer.REFUSED, Answer.GEO_BLOCKED})


@dataclass(frozen=True, kw_only=True, repr=False)
class SentCommand:
    """That a request has left. `received_at` is the proven receipt, if there is one.

    `has_checked`: somebody looked whether the address was still right; needed where it was not checked for too long.
    """

    channel: Channel
    sent_at: datetime
    received_at: datetime | None = None
    ticket: str = ""
    has_checked: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class AnswerCommand:
    """What came back. `items` are the numbers it is about, empty for all; `extension_until` is the day they named."""

    answer: Answer
    at: datetime
    text: str = ""
    extension_until: date | None = None
    items: tuple[int, ...] = ()


def record_sent(
    session: Session, opened: OpenCase, number: int, command: SentCommand, *, now: datetime, ports: Ports
) -> None:
    """That the request has left, as its last letter says; the letter is made if there is none.

    From here its laws, their versions and the letter are fixed. Raises StepRefused, NoConsent, MandateOver, Unchecked,
    BadInstant, LetterStopped.
    """
    request = find_request(session, opened, number)
    require_unsent(request.state)
    require_permission(session, opened, "platforms", now=now, ports=ports)
    sent_at = check_instant(command.sent_at, opened.case, now=now)
    received_at = (
        check_instant(command.received_at, opened.case, now=now, after=sent_at) if command.received_at else None
    )
    if not command.has_checked:
        demand_check(session, request, contents_of(session, opened, request, ports), command.channel, ports, now=now)
    letter = last_letter(session, request) or _make_letter(session, opened, request, now=now, ports=ports)
    letters.keep_cited(session, opened, request, letter, ports=ports)
    request.state, request.channel = RequestState.SENT, command.channel
    request.sent_at, request.received_at = sent_at, received_at
    items = items_of(session, opened, request)
    write_sealed(opened, request, ticket=command.ticket.strip(), items=[item.number for item in items])
    for item in items:
        if item.state in {ItemState.REPORTED, ItemState.BACK, ItemState.REFUSED, ItemState.GEO_BLOCKED}:
            item.state, item.changed_at = ItemState.ASKED, now
    detail = {"ticket": command.ticket.strip(), "letter": letter.number, "digest": letter.digest}
    sent = Happening(kind=History.SENT, at=sent_at, request_id=request.id, detail=detail)
    opened.record(session, replace(sent, facts={"channel": command.channel.value}), now=now)
    if received_at:
        _record_receipt(session, opened, request, received_at, now=now)
    refresh_clocks(session, opened.case, request, now=now, ports=ports)
    plan_requests(session, opened, now=now, ports=ports)  # for links that the letter does not list


def record_received(
    session: Session, opened: OpenCase, number: int, received_at: datetime, *, now: datetime, ports: Ports
) -> None:
    """That receipt is proven: the clocks start there and are no longer estimated. Raises StepRefused, BadInstant."""
    request = find_request(session, opened, number)
    require_sent(request.state)
    if request.received_at is not None:
        raise StepRefused("It is already recorded when this request was received.")
    request.received_at = check_instant(received_at, opened.case, now=now, after=request.sent_at)
    _record_receipt(session, opened, request, request.received_at, now=now)
    refresh_clocks(session, opened.case, request, now=now, ports=ports)


def record_reminded(
    session: Session, opened: OpenCase, number: int, at: datetime, *, now: datetime, ports: Ports
) -> None:
    """That a reminder has left. It starts no clock. Raises StepRefused, NoConsent, MandateOver, BadInstant."""
    request = find_request(session, opened, number)
    require_sent(request.state)
    require_permission(session, opened, "platforms", now=now, ports=ports)
    checked = check_instant(at, opened.case, now=now, after=request.sent_at)
    opened.record(session, Happening(kind=History.REMINDED, at=checked, request_id=request.id), now=now)


def log_answer(
    session: Session, opened: OpenCase, number: int, command: AnswerCommand, *, now: datetime, ports: Ports
) -> None:
    """What the recipient answered, and what it means for links, request and clocks.

    Raises StepRefused, BadInstant, UnknownNumber.
    """
    request = find_request(session, opened, number)
    require_sent(request.state)
    at = check_instant(command.at, opened.case, now=now, after=request.sent_at)
    if len(command.text) > LONGEST:
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    for item in _covered(session, opened, request, command.items):
        state = item_state_after(command.answer, item.state)
        if state is not item.state:
            item.state, item.changed_at = state, now
    session.flush()
    if command.answer in _DECISIONS:
        request.answered_at = at
    whole = _settle(session, opened)
    if request not in whole:
        request.state = _state_after(request.state, command.answer)
    detail = {"text": command.text, "items": list(command.items)}
    if command.extension_until:
        detail["extension_until"] = command.extension_until.isoformat()
    facts: dict[str, object] = {"answer": command.answer.value, "whole": [str(each.id) for each in whole]}
    if command.answer is Answer.EXTENDED and command.extension_until:
        facts["until"] = command.extension_until.isoformat()  # clocks are counted with nobody signed in
    answered = Happening(kind=History.ANSWERED, at=at, request_id=request.id, facts=facts, detail=detail)
    opened.record(session, answered, now=now)
    _refresh_all(session, opened, [request, *whole], now=now, ports=ports)


def record_information_sent(
    session: Session, opened: OpenCase, number: int, at: datetime, *, now: datetime, ports: Ports
) -> None:
    """That what the recipient asked for has left: clocks that stood still for it go on.

    Raises StepRefused, NoConsent, MandateOver, BadInstant.
    """
    request = find_request(session, opened, number)
    require_asked(request.state)
    require_permission(session, opened, "platforms", now=now, ports=ports)
    checked = check_instant(at, opened.case, now=now, after=request.sent_at)
    facts = {"answers": [answer.value for answer in list_open_questions(session, request)]}
    request.state = RequestState.ACKNOWLEDGED
    sent = Happening(kind=History.INFORMATION_SENT, at=checked, request_id=request.id, facts=facts)
    opened.record(session, sent, now=now)
    refresh_clocks(session, opened.case, request, now=now, ports=ports)


def close_request(session: Session, opened: OpenCase, number: int, *, now: datetime, ports: Ports) -> None:
    """Take the request back: every clock stops. Raises StepRefused where it is closed already."""
    request = find_request(session, opened, number)
    if request.state is RequestState.CLOSED:
        raise StepRefused("This request is already closed.")
    request.state = RequestState.CLOSED
    opened.record(session, Happening(kind=History.REQUEST_CLOSED, at=now, request_id=request.id), now=now)
    refresh_clocks(session, opened.case, request, now=now, ports=ports)


def mark_gone(session: Session, opened: OpenCase, item_number: int, *, now: datetime, ports: Ports) -> None:
    """Somebody saw that the content is gone. When all links of a request are, it is removed and its clocks are met."""
    item = find_item(session, opened, item_number)
    if item.state is ItemState.REMOVED:
        raise StepRefused("This place is already marked as gone.")
    item.state, item.changed_at = ItemState.REMOVED, now
    session.flush()
    whole = _settle(session, opened)
    facts = {"item": item.number, "whole": [str(each.id) for each in whole]}
    gone = Happening(kind=History.ITEM_GONE, at=now, request_id=item.request_id, facts=facts)
    opened.record(session, gone, now=now)
    _refresh_all(session, opened, whole, now=now, ports=ports)


def mark_back(session: Session, opened: OpenCase, item_number: int, *, now: datetime, ports: Ports) -> None:
    """The content is there again: the link gets a new request, the old one stays as it was. Raises StepRefused."""
    item = find_item(session, opened, item_number)
    if item.state is not ItemState.REMOVED:
        raise StepRefused("This place was not marked as gone.")
    back = Happening(kind=History.ITEM_BACK, at=now, request_id=item.request_id, facts={"item": item.number})
    item.state, item.changed_at, item.request_id = ItemState.BACK, now, None
    session.flush()
    opened.record(session, back, now=now)
    plan_requests(session, opened, now=now, ports=ports)


def _covered(session: Session, opened: OpenCase, request: Request, numbers: Sequence[int]) -> list[Item]:
    items = items_of(session, opened, request)
    known = {item.number for item in items}
    if unknown := [number for number in numbers if number not in known]:
        raise UnknownNumber(f"Place {unknown[0]} is not part of this request.")
    return [item for item in items if not numbers or item.number in numbers]


def _state_after(state: RequestState, answer: Answer) -> RequestState:
    """Removal of everything is settled elsewhere, so "removed" that reaches here was about a part."""
    if state not in _ONLY_BEFORE.get(answer, frozenset({state})):
        return state
    return RequestState.PARTLY if answer is Answer.REMOVED else REQUEST_AFTER_ANSWER[answer]


def _settle(session: Session, opened: OpenCase) -> list[Request]:
    """Requests of which every link is gone now and was not before."""
    whole = []
    for request in list_requests(session, opened):
        items = items_of(session, opened, request)
        if request.state not in SETTLED and items and all(item.state is ItemState.REMOVED for item in items):
            request.state = RequestState.REMOVED
            whole.append(request)
    session.flush()
    return whole


def _refresh_all(
    session: Session, opened: OpenCase, requests: Iterable[Request], *, now: datetime, ports: Ports
) -> None:
    for request in {each.id: each for each in requests}.values():
        refresh_clocks(session, opened.case, request, now=now, ports=ports)


def _record_receipt(session: Session, opened: OpenCase, request: Request, at: datetime, *, now: datetime) -> None:
    opened.record(session, Happening(kind=History.RECEIPT_CONFIRMED, at=at, request_id=request.id), now=now)


def _make_letter(session: Session, opened: OpenCase, request: Request, *, now: datetime, ports: Ports) -> Letter:
    kind = REQUEST_LETTERS[request.kind]
    return letters.write_letter(session, opened, kind, request.number, now=now, ports=ports)
