"""A request that leaves: sent, received, reminded, answered back, closed. What was sent never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import (
    ActorKind,
    CloseReason,
    History,
    ItemState,
    Proof,
    RequestState,
    SendingChannel,
    SentAs,
    StepRefused,
    require_asked,
    require_open,
    require_sent,
    require_submitted,
    require_unsent,
)
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.background import letter_turns, outbox
from portal.services.cases.approvals import use_approval, use_for_sending
from portal.services.cases.handover import open_to_record
from portal.services.cases.instants import check_instant
from portal.services.cases.mandates import require_permission
from portal.services.cases.room import require_room_for_words
from portal.services.clocks.case_events import list_open_questions
from portal.services.clocks.snapshot import RUNS, is_owed, refresh_clocks
from portal.services.history.events import NewEvent
from portal.services.inbox.case_keys import ensure_inbox
from portal.services.letters import kept_letters, letters
from portal.services.letters.letters import FixedLetter
from portal.services.requests import answer_links
from portal.services.requests.channels import require_address_check
from portal.services.requests.content import RequestStatement, write_statement
from portal.services.requests.dossier import Dossier, read_dossier
from portal.services.requests.lookup import find_request
from portal.services.requests.preparing import LONGEST, DetailsRefused, group_links_into_requests
from portal.services.requests.statements import StatedThere, take_stated_there
from portal.services.work import CaseWork

ASKED_ANEW = frozenset({ItemState.REPORTED, ItemState.BACK, ItemState.REFUSED, ItemState.GEO_BLOCKED})


@dataclass(frozen=True, kw_only=True, repr=False)
class SentCommand:
    """That a request has left. `received_at` is when it arrived, if that is known, and `proof` by what.

    `sent_as` says what left: the letter that was there at that moment, or other words, of which `text` is what was
    written down; None leaves it to whether there was a letter. `address` is the very address or form that was used.
    `has_checked`: somebody looked whether the address was still right; the team has to, where it was not checked for
    too long. A person is never asked: what they have sent is written down.
    """

    channel: SendingChannel
    sent_at: datetime
    received_at: datetime | None = None
    proof: Proof | None = None  # None: the ticket number where there is one, else nothing
    ticket: str = ""
    has_no_ticket: bool = False  # they said, or showed, that they give none
    has_checked: bool = False
    sent_as: SentAs | None = None
    text: str = ""
    address: str = ""
    stated: StatedThere | None = None  # what the other words stated; a letter of ours tells that itself


@dataclass(frozen=True, kw_only=True, repr=False)
class MailedCommand:
    """That a letter has left by e-mail from here: which one, where to, under which Message-ID, when our mail server
    took it, and what it said then. That proves the sending; it is no receipt by the recipient.
    """

    letter: int
    address: str
    message_id: str
    at: datetime
    said: str


@dataclass(frozen=True, kw_only=True, repr=False)
class RemindedCommand:
    """That a reminder has left. `letter` is the number of the one that was made, None for other words."""

    at: datetime
    channel: SendingChannel
    letter: int | None = None
    text: str = ""
    address: str = ""
    ticket: str = ""
    proof: Proof = Proof.NONE
    confirmation: str = ""  # theirs, where it was pasted


@dataclass(frozen=True, kw_only=True, repr=False)
class ReceiptCommand:
    """That it arrived, when, and by what that is known. `text` is their confirmation where it was pasted."""

    at: datetime
    proof: Proof = Proof.NONE
    ticket: str = ""
    text: str = ""


def record_sent(work: CaseWork, number: int, command: SentCommand) -> None:
    """That the request has left: with the letter that was there at that moment, or in other words.

    From here its laws, their versions and what was sent are fixed. Of a law that wants something stated the clocks run
    only where it was: in our letter, or as `stated` tells. Raises StepRefused, also where a letter is named that was
    not there yet, NoConsent, MandateOver, Unchecked, BadInstant.
    """
    dossier, checked = _check(work, number, command)
    waiting = letter_turns.list_waiting(work.session, dossier.request.id)
    outbox.cancel_letters(work.session, waiting, now=work.now)  # so that it does not go out once more
    letter = letters.find_sendable(dossier, sent_at=checked.sent_at)
    sent_as = checked.sent_as or (SentAs.LETTER if letter else SentAs.OTHER)
    use_for_sending(work, number, letter.number if letter and sent_as is SentAs.LETTER else None)
    there = None
    if sent_as is SentAs.LETTER:
        fixed = letters.fix_letter(dossier, letter)
    else:
        if checked.stated:
            there = take_stated_there(work, dossier, checked.stated, sent_at=checked.sent_at)
        fixed = letters.fix_words(dossier.as_if_stated(there) if there else dossier)
    _write_sent(dossier, fixed, checked, there)
    ensure_inbox(work)  # before anybody can answer
    refresh_clocks(work, work.case, dossier.request)
    group_links_into_requests(work)  # for links that the letter does not list


def record_mailed(work: CaseWork, number: int, command: MailedCommand) -> None:
    """That the request has left with a letter that the outbox sent. What was allowed was asked before it left, so
    nothing is asked here. Raises StepRefused where it was written down as sent already, or its case is not open.
    """
    dossier = read_dossier(work, number)
    require_unsent(dossier.request.state)
    fixed = letters.fix_letter(dossier, kept_letters.find_letter(work, command.letter))
    sent = SentCommand(channel=SendingChannel.EMAIL, sent_at=command.at, sent_as=SentAs.LETTER, address=command.address)
    _write_sent(dossier, fixed, sent, None, {"message_id": command.message_id, "server_said": command.said})
    refresh_clocks(work, work.case, dossier.request)
    group_links_into_requests(work)


def _check(work: CaseWork, number: int, command: SentCommand) -> tuple[Dossier, SentCommand]:
    """The request, and the command with instants that can be right."""
    require_open(work.case.status)
    dossier = read_dossier(work, number)
    require_unsent(dossier.request.state)
    require_permission(work, "platforms")
    sent_at = check_instant(command.sent_at, work.case, now=work.now)
    received_at = command.received_at and check_instant(command.received_at, work.case, now=work.now, after=sent_at)
    if len(command.text) > LONGEST:
        raise DetailsRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, command.text)
    if work.actor.kind is ActorKind.STAFF and not command.has_checked:
        require_address_check(dossier, command.channel)
    return dossier, replace(command, sent_at=sent_at, received_at=received_at)


def _write_sent(
    dossier: Dossier,
    fixed: FixedLetter,
    command: SentCommand,
    there: RequestStatement | None,
    mailed: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """The request's row, its links' states and its history, once what it stands for is fixed."""
    work, request, ticket = dossier.work, dossier.request, command.ticket.strip()
    request.state, request.channel = RequestState.SENT, command.channel
    request.sent_at, request.received_at = command.sent_at, command.received_at
    no_ticket = command.has_no_ticket and not ticket
    dossier.write_sealed(ticket=ticket, no_ticket=no_ticket, items=[item.number for item in fixed.items])
    for item in fixed.items:
        if item.state in ASKED_ANEW:
            item.state, item.changed_at = ItemState.ASKED, work.now
    detail: dict[str, object] = {"ticket": ticket, "address": command.address.strip(), **mailed}
    if fixed.letter:
        detail |= {"letter": fixed.letter.number, "digest": fixed.letter.digest}
    else:
        detail["text"] = command.text.strip()
    facts: dict[str, object] = {
        "channel": command.channel.value,
        "as": (SentAs.LETTER if fixed.letter else SentAs.OTHER).value,
    }
    if there:
        facts["stated"] = {**write_statement(there), "at": there.at.isoformat()}
        detail["signature"] = there.signature
        if there.limit:
            detail["limit"] = there.limit
    sent = NewEvent(kind=History.SENT, at=command.sent_at, request_id=request.id, facts=facts, detail=detail)
    work.record(sent)
    if fixed.letter:
        answer_links.open_link(dossier, fixed.letter.number, [item.number for item in fixed.items])
    if command.received_at:
        proof = command.proof or (Proof.TICKET if ticket else Proof.NONE)
        record_receipt(work, request, command.received_at, proof)


def record_received(work: CaseWork, number: int, command: ReceiptCommand) -> None:
    """That it arrived: the clocks start there, and are no longer estimated where that is proven.

    Proof can come after a receipt that was only told, and replaces it. Raises StepRefused, BadInstant.
    """
    open_to_record(work)
    dossier = read_dossier(work, number)
    request = dossier.request
    require_sent(request.state)
    if request.received_at is not None and dossier.receipt_proof is not Proof.NONE:
        raise StepRefused("It is already recorded when this request was received.")
    ticket = command.ticket.strip() or dossier.ticket
    require_number(command.proof, ticket)
    at = check_instant(command.at, work.case, now=work.now, after=request.sent_at)
    require_room_for_words(work, command.text)
    if ticket != dossier.ticket:
        _write_ticket(dossier, ticket)
    request.received_at = at
    record_receipt(work, request, at, command.proof, text=command.text.strip())
    refresh_clocks(work, work.case, request)


def record_ticket(work: CaseWork, number: int, ticket: str, *, has_none: bool = False) -> None:
    """The recipient's number for a request, whenever it comes, or that it gave none. Raises StepRefused."""
    open_to_record(work)
    dossier = read_dossier(work, number)
    require_sent(dossier.request.state)
    if not ticket.strip() and not has_none:
        raise StepRefused("Write the number, or say that they gave none.")
    _write_ticket(dossier, ticket.strip())


