"""Which request a mail answers: by the address it was sent to, by the letter it answers, by a ticket number.

No case is opened for it. What found its request is sealed to that case; what found none waits for a member.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.readers.mail_reader import read_headers
from portal.adapters.vault import SealContext
from portal.domain.incoming import (
    REPORT_LOOKED_AT,
    IncomingState,
    MatchedBy,
    Nature,
    judge,
    list_recipients,
    list_references,
    list_ticket_words,
)
from portal.domain.lifecycle import CaseStatus, History
from portal.models.cases import Case
from portal.models.incoming import IncomingMail
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.requests import Request
from portal.services.cases import finding
from portal.services.history import guard_digests
from portal.services.history.events import NewEvent, hold_case, record
from portal.services.inbox.case_keys import find_public
from portal.services.inbox.receiving import CameIn, find_addressed, open_for_server, pack
from portal.services.ports import ServerKeys
from portal.services.work import Work


@dataclass(frozen=True)
class Match:
    """The request that a mail answers, its case, and how that is known."""

    case_id: UUID
    request_id: UUID
    by: MatchedBy


def match_mail(work: Work, row_id: UUID) -> Match | None:
    """Look at one mail that came in. None where it found no request, or was looked at already. Raises CannotOpen."""
    row = work.session.get(IncomingMail, row_id, with_for_update=True)
    if row is None or row.state is not IncomingState.RECEIVED:
        return None
    came = open_for_server(row, work.ports.keys)
    headers = read_headers(came.content)
    head = came.content[:REPORT_LOOKED_AT]
    row.nature = judge(headers, head)
    found = _find(work, came, headers, head)
    if found is None:
        row.state = IncomingState.UNMATCHED
        return None
    put_into_case(work, row, came, found)
    if row.nature is Nature.RETURNED:
        _mark_returned(work.session, found.request_id, list_references(headers, head))
    return found


def _mark_returned(session: Session, request_id: UUID, message_ids: Sequence[str]) -> None:
    """The letter of this request that a report names came back, or where it names none the only one that has left. One
    that names another's changes nothing.
    """
    for letter in find_answered(session, message_ids) or _list_left(session, request_id):
        if letter.request_id == request_id and letter.state in _LEFT:
            letter.state = LetterMailState.RETURNED


def _list_left(session: Session, request_id: UUID) -> Sequence[LetterMail]:
    """The only letter of a request that left by e-mail; none where several have."""
    query = select(LetterMail).where(LetterMail.request_id == request_id, LetterMail.state.in_(_LEFT))
    found = session.scalars(query.limit(2)).all()
    return found if len(found) == 1 else ()


_LEFT = frozenset({LetterMailState.ACCEPTED, LetterMailState.UNCLEAR})


def put_into_case(work: Work, row: IncomingMail, came: CameIn, match: Match) -> None:
    """Seal a mail to its case, where it waits until somebody opens it. The case's row is held until the commit."""
    hold_case(work.session, match.case_id)
    newest = work.session.scalar(select(func.max(IncomingMail.number)).where(IncomingMail.case_id == match.case_id))
    row.case_id, row.request_id, row.matched_by = match.case_id, match.request_id, match.by
    row.number, row.state = (newest or 0) + 1, IncomingState.WAITING
    public = find_public(work.session, match.case_id)
    if public is not None:
        key = vault.new_key()
        row.sealed = vault.seal(key, place_in_case(row), pack(came))
        row.wrapped = vault.wrap_for_public_key(key, public)
    row.mark = mark_of(work.ports.keys, row)
    facts = {"nature": (row.nature or Nature.ANSWER).value, "by": match.by.value, "mail": row.number}
    event = NewEvent(kind=History.MAIL_CAME, at=row.received_at, request_id=match.request_id, facts=facts)
    record(work.session, match.case_id, None, event, actor=work.actor, now=work.now)


def place_in_case(row: IncomingMail) -> SealContext:
    """Where a mail is sealed that waits in its case."""
    return SealContext("incoming_mails", str(row.id), str(row.case_id))


def mark_of(keys: ServerKeys, row: IncomingMail, *, like: bytes | None = None) -> bytes:
    """The guard of a mail that waits in a case: its request, when it came and its bytes. A public key seals for anybody
    who has the database; this they cannot make.
    """
    digest = hashlib.sha256((row.sealed or b"") + (row.wrapped or b"")).hexdigest()
    values = (str(row.id), str(row.case_id), str(row.request_id), row.number, row.received_at.isoformat(), digest)
    return guard_digests.value_guard(keys, *values, like=like)


def _find(work: Work, came: CameIn, headers: dict[str, list[str]], head: bytes) -> Match | None:
    addressed = find_addressed(work.ports, list_recipients(headers, came.envelope))
    if addressed and (found := _match(work.session, addressed, MatchedBy.ADDRESS)):
        return found
    for letter in find_answered(work.session, list_references(headers, head)):
        # A paper of a threat has no request, so its answer waits among what is not matched.
        if letter.request_id and (found := _match(work.session, letter.request_id, MatchedBy.REFERENCE)):
            return found
    ticketed = find_ticketed(work, " ".join(headers.get("subject", ())))
    return _match(work.session, ticketed[0], MatchedBy.TICKET) if len(ticketed) == 1 else None


def find_answered(session: Session, message_ids: Sequence[str]) -> Sequence[LetterMail]:
    """Letters that left under these Message-IDs (small letters, no brackets), in the order of the ids."""
    query = select(LetterMail).where(LetterMail.message_id.in_(message_ids))
    found = {row.message_id: row for row in session.scalars(query)} if message_ids else {}
    return tuple(found[each] for each in message_ids if each in found)


def find_ticketed(work: Work, text: str) -> Sequence[UUID]:
    """Requests of teams' cases with one of the numbers in this text as the recipient's ticket number.

    A person alone has no such marks, so that nobody finds her case by a number.
    """
    found = finding.list_ticketed(work, list_ticket_words(text))
    return work.session.scalars(select(Request.id).where(Request.id.in_(found)).limit(2)).all() if found else ()


def _match(session: Session, request_id: UUID, by: MatchedBy) -> Match | None:
    """None where the request, or its case, is gone."""
    query = select(Request.case_id).join(Case, Case.id == Request.case_id).where(Request.id == request_id)
    case_id = session.scalar(query.where(Case.status.in_((CaseStatus.OPEN, CaseStatus.CLOSED))))
    return Match(case_id, request_id, by) if case_id else None
