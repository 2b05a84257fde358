"""What is to be known before anything is done in a case: a child, a threat, what nobody has read, and whether it is
safe to write or call at this moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.domain.lifecycle import ActorKind, Path
from portal.domain.safe_hours import SafeHours
from portal.models.cases import Case
from portal.models.messages import Message
from portal.models.safe_contacts import SafeContact
from portal.services.background import safe_hours
from portal.services.casefile.queue.listing import ContactWindow
from portal.services.cases import recovery_words
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True, repr=False)
class CaseMarks:
    """The marks of one case. `unread` counts the person's messages; `words` are what to say, each once; `has_words`:
    six words open the case.
    """

    is_child: bool
    is_threat: bool
    unread: int
    contact: ContactWindow
    hours: SafeHours | None
    words: tuple[str, ...]
    has_words: bool


def read_marks(work: CaseWork) -> CaseMarks:
    """One statement. Of a report that says how it is safe in words alone, no window is known."""
    case = work.case
    unread = select(func.count()).select_from(Message)
    unread = unread.where(Message.case_id == case.id, Message.read_at.is_(None), Message.author == ActorKind.PERSON)
    query = select(unread.scalar_subquery(), SafeContact, recovery_words.has_words(case.id)).select_from(Case)
    query = query.outerjoin(SafeContact, SafeContact.case_id == Case.id).where(Case.id == case.id)
    count, row, has_words = work.session.execute(query).one()
    chosen = work.read_sealed(row) if row is not None else {}
    hours = safe_hours.read_hours(chosen.get("hours"))
    said = (str(chosen.get("words") or ""), work.report.safe_contact)
    return CaseMarks(
        is_child=bool(case.under_18) or case.path is Path.CHILD,
        is_threat=case.path is Path.THREAT,
        unread=count,
        contact=_judge(work, hours),
        hours=hours,
        words=tuple(dict.fromkeys(words for words in said if words)),
        has_words=has_words,
    )


def _judge(work: CaseWork, hours: SafeHours | None) -> ContactWindow:
    if hours is None:
        return ContactWindow.ANY_TIME
    return ContactWindow.NOW if hours.is_safe(work.now) else ContactWindow.LATER
