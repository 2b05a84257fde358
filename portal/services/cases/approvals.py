"""Steps that wait for a second member, where the team wants it: asked for, given or declined, used once.

What was said yes to is remembered by its print: the letter, the links and the words as they stood. When any of these
changes, the yes is about something else and counts no more. The steps themselves call `use_approval`, so no way
to a step goes past it. The person is never held up: what they do is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import (
    UNSENT,
    ActorKind,
    CaseStatus,
    ComplaintState,
    History,
    StepRefused,
    require_open,
)
from portal.domain.rights import Right, may
from portal.models.accounts import Team
from portal.models.approvals import Approval
from portal.models.complaints import Complaint
from portal.models.letters import Letter
from portal.models.requests import Request
from portal.services.cases.approval_prints import newest_letters, prints_of
from portal.services.cases.messages import staff_names
from portal.services.cases.opening import UnknownNumber
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork

LONGEST = 2_000
ASKING = "A second member of the team has to agree first. Ask for it on the page “Second look”."
WAITING = "It waits for a second member of the team."
DECLINED = "A second member said no. Read why on the page “Second look”."
CHANGED = "It was changed after a second member agreed. Ask again on the page “Second look”."
OTHER_WORDS = (
    "What a second member agreed to is the letter. Record that the letter was sent, or ask a supervisor to write down "
    "that it left without a second look."
)


@dataclass(frozen=True, kw_only=True, repr=False)
class ApprovalView:
    """One asking that is not over. `is_void`: what it was about has changed since. `reason` is that of the answer."""

    id: UUID
    subject: Approvable
    number: int
    note: str
    asked_by: str
    asked_at: datetime
    is_mine: bool
    decided_by: str
    is_given: bool | None
    is_passed_over: bool
    is_void: bool
    reason: str


def wanted_by_team(work: CaseWork) -> frozenset[Approvable]:
    """What waits in this case: as the team that carries it says."""
    team = work.session.get(Team, work.case.team_id) if work.case.team_id else None
    return read_wanted(team)


def read_wanted(team: Team | None) -> frozenset[Approvable]:
    """What a team lets wait; nothing where it has not said."""
    return frozenset(Approvable(each) for each in (team.approvals or ())) if team else frozenset()


def require_known(work: CaseWork, subject: Approvable, number: int) -> None:
    """Raises UnknownNumber where the case has no step of this kind and number."""
    if number not in prints_of(work, subject):
        raise UnknownNumber


def ask_approval(work: CaseWork, subject: Approvable, number: int, note: str) -> None:
    """Ask for a second member's yes. Asked again after a no or a change, the one before is over.

    Raises StepRefused, UnknownNumber, NoRoom.
    """
    member = _require_right(work, Right.WORK_ON_CASES)
    if subject not in wanted_by_team(work):
        raise StepRefused("Your team does not ask for a second look at this.")
    row = _add(work, subject, number, note, member)
    _record(work, History.APPROVAL_ASKED, row, note)


def pass_over(work: CaseWork, subject: Approvable, number: int, reason: str) -> None:
    """A supervisor writes down that a step was taken without a second member: what happened can always be recorded.

    It stands in the history with the reason. Raises StepRefused, UnknownNumber, NoRoom.
    """
    member = _require_right(work, Right.LEAD_TEAM)
    if not reason.strip():
        raise StepRefused("Say in a few words why.")
    row = _add(work, subject, number, reason, member, is_instead=True)
    row.is_passed_over = True
    _record(work, History.APPROVAL_PASSED_OVER, row, reason)


def decide(work: CaseWork, approval_id: UUID, *, is_given: bool, reason: str) -> None:
    """Another member says yes, or no with a reason. Raises StepRefused, NoRoom."""
    member = _require_right(work, Right.APPROVE)
    row = _find(work, approval_id)
    if row.decided_at is not None or row.is_passed_over:
        raise StepRefused("Somebody has answered this already.")
    if row.asked_by == member:
        raise StepRefused("Whoever asked cannot agree. Another member of the team has to.")
    if not is_given and not reason.strip():
        raise StepRefused("Say in a few words why not.")
    values = work.read_sealed(row)
    if is_given and values["print"] != _print_of(work, row.subject, row.number):
        raise StepRefused("It was changed after it was asked. Decline it, so that it can be asked again.")
    words = _check_words(work, reason)
    row.decided_by, row.decided_at, row.is_given = member, work.now, is_given
    row.sealed = work.sealed_for(row, {**values, "reason": words})
    _record(work, History.APPROVAL_GIVEN if is_given else History.APPROVAL_DECLINED, row, words)


def withdraw(work: CaseWork, approval_id: UUID) -> None:
    """Whoever asked takes it back, or puts away an answer that they have read. Raises StepRefused."""
    member = _require_right(work, Right.WORK_ON_CASES)
    row = _find(work, approval_id)
    if row.asked_by != member:
        raise StepRefused("Only the one who asked takes it back.")
    row.over_at = work.now
    _record(work, History.APPROVAL_WITHDRAWN, row, "")


def end_all(work: CaseWork) -> None:
    """The case leaves the team: what its members asked and agreed to among themselves counts for no other."""
    for row in _open_rows(work):
        row.over_at = work.now


def use_approval(work: CaseWork, subject: Approvable, number: int = 0) -> None:
    """Called by the step itself, before it changes anything. A yes counts once. Raises StepRefused without one."""
    if work.actor.kind is not ActorKind.STAFF or subject not in wanted_by_team(work):
        return
    if why := list_waiting(work, subject, [number]).get(number):
        raise StepRefused(why)
    _newest(work, subject)[number].over_at = work.now


def use_for_sending(work: CaseWork, number: int, letter: int | None) -> None:
    """The same for a request that has left with that letter, or in other words (None); the yes is about the newest.

    Raises StepRefused.
    """
    use_approval(work, Approvable.SENDING, number)
    if work.actor.kind is not ActorKind.STAFF or Approvable.SENDING not in wanted_by_team(work):
        return
    about = newest_letters(work, Letter.request_id).get(_id_of(work, Request, number))
    if about is not None and about[0] != letter and not _was_passed_over(work, number):
        raise StepRefused(OTHER_WORDS)


def _was_passed_over(work: CaseWork, number: int) -> bool:
    """Whether the one that was just used was a supervisor's word instead of a yes."""
    query = select(Approval.is_passed_over).where(
        Approval.case_id == work.case.id,
        Approval.subject == Approvable.SENDING,
        Approval.number == number,
        Approval.over_at == work.now,
    )
    return any(work.session.scalars(query))


