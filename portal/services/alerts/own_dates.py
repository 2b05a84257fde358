"""Our own dates to look again, noted with nobody signed in, where no law has a date: once for each date.

They stand beside the levels of deadlines and are told in the same ways, under a word that says whose date it is. What
was answered, settled, reminded, lodged or promised meanwhile says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.deadline_levels import Level
from portal.models.cases import Case
from portal.models.deadline_notices import DeadlineNotice
from portal.services.alerts.levels import TOGETHER, ReachedLevel, tell
from portal.services.background.duties import Tally, do_together
from portal.services.clocks.own_dates import list_own_dates
from portal.services.ports import SYSTEM, Ports
from portal.services.work import Work

LOOKS_BACK = timedelta(days=30)


def note_own_dates(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> Tally:
    """Write down every date of ours that has come, and tell of it. How many, and of how many cases that failed."""
    with factory() as session:
        begin_reading(session)
        case_ids = list(dict.fromkeys(step.case_id for step in _list_come(session, now)))
    tally = Tally()
    for first in range(0, len(case_ids), TOGETHER):
        some = case_ids[first : first + TOGETHER]
        tally += do_together(some, lambda those: _note(factory, those, now, ports), what="telling of a date of ours")
    return tally


def _note(factory: sessionmaker[Session], case_ids: Sequence[UUID], now: datetime, ports: Ports) -> int:
    with factory.begin() as session:
        held = select(Case.id).where(Case.id.in_(case_ids)).order_by(Case.id)
        ours = list(session.scalars(held.with_for_update(of=Case, skip_locked=True)))
        steps = _list_come(session, now, ours)
        tell(Work(session=session, actor=SYSTEM, now=now, ports=ports), steps)
        return len(steps)


def _list_come(session: Session, now: datetime, case_ids: Collection[UUID] | None = None) -> list[ReachedLevel]:
    """Requests that were sent and complaints that were lodged, with no date of a law, whose own date has come."""
    chosen = [Case.team_id.is_not(None)]
    if case_ids is not None:
        chosen.append(Case.id.in_(case_ids))
    found = []
    for each in list_own_dates(session, *chosen, come_by=now):
        if each.team_id is not None and now - LOOKS_BACK < each.due_at <= now:
            whose = (each.case_id, each.reference, each.team_id, each.assignee_id)
            found.append(ReachedLevel(each.subject_id, *whose, Level.OWN, each.due_at, None))
    told = _read_told(session, {step.subject_id for step in found})
    return [step for step in found if (step.subject_id, step.due_at) not in told]


def _read_told(session: Session, subjects: Collection[UUID]) -> set[tuple[UUID, datetime]]:
    columns = (DeadlineNotice.subject_id, DeadlineNotice.due_at)
    query = select(*columns).where(DeadlineNotice.level == Level.OWN, DeadlineNotice.subject_id.in_(subjects))
    return {(subject_id, due_at) for subject_id, due_at in session.execute(query)}
