"""Mail that waits in a case, or was read there: opened by whoever holds the case's key, as a handed-in file is.

Kept of it are its headers, its words, its digests and what is known of its signatures; never a picture, and nothing
that it points to is fetched. Where a case takes no files, because somebody was under 18, its words alone are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, select

from portal.adapters import vault
from portal.adapters.readers.documents import clean_document
from portal.adapters.readers.mail_reader import LONGEST_VALUE, read_headers
from portal.domain.documents import CleanDocument, Cleaned, MailSignature
from portal.domain.incoming import (
    IncomingState,
    MatchedBy,
    Nature,
    ServerVerdict,
    read_domain,
    read_verdicts,
)
from portal.domain.lifecycle import StepRefused
from portal.domain.readable import show_unreadable
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.services.cases import documents
from portal.services.cases.documents import HandIn
from portal.services.cases.handover import open_to_record
from portal.services.cases.opening import UnknownNumber, open_again
from portal.services.inbox.case_keys import ensure_inbox, private_key
from portal.services.inbox.matching import mark_of, place_in_case
from portal.services.inbox.receiving import CameIn, open_for_server, unpack
from portal.services.work import CaseWork

LONGEST_KEPT = 100_000  # characters of a mail's words that its page shows; the document has all
# What somebody has to look at; the rest stands with its request.
TOLD = (Nature.ANSWER, Nature.RETURNED, Nature.COMPLAINED)


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadMail:
    """What is kept of a mail. `date` is as its header has it, `sender_fits` whether its sender's domain is one of the
    platform's: None where none is known. `server` is what our own mail server said of it, `signatures` our own check.
    """

    sender: str
    subject: str
    date: str
    message_id: str
    text: str
    digest: str  # SHA-256 of the mail as it came
    document: int | None
    cleaned: tuple[Cleaned, ...]
    server: tuple[ServerVerdict, ...]
    signatures: tuple[MailSignature, ...]
    sender_fits: bool | None


@dataclass(frozen=True, kw_only=True, repr=False)
class MailView:
    """A mail of a case. `read` is None while it waits to be opened."""

    number: int
    request_number: int
    platform_name: str
    received_at: datetime
    nature: Nature
    matched_by: MatchedBy
    state: IncomingState
    read: ReadMail | None

    @property
    def is_waiting(self) -> bool:
        return self.state is IncomingState.WAITING


class MailBent(StepRefused):
    """What waits in the case is not what the portal put there."""


def list_mails(work: CaseWork, request_number: int | None = None) -> tuple[MailView, ...]:
    """The case's mails, or those of one request, the newest first; none is opened that was not read before."""
    query = select(IncomingMail, Request).join(Request, Request.id == IncomingMail.request_id)
    query = query.where(IncomingMail.case_id == work.case.id)
    if request_number is not None:
        query = query.where(Request.number == request_number)
    rows = work.session.execute(query.order_by(IncomingMail.received_at.desc(), IncomingMail.number.desc()))
    return tuple(_view(work, row, request) for row, request in rows)


@dataclass(frozen=True)
class UnreadMail:
    """A mail that somebody has to look at."""

    number: int
    nature: Nature


def list_unread(work: CaseWork) -> tuple[UnreadMail, ...]:
    """Mails of the case that somebody has to look at, the oldest first. One statement; none is opened."""
    query = select(IncomingMail.number, IncomingMail.nature).where(IncomingMail.case_id == work.case.id)
    rows = work.session.execute(query.where(waits_unread()).order_by(IncomingMail.number))
    return tuple(UnreadMail(number or 0, nature or Nature.ANSWER) for number, nature in rows)


def mail_view(work: CaseWork, number: int) -> MailView:
    """Raises UnknownNumber, CannotOpen."""
    row = _find(work, number)
    return _view(work, row, work.session.get_one(Request, row.request_id))


def read_in(work: CaseWork, number: int, *, end_transaction: Callable[[], None]) -> None:
    """Open a mail that waits, and keep what may be kept of it. Nothing where somebody has done so already.

    Another process looks into it, as into every file that is handed in, and in between nothing is locked:
    `end_transaction` is called before. Raises UnknownNumber, DocumentRefused, StepRefused, MailBent, CannotOpen.
    """
    row = _find(work, number)
    if row.state is not IncomingState.WAITING:
        return
    came = open_waiting(work, row)
    end_transaction()
    config = work.ports.config
    clean = clean_document(came.content, may_be_unconfined=config.takes_files_unconfined, keys=config.sender_keys)
    open_again(work)
    row = _find(work, number)
    if row.state is IncomingState.WAITING:
        _keep(work, row, came, clean)


