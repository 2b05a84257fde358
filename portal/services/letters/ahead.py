"""Letters made ahead, in the background: whoever is about to send them one after the other waits for none.

The person asked for them, so it is the person who made them in the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import UNSENT, StepRefused
from portal.models.cases import Case
from portal.models.jobs import JobKind
from portal.models.requests import Request
from portal.services.background import jobs
from portal.services.background.jobs import Finish, RunningJob, Stopped
from portal.services.letters import letters
from portal.services.letters.printing import LetterStopped
from portal.services.ports import PERSON, Ports
from portal.services.requests.dossier import REQUEST_LETTERS, dossier_of
from portal.services.work import CaseWork, Work


def order_ahead(work: CaseWork, requests: Iterable[Request]) -> None:
    """Have the letters of some requests made, in this order. One that says already what is so is not made again."""
    for request in requests:
        jobs.add_job(work, JobKind.LETTER, case_id=work.case.id, subject_id=request.id, key=work.key)


def make_ahead(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    """The job: decide what the letter says, print it, and keep it in the transaction that ends the job.

    Raises Stopped where it cannot be made as things stand.
    """
    job.report("writing", 0.02)
    with sessions.begin() as session, _telling():
        work, request = _open(Work(session=session, actor=PERSON, now=now, ports=ports), job)
        if not _is_wanted(work, request):
            return _finish_nothing
        order = letters.order_letter(work, REQUEST_LETTERS[request.kind], request.number)
    with _telling():
        printed = letters.print_order(order, lambda stage, part: job.report(stage, 0.05 + 0.9 * part))

    def finish(session: Session, now: datetime) -> None:
        with _telling():
            work, request = _open(Work(session=session, actor=PERSON, now=now, ports=ports), job)
            if _is_wanted(work, request):  # else it went meanwhile, or somebody did not want to wait
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


def _is_wanted(work: CaseWork, request: Request) -> bool:
    """Whether the request has not gone, and has no letter that says what is so."""
    dossier = dossier_of(work, request)
    letter = dossier.last_letter
    return request.state in UNSENT and (letter is None or letters.is_outdated(dossier, letter))


def _finish_nothing(session: Session, now: datetime) -> None:
    """It has gone, or there is a letter already."""
