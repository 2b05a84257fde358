"""Whether a case has room for more words and more letters. What is too much is refused with what to do about it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, func, select

from portal.db import Base
from portal.domain.lifecycle import ActorKind, StepRefused
from portal.domain.report import Report
from portal.domain.typed import (
    LARGEST_PASTED,
    LARGEST_WORDS,
    LARGEST_WORDS_OF_STAFF,
    LETTERS_DAY,
    LETTERS_OF_A_CASE,
    LETTERS_OF_A_REQUEST,
)
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.letters import Letter
from portal.models.messages import Message, Note
from portal.models.requests import Request
from portal.services.work import CaseWork

WORDY: tuple[Any, ...] = (Message, Note, Event, Request, Complaint)  # tables whose sealed rows hold typed words


class NoRoom(StepRefused):
    """The case has no room for it. The message says what to do, fit for a page."""


def require_room_for_words(work: CaseWork, *texts: str) -> None:
    """Before words of some length are kept. None are always kept, so that what happened can be written down.

    Raises NoRoom.
    """
    size = sum(len(text.encode(errors="replace")) for text in texts)
    most = LARGEST_WORDS_OF_STAFF if work.actor.kind is ActorKind.STAFF else LARGEST_WORDS
    if size and count_words(work) + size > most:
        raise NoRoom(
            "So much is written in this case that these words do not fit any more. Nothing you typed here is lost: "
            "copy it. You can still save what happened, without words."
        )


def count_words(work: CaseWork) -> int:
    """Bytes of everything that was typed into the case after it was handed in, as they are kept."""
    found = work.session.execute(_sum_all(), {"of_case": work.case.id}).one()
    return sum(int(size) for size in found)


def require_room_for_pasted(before: Report, after: Report) -> None:
    """Before a report keeps more of what was pasted. Less of it is always kept. Raises NoRoom."""
    size = measure_pasted(after)
    if size > LARGEST_PASTED and size > measure_pasted(before):
        raise NoRoom(
            "All of this together is more than one report can hold. What you pasted is still here. Remove what is "
            "not a link, and try again. You can also go on with the links that are on the list."
        )


def measure_pasted(report: Report) -> int:
    """Bytes of what was pasted into a report, and of what is shown back of it."""
    shown = sum(len(one.text.encode(errors="replace")) + len(one.why) for one in report.rejected)
    return len(report.pasted.encode(errors="replace")) + shown


def require_room_for_letter(work: CaseWork, request: Request) -> None:
    """Before a letter about a request is made. Raises NoRoom."""
    today = select(func.count()).where(Letter.case_id == work.case.id, Letter.made_at > work.now - LETTERS_DAY)
    of_case, of_request = (
        work.session.scalar(each) or 0 for each in (today, today.where(Letter.request_id == request.id))
    )
    if of_request >= LETTERS_OF_A_REQUEST or of_case >= LETTERS_OF_A_CASE:
        raise NoRoom("Many letters were made here today. They are all kept. Make the next one tomorrow.")


@lru_cache(maxsize=1)
def _sum_all() -> Executable:
    return select(*(_sum_of(table) for table in WORDY))


def _sum_of(table: type[Base]) -> ColumnElement[int]:
    columns: Any = table
    own = select(func.coalesce(func.sum(func.length(columns.sealed)), 0)).where(columns.case_id == bindparam("of_case"))
    return own.scalar_subquery()
