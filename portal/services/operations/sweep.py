"""What has to happen with nobody signed in: misses noticed, what is over purged, lost jobs sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.requests import Request
from portal.services.background import jobs
from portal.services.cases import mail_contact, retention
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.ports import SYSTEM, Ports
from portal.services.signin import guess_throttle, sessions
from portal.services.work import Work

SWEPT_AT_ONCE = 500


@dataclass(frozen=True)
class Swept:
    """What a sweep did: clocks found missed, rows purged, jobs sent again."""

    missed: int
    purged: int
    jobs: int


def sweep(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> Swept:
    """What has to happen with nobody signed in: misses are noticed, what is over is purged, lost jobs are sent again.

    Each case has its own transaction; running it twice, or on two machines, changes nothing more.
    """
    missed = 0
    with factory() as session:
        overdue = _list_overdue_cases(session, now)
    for case_id in overdue:
        with factory.begin() as session:
            missed += _sweep_case(Work(session=session, actor=SYSTEM, now=now, ports=ports), case_id)
    with factory.begin() as session:
        sessions.purge(session, now=now)
        guess_throttle.purge(session, now=now)
        mail_contact.purge_links(session, now=now)
        retention.move_to_new_secret(Work(session=session, actor=SYSTEM, now=now, ports=ports))
    purged = retention.run(factory, now=now, ports=ports).gone
    with factory() as session:
        left = jobs.list_left_jobs(session, now=now)
    for job_id in left:
        ports.enqueue(job_id)
    return Swept(missed=missed, purged=purged, jobs=len(left))


def _list_overdue_cases(session: Session, now: datetime) -> list[UUID]:
    query = select(Clock.case_id).where(Clock.state == ClockState.RUNNING, Clock.due_at < now)
    return list(session.scalars(query.distinct().limit(SWEPT_AT_ONCE)))


def _sweep_case(work: Work, case_id: UUID) -> int:
    case = work.session.get(Case, case_id, with_for_update=True)
    if case is None or case.status is CaseStatus.ERASED:
        return 0
    overdue = select(Clock).where(Clock.case_id == case_id, Clock.state == ClockState.RUNNING, Clock.due_at < work.now)
    missed = 0
    owners = {(row.request_id, row.complaint_id) for row in work.session.scalars(overdue)}
    for request_id, complaint_id in sorted(owners, key=str):
        owner = work.session.get(Request, request_id) if request_id else work.session.get(Complaint, complaint_id)
        if owner is not None:
            missed += refresh_clocks(work, case, owner)
    return missed
