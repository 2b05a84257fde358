"""Mail that found no request: looked through by a member, put to a request of a case they can open, or set aside.

It belongs to nobody yet, so the server keeps it under its own key, and each opening is written down in the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters.readers.documents import clean_document
from portal.adapters.readers.mail_reader import LONGEST_VALUE, read_headers
from portal.adapters.vault import CannotOpen
from portal.domain.incoming import (
    IncomingState,
    MatchedBy,
    Nature,
    ServerVerdict,
    list_ticket_words,
    read_domain,
    read_verdicts,
)
from portal.domain.journal import Noted
from portal.domain.lifecycle import StepRefused
from portal.domain.readable import show_unreadable
from portal.models.cases import Case
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.services.cases import finding
from portal.services.cases.opening import UnknownNumber, seen_by
from portal.services.history import journal
from portal.services.inbox.matching import Match, put_into_case
from portal.services.inbox.receiving import CameIn, open_for_server
from portal.services.work import CaseWork, Work

MOST_SHOWN = 50
MOST_GUESSED = 5
LONGEST_SHOWN = 20_000  # characters of its words


@dataclass(frozen=True, kw_only=True, repr=False)
class UnmatchedRow:
    """One mail in the list; sender and subject as its headers have them, empty where no key of the server opens it."""

    id: UUID
    received_at: datetime
    nature: Nature
    sender: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class RequestGuess:
    """A request that a mail could answer, and why."""

    reference: str
    number: int
    by_ticket: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class UnmatchedMail:
    """One mail, opened. `platform` is the slug of the one whose domain it comes from, empty for any other."""

    row: UnmatchedRow
    text: str
    platform: str
    server: tuple[ServerVerdict, ...]
    guesses: tuple[RequestGuess, ...]


def count_unmatched(session: Session) -> int:
    """How many wait, without those that the mail server holds for unwanted."""
    query = select(func.count()).select_from(IncomingMail).where(IncomingMail.state == IncomingState.UNMATCHED)
    return session.scalar(query.where(IncomingMail.nature != Nature.JUNK)) or 0


def list_unmatched(work: Work) -> tuple[UnmatchedRow, ...]:
    """The oldest first, unwanted ones last."""
    query = select(IncomingMail).where(IncomingMail.state == IncomingState.UNMATCHED)
    query = query.order_by(IncomingMail.nature == Nature.JUNK, IncomingMail.received_at, IncomingMail.id)
    return tuple(_row(row, work) for row in work.session.scalars(query.limit(MOST_SHOWN)))


def open_unmatched(work: Work, row_id: UUID, *, team_ids: Sequence[UUID]) -> UnmatchedMail:
    """One mail with its words, which another process reads, and what it could be about.

    Raises UnknownNumber where it waits no longer, DocumentRefused, CannotOpen.
    """
    row = _find(work, row_id)
    came = open_for_server(row, work.ports.keys)
    headers = read_headers(came.content)
    config = work.ports.config
    clean = clean_document(came.content, may_be_unconfined=config.takes_files_unconfined)
    text = clean.content.decode("utf-8", "replace").partition("\n\n")[2].strip()
    subject = " ".join(headers.get("subject", ()))
    platform = _find_platform(work, read_domain(" ".join(headers.get("from", ()))))
    return UnmatchedMail(
        row=_row(row, work),
        text=text[:LONGEST_SHOWN],
        platform=platform,
        server=read_verdicts(headers, config.inbox_server),
        guesses=_guess(work, f"{subject} {text[:LONGEST_SHOWN]}", platform, team_ids),
    )


def note_read(work: Work) -> None:
    """That a member opened such a mail."""
    journal.note(work.session, Noted.MAIL_READ, staff_id=work.actor.staff_id, now=work.now)


def put_to_request(work: CaseWork, row_id: UUID, request_number: int) -> None:
    """Put a mail to a request of the case that is open. Raises UnknownNumber, StepRefused, CannotOpen."""
    request = work.session.scalars(
        select(Request).where(Request.case_id == work.case.id, Request.number == request_number)
    ).one_or_none()
    if request is None:
        raise StepRefused(f"This case has no request {request_number}.")
    row = _find(work, row_id, to_change=True)
    put_into_case(work, row, open_for_server(row, work.ports.keys), Match(work.case.id, request.id, MatchedBy.HAND))
    facts = {"to": "request"}
    journal.note(
        work.session, Noted.MAIL_SORTED, staff_id=work.actor.staff_id, case_id=work.case.id, facts=facts, now=work.now
    )


def dismiss(work: Work, row_id: UUID) -> None:
    """It is nothing of ours: its bytes are destroyed, and that it came stays. Raises UnknownNumber."""
    row = _find(work, row_id, to_change=True)
    row.state, row.sealed, row.over_at = IncomingState.DISMISSED, None, work.now
    facts = {"to": "nobody"}
    journal.note(work.session, Noted.MAIL_SORTED, staff_id=work.actor.staff_id, facts=facts, now=work.now)


def _guess(work: Work, text: str, platform: str, team_ids: Sequence[UUID]) -> tuple[RequestGuess, ...]:
    """Requests of the member's own cases: those with a ticket number that stands in the mail, then those that wait for
    an answer of the platform that wrote it, the newest first.
    """
    mine = (Case.team_id.in_(team_ids), seen_by(work.actor))
    query = select(Case.reference, Request.number).join(Case, Case.id == Request.case_id).where(*mine)
    words = list_ticket_words(text)
    found = [
        RequestGuess(reference=reference, number=number, by_ticket=True)
        for reference, number in work.session.execute(
            query.where(Request.id.in_(finding.list_ticketed(work, words))).limit(MOST_GUESSED)
        )
    ]
    if platform:
        waiting = query.where(
            Request.platform == platform, Request.sent_at.is_not(None), Request.answered_at.is_(None)
        ).order_by(Request.sent_at.desc())
        found += [
            RequestGuess(reference=reference, number=number, by_ticket=False)
            for reference, number in work.session.execute(waiting.limit(MOST_GUESSED))
        ]
    seen: dict[tuple[str, int], RequestGuess] = {}
    for each in found:
        seen.setdefault((each.reference, each.number), each)
    return tuple(seen.values())[:MOST_GUESSED]


def _find_platform(work: Work, domain: str) -> str:
    """The slug of the platform that a domain belongs to; empty where none does."""
    parts = domain.split(".")
    for start in range(len(parts) - 1):
        host = ".".join(parts[start:])
        for platform in work.ports.registry.platforms.values():
            if host in platform.hosts:
                return platform.slug
    return ""


def _row(row: IncomingMail, work: Work) -> UnmatchedRow:
    try:
        came: CameIn | None = open_for_server(row, work.ports.keys)
    except CannotOpen:
        came = None
    headers = read_headers(came.content) if came else {}
    sender, subject = (
        show_unreadable(" ".join(next(iter(headers.get(name, ())), "").split()))[:LONGEST_VALUE]
        for name in ("from", "subject")
    )
    return UnmatchedRow(
        id=row.id, received_at=row.received_at, nature=row.nature or Nature.ANSWER, sender=sender, subject=subject
    )


def _find(work: Work, row_id: UUID, *, to_change: bool = False) -> IncomingMail:
    row = work.session.get(IncomingMail, row_id, with_for_update=to_change or None, populate_existing=to_change)
    if row is None or row.state is not IncomingState.UNMATCHED:
        raise UnknownNumber("This mail does not wait here any more.")
    return row
