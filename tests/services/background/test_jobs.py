"""Jobs in the background: nothing is lost, nothing is done twice, and the key is shredded at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.models.jobs import Job, JobKind, JobState
from portal.services.background import jobs
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.cases import erasure
from portal.services.ports import Ports
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_work
from tests.services.fakes import reopen

MINUTE = timedelta(minutes=1)


class Worker:
    """Does what the test says, and remembers what it was given."""

    def __init__(self, act: Callable[[RunningJob], None] | None = None) -> None:
        self.act = act
        self.seen: list[RunningJob] = []
        self.finished = 0

    def __call__(self, sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
        self.seen.append(job)
        if self.act:
            self.act(job)
        return self._finish

    def _finish(self, session: Session, now: datetime) -> None:
        self.finished += 1


def add(sessions: sessionmaker[Session], ports: Ports) -> tuple[CaseWork, UUID]:
    with sessions.begin() as session:
        opened = make_case(session, ports, links="https://pictures.example.org/7")
        return opened, add_to(session, opened, ports)


def add_to(session: Session, opened: CaseWork, ports: Ports, subject: UUID | None = None) -> UUID:
    job = jobs.add_job(
        make_work(session, ports), JobKind.BUNDLE, case_id=opened.case.id, subject_id=subject or uuid4(), key=opened.key
    )
    return job.id


def run(sessions: sessionmaker[Session], job_id: UUID, worker: Worker, ports: Ports, *, now: datetime = NOW) -> bool:
    return jobs.run_job(sessions, job_id, clock=lambda: now, ports=ports, runners={JobKind.BUNDLE: worker})


def read(sessions: sessionmaker[Session], job_id: UUID) -> Job:
    with sessions() as session:
        return session.get_one(Job, job_id)


def test_a_job_is_done_once_and_its_key_is_shredded(sessions: sessionmaker[Session], ports: Ports) -> None:
    opened, job_id = add(sessions, ports)
    worker = Worker()
    assert run(sessions, job_id, worker, ports)
    assert not run(sessions, job_id, worker, ports)
    job = read(sessions, job_id)
    assert (job.state, job.percent, job.sealed, worker.finished) == (JobState.DONE, 100, None, 1)
    assert worker.seen[0].key == opened.key


def test_the_waiting_key_cannot_be_read_from_the_table(sessions: sessionmaker[Session], ports: Ports) -> None:
    opened, job_id = add(sessions, ports)
    sealed = read(sessions, job_id).sealed
    assert sealed is not None
    assert opened.key not in sealed


def test_the_worker_hears_of_a_job_only_after_the_commit(sessions: sessionmaker[Session], ports: Ports) -> None:
    told: list[UUID] = []
    listening = replace(ports, enqueue=told.append)
    opened, _ = add(sessions, ports)
    with sessions() as session:
        job_id = add_to(session, reopen(session, opened), listening)
        assert told == []
        session.commit()
        assert told == [job_id]
        session.commit()
        assert told == [job_id]


def test_the_worker_hears_nothing_of_what_was_rolled_back(sessions: sessionmaker[Session], ports: Ports) -> None:
    told: list[UUID] = []
    listening = replace(ports, enqueue=told.append)
    opened, _ = add(sessions, ports)
    with sessions() as session:
        add_to(session, reopen(session, opened), listening)
        session.rollback()
        session.commit()
    assert told == []


def test_a_second_job_for_the_same_subject_is_the_first_one(sessions: sessionmaker[Session], ports: Ports) -> None:
    opened, _ = add(sessions, ports)
    subject = uuid4()
    with sessions.begin() as session:
        opened = reopen(session, opened)
        assert add_to(session, opened, ports, subject) == add_to(session, opened, ports, subject)


def test_a_job_in_another_workers_hands_is_left_alone_until_its_lease_is_over(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    _, job_id = add(sessions, ports)
    second = Worker()

    def die(job: RunningJob) -> None:
        assert not run(sessions, job.job_id, second, ports)
        raise KeyboardInterrupt  # the process is killed: nothing is caught, nothing is written

    with pytest.raises(KeyboardInterrupt):
        run(sessions, job_id, Worker(die), ports)
    assert read(sessions, job_id).state is JobState.RUNNING
    assert not run(sessions, job_id, second, ports, now=NOW + MINUTE)
    with sessions() as session:
        assert jobs.list_left_jobs(session, now=NOW + 6 * MINUTE) == [job_id]
        view = jobs.job_view(session.get_one(Job, job_id), now=NOW + 6 * MINUTE)
        assert view.state is JobState.WAITING
    assert run(sessions, job_id, second, ports, now=NOW + 6 * MINUTE)
    assert second.finished == 1


def test_progress_is_told_and_renews_the_lease(sessions: sessionmaker[Session], ports: Ports) -> None:
    _, job_id = add(sessions, ports)
    seen: list[tuple[str, int, bool]] = []

    def work_on(job: RunningJob) -> None:
        for stage, share in (("gathering", 0.1), ("laying out", 0.6), ("writing", 0.5)):
            job.report(stage, share)
            row = read(sessions, job_id)
            seen.append((row.stage, row.percent, row.lease_until is not None))

    run(sessions, job_id, Worker(work_on), ports)
    assert seen == [("gathering", 10, True), ("laying out", 60, True), ("writing", 60, True)]


def test_what_cannot_be_done_fails_at_once_and_says_why(sessions: sessionmaker[Session], ports: Ports) -> None:
    _, job_id = add(sessions, ports)

    def stop(job: RunningJob) -> None:
        raise Stopped("The signature is missing.", "The name is missing.")

    run(sessions, job_id, Worker(stop), ports)
    job = read(sessions, job_id)
    assert (job.state, job.sealed) == (JobState.FAILED, None)
    assert jobs.job_view(job).problems == ("The signature is missing.", "The name is missing.")
    assert jobs.job_view(job).is_finished


def test_a_job_that_breaks_is_tried_three_times_and_tells_nothing_of_the_error(
    sessions: sessionmaker[Session], ports: Ports, caplog: pytest.LogCaptureFixture
) -> None:
    _, job_id = add(sessions, ports)

    def fail(job: RunningJob) -> None:
        raise RuntimeError("Ana Exemplar")

    worker = Worker(fail)
    for number in range(5):
        run(sessions, job_id, worker, ports, now=NOW + number * 10 * MINUTE)
    job = read(sessions, job_id)
    assert len(worker.seen) == 3
    assert (job.state, job.sealed, job.problems) == (JobState.FAILED, None, jobs.GAVE_UP)
    assert "Ana" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_result_is_not_written_for_a_case_that_was_erased_meanwhile(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    opened, job_id = add(sessions, ports)

    def erase(job: RunningJob) -> None:
        with sessions.begin() as session:
            erasure.erase(reopen(session, opened).at(NOW))

    worker = Worker(erase)
    run(sessions, job_id, worker, ports)
    assert worker.finished == 0
    with sessions() as session:
        assert session.get(Job, job_id) is None


def test_every_waiting_job_can_be_listed_at_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    _, job_id = add(sessions, ports)
    with sessions() as session:
        assert jobs.list_waiting_jobs(session, now=NOW) == [job_id]
        assert jobs.list_left_jobs(session, now=NOW) == []


def overtake(sessions: sessionmaker[Session], ports: Ports, end: Callable[[RunningJob], None]) -> tuple[UUID, Worker]:
    """A slow worker that loses its lease to a second one, which does the job, and only then comes to its end."""
    _, job_id = add(sessions, ports)
    second = Worker()

    def be_slow(job: RunningJob) -> None:
        assert run(sessions, job_id, second, ports, now=NOW + 10 * MINUTE)
        end(job)

    run(sessions, job_id, Worker(be_slow), ports)
    return job_id, second


def test_a_slow_worker_that_breaks_late_leaves_what_another_has_done(
    sessions: sessionmaker[Session], ports: Ports, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(job: RunningJob) -> None:
        raise RuntimeError("canary")

    job_id, second = overtake(sessions, ports, break_down)
    assert read(sessions, job_id).state is JobState.DONE
    assert second.finished == 1
    assert "a bundle job broke: RuntimeError at " in caplog.text


def test_a_slow_worker_that_stops_late_leaves_what_another_has_done(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    def stop(job: RunningJob) -> None:
        raise Stopped("The signature is missing.")

    job_id, _ = overtake(sessions, ports, stop)
    job = read(sessions, job_id)
    assert (job.state, job.problems) == (JobState.DONE, None)


def test_whoever_lost_the_lease_neither_writes_nor_gives_back_what_another_has_in_hand(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    _, job_id = add(sessions, ports)
    slow_hands: set[jobs.Lease] = set()
    seen: list[tuple[JobState, int, str]] = []

    def be_overtaken(slow: RunningJob) -> None:
        def look(_job: RunningJob) -> None:
            slow.report("late", 0.9)
            for lease in slow_hands:
                jobs.give_back(sessions, lease)
            row = read(sessions, job_id)
            seen.append((row.state, row.tries, row.stage))

        run(sessions, job_id, Worker(look), ports, now=NOW + 10 * MINUTE)

    slow = Worker(be_overtaken)
    jobs.run_job(sessions, job_id, clock=lambda: NOW, ports=ports, runners={JobKind.BUNDLE: slow}, in_hand=slow_hands)
    assert seen == [(JobState.RUNNING, 2, jobs.WAITING_STAGE)]
    assert (read(sessions, job_id).state, slow.finished, slow_hands) == (JobState.DONE, 0, set())
