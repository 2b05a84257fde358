"""Jobs in the background: a row per effect, a lease while a worker has it, and nothing lost when the worker dies.

The queue only wakes a worker. A job that nobody finished is found again by its lease, and every job may run twice
without harm. What the worker needs is sealed under the server's outbox key and shredded when the work is over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, event, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import SealContext, seal
from portal.logs import describe_error
from portal.models.jobs import Job, JobKind, JobState
from portal.services.ports import Ports
from portal.services.work import Work


@dataclass(frozen=True, kw_only=True)
class JobView:
    """How far work in the background is. `percent` is 0 to 100; `problems` is our own text where it stopped."""

    id: UUID
    state: JobState
    percent: int
    stage: str
    problems: tuple[str, ...]
    is_finished: bool


MAX_TRIES = 3
# What takes a moment, and what nobody else can do: a letter has left, and its request has to say so.
MORE_TRIES: Mapping[JobKind, int] = {JobKind.MAILED: 20}
LEASE = timedelta(minutes=5)
GRACE = timedelta(minutes=1)  # how long a waiting job is left to the queue before the sweep takes it up
WAITING_STAGE = "waiting"
WAKE = "jobs to tell the worker of"
GAVE_UP = "The work stopped several times. Start it again, or tell the people who run this portal."

log = logging.getLogger(__name__)


class Stopped(ValueError):
    """The work cannot be done as things stand; trying again would not help. Each text says why, fit for a page."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class JobNotClaimed(LookupError):
    """The job is done, gone, or in another worker's hands."""


@dataclass(frozen=True, repr=False)
class RunningJob:
    """A job in a worker's hands: what it is about, the key it was given, and a way to say how far it is."""

    job_id: UUID
    case_id: UUID | None  # None where it is about no case
    subject_id: UUID
    key: bytes
    report: Callable[[str, float], None]  # stage, share done from 0 to 1
    staff_id: UUID | None = None  # who asked for it, where that was a member of staff


@dataclass(frozen=True)
class Lease:
    """A job in one worker's hands. Which try it is tells this lease from a later one of another worker."""

    job_id: UUID
    tries: int


class Finish(Protocol):
    """Writes the result in the transaction that also ends the job."""

    def __call__(self, session: Session, now: datetime) -> None: ...


Runner = Callable[[sessionmaker[Session], RunningJob, datetime, Ports], Finish]


def add_job(work: Work, kind: JobKind, *, case_id: UUID | None, subject_id: UUID, key: bytes) -> Job:
    """A job in the same transaction as what causes it. The worker hears of it when that transaction has committed.

    An unfinished job for the same subject is returned instead of a second one.
    """
    query = select(Job).where(Job.subject_id == subject_id, Job.kind == kind)
    open_job = work.session.scalars(query.where(Job.state.in_((JobState.WAITING, JobState.RUNNING)))).first()
    if open_job is not None:
        return open_job
    job = Job(
        id=uuid4(), kind=kind, case_id=case_id, subject_id=subject_id, state=JobState.WAITING, created_at=work.now
    )
    job.stage, job.percent, job.tries = WAITING_STAGE, 0, 0
    job.staff_id = work.actor.staff_id
    job.sealed = seal(work.ports.keys.outbox, _seal_context(job), key)
    work.session.add(job)
    work.session.flush()
    enqueue_after_commit(work.session, job.id, work.ports)
    return job


def enqueue_after_commit(session: Session, job_id: UUID, ports: Ports) -> None:
    """Wake the worker once the transaction has committed; not at all if it is rolled back."""
    if WAKE not in session.info:
        session.info[WAKE] = []
        event.listen(session, "after_commit", _wake)
        event.listen(session, "after_rollback", _forget)
    session.info[WAKE].append((ports.enqueue, job_id))


def _wake(session: Session) -> None:
    waiting, session.info[WAKE] = session.info[WAKE], []
    for enqueue, job_id in waiting:
        enqueue(job_id)


