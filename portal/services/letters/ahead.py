"""Letters made ahead, in the background: whoever is about to send them one after the other waits for none.

Who asked for them is who made them in the history: the person, or the member of staff that the job names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import SETTLED, UNSENT, ActorKind, LetterKind, StepRefused
from portal.models.cases import Case
from portal.models.jobs import JobKind
from portal.models.requests import Request
from portal.services.background import jobs
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.letters import letters
from portal.services.letters.printing import LetterStopped
from portal.services.ports import PERSON, Actor, Ports
from portal.services.requests.dossier import REQUEST_LETTERS, dossier_of
from portal.services.work import CaseWork, Work

FindWanted = Callable[[CaseWork, Request], LetterKind | None]


def order_ahead(work: CaseWork, requests: Iterable[Request]) -> None:
    """Have the letters of some requests made, in this order. One that says already what is so is not made again."""
    _order(work, requests, JobKind.LETTER)


def order_reminders(work: CaseWork, requests: Iterable[Request]) -> None:
    """Have a reminder made for each of these requests. One that waits to be sent already is not made twice."""
    _order(work, requests, JobKind.REMINDER)


def _order(work: CaseWork, requests: Iterable[Request], kind: JobKind) -> None:
    for request in requests:
        jobs.add_job(work, kind, case_id=work.case.id, subject_id=request.id, key=work.key)


def make_ahead(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The job: decide what the letter says, print it, and keep it in the transaction that ends the job.

    Raises Stopped where it cannot be made as things stand.
    """
    return _make(sessions, job, now, ports, _find_letter)


def make_reminder_ahead(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The same for a reminder."""
    return _make(sessions, job, now, ports, _find_reminder)


def _make(
    sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports, find_wanted: FindWanted
) -> Finish:
    actor = Actor(kind=ActorKind.STAFF, staff_id=job.staff_id) if job.staff_id else PERSON
    job.report("writing", 0.02)
    with sessions.begin() as session, _telling():
        work, request = _open(Work(session=session, actor=actor, now=now, ports=ports), job)
        kind = find_wanted(work, request)
        if kind is None:
            return _finish_nothing
        order = letters.order_letter(work, kind, request.number)
    with _telling():
        printed = letters.print_order(order, lambda stage, part: job.report(stage, 0.05 + 0.9 * part))

    def finish(session: Session, now: datetime) -> None:
        with _telling():
            work, request = _open(Work(session=session, actor=actor, now=now, ports=ports), job)
            if find_wanted(work, request):  # else it went meanwhile, or somebody did not want to wait
                letters.keep_letter(work, order, printed)

    return finish


@contextmanager
def _telling() -> Iterator[None]:
    """What a use case refuses ends the job, with its reasons for the page of the letter."""
    try:
        yield
    except LetterStopped as stop:
        raise Stopped(*(problem.text for problem in stop.problems)) from stop
    except StepRefused as refused:
        raise Stopped(str(refused)) from refused


def _open(work: Work, job: RunningJob) -> tuple[CaseWork, Request]:
    """The case, held, and the request. Raises Stopped when the case was erased meanwhile."""
    case = work.session.get(Case, job.case_id, with_for_update=True)
    request = work.session.get(Request, job.subject_id)
    if case is None or request is None:
        raise Stopped("The case is not there any more.")
    return work.on(case, job.key), request


def _find_letter(work: CaseWork, request: Request) -> LetterKind | None:
    """The letter to make; None where the request has gone, or has one that says what is so."""
    dossier = dossier_of(work, request)
    letter = dossier.last_letter
    if request.state not in UNSENT or (letter is not None and not letters.is_outdated(dossier, letter)):
        return None
    return REQUEST_LETTERS[request.kind]


def _find_reminder(work: CaseWork, request: Request) -> LetterKind | None:
    """A reminder, unless one waits to be sent or there is nothing left to remind of."""
    if request.state in SETTLED or dossier_of(work, request).has_waiting_reminder:
        return None
    return LetterKind.REMINDER


def _finish_nothing(session: Session, now: datetime) -> None:
    """It has gone, or there is a letter already."""
