"""Handing a case to a team and taking it back, closing it and opening it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.lifecycle import CaseStatus, Handler, History, StepRefused
from portal.models.accounts import Team
from portal.models.cases import CaseKey
from portal.services.cases.case_work import OpenCase
from portal.services.cases.consent import set_consent
from portal.services.cases.keys import lock_key
from portal.services.history.events import NewEvent
from portal.services.ports import Ports


def hand_to_team(session: Session, opened: OpenCase, team_id: UUID, *, now: datetime, ports: Ports) -> None:
    """Give the team the case's key. Raises StepRefused where the team takes no cases or already has it."""
    # While the team changes its key, a case waits here: a wrap for the old key would be made too late to be renewed.
    team = session.get(Team, team_id, with_for_update={"read": True})
    if team is None or not team.takes_cases:
        raise StepRefused("This team does not take cases at the moment. Choose another, or go on by yourself.")
    if opened.case.team_id is not None:
        raise StepRefused("A team already carries this case. Take it back first.")
    row = CaseKey(id=uuid4(), case_id=opened.case.id, holder=Handler.TEAM, team_id=team.id, created_at=now)
    row.generation = team.generation
    row.wrapped = vault.wrap_for_public_key(lock_key(row, opened.key, ports=ports), team.public_key)
    session.add(row)
    opened.case.handler, opened.case.team_id = Handler.TEAM, team.id
    set_consent(session, opened.case, "team", given=True, now=now)
    opened.record(session, NewEvent(kind=History.HANDED_TO_TEAM, at=now), now=now)


def take_back(session: Session, opened: OpenCase, *, now: datetime) -> None:
    """The person carries the case alone again: the team's wrap of the key is destroyed. Raises StepRefused."""
    if opened.case.team_id is None:
        raise StepRefused("You already carry this case yourself.")
    session.execute(delete(CaseKey).where(CaseKey.case_id == opened.case.id, CaseKey.holder == Handler.TEAM))
    opened.case.handler, opened.case.team_id, opened.case.assignee_id = Handler.PERSON, None, None
    set_consent(session, opened.case, "team", given=False, now=now)
    opened.record(session, NewEvent(kind=History.TAKEN_BACK, at=now), now=now)


def close(session: Session, opened: OpenCase, *, reason: str, now: datetime, ports: Ports) -> None:
    """Close the case; it is kept for as long as the settings say. Raises StepRefused."""
    if opened.case.status is not CaseStatus.OPEN:
        raise StepRefused("This case is not open.")
    opened.case.status, opened.case.closed_at = CaseStatus.CLOSED, now
    opened.case.retention_until = now + timedelta(days=ports.config.closed_days)
    opened.record(session, NewEvent(kind=History.CLOSED, at=now, detail={"reason": reason}), now=now)


def reopen(session: Session, opened: OpenCase, *, now: datetime) -> None:
    """Raises StepRefused unless the case is closed."""
    if opened.case.status is not CaseStatus.CLOSED:
        raise StepRefused("This case is already open.")
    opened.case.status, opened.case.closed_at, opened.case.retention_until = CaseStatus.OPEN, None, None
    opened.record(session, NewEvent(kind=History.REOPENED, at=now), now=now)
