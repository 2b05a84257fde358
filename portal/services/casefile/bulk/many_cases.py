"""Doing one thing in many cases at once. Each case is a transaction of its own, so that one that is refused, or that
somebody else holds, keeps no other back; a press counts once in each.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import CaseStatus, StepRefused
from portal.models.bulk_steps import BulkStep
from portal.models.cases import Case
from portal.services.background.jobs import JobView
from portal.services.casefile import follow_ups
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import (
    IDLE,
    MOST,
    BulkAction,
    BulkCommand,
    Choice,
    Outlook,
    PressForMany,
    Result,
)
from portal.services.casefile.closing import list_open_ends
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.casefile.queue import listing as queue
from portal.services.cases import handover, tags
from portal.services.cases.approvals import list_waiting
from portal.services.cases.opening import seen_by
from portal.services.complaints.bundle_files import list_made, take_bundles
from portal.services.work import CaseWork, Work

MOST_CASES = 200  # that one press is about


class CaseAction(StrEnum):
    """What can be done in many cases at once."""

    ASSIGN = "assign"
    LETTERS = "letters"  # every first letter that can be made
    CHECK = "check"  # that the address of each was looked at and is right
    SENT = "sent"  # every first letter that is ready, each by its first address
    MAIL = "mail"  # every first letter that is ready and goes by e-mail
    REMIND = "remind"  # a reminder to everybody who is late
    MAIL_LATER = "mail_later"  # the same of reminders and other later letters
    REMINDED = "reminded"
    COMPLAIN = "complain"  # about everybody who is late or refused
    LODGED = "lodged"
    TAG = "tag"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"


_OF_REQUESTS: Mapping[CaseAction, BulkAction] = MappingProxyType(
    {
        CaseAction.LETTERS: BulkAction.LETTERS,
        CaseAction.CHECK: BulkAction.CHECK,
        CaseAction.SENT: BulkAction.SENT,
        CaseAction.MAIL: BulkAction.MAIL,
        CaseAction.REMIND: BulkAction.REMIND,
        CaseAction.MAIL_LATER: BulkAction.MAIL_LATER,
        CaseAction.REMINDED: BulkAction.REMINDED,
        CaseAction.COMPLAIN: BulkAction.COMPLAIN,
        CaseAction.LODGED: BulkAction.LODGED,
    }
)
LEFT_OUT = "left-out.txt"
OF_COMPLAINTS = frozenset({CaseAction.COMPLAIN, CaseAction.LODGED})
# Each request is looked at or written to by itself: so many in all, and not in each case.
COUNTED_TOGETHER = OF_COMPLAINTS | {CaseAction.LETTERS, CaseAction.CHECK, CaseAction.SENT}
_NONE: Mapping[CaseAction, str] = MappingProxyType(
    {
        CaseAction.LETTERS: "No letter in it can be made.",
        CaseAction.CHECK: "No address in it waits for a look.",
        CaseAction.SENT: "No letter in it is ready to be recorded as sent.",
        CaseAction.MAIL: "No letter in it is ready to go by e-mail.",
        CaseAction.REMIND: "Nobody in it is late without a reminder.",
        CaseAction.MAIL_LATER: "No later letter in it is ready to go by e-mail.",
        CaseAction.REMINDED: "No reminder waits.",
        CaseAction.COMPLAIN: "There is nothing in it to complain about.",
        CaseAction.LODGED: "No complaint in it waits to be lodged.",
    }
)
_OPEN_ENDS = "Something in it is online, not sent, or running. Tick that it is closed all the same, or open it."


@dataclass(frozen=True, kw_only=True)
class CaseOutlook:
    """What would happen in one case. `requests` are those it would be done to; `why`: why nothing will be. `looks` are
    the requests themselves: those it would be done to, and those that are left for a reason worth telling.
    """

    reference: str
    requests: int = 0
    why: str = ""
    looks: tuple[Outlook, ...] = ()

    @property
    def will(self) -> bool:
        return not self.why


@dataclass(frozen=True, kw_only=True, repr=False)
class CasesCommand(PressForMany):
    """What to do. `staff_id`: whom to give the cases; None for nobody. `add` and `remove` are tags. `tickets` are the
    authorities' numbers by case and complaint.
    """

    action: CaseAction
    staff_id: UUID | None = None
    add: tuple[UUID, ...] = ()
    remove: tuple[UUID, ...] = ()
    follow_up: NewFollowUp | None = None
    tickets: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def for_requests(self, step: BulkAction, reference: str) -> BulkCommand:
        """The same press for all requests of one case."""
        said = {each.name: getattr(self, each.name) for each in fields(PressForMany)}
        return BulkCommand(action=step, is_all=True, tickets=self.tickets.get(reference, {}), **said)


@dataclass(frozen=True, kw_only=True)
class CaseDone:
    """What came of it in one case: for how many requests, what was left and why, and how far the papers are."""

    reference: str
    results: tuple[Result, ...]
    made: Mapping[int, JobView]

    @property
    def done(self) -> int:
        return sum(1 for each in self.results if each.is_done)


def foresee_in_case(work: CaseWork, action: CaseAction, at_most: int = MOST) -> CaseOutlook:
    """Reads only."""
    if work.case.status is not CaseStatus.OPEN:
        return CaseOutlook(reference=work.reference, why="This case is not open.")
    if action in _OF_REQUESTS:
        return _foresee_requests(work, action, at_most)
    if action is not CaseAction.CLOSE:
        return CaseOutlook(reference=work.reference)
    waits = list_waiting(work, Approvable.CLOSING, [0]).get(0, "")
    return CaseOutlook(reference=work.reference, why=waits or (_OPEN_ENDS if list_open_ends(work) else ""))


def _why_none(action: CaseAction, looks: Sequence[Outlook]) -> str:
    """Why nothing is done in a case: what all of its requests say, where they say the same."""
    whys = {look.why for look in looks}
    return whys.pop() if action in OF_COMPLAINTS and len(whys) == 1 else _NONE[action]


def _foresee_requests(work: CaseWork, action: CaseAction, at_most: int) -> CaseOutlook:
    looks = bulk.foresee(work, _OF_REQUESTS[action], Choice(is_all=True), at_most)
    done = sum(look.will for look in looks)
    why = "" if done else _why_none(action, looks)
    told = tuple(look for look in looks if look.will or look.need or look.why not in IDLE | {why})
    return CaseOutlook(reference=work.reference, requests=done, why=why, looks=told)


def do_in_case(work: CaseWork, command: CasesCommand) -> None:
    """Do it in one case, which has to be held, and keep what came of it. The same token again does nothing."""
    if bulk.find_action(work, command.token) is not None:
        return
    if command.action in _OF_REQUESTS and work.case.status is CaseStatus.OPEN:
        bulk.do_to_all(work, command.for_requests(_OF_REQUESTS[command.action], work.reference))
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


def find_done_action(work: Work, token: str) -> CaseAction | None:
    """What a press in many cases was about; None where it was about one."""
    query = select(BulkStep.action).where(BulkStep.token == token).limit(1)
    action = work.session.scalars(query).first()
    return CaseAction(action) if action in set(CaseAction) else None


def pack_bundles(found: Sequence[tuple[str, bytes]], left_out: Mapping[str, str]) -> bytes:
    """One ZIP of the bundles of several cases, each by its reference; `left_out` says why a case is not in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for reference, content in found:
            with zipfile.ZipFile(io.BytesIO(content)) as one:
                for entry in one.infolist():
                    inside = zipfile.ZipInfo(f"{reference}/{entry.filename}", entry.date_time)
                    inside.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(inside, one.read(entry))
        if left_out:
            lines = "".join(f"{reference}: {why}\n" for reference, why in left_out.items())
            archive.writestr(zipfile.ZipInfo(LEFT_OUT), lines)
    return stream.getvalue()


def read_done(work: CaseWork, token: str) -> CaseDone:
    """What came of a press in one case."""
    results, action = bulk.find_results(work, token), bulk.find_action(work, token)
    made = bulk.find_jobs(work, BulkAction(action), results) if action in set(BulkAction) else {}
    return CaseDone(reference=work.reference, results=results, made=made)


def read_made_bundles(work: CaseWork, token: str, *, redacted: bool) -> bytes | None:
    """The bundles of the complaints that a press made in one case, in one ZIP; None where none is made yet.

    Raises NoConsent, MandateOver, RecordsDisagree.
    """
    is_made = list_made(work)
    numbers = {each.complaint for each in bulk.find_results(work, token)} & is_made
    return take_bundles(work, sorted(numbers), redacted=redacted) if numbers else None