def note_logged(work: CaseWork, request: Request) -> None:
    """An answer to this request was written down, so what was read of its mail so far needs nothing more."""
    query = select(IncomingMail).where(IncomingMail.request_id == request.id, IncomingMail.state == IncomingState.READ)
    for row in work.session.scalars(query):
        row.state = IncomingState.LOGGED


def waits_unread() -> ColumnElement[bool]:
    """The condition on mails that somebody has to look at."""
    return and_(IncomingMail.state == IncomingState.WAITING, IncomingMail.nature.in_(TOLD))


def open_waiting(work: CaseWork, row: IncomingMail) -> CameIn:
    """A mail that waits in the case, as it came. Raises MailBent, CannotOpen."""
    if row.mark is None or mark_of(work.ports.keys, row, like=row.mark) != row.mark:
        raise MailBent("This mail is not as it came in, so it is not taken into the case. Tell whoever runs the site.")
    if row.wrapped is None:
        return open_for_server(row, work.ports.keys)
    key = vault.unwrap_with_private_key(row.wrapped, private_key(work))
    return unpack(vault.open_sealed(key, place_in_case(row), row.sealed or b""))


def _keep(work: CaseWork, row: IncomingMail, came: CameIn, clean: CleanDocument) -> None:
    open_to_record(work)
    ensure_inbox(work)
    request = work.session.get_one(Request, row.request_id)
    document = None
    if documents.takes_documents(work):
        with suppress(documents.NoRoomForFile):  # its words are kept all the same
            document = documents.hand_in(work, HandIn(request_number=request.number, given=came.content), clean)
    headers = read_headers(came.content)
    words = clean.content.decode("utf-8", "replace")
    server = read_verdicts(headers, work.ports.config.inbox_server)
    values = {
        "sender": _first(headers, "from"),
        "subject": _first(headers, "subject"),
        "date": _first(headers, "date"),
        "message_id": _first(headers, "message-id"),
        "text": words.partition("\n\n")[2].strip()[:LONGEST_KEPT],
        "digest": hashlib.sha256(came.content).hexdigest(),
        "document": document,
        "cleaned": [each.value for each in clean.cleaned],
        "server": [asdict(each) for each in server],
        "signatures": [asdict(each) for each in (clean.original.signatures if clean.original else ())],
        "sender_fits": _fits(work, request, read_domain(_first(headers, "from"))),
    }
    row.sealed, row.wrapped, row.mark = work.sealed_for(row, values), None, None
    row.state, row.over_at = IncomingState.READ, work.now
    work.session.flush()


def _fits(work: CaseWork, request: Request, domain: str) -> bool | None:
    """Whether a sender's domain is one of the platform's, which its name alone does not prove."""
    platform = work.ports.registry.platforms.get(request.platform)
    if platform is None or not domain:
        return None
    return any(domain == host or domain.endswith(f".{host}") for host in platform.hosts)


def _find(work: CaseWork, number: int) -> IncomingMail:
    query = select(IncomingMail).where(IncomingMail.case_id == work.case.id, IncomingMail.number == number)
    found = work.session.scalars(query).one_or_none()
    if found is None:
        raise UnknownNumber(f"There is no mail {number}.")
    return found


def _view(work: CaseWork, row: IncomingMail, request: Request) -> MailView:
    is_read = row.state in {IncomingState.READ, IncomingState.LOGGED}
    return MailView(
        number=row.number or 0,
        request_number=request.number,
        platform_name=work.read_sealed(request)["name"],
        received_at=row.received_at,
        nature=row.nature or Nature.ANSWER,
        matched_by=row.matched_by or MatchedBy.HAND,
        state=row.state,
        read=_read(work.read_sealed(row)) if is_read else None,
    )


def _read(values: dict[str, Any]) -> ReadMail:
    return msgspec.convert(values, ReadMail)


def _first(headers: Mapping[str, list[str]], name: str) -> str:
    return show_unreadable(" ".join(next(iter(headers.get(name, ())), "").split()))[:LONGEST_VALUE]
