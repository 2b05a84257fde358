"""What legal reviewers said of letters and complaints. Each review is an event: nothing else is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from portal.domain.lifecycle import History, ReviewVerdict, StepRefused
from portal.domain.rights import Right, may
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.letters import Letter
from portal.services.cases.messages import staff_names
from portal.services.cases.opening import UnknownNumber
from portal.services.history.events import NewEvent, read_detail, read_history
from portal.services.letters.naming import NamedLetter, name_letters
from portal.services.requests.lookup import find_complaint, list_complaints, list_requests
from portal.services.work import CaseWork

LONGEST = 20_000


class Subject(StrEnum):
    """What is reviewed."""

    LETTER = "letter"
    COMPLAINT = "complaint"


@dataclass(frozen=True, kw_only=True, repr=False)
class ReviewView:
    """One review, for a page."""

    verdict: ReviewVerdict
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Reviewable:
    """A letter or a complaint with its reviews, the newest last. `letter` is set for a letter, `name` for a
    complaint.
    """

    subject: Subject
    number: int
    letter: NamedLetter | None
    name: str
    made_at: datetime
    reviews: tuple[ReviewView, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class ReviewCommand:
    verdict: ReviewVerdict
    text: str


def add_review(work: CaseWork, subject: Subject, number: int, command: ReviewCommand) -> None:
    """A reviewer's word on a letter or a complaint. Raises UnknownNumber, StepRefused."""
    role = work.actor.role
    if role is None or not may(role, Right.REVIEW):
        raise StepRefused("Only a legal reviewer of the team marks something as reviewed.")
    if command.verdict is ReviewVerdict.CHANGES and not command.text.strip():
        raise StepRefused("Say what has to be changed.")
    if len(command.text) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    row = _find(work, subject, number)
    reviewed = NewEvent(
        kind=History.REVIEWED,
        at=work.now,
        request_id=row.request_id if isinstance(row, Letter) else None,
        complaint_id=row.complaint_id if isinstance(row, Letter) else row.id,
        facts={"subject": subject.value, "number": number, "verdict": command.verdict.value},
        detail={"text": command.text.strip()},
    )
    work.record(reviewed)


def list_reviewable(work: CaseWork) -> tuple[Reviewable, ...]:
    """Every letter, then every complaint of the case, with what was said of it."""
    events = [event for event in read_history(work.session, work.case.id) if event.kind is History.REVIEWED]
    names = staff_names(work.session, (event.staff_id for event in events))
    said: dict[tuple[str, int], list[ReviewView]] = {}
    for event in events:
        by = names.get(event.staff_id, "") if event.staff_id else ""
        said.setdefault((event.facts["subject"], event.facts["number"]), []).append(_view(work, event, by))
    complaints = list_complaints(work)
    letters = [_letter(one, said) for one in name_letters(work, list_requests(work), complaints).values()]
    return (*letters, *(_complaint(work, row, said) for row in complaints))


def find_reviewable(work: CaseWork, subject: Subject, number: int) -> Reviewable:
    """One of them. Raises UnknownNumber."""
    for one in list_reviewable(work):
        if (one.subject, one.number) == (subject, number):
            return one
    raise UnknownNumber


def _letters(work: CaseWork) -> Sequence[Letter]:
    return work.session.scalars(select(Letter).where(Letter.case_id == work.case.id).order_by(Letter.number)).all()


_Said = dict[tuple[str, int], list[ReviewView]]


def _letter(one: NamedLetter, said: _Said) -> Reviewable:
    reviews = tuple(said.get((Subject.LETTER.value, one.number), ()))
    return Reviewable(
        subject=Subject.LETTER, number=one.number, letter=one, name="", made_at=one.made_at, reviews=reviews
    )


def _complaint(work: CaseWork, row: Complaint, said: _Said) -> Reviewable:
    return Reviewable(
        subject=Subject.COMPLAINT,
        number=row.number,
        letter=None,
        name=str(work.read_sealed(row)["name"]),
        made_at=row.prepared_at,
        reviews=tuple(said.get((Subject.COMPLAINT.value, row.number), ())),
    )


def _view(work: CaseWork, event: Event, by: str) -> ReviewView:
    text = str(read_detail(event, work.key).get("text", ""))
    return ReviewView(verdict=ReviewVerdict(event.facts["verdict"]), text=text, by=by, at=event.at)


def _find(work: CaseWork, subject: Subject, number: int) -> Letter | Complaint:
    """Raises UnknownNumber."""
    if subject is Subject.COMPLAINT:
        return find_complaint(work, number)
    for row in _letters(work):
        if row.number == number:
            return row
    raise UnknownNumber
