"""Doing one thing in many cases at once. Each case is a transaction of its own, so that one that is refused, or that
somebody else holds, keeps no other back; a press counts once in each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import CaseStatus, CloseReason, StepRefused
from portal.models.bulk_steps import BulkStep
from portal.models.cases import Case
from portal.services.casefile import bulk, bulk_mail, complaint_drafts, follow_ups, queue
from portal.services.casefile.bulk import BulkAction, BulkCommand, Choice, Result
from portal.services.casefile.closing import list_open_ends
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.cases import handover, tags
from portal.services.cases.approvals import list_waiting
from portal.services.cases.opening import seen_by
from portal.services.work import CaseWork, Work

MOST_CASES = 200  # that one press is about


class CaseAction(StrEnum):
    """What can be done in many cases at once."""

    ASSIGN = "assign"
    MAIL = "mail"  # every first letter that is ready and goes by e-mail
    REMIND = "remind"  # a reminder to everybody who is late
    MAIL_LATER = "mail_later"  # the same of reminders and other later letters
    REMINDED = "reminded"
    DRAFT = "draft"  # the complaint about everybody who is late
    TAG = "tag"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"


_OF_REQUESTS: Mapping[CaseAction, BulkAction] = MappingProxyType(
    {
        CaseAction.MAIL: BulkAction.MAIL,
        CaseAction.REMIND: BulkAction.REMIND,
        CaseAction.MAIL_LATER: BulkAction.MAIL_LATER,
        CaseAction.REMINDED: BulkAction.REMINDED,
    }
)
_NONE: Mapping[CaseAction, str] = MappingProxyType(
    {
        CaseAction.MAIL: "No letter in it is ready to go by e-mail.",
        CaseAction.REMIND: "Nobody in it is late without a reminder.",
        CaseAction.MAIL_LATER: "No later letter in it is ready to go by e-mail.",
        CaseAction.REMINDED: "No reminder waits.",
    }
)
_NO_DRAFT = "No complaint is open about a request that is late, or it is there already."
_OPEN_ENDS = "Something in it is online, not sent, or running. Tick that it is closed all the same, or open it."


@dataclass(frozen=True, kw_only=True)
class CaseOutlook:
    """What would happen in one case. `requests` are those it would be done to; `why`: why nothing will be.

    Of letters by e-mail `by_form` are those that a form or post comes first for, `unchecked` the addresses that nobody
    has looked at for a while.
    """

    reference: str
    requests: int = 0
    by_form: int = 0
    unchecked: tuple[str, ...] = ()
    why: str = ""

    @property
    def will(self) -> bool:
        return not self.why


@dataclass(frozen=True, kw_only=True, repr=False)
class CasesCommand:
    """What to do. `staff_id`: whom to give the cases; None for nobody. `at`: when reminders were sent. `has_checked`:
    the addresses were looked at. `add` and `remove` are tags.
    """

    action: CaseAction
    token: str
    staff_id: UUID | None = None
    at: datetime | None = None
    has_checked: bool = False
    add: tuple[UUID, ...] = ()
    remove: tuple[UUID, ...] = ()
    follow_up: NewFollowUp | None = None
    reason: CloseReason | None = None
    note: str = ""
    is_certain: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseDone:
    """What came of it in one case: for how many requests, and what was left and why."""

    reference: str
    results: tuple[Result, ...]

    @property
    def done(self) -> int:
        return sum(1 for each in self.results if each.is_done)


def foresee_in_case(work: CaseWork, action: CaseAction) -> CaseOutlook:
    """Reads only."""
    if work.case.status is not CaseStatus.OPEN:
        return CaseOutlook(reference=work.reference, why="This case is not open.")
    if action in _OF_REQUESTS:
        looks = bulk.foresee(work, _OF_REQUESTS[action], Choice(is_all=True))
        will = [each for each in looks if each.will]
        stale = dict.fromkeys(goes.address for each in will for goes in each.goes if goes.is_stale)
        return CaseOutlook(
            reference=work.reference,
            requests=len(will),
            by_form=bulk_mail.count_by_form(each.why for each in looks),
            unchecked=tuple(stale),
            why="" if will else _NONE[action],
        )
    if action is CaseAction.DRAFT:
        count = sum(len(numbers) for _option, numbers in complaint_drafts.find_drafts(work))
        return CaseOutlook(reference=work.reference, requests=count, why="" if count else _NO_DRAFT)
    if action is not CaseAction.CLOSE:
        return CaseOutlook(reference=work.reference)
    waits = list_waiting(work, Approvable.CLOSING, [0]).get(0, "")
    return CaseOutlook(reference=work.reference, why=waits or (_OPEN_ENDS if list_open_ends(work) else ""))


def do_in_case(work: CaseWork, command: CasesCommand) -> None:
    """Do it in one case, which has to be held, and keep what came of it. The same token again does nothing."""
    if bulk.find_action(work, command.token) is not None:
        return
    if command.action in _OF_REQUESTS and work.case.status is CaseStatus.OPEN:
        step = _OF_REQUESTS[command.action]
        together = BulkCommand(
            action=step, token=command.token, is_all=True, at=command.at, has_checked=command.has_checked
        )
        bulk.do_to_all(work, together)
        return
    why = ""
    try:
        with work.session.begin_nested():
            _do_to_case(work, command)
    except StepRefused as refused:
        why = str(refused)
    bulk.keep_step(work, command.token, command.action.value, [Result(number=0, platform_name="", why=why)])


def _do_to_case(work: CaseWork, command: CasesCommand) -> None:
    if work.case.status is not CaseStatus.OPEN:
        raise StepRefused("This case is not open.")
    if command.action is CaseAction.ASSIGN:
        queue.assign(work, command.staff_id)
    elif command.action is CaseAction.TAG:
        tags.change_tags(work, add=command.add, remove=command.remove)
    elif command.action is CaseAction.FOLLOW_UP and command.follow_up:
        follow_ups.set_follow_up(work, command.follow_up)
    elif command.action is CaseAction.DRAFT:
        complaint_drafts.make_drafts(work)
    elif command.action is CaseAction.CLOSE:
        _close(work, command)


def _close(work: CaseWork, command: CasesCommand) -> None:
    if command.reason is None:
        raise StepRefused("Choose why it is closed.")
    if not command.is_certain and list_open_ends(work):
        raise StepRefused(_OPEN_ENDS)
    handover.close(work, reason=command.reason, note=command.note)


def list_done(work: Work, token: str, team_ids: Collection[UUID]) -> tuple[str, ...]:
    """The references of the cases that a press was about, of those the member sees."""
    query = select(Case.reference).join(BulkStep, BulkStep.case_id == Case.id).where(BulkStep.token == token)
    query = query.where(Case.team_id.in_(team_ids), seen_by(work.actor)).order_by(Case.reference)
    return tuple(work.session.scalars(query))


def read_done(work: CaseWork, token: str) -> CaseDone:
    """What came of a press in one case."""
    return CaseDone(reference=work.reference, results=bulk.find_results(work, token))
