"""Doing one thing to many requests of a case at once: what will happen to each, what will not and why, and what came
of it.

The rules are those of the single steps, which are called for each request in its turn. A press counts once: its token
is kept with what came of it, and the same token again tells that and does nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property, partial
from types import MappingProxyType
from typing import Protocol
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select

from portal.domain.approvals import Approvable
from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import (
    UNSENT,
    CloseReason,
    ComplaintState,
    ItemState,
    RequestKind,
    RequestState,
    SendingChannel,
    StepRefused,
)
from portal.models.bulk_steps import BulkStep
from portal.models.jobs import Job, JobKind
from portal.services.background import jobs
from portal.services.background.jobs import JobView
from portal.services.casefile import bulk_mail
from portal.services.casefile.bulk_mail import Goes, MailLook
from portal.services.casefile.complaining import Need, Plan, plan_complaints, prepare_plan
from portal.services.casefile.front import read_lines
from portal.services.cases.approvals import list_waiting
from portal.services.cases.consent import NoConsent
from portal.services.cases.instants import BadInstant
from portal.services.cases.mandates import require_permission
from portal.services.complaints.complaints import LodgedCommand, list_lines, list_made, record_lodged
from portal.services.complaints.views import ComplaintLine
from portal.services.directory.address_checks import note_outcome
from portal.services.letters import ahead, letters
from portal.services.requests.channels import channel_views
from portal.services.requests.dossier import Dossier, read_dossier, read_dossiers
from portal.services.requests.lookup import find_request, list_complaints, list_requests
from portal.services.requests.preparing import DetailsRefused
from portal.services.requests.statements import list_unsaid
from portal.services.requests.views import ChannelView, ItemView
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.request_page import item_views
from portal.services.tracking.send_round import Hindrance, find_hindrance
from portal.services.tracking.sending import RemindedCommand, SentCommand
from portal.services.work import CaseWork

MOST = 200  # requests that one press is about
TOO_MANY = f"{MOST} requests go at once. Do this one afterwards."


class BulkAction(StrEnum):
    """What can be done to many requests at once."""

    LETTERS = "letters"
    CHECK = "check"  # that the address of each was looked at and is right
    MAIL = "mail"  # by e-mail from here
    SENT = "sent"
    REMIND = "remind"
    MAIL_LATER = "mail_later"  # reminders and other later letters that wait, by e-mail from here
    REMINDED = "reminded"  # that the reminders that wait were sent
    COMPLAIN = "complain"  # to whoever is competent, with the bundle
    LODGED = "lodged"  # that the complaints that wait were handed in
    ANSWER = "answer"
    GONE = "gone"
    BACK = "back"
    CLOSE = "close"


BY_MAIL = frozenset({BulkAction.MAIL, BulkAction.MAIL_LATER})
BY_LINK = frozenset({BulkAction.GONE, BulkAction.BACK})
IN_BACKGROUND: Mapping[BulkAction, JobKind] = MappingProxyType(
    {
        BulkAction.LETTERS: JobKind.LETTER,
        BulkAction.REMIND: JobKind.REMINDER,
        BulkAction.COMPLAIN: JobKind.BUNDLE,
    }
)
_REFUSED = (StepRefused, BadInstant, DetailsRefused)
_HINDERED: Mapping[Hindrance, str] = MappingProxyType(
    {
        Hindrance.FORM_ONLY: "No law and no rule of theirs is known that a letter could use. Use their own form.",
        Hindrance.UNSAID: "Nobody has said yet what the letter states above the signature. The person says it on their "
        "own page, or you record what they told you.",
    }
)
_SWORN = "A copyright notice is sworn. Only the person does that, on their own page."


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which requests are meant: all, those of some platforms, those in some states, or by number."""

    is_all: bool = False
    platforms: frozenset[str] = frozenset()
    states: frozenset[RequestState] = frozenset()
    numbers: frozenset[int] = frozenset()

    def has(self, number: int, platform: str, state: RequestState) -> bool:
        return self.is_all or number in self.numbers or platform in self.platforms or state in self.states


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What would happen to one request. `why` says why nothing will; empty where something will.

    `doors` are the addresses to send to, best first; `links` those that the step would change; `is_running`: a duty of
    the other side runs, so that closing stops it; `goes` the letters that would leave by e-mail. `need` is what it
    waits for, `plan` the complaint that would be made, `complaint` the one that waits to be handed in.
    """

    number: int
    platform_name: str
    state: RequestState
    why: str
    doors: tuple[ChannelView, ...] = ()
    links: tuple[ItemView, ...] = ()
    goes: tuple[Goes, ...] = ()
    is_running: bool = False
    need: Need | None = None
    plan: Plan | None = None
    complaint: ComplaintLine | None = None

    @property
    def will(self) -> bool:
        return not self.why

    @property
    def door(self) -> ChannelView | None:
        return self.doors[0] if self.doors else None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one request. `why` is empty where it was done. `complaint` is the number of the one that was made
    or handed in, 0 where the step is about none.
    """

    number: int
    platform_name: str
    why: str = ""
    complaint: int = 0

    @property
    def is_done(self) -> bool:
        return not self.why


