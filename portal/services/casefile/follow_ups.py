"""Follow-up dates that members set by hand: to look again at a case or one of its requests on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import ActorKind, History, StepRefused, require_open
from portal.domain.regimes import ObligedParty
from portal.models.clocks import Clock
from portal.models.follow_ups import FollowUpDate
from portal.models.requests import Request
from portal.services.casefile.queue.filters import day_of
from portal.services.casefile.queue.listing import can_carry
from portal.services.cases.messages import staff_names
from portal.services.cases.opening import UnknownNumber
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork

FURTHEST = timedelta(days=730)
LONGEST = 2_000


@dataclass(frozen=True, kw_only=True, repr=False)
class NewFollowUp:
    """`request_number` is empty where the whole case is to be looked at."""

    due_on: date
    owner_id: UUID
    note: str
    request_number: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class FollowUpView:
    """One that is not done. `is_due`: its day is today or was before."""

    id: UUID
    due_on: date
    is_due: bool
    owner: str
    request_number: int | None
    note: str


def set_follow_up(work: CaseWork, new: NewFollowUp) -> None:
    """Raises StepRefused, UnknownNumber, NoRoom."""
    _require_staff(work)
    require_open(work.case.status)
    _check(work, new.due_on, new.owner_id)
    request_id = _find_request(work, new.request_number) if new.request_number else None
    note = new.note.strip()[:LONGEST]
    require_room_for_words(work, note)
    row = FollowUpDate(
        id=uuid4(), case_id=work.case.id, request_id=request_id, owner_id=new.owner_id, due_on=new.due_on
    )
    row.set_at, row.sealed = work.now, work.sealed_for(row, {"note": note})
    work.session.add(row)
    facts = {"due_on": new.due_on.isoformat(), "owner": str(new.owner_id)}
    work.record(NewEvent(kind=History.FOLLOW_UP_SET, at=work.now, request_id=request_id, facts=facts))


def finish_follow_up(work: CaseWork, follow_up_id: UUID) -> None:
    """It was done; once more changes nothing. Raises StepRefused."""
    _require_staff(work)
    row = work.session.get(FollowUpDate, follow_up_id)
    if row is None or row.case_id != work.case.id:
        raise StepRefused("This follow-up date is not there any more.")
    if row.done_at is None:
        row.done_at = work.now
        work.record(NewEvent(kind=History.FOLLOW_UP_DONE, at=work.now, request_id=row.request_id))


def move_follow_up(work: CaseWork, follow_up_id: UUID, due_on: date, owner_id: UUID) -> None:
    """To another day, or to another member. Raises StepRefused."""
    _require_staff(work)
    row = work.session.get(FollowUpDate, follow_up_id)
    if row is None or row.case_id != work.case.id or row.done_at is not None:
        raise StepRefused("This follow-up date is not there any more.")
    _check(work, due_on, owner_id)
    row.due_on, row.owner_id = due_on, owner_id
    facts = {"due_on": due_on.isoformat(), "owner": str(owner_id)}
    work.record(NewEvent(kind=History.FOLLOW_UP_MOVED, at=work.now, request_id=row.request_id, facts=facts))


def follow_deadlines(work: CaseWork) -> int:
    """A follow-up on the day after each deadline that runs, for requests without one; whoever has the case owns it.

    Returns how many. Once more adds nothing. Raises StepRefused, NoRoom.
    """
    _require_staff(work)
    open_ones = select(FollowUpDate.request_id).where(
        FollowUpDate.case_id == work.case.id, FollowUpDate.done_at.is_(None)
    )
    known = set(work.session.scalars(open_ones))
    day = day_of(work)
    query = select(Request.id, Request.number, func.min(Clock.due_at)).join(Clock, Clock.request_id == Request.id)
    query = query.where(Request.case_id == work.case.id, Clock.state == ClockState.RUNNING)
    query = query.where(
        Clock.owed_by != ObligedParty.PERSON, Clock.due_at > work.now
    )  # so one without a date is none of these
    rows = work.session.execute(query.group_by(Request.id, Request.number).order_by(Request.number))
    owner = work.case.assignee_id or work.actor.staff_id
    made = 0
    for request_id, number, due_at in rows:
        if due_at is None or owner is None or request_id in known:
            continue
        due_on = due_at.astimezone(work.ports.config.time_zone).date() + timedelta(days=1)
        if due_on <= day.today + FURTHEST:
            note = "The deadline was to be kept by then. Has it answered?"
            set_follow_up(work, NewFollowUp(due_on=due_on, owner_id=owner, note=note, request_number=number))
            made += 1
    return made


def list_follow_ups(work: CaseWork) -> tuple[FollowUpView, ...]:
    """Those that are not done, the next one first; nothing for the person."""
    if work.actor.kind is not ActorKind.STAFF:
        return ()
    query = select(FollowUpDate, Request.number).outerjoin(Request, Request.id == FollowUpDate.request_id)
    query = query.where(FollowUpDate.case_id == work.case.id, FollowUpDate.done_at.is_(None))
    rows = work.session.execute(query.order_by(FollowUpDate.due_on, FollowUpDate.id)).all()
    names = staff_names(work.session, (row.owner_id for row, _number in rows))
    today = day_of(work).today
    return tuple(
        FollowUpView(
            id=row.id,
            due_on=row.due_on,
            is_due=row.due_on <= today,
            owner=names.get(row.owner_id, ""),
            request_number=number,
            note=work.read_sealed(row)["note"],
        )
        for row, number in rows
    )


def _find_request(work: CaseWork, number: int) -> UUID:
    query = select(Request.id).where(Request.case_id == work.case.id, Request.number == number)
    found = work.session.scalars(query).one_or_none()
    if found is None:
        raise UnknownNumber
    return found


def _check(work: CaseWork, due_on: date, owner_id: UUID) -> None:
    today = day_of(work).today
    if not today <= due_on <= today + FURTHEST:
        raise StepRefused("Choose a day from today on, at most two years ahead.")
    if work.case.team_id is None or not can_carry(work.session, work.case.team_id, owner_id):
        raise StepRefused("This member of staff is not in the team that has the case, or only reads it.")


def _require_staff(work: CaseWork) -> None:
    if work.actor.kind is not ActorKind.STAFF:
        raise StepRefused("Only the team sets follow-up dates.")