def list_waiting(work: CaseWork, subject: Approvable, numbers: Iterable[int]) -> dict[int, str]:
    """Why each of these steps has to wait, by its number; those that can be taken are left out. Reads only."""
    if work.actor.kind is not ActorKind.STAFF or subject not in wanted_by_team(work):
        return {}
    rows = _newest(work, subject)
    prints = prints_of(work, subject)
    found = {number: _why(work, rows.get(number), prints.get(number, "")) for number in numbers}
    return {number: why for number, why in found.items() if why}


def list_approvals(work: CaseWork) -> tuple[ApprovalView, ...]:
    """Those of a case that are not over, the oldest first; nothing for the person."""
    if work.actor.kind is not ActorKind.STAFF:
        return ()
    rows = _open_rows(work)
    names = staff_names(work.session, [who for row in rows for who in (row.asked_by, row.decided_by)])
    prints = {subject: prints_of(work, subject) for subject in {row.subject for row in rows}}
    return tuple(_view(work, row, names, prints[row.subject].get(row.number, "")) for row in rows)


def _view(work: CaseWork, row: Approval, names: Mapping[UUID | None, str], now_stands: str) -> ApprovalView:
    values = work.read_sealed(row)
    return ApprovalView(
        id=row.id,
        subject=row.subject,
        number=row.number,
        note=values["note"],
        asked_by=names.get(row.asked_by, ""),
        asked_at=row.asked_at,
        is_mine=row.asked_by == work.actor.staff_id,
        decided_by=names.get(row.decided_by, "") if row.decided_by else "",
        is_given=row.is_given,
        is_passed_over=row.is_passed_over,
        is_void=values["print"] != now_stands,
        reason=values["reason"],
    )


def _why(work: CaseWork, row: Approval | None, now_stands: str) -> str:
    if row is None:
        return ASKING
    if row.is_given is False:
        return DECLINED
    if row.is_given is None and not row.is_passed_over:
        return WAITING
    return "" if work.read_sealed(row)["print"] == now_stands else CHANGED


