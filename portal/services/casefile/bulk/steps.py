"""The steps for many requests of a case: the single steps, called for each in its turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Protocol

from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import (
    StepRefused,
)
from portal.services.casefile.bulk import mail as bulk_mail
from portal.services.casefile.bulk.actions import (
    BulkAction,
    BulkCommand,
    Outlook,
    Result,
    Sending,
)
from portal.services.casefile.bulk.complaining import prepare_plan
from portal.services.cases.instants import BadInstant
from portal.services.complaints.complaints import LodgedCommand, record_lodged
from portal.services.directory.address_checks import note_outcome
from portal.services.letters import ahead
from portal.services.requests.dossier import read_dossier, read_dossiers
from portal.services.requests.lookup import find_request
from portal.services.requests.preparing import DetailsRefused
from portal.services.tracking import answers, sending
from portal.services.tracking.sending import RemindedCommand, SentCommand
from portal.services.work import CaseWork

_REFUSED = (StepRefused, BadInstant, DetailsRefused)


Step = Callable[[CaseWork, BulkCommand, Sequence[Outlook]], tuple[Result, ...]]


def _one_by_one(do: Callable[[CaseWork, BulkCommand, Outlook], None]) -> Step:
    """A step that is done to each in its turn. What is refused for one leaves the others as they are."""

    def do_each(work: CaseWork, command: BulkCommand, looks: Sequence[Outlook]) -> tuple[Result, ...]:
        return tuple(try_step(work, look, partial(do, work, command, look)) for look in looks)

    return do_each


class Foreseen(Protocol):
    """What was foreseen for one request; `why` says why nothing is done."""

    @property
    def number(self) -> int: ...
    @property
    def platform_name(self) -> str: ...
    @property
    def why(self) -> str: ...


def try_step(work: CaseWork, look: Foreseen, do: Callable[[], None]) -> Result:
    """What became of one request: what is refused for it leaves no trace."""
    why = look.why
    if not why:
        try:
            with work.session.begin_nested():
                do()
        except _REFUSED as refused:
            why = str(refused)
    return Result(number=look.number, platform_name=look.platform_name, why=why)


def _make_letters(work: CaseWork, command: BulkCommand, looks: Sequence[Outlook]) -> tuple[Result, ...]:
    """They are printed in the background, in the order of their numbers."""
    order = ahead.order_ahead if command.action is BulkAction.LETTERS else ahead.order_reminders
    wanted = {look.number for look in looks if look.will}
    order(work, [each.request for each in read_dossiers(work) if each.number in wanted])
    return tuple(Result(number=each.number, platform_name=each.platform_name, why=each.why) for each in looks)


def _check(work: CaseWork, command: BulkCommand, look: Outlook) -> None:
    if look.door is not None:
        platform = find_request(work, look.number).platform
        note_outcome(work, platform, look.door.address, AddressOutcome.WORKED)


def _mail(work: CaseWork, command: BulkCommand, look: Outlook) -> None:
    bulk_mail.send(work, look.number, look.goes, letters=command.letters, has_checked=command.has_checked)


def _record_sent(work: CaseWork, command: BulkCommand, look: Outlook) -> None:
    how = _find_sending(command, look)
    if command.at is None:
        raise StepRefused("Say when it was sent.")
    sent = SentCommand(
        channel=how.channel,
        sent_at=command.at,
        ticket=how.ticket,
        address=how.address,
        has_checked=command.has_checked,
    )
    sending.record_sent(work, look.number, sent)


def _record_reminded(work: CaseWork, command: BulkCommand, look: Outlook) -> None:
    how = _find_sending(command, look)
    if command.at is None:
        raise StepRefused("Say when it was sent.")
    dossier = read_dossier(work, look.number)
    waiting = [letter for letter in dossier.reminders if letter.left_at is None]
    reminded = RemindedCommand(
        at=command.at, channel=how.channel, letter=waiting[-1].number, address=how.address, ticket=how.ticket
    )
    sending.record_reminded(work, look.number, reminded)


def _find_sending(command: BulkCommand, look: Outlook) -> Sending:
    """How that one left: as it was said, else by its first door."""
    if look.number in command.sendings:
        return command.sendings[look.number]
    if look.door is None:
        raise StepRefused("No address of it is known. Record it on its own page.")
    return Sending(address=look.door.address, channel=look.door.via)


def _log_answer(work: CaseWork, command: BulkCommand, look: Outlook) -> None:
    if command.answer is None:
        raise StepRefused("Choose what the answer means.")
    items = tuple(item.number for item in look.links if item.number in command.links)
    if command.links and not items:
        raise StepRefused("The answer is about none of its links.")
    answers.log_answer(work, look.number, replace(command.answer, items=items))


def _mark(work: CaseWork, command: BulkCommand, looks: Sequence[Outlook]) -> tuple[Result, ...]:
    """All at once, because whether a request is wholly gone is worked out once."""
    meant = {look.number: [item.number for item in look.links if item.number in command.links] for look in looks}
    chosen = [number for numbers in meant.values() for number in numbers]
    if chosen and command.action is BulkAction.GONE:
        answers.mark_all_gone(work, chosen)
    elif chosen:
        answers.mark_back(work, *chosen)
    none = "None of its links was chosen."
    return tuple(
        Result(
            number=look.number,
            platform_name=look.platform_name,
            why=look.why or ("" if meant[look.number] else none),
        )
        for look in looks
    )


def _complain(work: CaseWork, command: BulkCommand, looks: Sequence[Outlook]) -> tuple[Result, ...]:
    """One complaint for all requests that go into it. `at_most` may have cut some of them off."""
    will = {look.number for look in looks if look.will}
    found: dict[int, tuple[int, str]] = {}
    for plan in dict.fromkeys(look.plan for look in looks if look.plan and look.will):
        numbers = tuple(number for number in plan.numbers if number in will)
        made = _try_one(work, partial(prepare_plan, work, replace(plan, numbers=numbers)))
        found |= dict.fromkeys(numbers, made)
    return tuple(_tell_complaint(look, found.get(look.number, (0, look.why))) for look in looks)


def _lodge(work: CaseWork, command: BulkCommand, looks: Sequence[Outlook]) -> tuple[Result, ...]:
    """Each complaint once, though several requests are in it."""
    asked = dict.fromkeys(look.complaint.number for look in looks if look.will and look.complaint)
    made = {number: _try_one(work, partial(_record_lodged, work, command, number)) for number in asked}
    return tuple(
        _tell_complaint(look, made[look.complaint.number] if look.will and look.complaint else (0, look.why))
        for look in looks
    )


def _record_lodged(work: CaseWork, command: BulkCommand, complaint: int) -> int:
    if command.at is None:
        raise StepRefused("Say when they were lodged.")
    ticket = command.tickets.get(complaint, "")
    record_lodged(work, complaint, LodgedCommand(at=command.at, ticket=ticket, has_checked=command.has_checked))
    return complaint


def _try_one(work: CaseWork, do: Callable[[], int]) -> tuple[int, str]:
    """The number of the complaint and an empty text, or 0 and why not."""
    try:
        with work.session.begin_nested():
            return do(), ""
    except _REFUSED as refused:
        return 0, str(refused)


def _tell_complaint(look: Outlook, made: tuple[int, str]) -> Result:
    """What became of one request: the complaint about it, or why there is none."""
    complaint, why = made
    return Result(number=look.number, platform_name=look.platform_name, why=why, complaint=complaint)


def _close(work: CaseWork, command: BulkCommand, look: Outlook) -> None:
    if command.reason is None:
        raise StepRefused("Choose why it is closed.")
    sending.close_request(work, look.number, reason=command.reason, note=command.note, is_certain=command.is_certain)


STEPS: Mapping[BulkAction, Step] = MappingProxyType(
    {
        BulkAction.LETTERS: _make_letters,
        BulkAction.CHECK: _one_by_one(_check),
        BulkAction.MAIL: _one_by_one(_mail),
        BulkAction.SENT: _one_by_one(_record_sent),
        BulkAction.REMIND: _make_letters,
        BulkAction.MAIL_LATER: _one_by_one(_mail),
        BulkAction.REMINDED: _one_by_one(_record_reminded),
        BulkAction.COMPLAIN: _complain,
        BulkAction.LODGED: _lodge,
        BulkAction.ANSWER: _one_by_one(_log_answer),
        BulkAction.GONE: _mark,
        BulkAction.BACK: _mark,
        BulkAction.CLOSE: _one_by_one(_close),
    }
)
