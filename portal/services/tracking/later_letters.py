"""Letters after the first one that leave, and a threat's papers: by which door, when, and what shows it.

No clock starts. Here it is always a paper that was there. A reminder can also leave in other words:
`sending.record_reminded`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from portal.domain.approvals import Approvable
from portal.domain.letters.facts import LetterFacts, LetterHeader
from portal.domain.lifecycle import (
    LATER_LETTERS,
    History,
    LetterKind,
    Proof,
    SendingChannel,
    StepRefused,
    require_sent,
)
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.cases.approvals import use_approval
from portal.services.cases.handover import open_to_record
from portal.services.cases.instants import check_instant
from portal.services.cases.mandates import require_mandate, require_permission
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.letters import kept_letters, letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.views import LetterView
from portal.services.requests.dossier import UsedDoor, read_dossier
from portal.services.tracking import sending
from portal.services.tracking.sending import MailedCommand, RemindedCommand
from portal.services.work import CaseWork

_TO_THE_SAME = frozenset({LetterKind.REMINDER, LetterKind.FOLLOW_UP})  # as the first letter


@dataclass(frozen=True, kw_only=True, repr=False)
class LetterSentCommand:
    """That a later letter left. `channel` is None for a sheet that was given to the police.

    `address` is the very address or form that was used; `confirmation` their confirmation, where it was pasted.
    """

    at: datetime
    channel: SendingChannel | None = None
    proof: Proof = Proof.NONE
    address: str = ""
    ticket: str = ""
    confirmation: str = ""


def later_letter(work: CaseWork, number: int) -> LetterView:
    """A letter whose sending is recorded here. Raises UnknownNumber, also for one of another kind."""
    _find(work, number)
    return kept_letters.find_view(work, number)


def find_door(work: CaseWork, number: int) -> UsedDoor | None:
    """By which door this letter most likely leaves: the one the first letter took, else the one that it names itself.

    None where neither is known. Raises UnknownNumber.
    """
    letter, used = _find(work, number), None
    if letter.request_id and letter.kind in _TO_THE_SAME:
        used = read_dossier(work, work.session.get_one(Request, letter.request_id).number).sent_door
    named = read_facts(work, letter).frame.recipient.contact or ""
    if used is not None:
        return UsedDoor(used.channel, used.address or named)
    if not named:
        return None
    return UsedDoor(SendingChannel.EMAIL if "@" in named else SendingChannel.FORM, named)


def read_frame(work: CaseWork, number: int) -> LetterHeader:
    """From whom and to whom this letter is. Raises UnknownNumber."""
    return read_facts(work, _find(work, number)).frame


def record_letter_sent(work: CaseWork, number: int, command: LetterSentCommand) -> None:
    """That letter `number` has left. Only a paper that was there at that moment can have been sent.

    Raises UnknownNumber, StepRefused, NoConsent, MandateOver, BadInstant, NoRoom.
    """
    letter = _find(work, number)
    request = work.session.get_one(Request, letter.request_id) if letter.request_id else None
    _check(letter)
    if letter.kind is LetterKind.REMINDER and request is not None:
        sending.record_reminded(work, request.number, _as_reminder(number, command))
        return
    open_to_record(work)
    if request is not None:
        require_sent(request.state)
    if letter.kind is LetterKind.POLICE:
        require_mandate(work)
    else:
        require_permission(work, "platforms")
    at = check_instant(command.at, work.case, now=work.now, after=request.sent_at if request else None)
    if not letters.was_there(letter, at):
        raise StepRefused("This letter was not made yet at that moment, so it cannot have been sent then.")
    sending.require_number(command.proof, command.ticket)
    require_room_for_words(work, command.confirmation)
    sending.cancel_copies(work, letter)
    if letter.kind is not LetterKind.POLICE:
        use_approval(work, Approvable.LATER, number)
    _write(work, letter, replace(command, at=at))


def record_mailed(work: CaseWork, command: MailedCommand) -> None:
    """That a later letter has left by e-mail from here. What was allowed was asked before it left, so nothing is asked
    here; where it was written down as sent meanwhile, nothing is added. Raises StepRefused where its case is not open.
    """
    open_to_record(work)
    letter = _find(work, command.letter)
    if letter.left_at is not None:
        return
    mailed = {"message_id": command.message_id, "server_said": command.said}
    sent = LetterSentCommand(at=command.at, channel=SendingChannel.EMAIL, address=command.address)
    if letter.kind is LetterKind.REMINDER and letter.request_id is not None:
        dossier = read_dossier(work, work.session.get_one(Request, letter.request_id).number)
        sending.write_reminded(dossier, letter, _as_reminder(letter.number, sent), mailed)
        return
    _write(work, letter, sent, mailed)


def _write(
    work: CaseWork, letter: Letter, command: LetterSentCommand, mailed: Mapping[str, str] = MappingProxyType({})
) -> None:
    """The letter's event, once all that is asked before was."""
    letter.left_at = work.now
    facts = {
        "channel": command.channel.value if command.channel else None,
        "proof": command.proof.value,
        "letter_kind": letter.kind.value,
    }
    detail = {
        "letter": letter.number,
        "digest": letter.digest,
        "recipient": _name_recipient(read_facts(work, letter)),
        "address": command.address.strip(),
        "ticket": command.ticket.strip(),
        "confirmation": command.confirmation.strip(),
        **mailed,
    }
    event = NewEvent(kind=History.LETTER_SENT, at=command.at, request_id=letter.request_id, facts=facts, detail=detail)
    work.record(event)


def _check(letter: Letter) -> None:
    if letter.discarded_at is not None:
        raise StepRefused("This letter was put aside as not sent. Make a new one.")
    if letter.left_at is not None:
        raise StepRefused("It is already recorded that this letter was sent.")


def _as_reminder(number: int, command: LetterSentCommand) -> RemindedCommand:
    return RemindedCommand(
        at=command.at,
        channel=command.channel or SendingChannel.FORM,
        letter=number,
        address=command.address,
        ticket=command.ticket,
        proof=command.proof,
        confirmation=command.confirmation,
    )


def _name_recipient(facts: LetterFacts) -> str:
    recipient = facts.frame.recipient
    return recipient.service or recipient.name


def _find(work: CaseWork, number: int) -> Letter:
    return kept_letters.find_letter(work, number, LATER_LETTERS)
