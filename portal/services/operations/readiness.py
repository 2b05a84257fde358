"""Whether this process can do its work, and figures of the whole portal: counts and ages, nothing of one case."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.tasks import open_queue
from portal.db import begin_reading
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import CaseStatus
from portal.logs import describe_error
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.guards import HistoryCheck
from portal.models.jobs import Job, JobState
from portal.models.journal import JournalCheckpoint, JournalTip
from portal.secret_file import read_secret_file
from portal.services.case_locks import LockGone
from portal.services.history.journal import TIP
from portal.services.operations.audits import CHECK
from portal.services.ports import Ports

PROBE = "readiness"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is counted in the database. Ages are in seconds."""

    open_cases: int
    jobs: Mapping[JobState, int]
    job_wait: float  # age of the oldest job that nobody works on
    sweep_lag: float  # age of the oldest deadline that no sweep has noticed
    entries: int  # of the journal
    head_age: float | None  # since the journal was last signed
    check_age: float | None  # since the history was last checked
    breaks: int  # that the last check found


def check(sessions: sessionmaker[Session], ports: Ports) -> dict[str, bool]:
    """Each part that is needed, and whether it works now. What is wrong stands in the log by its kind alone."""
    parts: dict[str, Callable[[], None]] = {
        "database": lambda: _check_database(sessions),
        "storage": lambda: _check_storage(ports),
        "queue": lambda: _check_queue(ports),
        "locks": lambda: _check_locks(ports),
        "keys": lambda: _check_keys(ports),
    }
    return {name: _works(name, look) for name, look in parts.items()}


def count(session: Session, *, now: datetime) -> Figures:
    """The figures as they are now."""
    states = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
    waiting = select(func.min(Job.created_at)).where(Job.state == JobState.WAITING)
    overdue = select(func.min(Clock.due_at)).where(Clock.state == ClockState.RUNNING, Clock.due_at < now)
    signed_at = session.scalar(select(func.max(JournalCheckpoint.signed_at)))
    tip, checked = session.get(JournalTip, TIP), session.get(HistoryCheck, CHECK)
    return Figures(
        open_cases=session.scalar(select(func.count()).where(Case.status == CaseStatus.OPEN)) or 0,
        jobs={state: 0 for state in JobState} | {state: number for state, number in states},
        job_wait=_age(session.scalar(waiting), now) or 0.0,
        sweep_lag=_age(session.scalar(overdue), now) or 0.0,
        entries=tip.position if tip else 0,
        head_age=_age(signed_at, now),
        check_age=_age(checked.checked_at if checked else None, now),
        breaks=checked.breaks if checked else 0,
    )


def _age(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since).total_seconds())


def _works(name: str, look: Callable[[], None]) -> bool:
    try:
        look()
    except Exception as error:
        log.error("not ready: the %s: %s", name, describe_error(error))
        return False
    return True


def _check_database(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        begin_reading(session)
        session.scalar(select(func.count()).select_from(JournalTip))


def _check_storage(ports: Ports) -> None:
    ports.storage.put(PROBE, b"ready")
    ports.storage.delete(PROBE)


def _check_queue(ports: Ports) -> None:
    open_queue(ports.config.queue_url).check()


def _check_locks(ports: Ports) -> None:
    try:
        ports.locks.read(uuid4())
    except LockGone:
        return  # it has answered


def _check_keys(ports: Ports) -> None:
    read_secret_file(ports.config.secret_file)
    if ports.config.audit_key_file.exists():  # made by the worker when it first signs
        read_secret_file(ports.config.audit_key_file)
