"""The correspondence of a case: letters out, answers in, mails, files and messages, each with its paper, and what of it
nobody has answered yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import ActorKind, CaseStatus, History
from portal.services.casefile.views import HistoryRow
from portal.services.cases.documents import list_numbers
from portal.services.cases.messages import message_views
from portal.services.inbox.case_mail import list_mails, list_unread
from portal.services.letters.further import list_topics
from portal.services.requests.dossier import Dossier
from portal.services.work import CaseWork

KINDS = (
    History.SENT, History.REMINDED, History.LETTER_SENT, History.INFORMATION_SENT, History.ANSWERED,
    History.RECEIPT_CONFIRMED, History.TICKET_GIVEN, History.MAIL_CAME, History.DOCUMENT_ADDED,
    History.COMPLAINT_LODGED, History.COMPLAINT_ANSWERED, History.MESSAGE,
)  # fmt: skip
_WRITTEN_BACK = frozenset({History.REMINDED, History.LETTER_SENT, History.INFORMATION_SENT})


class Owed(StrEnum):
    """How something is answered that nobody has answered."""

    LETTER = "letter"  # by a letter to whoever answered
    MAIL = "mail"  # it is read first, and logged
    MESSAGE = "message"  # by a message to the person


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What stands beside one entry. `message` is its text; `mail` and `document` are the numbers of its papers.

    `owed` is None where it was answered, or asks for nothing; `topic` is what a letter back is about.
    """

    message: str = ""
    mail: int | None = None
    document: int | None = None
    owed: Owed | None = None
    topic: FollowUp | None = None


def read_beside(work: CaseWork, rows: Collection[HistoryRow], dossiers: Iterable[Dossier]) -> Mapping[int, Beside]:
    """By the sequence of the entry, for those of a page. `dossiers` are all requests of the case."""
    kinds = {row.kind for row in rows}
    said = {(each.sent_at, each.author): each.text for each in message_views(work)} if History.MESSAGE in kinds else {}
    mails = _list_mails(work) if History.MAIL_CAME in kinds else {}
    files = list_numbers(work) if History.DOCUMENT_ADDED in kinds else frozenset()
    unread = {each.number for each in list_unread(work)} if mails else set()
    topics = _list_topics(dossiers) if work.case.status is CaseStatus.OPEN else {}
    found = {number: Beside(owed=Owed.LETTER, topic=topic) for number, topic in topics.items()}
    for row in rows:
        if row.kind is History.MESSAGE and (row.at, row.actor) in said:
            owed = Owed.MESSAGE if row.actor is ActorKind.PERSON and _is_unanswered(work, said, row.at) else None
            found[row.sequence] = Beside(message=said[row.at, row.actor], owed=owed)
        elif row.kind is History.MAIL_CAME and (row.request_number, row.at) in mails:
            number = mails[row.request_number, row.at]
            found[row.sequence] = Beside(mail=number, owed=Owed.MAIL if number in unread else None)
        elif row.document in files:
            found[row.sequence] = replace(found.get(row.sequence, Beside()), document=row.document)
    return found


def _is_unanswered(work: CaseWork, said: Iterable[tuple[datetime, ActorKind]], at: datetime) -> bool:
    """Whether nobody of the team has written since, in a case that is open."""
    is_answered = any(when >= at for when, author in said if author is not ActorKind.PERSON)
    return not is_answered and work.case.status is CaseStatus.OPEN


def _list_mails(work: CaseWork) -> Mapping[tuple[int | None, datetime], int]:
    """The numbers of the mails, by their request and when they came."""
    return {(mail.request_number, mail.received_at): mail.number for mail in list_mails(work)}


def _list_topics(dossiers: Iterable[Dossier]) -> Mapping[int, FollowUp]:
    """By the sequence of the last answer to each request, what a letter back would be about, where none was written."""
    found = {}
    for dossier in dossiers:
        topics: Sequence[FollowUp] = [each for each in list_topics(dossier) if each is not FollowUp.BACK]
        if not topics or not dossier.answers:
            continue
        last = dossier.answers[-1]
        written = any(event.kind in _WRITTEN_BACK and event.at >= last.at for event in dossier.events)
        lodged = any(each.lodged_at is not None and each.lodged_at >= last.at for each in dossier.complaints)
        if not written and not lodged:
            found[last.sequence] = topics[0]
    return found