@dataclass(frozen=True, kw_only=True, repr=False)
class Sending:
    """How one letter left. `address` is that of one of its doors; empty for another, and then `channel` says how."""

    address: str
    channel: SendingChannel
    ticket: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class BulkCommand:
    """What to do to which requests. Each step reads what it needs: `sendings` by request, `at` when they left.

    `is_all` means every request of the case, whatever `numbers` says. `links` are the numbers of the links that are
    gone or back; `letters` those of the letters that were looked at and may leave, None for any. `is_certain`: also
    those whose duty still runs are closed. `tickets` are the authorities' numbers by request. No more than `at_most`
    requests are done.
    """

    action: BulkAction
    token: str
    numbers: tuple[int, ...] = ()
    is_all: bool = False
    at: datetime | None = None
    sendings: Mapping[int, Sending] = field(default_factory=dict)
    has_checked: bool = False
    answer: AnswerCommand | None = None
    links: frozenset[int] = frozenset()
    letters: frozenset[int] | None = None
    reason: CloseReason | None = None
    note: str = ""
    is_certain: bool = False
    tickets: Mapping[int, str] = field(default_factory=dict)
    at_most: int = MOST


def list_choosable(
    work: CaseWork, dossiers: Iterable[Dossier] | None = None
) -> tuple[tuple[int, str, str, RequestState], ...]:
    """Number, platform, its name and state of every request; `dossiers` are all of them, where they were read."""
    known = read_dossiers(work) if dossiers is None else dossiers
    return tuple((each.number, each.request.platform, each.name, each.request.state) for each in known)


def foresee(work: CaseWork, action: BulkAction, choice: Choice, at_most: int = MOST) -> tuple[Outlook, ...]:
    """What would happen to each request of a choice, by number. Reads only."""
    dossiers = read_dossiers(work)
    chosen = [each for each in dossiers if choice.has(each.number, each.request.platform, each.request.state)]
    rules = _Rules(work, dossiers, chosen)
    looks = [rules.look(action, each) for each in chosen]
    done = 0
    for index, look in enumerate(looks):
        done += look.will
        if look.will and done > at_most:
            looks[index] = replace(look, why=TOO_MANY)
    return tuple(looks)


def do_to_all(work: CaseWork, command: BulkCommand) -> tuple[Result, ...]:
    """Do it to each request that it can be done to, and keep what became of each under the command's token.

    The case has to be held. The same token again tells what came of it, and does nothing.
    """
    if known := find_results(work, command.token):
        return known
    choice = Choice(is_all=command.is_all, numbers=frozenset(command.numbers))
    looks = foresee(work, command.action, choice, command.at_most)
    done = _STEPS[command.action](work, command, looks)
    keep_step(work, command.token, command.action.value, done)
    return done


