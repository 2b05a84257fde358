"""Letters made ahead, in the background: whoever is about to send them one after the other waits for none.

The person asked for them, so it is the person who made them in the history.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import StepRefused
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
    try:
        with sessions.begin() as session:
            work, request = _open(Work(session=session, actor=PERSON, now=now, ports=ports), job)
            if _is_made(work, request):
                return _finish_nothing
            order = letters.order_letter(work, REQUEST_LETTERS[request.kind], request.number)
        printed = letters.print_order(order, lambda stage, part: job.report(stage, 0.05 + 0.9 * part))
    except LetterStopped as stop:
        raise Stopped(*(problem.text for problem in stop.problems)) from stop
    except StepRefused as refused:
        raise Stopped(str(refused)) from refused

    def finish(session: Session, now: datetime) -> None:
        work, request = _open(Work(session=session, actor=PERSON, now=now, ports=ports), job)
        if not _is_made(work, request):  # else somebody did not want to wait
            letters.keep_letter(work, order, printed)

    return finish


def _open(work: Work, job: RunningJob) -> tuple[CaseWork, Request]:
    """The case, held, and the request. Raises Stopped when the case was erased meanwhile."""
    case = work.session.get(Case, job.case_id, with_for_update=True)
    request = work.session.get(Request, job.subject_id)
    if case is None or request is None:
        raise Stopped("The case is not there any more.")
    return work.on(case, job.key), request


def _is_made(work: CaseWork, request: Request) -> bool:
    dossier = dossier_of(work, request)
    letter = dossier.last_letter
    return letter is not None and not letters.is_outdated(dossier, letter)


def _finish_nothing(session: Session, now: datetime) -> None:
    """There is a letter already."""