def _forget(session: Session) -> None:
    session.info[WAKE] = []


def find_newest(session: Session, subject_ids: Collection[UUID], kind: JobKind) -> Mapping[UUID, Job]:
    """By subject, the newest job about it."""
    query = select(Job).where(Job.subject_id.in_(subject_ids), Job.kind == kind)
    return {job.subject_id: job for job in session.scalars(query.order_by(Job.created_at))}


def stop_jobs(session: Session, case_id: UUID, kinds: Collection[JobKind], why: str, *, now: datetime) -> int:
    """Stop what is not finished of these kinds, also in the hands of a worker. Returns how many. `why` is shown."""
    own = (Job.case_id == case_id, Job.kind.in_(kinds), Job.state.in_((JobState.WAITING, JobState.RUNNING)))
    rows = session.scalars(select(Job).where(*own)).all()
    for job in rows:
        _shred(job, JobState.FAILED, now, problems=why)
    return len(rows)


def job_view(job: Job, *, now: datetime | None = None) -> JobView:
    """How far it is. At `now`, a job whose worker died is shown as what it is: it waits for the next one."""
    lease_until = job.lease_until if job.state is JobState.RUNNING else None
    is_left = now is not None and lease_until is not None and lease_until < now
    return JobView(
        id=job.id,
        state=JobState.WAITING if is_left else job.state,
        percent=job.percent,
        stage=WAITING_STAGE if is_left else job.stage,
        problems=tuple(job.problems.split("\n")) if job.problems else (),
        is_finished=job.state in {JobState.DONE, JobState.FAILED},
    )


def run_job(
    sessions: sessionmaker[Session],
    job_id: UUID,
    *,
    clock: Callable[[], datetime],
    ports: Ports,
    runners: Mapping[JobKind, Runner],
    in_hand: set[Lease] | None = None,
) -> bool:
    """Take the job, do it, write the result. False when it is not ours to do. A broken job waits for its next try.

    The work itself holds no transaction, so that no page waits for it. Its lease is in `in_hand` meanwhile, and stays
    there where the thread is torn away.
    """
    try:
        lease, kind = _take(sessions, job_id, clock())
    except JobNotClaimed:
        return False
    held = in_hand if in_hand is not None else set()
    held.add(lease)
    try:
        work = _open(sessions, lease, clock, ports)
        finish = runners[kind](sessions, work, clock(), ports)
        _complete(sessions, lease, finish, now=clock())
    except JobNotClaimed:
        log.info("a %s job was gone before it was begun", kind)
    except Stopped as stop:
        _fail(sessions, lease, problems="\n".join(stop.reasons), now=clock())
    except Exception as error:
        # The message of an unexpected error could hold what the person wrote, so only its kind and place are told.
        log.error("a %s job broke: %s", kind, describe_error(error))
        _try_later(sessions, lease, now=clock())
    held.discard(lease)
    return True


def list_left_jobs(session: Session, *, now: datetime) -> list[UUID]:
    """Jobs that nobody works on: the queue lost them, or their worker died."""
    return _list_jobs(session, and_(Job.created_at < now - GRACE, _waits(now)), now)


def list_waiting_jobs(session: Session, *, now: datetime) -> list[UUID]:
    """Every job that could be run now, also those the queue has only just been told of."""
    return _list_jobs(session, _waits(now), now)


def _list_jobs(session: Session, waiting: ColumnElement[bool], now: datetime) -> list[UUID]:
    dead = and_(Job.state == JobState.RUNNING, Job.lease_until < now)
    return list(session.scalars(select(Job.id).where(or_(waiting, dead)).order_by(Job.created_at, Job.id)))


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(Job.state == JobState.WAITING, or_(Job.lease_until.is_(None), Job.lease_until < now))