def find_results(work: CaseWork, token: str) -> tuple[Result, ...]:
    """What came of a press before; nothing where there was none."""
    row = _find_step(work, token)
    return tuple(msgspec.convert(work.read_sealed(row)["results"], list[Result])) if row else ()


def find_action(work: CaseWork, token: str) -> str | None:
    """What a press before was about, in the word it was kept under; None where there was none."""
    row = _find_step(work, token)
    return row.action if row else None


def find_jobs(work: CaseWork, action: BulkAction, results: Iterable[Result]) -> Mapping[int, JobView]:
    """How far the papers of these requests are, by number; nothing for steps that are done at once."""
    kind = IN_BACKGROUND.get(action)
    if kind is None:
        return {}
    done = [each for each in results if each.is_done]
    if action is BulkAction.COMPLAIN:
        rows = {each.number: each.id for each in list_complaints(work)}
        subjects = {each.number: rows[each.complaint] for each in done if each.complaint in rows}
    else:
        rows = {each.number: each.id for each in list_requests(work)}
        subjects = {each.number: rows[each.number] for each in done}
    found: Mapping[UUID, Job] = jobs.find_newest(work.session, set(subjects.values()), kind)
    return {
        number: jobs.job_view(found[subject], now=work.now) for number, subject in subjects.items() if subject in found
    }


def _find_step(work: CaseWork, token: str) -> BulkStep | None:
    query = select(BulkStep).where(BulkStep.case_id == work.case.id, BulkStep.token == token)
    return work.session.scalars(query).one_or_none()


def keep_step(work: CaseWork, token: str, action: str, done: Sequence[Result]) -> None:
    """Keep what came of a press under its token."""
    row = BulkStep(id=uuid4(), case_id=work.case.id, token=token, action=action, done_at=work.now)
    row.sealed = work.sealed_for(row, {"results": [msgspec.to_builtins(each) for each in done]})
    work.session.add(row)
    work.session.flush()