def _add(
    work: CaseWork, subject: Approvable, number: int, note: str, member: UUID, *, is_instead: bool = False
) -> Approval:
    """`is_instead`: also where one is asked and not answered."""
    require_open(work.case.status)
    _require_takeable(work, subject, number)
    before = _newest(work, subject).get(number)
    if before is not None and not is_instead and not _is_over(work, before, number):
        raise StepRefused("It was asked already.")
    if before is not None:
        before.over_at = work.now
    words = _check_words(work, note)
    row = Approval(id=uuid4(), case_id=work.case.id, subject=subject, number=number, asked_by=member)
    row.asked_at, row.is_passed_over = work.now, False
    stands = _print_of(work, subject, number)
    row.sealed = work.sealed_for(row, {"note": words, "reason": "", "print": stands})
    work.session.add(row)
    work.session.flush()
    return row


def _is_over(work: CaseWork, row: Approval, number: int) -> bool:
    """Whether it can be asked anew: it was declined, or it is about what stands no more."""
    return row.is_given is False or work.read_sealed(row)["print"] != _print_of(work, row.subject, number)


def _require_takeable(work: CaseWork, subject: Approvable, number: int) -> None:
    """Raises UnknownNumber, StepRefused where the step was taken already."""
    if subject is Approvable.CLOSING:
        if number != 0:
            raise UnknownNumber
        return
    if subject is Approvable.LATER:
        _require_waiting_letter(work, number)
    elif subject is Approvable.SENDING:
        state = _state_of(work, Request, number)
        if state not in UNSENT:
            raise StepRefused("This request has already been sent, so it cannot be changed or sent again.")
    elif _state_of(work, Complaint, number) is not ComplaintState.PREPARED:
        raise StepRefused("This complaint was handed in already.")


def _require_waiting_letter(work: CaseWork, number: int) -> None:
    """Raises UnknownNumber, StepRefused where it has left or was put aside."""
    require_known(work, Approvable.LATER, number)
    query = select(Letter.left_at).where(Letter.case_id == work.case.id, Letter.number == number)
    if work.session.scalars(query).one() is not None:
        raise StepRefused("It is already recorded that this letter was sent.")


def _state_of(work: CaseWork, model: Any, number: int) -> Any:
    query = select(model.state).where(model.case_id == work.case.id, model.number == number)
    found = work.session.scalars(query).one_or_none()
    if found is None:
        raise UnknownNumber
    return found


def _newest(work: CaseWork, subject: Approvable) -> dict[int, Approval]:
    """The one of each number that is not over; there is one at most, or the newest counts."""
    return {row.number: row for row in _open_rows(work) if row.subject is subject}


def _open_rows(work: CaseWork) -> Sequence[Approval]:
    query = select(Approval).where(Approval.case_id == work.case.id, Approval.over_at.is_(None))
    return work.session.scalars(query.order_by(Approval.asked_at, Approval.id)).all()


def _find(work: CaseWork, approval_id: UUID) -> Approval:
    row = work.session.get(Approval, approval_id)
    if row is None or row.case_id != work.case.id or row.over_at is not None:
        raise StepRefused("This is not asked any more.")
    return row


def _require_right(work: CaseWork, right: Right) -> UUID:
    role, member = work.actor.role, work.actor.staff_id
    if work.actor.kind is not ActorKind.STAFF or member is None or role is None or not may(role, right):
        raise StepRefused("This is for others of the team.")
    if work.case.status is not CaseStatus.OPEN:
        require_open(work.case.status)
    return member


def _check_words(work: CaseWork, text: str) -> str:
    words = text.strip()
    if len(words) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, words)
    return words


def _record(work: CaseWork, kind: History, row: Approval, words: str) -> None:
    request_id = _request_of(work, row)
    complaint_id = _id_of(work, Complaint, row.number) if row.subject is Approvable.COMPLAINT else None
    detail = {"text": words.strip()} if words.strip() else {}
    event = NewEvent(
        kind=kind,
        at=work.now,
        request_id=request_id,
        complaint_id=complaint_id,
        facts={"what": row.subject.value},
        detail=detail,
    )
    work.record(event)


def _request_of(work: CaseWork, row: Approval) -> UUID | None:
    """The request that a first or a later letter is about."""
    if row.subject is Approvable.LATER:
        query = select(Letter.request_id).where(Letter.case_id == work.case.id, Letter.number == row.number)
        return work.session.scalars(query).one_or_none()
    return _id_of(work, Request, row.number) if row.subject is Approvable.SENDING else None


def _id_of(work: CaseWork, model: Any, number: int) -> UUID | None:
    query = select(model.id).where(model.case_id == work.case.id, model.number == number)
    return work.session.scalars(query).one_or_none()


def _print_of(work: CaseWork, subject: Approvable, number: int) -> str:
    return prints_of(work, subject).get(number, "")
