"""What legal reviewers said of letters and complaints. Each review is an event: nothing else is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import History, LetterKind, StepRefused, Verdict
from portal.domain.rights import Right, may
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.letters import Letter
from portal.services.cases.case_work import OpenCase
from portal.services.cases.messages import staff_names
from portal.services.cases.opening import UnknownNumber
from portal.services.history.events import NewEvent, read_detail, read_history
from portal.services.requests.lookup import find_complaint, list_complaints

LONGEST = 20_000


class Subject(StrEnum):
    """What is reviewed."""

    LETTER = "letter"
    COMPLAINT = "complaint"


@dataclass(frozen=True, kw_only=True, repr=False)
class ReviewView:
    """One review, for a page."""

    verdict: Verdict
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Reviewable:
    """A letter or a complaint with its reviews, the newest last. `kind` is set for a letter, `name` for a complaint."""

    subject: Subject
    number: int
    kind: LetterKind | None
    name: str
    made_at: datetime
    reviews: tuple[ReviewView, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class ReviewCommand:
    verdict: Verdict
    text: str


def add_review(
    session: Session, opened: OpenCase, subject: Subject, number: int, command: ReviewCommand, *, now: datetime
) -> None:
    """A reviewer's word on a letter or a complaint. Raises UnknownNumber, StepRefused."""
    role = opened.actor.role
    if role is None or not may(role, Right.REVIEW):
        raise StepRefused("Only a legal reviewer of the team marks something as reviewed.")
    if command.verdict is Verdict.CHANGES and not command.text.strip():
        raise StepRefused("Say what has to be changed.")
    if len(command.text) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    row = _find(session, opened, subject, number)
    reviewed = NewEvent(
        kind=History.REVIEWED,
        at=now,
        request_id=row.request_id if isinstance(row, Letter) else None,
        complaint_id=row.complaint_id if isinstance(row, Letter) else row.id,
        facts={"subject": subject.value, "number": number, "verdict": command.verdict.value},
        detail={"text": command.text.strip()},
    )
    opened.record(session, reviewed, now=now)


def list_reviewable(session: Session, opened: OpenCase) -> tuple[Reviewable, ...]:
    """Every letter, then every complaint of the case, with what was said of it."""
    events = [event for event in read_history(session, opened.case.id) if event.kind is History.REVIEWED]
    names = staff_names(session, (event.staff_id for event in events))
    said: dict[tuple[str, int], list[ReviewView]] = {}
    for event in events:
        by = names.get(event.staff_id, "") if event.staff_id else ""
        said.setdefault((event.facts["subject"], event.facts["number"]), []).append(_view(event, opened, by))
    letters = [_letter(row, said) for row in _letters(session, opened)]
    return (*letters, *(_complaint(row, opened, said) for row in list_complaints(session, opened)))


def find_reviewable(session: Session, opened: OpenCase, subject: Subject, number: int) -> Reviewable:
    """One of them. Raises UnknownNumber."""
    for one in list_reviewable(session, opened):
        if (one.subject, one.number) == (subject, number):
            return one
    raise UnknownNumber


def _letters(session: Session, opened: OpenCase) -> Sequence[Letter]:
    return session.scalars(select(Letter).where(Letter.case_id == opened.case.id).order_by(Letter.number)).all()


_Said = dict[tuple[str, int], list[ReviewView]]


def _letter(row: Letter, said: _Said) -> Reviewable:
    reviews = tuple(said.get((Subject.LETTER.value, row.number), ()))
    return Reviewable(
        subject=Subject.LETTER, number=row.number, kind=row.kind, name="", made_at=row.made_at, reviews=reviews
    )


def _complaint(row: Complaint, opened: OpenCase, said: _Said) -> Reviewable:
    return Reviewable(
        subject=Subject.COMPLAINT,
        number=row.number,
        kind=None,
        name=str(opened.read_sealed(row)["name"]),
        made_at=row.prepared_at,
        reviews=tuple(said.get((Subject.COMPLAINT.value, row.number), ())),
    )


def _view(event: Event, opened: OpenCase, by: str) -> ReviewView:
    text = str(read_detail(event, opened.key).get("text", ""))
    return ReviewView(verdict=Verdict(event.facts["verdict"]), text=text, by=by, at=event.at)


def _find(session: Session, opened: OpenCase, subject: Subject, number: int) -> Letter | Complaint:
    """Raises UnknownNumber."""
    if subject is Subject.COMPLAINT:
        return find_complaint(session, opened, number)
    for row in _letters(session, opened):
        if row.number == number:
            return row
    raise UnknownNumber
