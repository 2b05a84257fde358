"""Handing a case to a team and taking it back, closing it and opening it again.

A closed case is watched by nobody and goes by itself one day. So what begins something new asks to open it first
(`require_open` in the lifecycle), and what happened, which is never refused, opens it (`open_to_record`).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from portal.adapters import vault
from portal.domain.approvals import Approvable
from portal.domain.lifecycle import CaseStatus, CloseReason, Handler, History, StepRefused, require_submitted
from portal.models.accounts import Team
from portal.models.cases import CaseKey
from portal.models.handovers import Handover
from portal.services.cases import finding
from portal.services.cases.approvals import end_all, use_approval
from portal.services.cases.consent import set_consent
from portal.services.cases.keys import end_partners, find_key_row, lock_key
from portal.services.cases.room import require_room_for_words
from portal.services.clocks.snapshot import update_next_due
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork, Work


def hand_to_team(work: CaseWork, team_id: UUID) -> None:
    """Give the team the case's key. Raises StepRefused where the team takes no cases or already has it."""
    team = find_taking_team(work, team_id)
    if work.case.team_id is not None:
        raise StepRefused("A team is already helping with this case. Go on alone first, then choose another.")
    if is_key_missing(work, team):
        give_key(work, team)
    work.case.handler, work.case.team_id = Handler.TEAM, team.id
    set_consent(work.session, work.case, "team", given=True, now=work.now)
    finding.mark_case(work)
    work.record(NewEvent(kind=History.HANDED_TO_TEAM, at=work.now))


def is_key_missing(work: CaseWork, team: Team) -> bool:
    """Whether a team cannot open the case yet. A call has the team's wrap from its start."""
    return work.is_unwritten or find_key_row(work.session, work.case, Handler.TEAM, team.id) is None


def give_key(work: CaseWork, team: Team) -> None:
    """Let the members of a team open the case with the team's key. For whoever holds the team's row."""
    row = CaseKey(id=uuid4(), case_id=work.case.id, holder=Handler.TEAM, team_id=team.id, created_at=work.now)
    row.generation = team.generation
    row.wrapped = vault.wrap_for_public_key(lock_key(row, work.key, ports=work.ports), team.public_key)
    work.session.add(row)


def find_taking_team(work: Work, team_id: UUID) -> Team:
    """A team that takes cases, held: while it changes its key, a case waits here, or its wrap would be made for the
    old one, too late to be renewed. Raises StepRefused.
    """
    team = work.session.get(Team, team_id, with_for_update={"read": True})
    if team is None or not team.takes_cases or team.shown_at is None:
        raise StepRefused("This team can’t take new cases right now. Choose another, or go on alone.")
    return team


def take_back(work: CaseWork) -> None:
    """The person carries the case alone again: the team's wrap of the key is destroyed. Raises StepRefused."""
    if work.case.team_id is None:
        raise StepRefused("You already send the letters yourself.")
    finding.forget_marks(work)
    work.session.execute(delete(CaseKey).where(CaseKey.case_id == work.case.id, CaseKey.holder == Handler.TEAM))
    end_partners(work)
    work.case.handler, work.case.team_id, work.case.assignee_id = Handler.PERSON, None, None
    work.case.news_at = None
    end_handovers(work)
    end_all(work)
    set_consent(work.session, work.case, "team", given=False, now=work.now)
    work.record(NewEvent(kind=History.TAKEN_BACK, at=work.now))


def end_handovers(work: CaseWork) -> None:
    """Nothing is handed on by a team that has the case no longer."""
    query = select(Handover).where(Handover.case_id == work.case.id, Handover.over_at.is_(None))
    for row in work.session.scalars(query):
        row.over_at = work.now


def close(work: CaseWork, *, reason: CloseReason, note: str = "") -> None:
    """Close the case; it is kept for as long as the settings say. Raises StepRefused, NoRoom.

    Where the team lets it wait, another member has agreed before.
    """
    if work.case.status is not CaseStatus.OPEN:
        raise StepRefused("This case is not open.")
    require_room_for_words(work, note)
    use_approval(work, Approvable.CLOSING)
    work.case.status, work.case.closed_at = CaseStatus.CLOSED, work.now
    work.case.retention_until = work.now + timedelta(days=work.ports.config.closed_days)
    detail = {"reason": note.strip()} if note.strip() else {}
    work.record(NewEvent(kind=History.CLOSED, at=work.now, facts={"reason": reason.value}, detail=detail))
    update_next_due(work.session, work.case)


def reopen(work: CaseWork) -> None:
    """Raises StepRefused unless the case is closed."""
    if work.case.status is not CaseStatus.CLOSED:
        raise StepRefused("This case is already open.")
    work.case.status, work.case.closed_at, work.case.retention_until = CaseStatus.OPEN, None, None
    work.record(NewEvent(kind=History.REOPENED, at=work.now))
    update_next_due(work.session, work.case)


def open_to_record(work: CaseWork) -> None:
    """Called before something that happened is written down: a closed case is open again from then on, so that it is
    looked at and does not go by itself. Raises StepRefused where there is no case to write it into.
    """
    require_submitted(work.case.status)
    if work.case.status is CaseStatus.CLOSED:
        reopen(work)