def _take(sessions: sessionmaker[Session], job_id: UUID, now: datetime) -> tuple[Lease, JobKind]:
    """Take the lease. Raises JobNotClaimed."""
    with sessions.begin() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None or not _is_free(job, now) or job.sealed is None:
            raise JobNotClaimed
        if job.tries < _most_tries(job):
            job.state, job.tries, job.lease_until, job.percent = JobState.RUNNING, job.tries + 1, now + LEASE, 0
            return Lease(job.id, job.tries), job.kind
        _shred(job, JobState.FAILED, now, problems=GAVE_UP)
    raise JobNotClaimed


def _open(sessions: sessionmaker[Session], lease: Lease, clock: Callable[[], datetime], ports: Ports) -> RunningJob:
    """What the runner is given. Raises JobNotClaimed where the case was erased meanwhile, CannotOpen."""
    with sessions.begin() as session:
        job = _find_leased(session, lease)
        if job is None or job.sealed is None:
            raise JobNotClaimed
        key = ports.keys.open_outbox(_seal_context(job), job.sealed)
        report = _make_report(sessions, lease, clock)
        return RunningJob(job.id, job.case_id, job.subject_id, key, report, job.staff_id)


def _find_leased(session: Session, lease: Lease) -> Job | None:
    """The job, locked, as long as it is in the hands of this lease. Whoever lost it writes nothing any more."""
    job = session.get(Job, lease.job_id, with_for_update=True)
    is_ours = job is not None and job.state is JobState.RUNNING and job.tries == lease.tries
    return job if is_ours else None


def _is_free(job: Job, now: datetime) -> bool:
    if job.state is JobState.WAITING:
        return True
    return job.state is JobState.RUNNING and job.lease_until is not None and job.lease_until < now


def _make_report(
    sessions: sessionmaker[Session], lease: Lease, clock: Callable[[], datetime]
) -> Callable[[str, float], None]:
    def report(stage: str, share: float) -> None:
        """Each word of progress also shows that the work goes on: the lease is renewed."""
        with sessions.begin() as session:
            job = _find_leased(session, lease)
            if job is not None:
                job.stage, job.lease_until = stage[:40], clock() + LEASE
                job.percent = max(job.percent, min(99, round(share * 100)))

    return report


def _complete(sessions: sessionmaker[Session], lease: Lease, finish: Finish, *, now: datetime) -> None:
    with sessions.begin() as session:
        job = _find_leased(session, lease)
        if job is None:
            return  # the case was erased, or another worker has taken it up
        finish(session, now)
        _shred(job, JobState.DONE, now, problems=None)
        job.percent, job.stage = 100, "done"


def _fail(sessions: sessionmaker[Session], lease: Lease, *, problems: str, now: datetime) -> None:
    with sessions.begin() as session:
        job = _find_leased(session, lease)
        if job is not None:
            _shred(job, JobState.FAILED, now, problems=problems)


def _try_later(sessions: sessionmaker[Session], lease: Lease, *, now: datetime) -> None:
    """Let the sweep try again later; after the last try the job has failed."""
    with sessions.begin() as session:
        job = _find_leased(session, lease)
        if job is None:
            return
        if job.tries >= _most_tries(job):
            _shred(job, JobState.FAILED, now, problems=GAVE_UP)
        else:
            job.state, job.stage, job.lease_until = JobState.WAITING, WAITING_STAGE, now + GRACE


def give_back(sessions: sessionmaker[Session], lease: Lease) -> None:
    """Let another worker take the job at once, because this one ends. That is no failed try."""
    with sessions.begin() as session:
        job = _find_leased(session, lease)
        if job is not None:
            job.state, job.stage, job.lease_until, job.tries = JobState.WAITING, WAITING_STAGE, None, job.tries - 1


def _most_tries(job: Job) -> int:
    return MORE_TRIES.get(job.kind, MAX_TRIES)


def _shred(job: Job, state: JobState, now: datetime, *, problems: str | None) -> None:
    job.state, job.sealed, job.lease_until, job.done_at, job.problems = state, None, None, now, problems


def _seal_context(job: Job) -> SealContext:
    return SealContext("jobs", str(job.id), str(job.case_id))