class _Rules:
    """What a step would do to each request of a case; what is the same for all is looked at once."""

    def __init__(self, work: CaseWork, dossiers: Sequence[Dossier], chosen: Sequence[Dossier]) -> None:
        self._work = work
        self._chosen = chosen
        self._late = {line.number for line in read_lines(work, dossiers) if line.is_late}
        self._items: dict[int | None, list[ItemView]] = {}
        for item in item_views(work):
            self._items.setdefault(item.request_number, []).append(item)
        self._forbidden = _find_forbidden(work)
        self._waits = list_waiting(work, Approvable.SENDING, (each.number for each in dossiers))

    @cached_property
    def _plans(self) -> Mapping[int, Plan]:
        """The complaint that each chosen request would be in."""
        return {number: plan for plan in plan_complaints(self._work, self._chosen) for number in plan.numbers}

    @cached_property
    def _lines(self) -> Mapping[int, ComplaintLine]:
        return {each.number: each for each in list_lines(self._work)}

    @cached_property
    def _unready(self) -> Mapping[int, str]:
        """Why each complaint that waits cannot be handed in: its bundle is not made, or a second member has to look."""
        waiting = [each for each in self._lines.values() if each.state is ComplaintState.PREPARED]
        made = list_made(self._work)
        unmade = {each.number: "Its bundle is not made yet." for each in waiting if each.number not in made}
        return {**list_waiting(self._work, Approvable.COMPLAINT, (each.number for each in waiting)), **unmade}

    def _find_complaint(self, dossier: Dossier) -> ComplaintLine | None:
        """The one about this request that waits to be handed in."""
        waiting = (each for each in dossier.complaints if each.state is ComplaintState.PREPARED)
        found = next(waiting, None)
        return self._lines.get(found.number) if found else None

    def look(self, action: BulkAction, dossier: Dossier) -> Outlook:
        number, mail = dossier.number, self._look_at_mail(action, dossier)
        why = mail.why if mail else self._find_why(action, dossier)
        wants_doors = action in {BulkAction.SENT, BulkAction.CHECK, BulkAction.REMINDED}
        return Outlook(
            number=number,
            platform_name=dossier.name,
            state=dossier.request.state,
            why=why,
            doors=channel_views(dossier) if wants_doors else (),
            links=tuple(self._list_links(action, number)) if action in BY_LINK else (),
            goes=mail.goes if mail else (),
            is_running=sending.is_duty_running(dossier),
            need=self._find_need(action, number, why),
            plan=self._plans[number] if action is BulkAction.COMPLAIN else None,
            complaint=self._find_complaint(dossier) if action is BulkAction.LODGED else None,
        )

    def _look_at_mail(self, action: BulkAction, dossier: Dossier) -> MailLook | None:
        if action is BulkAction.MAIL:
            return bulk_mail.look_at_first(dossier, self._forbidden, self._waits)
        return bulk_mail.look_at_later(dossier, self._forbidden) if action is BulkAction.MAIL_LATER else None

    def _find_need(self, action: BulkAction, number: int, why: str) -> Need | None:
        if action is BulkAction.COMPLAIN:
            return self._plans[number].need
        is_unsaid = action is BulkAction.LETTERS and why == _HINDERED[Hindrance.UNSAID]
        return Need.LETTER_STATEMENT if is_unsaid else None

    def _list_links(self, action: BulkAction, number: int) -> list[ItemView]:
        is_back = action is BulkAction.BACK
        return [item for item in self._items.get(number, []) if (item.state is ItemState.REMOVED) is is_back]

    def _find_why(self, action: BulkAction, dossier: Dossier) -> str:
        rules: Mapping[BulkAction, Callable[[Dossier], str]] = {
            BulkAction.LETTERS: self._why_no_letter,
            BulkAction.CHECK: _why_no_check,
            BulkAction.SENT: self._why_not_sent,
            BulkAction.REMIND: self._why_no_reminder,
            BulkAction.REMINDED: self._why_not_reminded,
            BulkAction.COMPLAIN: lambda each: self._plans[each.number].why,
            BulkAction.LODGED: self._why_not_lodged,
            BulkAction.ANSWER: _why_no_answer,
            BulkAction.GONE: lambda each: self._why_no_link(each, BulkAction.GONE, "All its links are marked as gone."),
            BulkAction.BACK: lambda each: self._why_no_link(each, BulkAction.BACK, "None of its links is gone."),
            BulkAction.CLOSE: lambda each: "It is closed." if each.request.state is RequestState.CLOSED else "",
        }
        return rules[action](dossier)

    def _why_no_letter(self, dossier: Dossier) -> str:
        if dossier.request.state not in UNSENT:
            return "It was sent already."
        if dossier.request.kind is RequestKind.COPYRIGHT:
            return _SWORN
        letter = dossier.last_letter
        if letter is not None and not letters.is_outdated(dossier, letter):
            return "Its letter is ready."
        hindrance = find_hindrance(dossier)
        if hindrance is None and list_unsaid(dossier):
            hindrance = Hindrance.UNSAID
        if hindrance is Hindrance.LACKING:
            lacking = " ".join(problem.text for problem in letters.find_problems(dossier))
            return lacking or "Something that every law asks for was not given."
        return _HINDERED[hindrance] if hindrance else ""

    def _why_not_sent(self, dossier: Dossier) -> str:
        if dossier.request.state not in UNSENT:
            return "It was sent already."
        if self._forbidden:
            return self._forbidden
        if dossier.last_letter is None and find_hindrance(dossier) is not Hindrance.FORM_ONLY:
            return "No letter is ready. Prepare it first. What was sent in other words is recorded on its own page."
        return self._waits.get(dossier.number, "")

    def _why_no_reminder(self, dossier: Dossier) -> str:
        if dossier.number not in self._late:
            return "No deadline has passed."
        if self._forbidden:
            return self._forbidden
        return "A reminder is ready to be sent." if dossier.has_waiting_reminder else ""

    def _why_not_reminded(self, dossier: Dossier) -> str:
        if self._forbidden:
            return self._forbidden
        waiting = [letter.number for letter in dossier.reminders if letter.left_at is None]
        if not waiting:
            return "No reminder waits to be sent."
        return list_waiting(self._work, Approvable.LATER, waiting[-1:]).get(waiting[-1], "")

    def _why_not_lodged(self, dossier: Dossier) -> str:
        found = self._find_complaint(dossier)
        return self._unready.get(found.number, "") if found else "No complaint about it waits to be lodged."

    def _why_no_link(self, dossier: Dossier, action: BulkAction, none: str) -> str:
        return "" if self._list_links(action, dossier.number) else none