def record_reminded(work: CaseWork, number: int, command: RemindedCommand) -> None:
    """That a reminder has left, which one, and where to. It starts no clock.

    Raises StepRefused, also where the letter was not there yet, NoConsent, MandateOver, BadInstant.
    """
    open_to_record(work)
    dossier = read_dossier(work, number)
    request = dossier.request
    require_sent(request.state)
    require_permission(work, "platforms")
    at = check_instant(command.at, work.case, now=work.now, after=request.sent_at)
    require_room_for_words(work, command.text, command.confirmation)
    require_number(command.proof, command.ticket)
    left = {each.letter.id for each in dossier.sent_reminders if each.letter}
    letter = next((each for each in dossier.reminders if each.number == command.letter), None)
    if command.letter is not None and (letter is None or not letters.was_there(letter, at) or letter.id in left):
        raise StepRefused(
            "This reminder was not there at that moment, or was sent already. Choose another, or say that you sent it "
            "in other words."
        )
    if letter is not None:
        cancel_copies(work, letter)
        use_approval(work, Approvable.LATER, letter.number)
    write_reminded(dossier, letter, replace(command, at=at))


def cancel_copies(work: CaseWork, letter: Letter) -> None:
    """A later letter left by another way, so it does not go out by e-mail once more."""
    waiting = letter_turns.list_waiting_copies(work.session, work.case.id, letter.number)
    outbox.cancel_letters(work.session, waiting, now=work.now)


