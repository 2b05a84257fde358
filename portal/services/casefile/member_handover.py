"""Handing a case to a colleague, with a reason and a note. It is theirs at once, so that nobody waits with it; they say
that they have taken it over, or give it back with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.domain.handovers import HandoverKind, HandoverReason
from portal.domain.lifecycle import ActorKind, History, StepRefused
from portal.models.handovers import Handover
from portal.services.casefile.queue import listing as queue
from portal.services.cases.messages import staff_names
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork

LONGEST = 2_000


@dataclass(frozen=True, kw_only=True, repr=False)
class MemberHandover:
    """One that waits for the colleague's word, or whose giver has not read it. `answer` is why it came back."""

    reason: HandoverReason
    note: str
    answer: str
    giver: str
    receiver: str
    asked_at: datetime
    is_for_me: bool
    is_mine: bool
    is_declined: bool


def hand_over(work: CaseWork, staff_id: UUID, *, reason: HandoverReason, note: str) -> None:
    """Raises StepRefused, NoRoom."""
    team, me = work.case.team_id, work.actor.staff_id
    if staff_id == work.case.assignee_id:
        raise StepRefused("This case is theirs already.")
    require_room_for_words(work, note)
    queue.assign(work, staff_id)
    _put_away_all(work)
    if team is None or me is None or staff_id == me:
        return
    row = Handover(id=uuid4(), case_id=work.case.id, kind=HandoverKind.MEMBER, reason=reason, asked_by=me)
    row.asked_at, row.from_team_id, row.to_staff_id = work.now, team, staff_id
    row.sealed = work.sealed_for(row, {"note": note.strip()[:LONGEST], "answer": ""})
    work.session.add(row)
    _record(work, History.HANDED_OVER, row, note.strip())


def accept(work: CaseWork) -> None:
    """The colleague has taken it over. Raises StepRefused."""
    row = _find_mine(work)
    row.answered_by, row.answered_at, row.is_accepted, row.over_at = row.to_staff_id, work.now, True, work.now
    _record(work, History.TAKEN_OVER, row, "")


def decline(work: CaseWork, reason: str) -> None:
    """It goes back to whoever handed it over, or to nobody where they cannot carry it any more. Raises StepRefused."""
    row = _find_mine(work)
    words = reason.strip()[:LONGEST]
    if not words:
        raise StepRefused("Say in a few words why not.")
    require_room_for_words(work, words)
    row.answered_by, row.answered_at, row.is_accepted = row.to_staff_id, work.now, False
    row.sealed = work.sealed_for(row, {**work.read_sealed(row), "answer": words})
    _record(work, History.GIVEN_BACK, row, words)
    can = work.case.team_id is not None and queue.can_carry(work.session, work.case.team_id, row.asked_by)
    queue.assign(work, row.asked_by if can else None)


def put_away(work: CaseWork) -> None:
    """The giver has read that it came back."""
    for row in _open_rows(work):
        if row.is_accepted is False and row.asked_by == work.actor.staff_id:
            row.over_at = work.now


def read_handover(work: CaseWork) -> MemberHandover | None:
    """The newest one that waits or was not read; nothing for the person."""
    if work.actor.kind is not ActorKind.STAFF:
        return None
    row = next(_open_rows(work), None)
    if row is None or (row.is_accepted is None and row.to_staff_id != work.case.assignee_id):
        return None
    names = staff_names(work.session, [row.asked_by, row.to_staff_id])
    values = work.read_sealed(row)
    return MemberHandover(
        reason=row.reason,
        note=values["note"],
        answer=values["answer"],
        giver=names.get(row.asked_by, ""),
        receiver=names.get(row.to_staff_id, ""),
        asked_at=row.asked_at,
        is_for_me=row.is_accepted is None and row.to_staff_id == work.actor.staff_id,
        is_mine=row.asked_by == work.actor.staff_id,
        is_declined=row.is_accepted is False,
    )


def _find_mine(work: CaseWork) -> Handover:
    row = next(_open_rows(work), None)
    is_mine = row is not None and row.to_staff_id == work.actor.staff_id == work.case.assignee_id
    if row is None or not is_mine or row.is_accepted is not None:
        raise StepRefused("Nobody waits for your word on this case.")
    return row


def _open_rows(work: CaseWork) -> Iterator[Handover]:
    query = select(Handover).where(
        Handover.case_id == work.case.id, Handover.kind == HandoverKind.MEMBER, Handover.over_at.is_(None)
    )
    return iter(work.session.scalars(query.order_by(Handover.asked_at.desc(), Handover.id)).all())


def _put_away_all(work: CaseWork) -> None:
    for row in _open_rows(work):
        row.over_at = work.now


def _record(work: CaseWork, kind: History, row: Handover, words: str) -> None:
    facts = {"why": row.reason.value, "to": row.kind.value}
    work.record(NewEvent(kind=kind, at=work.now, facts=facts, detail={"text": words} if words else {}))