def _why_no_check(dossier: Dossier) -> str:
    doors = channel_views(dossier)
    if not doors:
        return "No address of it is known."
    return "" if doors[0].is_stale else "Its address was checked not long ago."


def _why_no_answer(dossier: Dossier) -> str:
    state = dossier.request.state
    if state in UNSENT:
        return "It was not sent yet."
    return "It is closed." if state is RequestState.CLOSED else ""


def _find_forbidden(work: CaseWork) -> str:
    """Why nothing may go to a platform at all; empty where it may."""
    try:
        require_permission(work, "platforms")
    except NoConsent:
        return "The person has not allowed this sharing, or has withdrawn it."
    except StepRefused as refused:
        return str(refused)
    return ""


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
    answers.log_answer(work, look.number, command.answer)


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
    return _tell_complaints(looks, found)


def _lodge(work: CaseWork, command: BulkCommand, looks: Sequence[Outlook]) -> tuple[Result, ...]:
    """Each complaint once, though several requests are in it. The first ticket that was typed for it counts."""
    numbers = defaultdict[int, list[int]](list)
    for look in looks:
        if look.will and look.complaint:
            numbers[look.complaint.number].append(look.number)
    found: dict[int, tuple[int, str]] = {}
    for complaint, parts in numbers.items():
        ticket = next((command.tickets[each] for each in parts if command.tickets.get(each)), "")
        made = _try_one(work, partial(_record_lodged, work, command, complaint, ticket))
        found |= dict.fromkeys(parts, made)
    return _tell_complaints(looks, found)


def _record_lodged(work: CaseWork, command: BulkCommand, complaint: int, ticket: str) -> int:
    if command.at is None:
        raise StepRefused("Say when they were lodged.")
    record_lodged(work, complaint, LodgedCommand(at=command.at, ticket=ticket, has_checked=command.has_checked))
    return complaint


def _try_one(work: CaseWork, do: Callable[[], int]) -> tuple[int, str]:
    """The number of the complaint and an empty text, or 0 and why not."""
    try:
        with work.session.begin_nested():
            return do(), ""
    except _REFUSED as refused:
        return 0, str(refused)


def _tell_complaints(looks: Sequence[Outlook], found: Mapping[int, tuple[int, str]]) -> tuple[Result, ...]:
    """What became of each request; `found` has those for which something was tried."""
    results = []
    for look in looks:
        complaint, why = found.get(look.number, (0, look.why))
        results.append(Result(number=look.number, platform_name=look.platform_name, why=why, complaint=complaint))
    return tuple(results)


def _close(work: CaseWork, command: BulkCommand, look: Outlook) -> None:
    if command.reason is None:
        raise StepRefused("Choose why it is closed.")
    sending.close_request(work, look.number, reason=command.reason, note=command.note, is_certain=command.is_certain)


_STEPS: Mapping[BulkAction, Step] = MappingProxyType(
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