def write_reminded(
    dossier: Dossier,
    letter: Letter | None,
    command: RemindedCommand,
    mailed: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """The reminder's event, once all that is asked before was."""
    work, request = dossier.work, dossier.request
    detail: dict[str, object] = {
        "address": command.address.strip(),
        "ticket": command.ticket.strip(),
        "confirmation": command.confirmation.strip(),
        **mailed,
    }
    if letter is not None:
        letter.left_at = work.now
        detail |= {"letter": letter.number, "digest": letter.digest}
    else:
        detail["text"] = command.text.strip()
    facts = {
        "channel": command.channel.value,
        "number": len(dossier.sent_reminders) + 1,
        "proof": command.proof.value,
    }
    work.record(NewEvent(kind=History.REMINDED, at=command.at, request_id=request.id, facts=facts, detail=detail))


def require_number(proof: Proof, ticket: str) -> None:
    """Raises StepRefused where a number is to prove something and none is there."""
    if proof is Proof.TICKET and not ticket.strip():
        raise StepRefused("Write the number that they gave. Without it, choose what else shows that they got it.")


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


def close_request(
    work: CaseWork, number: int, *, reason: CloseReason | None = None, note: str = "", is_certain: bool = True
) -> None:
    """Take the request back: every clock stops. Raises StepRefused where it is closed already.

    `reason` and `note` are what the team says of it. Where nobody is certain it is refused too while the other side
    still has to do something. In a closed case too, which stays closed: nothing begins, and nothing is left to be
    watched.
    """
    require_submitted(work.case.status)
    dossier = read_dossier(work, number)
    request = dossier.request
    if request.state is RequestState.CLOSED:
        raise StepRefused("This request is already closed.")
    if not is_certain and is_duty_running(dossier):
        raise StepRefused("A deadline of the platform still runs. Tick that it is to stop, or wait for it.")
    require_room_for_words(work, note)
    request.state = RequestState.CLOSED
    facts = {"reason": reason.value} if reason else {}
    detail = {"text": note.strip()} if note.strip() else {}
    closed = NewEvent(kind=History.REQUEST_CLOSED, at=work.now, request_id=request.id, facts=facts, detail=detail)
    work.record(closed)
    refresh_clocks(work, work.case, request)


def is_duty_running(dossier: Dossier) -> bool:
    """Whether the other side has to do something by a date that has not passed, or that stands still."""
    now = dossier.work.now
    return any(
        row.state in RUNS and is_owed(row) and (row.due_at is None or row.due_at > now) for row in dossier.clocks
    )


def record_receipt(work: CaseWork, request: Request, at: datetime, proof: Proof, *, text: str = "") -> None:
    """The event of a receipt, for whoever has written the moment into the request's row."""
    facts = {"proof": proof.value}
    detail = {"text": text} if text else {}
    work.record(NewEvent(kind=History.RECEIPT_CONFIRMED, at=at, request_id=request.id, facts=facts, detail=detail))


def _write_ticket(dossier: Dossier, ticket: str) -> None:
    """What was written before stays in its event."""
    work, request = dossier.work, dossier.request
    dossier.write_sealed(ticket=ticket, no_ticket=not ticket)
    detail = {"ticket": ticket} if ticket else {}
    given = NewEvent(
        kind=History.TICKET_GIVEN, at=work.now, request_id=request.id, facts={"is_none": not ticket}, detail=detail
    )
    work.record(given)
