"""A request that leaves: sent, received, reminded, answered back, closed. What was sent never changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from portal.domain.lifecycle import (
    History,
    ItemState,
    RequestState,
    SendingChannel,
    StepRefused,
    require_asked,
    require_open,
    require_sent,
    require_submitted,
    require_unsent,
)
from portal.models.requests import Request
from portal.services.cases.handover import open_to_record
from portal.services.cases.instants import check_instant
from portal.services.cases.mandates import require_permission
from portal.services.clocks.case_events import list_open_questions
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.history.events import NewEvent
from portal.services.letters import letters
from portal.services.letters.letters import FixedLetter
from portal.services.requests.channels import require_address_check
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.lookup import find_request
from portal.services.requests.preparing import group_links_into_requests
from portal.services.work import CaseWork

_ASKED_ANEW = frozenset({ItemState.REPORTED, ItemState.BACK, ItemState.REFUSED, ItemState.GEO_BLOCKED})


@dataclass(frozen=True, kw_only=True, repr=False)
class SentCommand:
    """That a request has left. `received_at` is the proven receipt, if there is one.

    `has_checked`: somebody looked whether the address was still right; needed where it was not checked for too long.
    """

    channel: SendingChannel
    sent_at: datetime
    received_at: datetime | None = None
    ticket: str = ""
    has_checked: bool = False


def record_sent(work: CaseWork, number: int, command: SentCommand) -> None:
    """That the request has left, as its last letter says.

    From here its laws, their versions and the letter are fixed. Raises StepRefused, also where there is no letter,
    NoConsent, MandateOver, Unchecked, BadInstant.
    """
    dossier, checked = _check(work, number, command)
    fixed = letters.fix_letter(dossier)
    _write_sent(dossier, fixed, checked)
    refresh_clocks(work, work.case, dossier.request)
    group_links_into_requests(work)  # for links that the letter does not list


def require_sendable(work: CaseWork, number: int, command: SentCommand) -> None:
    """All that `record_sent` asks for but the letter, before the work of making one. Raises as `record_sent`."""
    _check(work, number, command)


def _check(work: CaseWork, number: int, command: SentCommand) -> tuple[Dossier, SentCommand]:
    """The request, and the command with instants that can be right."""
    require_open(work.case.status)
    dossier = read_dossier(work, number)
    require_unsent(dossier.request.state)
    require_permission(work, "platforms")
    sent_at = check_instant(command.sent_at, work.case, now=work.now)
    received_at = command.received_at and check_instant(command.received_at, work.case, now=work.now, after=sent_at)
    if not command.has_checked:
        require_address_check(dossier, command.channel)
    return dossier, replace(command, sent_at=sent_at, received_at=received_at)


def _write_sent(dossier: Dossier, fixed: FixedLetter, command: SentCommand) -> None:
    """The request's row, its links' states and its history, once what it stands for is fixed."""
    work, request, ticket = dossier.work, dossier.request, command.ticket.strip()
    request.state, request.channel = RequestState.SENT, command.channel
    request.sent_at, request.received_at = command.sent_at, command.received_at
    dossier.write_sealed(ticket=ticket, items=[item.number for item in fixed.items])
    for item in fixed.items:
        if item.state in _ASKED_ANEW:
            item.state, item.changed_at = ItemState.ASKED, work.now
    detail = {"ticket": ticket, "letter": fixed.letter.number, "digest": fixed.letter.digest}
    facts = {"channel": command.channel.value}
    sent = NewEvent(kind=History.SENT, at=command.sent_at, request_id=request.id, facts=facts, detail=detail)
    work.record(sent)
    if command.received_at:
        _record_receipt(work, request, command.received_at)


def record_received(work: CaseWork, number: int, received_at: datetime) -> None:
    """That receipt is proven: the clocks start there and are no longer estimated. Raises StepRefused, BadInstant."""
    open_to_record(work)
    request = find_request(work, number)
    require_sent(request.state)
    if request.received_at is not None:
        raise StepRefused("It is already recorded when this request was received.")
    request.received_at = check_instant(received_at, work.case, now=work.now, after=request.sent_at)
    _record_receipt(work, request, request.received_at)
    refresh_clocks(work, work.case, request)


def record_reminded(work: CaseWork, number: int, at: datetime) -> None:
    """That a reminder has left. It starts no clock. Raises StepRefused, NoConsent, MandateOver, BadInstant."""
    open_to_record(work)
    request = find_request(work, number)
    require_sent(request.state)
    require_permission(work, "platforms")
    checked = check_instant(at, work.case, now=work.now, after=request.sent_at)
    work.record(NewEvent(kind=History.REMINDED, at=checked, request_id=request.id))


def record_information_sent(work: CaseWork, number: int, at: datetime) -> None:
    """That what the recipient asked for has left: clocks that stood still for it go on.

    Raises StepRefused, NoConsent, MandateOver, BadInstant.
    """
    open_to_record(work)
    request = find_request(work, number)
    require_asked(request.state)
    require_permission(work, "platforms")
    checked = check_instant(at, work.case, now=work.now, after=request.sent_at)
    facts = {"answers": [answer.value for answer in list_open_questions(work.session, request)]}
    request.state = RequestState.ACKNOWLEDGED
    sent = NewEvent(kind=History.INFORMATION_SENT, at=checked, request_id=request.id, facts=facts)
    work.record(sent)
    refresh_clocks(work, work.case, request)


def close_request(work: CaseWork, number: int) -> None:
    """Take the request back: every clock stops. Raises StepRefused where it is closed already.

    In a closed case too, which stays closed: nothing begins, and nothing is left to be watched.
    """
    require_submitted(work.case.status)
    request = find_request(work, number)
    if request.state is RequestState.CLOSED:
        raise StepRefused("This request is already closed.")
    request.state = RequestState.CLOSED
    work.record(NewEvent(kind=History.REQUEST_CLOSED, at=work.now, request_id=request.id))
    refresh_clocks(work, work.case, request)


def _record_receipt(work: CaseWork, request: Request, at: datetime) -> None:
    work.record(NewEvent(kind=History.RECEIPT_CONFIRMED, at=at, request_id=request.id))
