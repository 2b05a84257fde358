"""Mails of our own making, and taking them in as the worker does."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.domain.reply_addresses import make_token
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.services.inbox.matching import match_mail
from portal.services.inbox.receiving import list_received, receive
from portal.services.ports import SYSTEM, Ports
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_work
from tests.services.fakes import DAY

LATER = NOW + DAY
PLACE: dict[str, Any] = {"RECOURSE_REPLY_DOMAIN": "answers.harbour.example", "RECOURSE_UPLOADS": "anyway"}
WORDS = "canary-of-their-words: we looked at it."


def write(
    *headers: str, body: str = WORDS, sender: str = "Safety <safety@x.com>", subject: str = "Your report"
) -> bytes:
    head = [f"From: {sender}", f"Subject: {subject}", "Date: Tue, 24 Nov 2026 08:00:00 +0000", *headers]
    return "\r\n".join([*head, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", body, ""]).encode()


def write_report(
    action: str, *headers: str, original: str = "<letter-1@harbour.example>", words: str = "Your mail was looked at."
) -> bytes:
    """A report on a delivery (RFC 3464), as mail servers make it."""
    head = [
        "From: MAILER-DAEMON@mx.example.org",
        "Subject: Delivery status",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"',
        *headers,
        "",
        "--cut",
        "Content-Type: text/plain",
        "",
        words,
        "--cut",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.org",
        "",
        "Final-Recipient: rfc822; safety@x.com",
        f"Action: {action}",
        "Status: 5.1.1",
        "--cut",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {original}",
        "--cut--",
        "",
    ]
    return "\r\n".join(head).encode()


def address_of(session: Session, opened: CaseWork, ports: Ports, number: int = 1) -> str:
    """The reply address of a request."""
    request = session.query(Request).filter_by(case_id=opened.case.id, number=number).one()
    assert ports.config.replies
    return ports.config.replies.write(make_token(ports.keys.replies, request.id))


def take_in(session: Session, ports: Ports, content: bytes, *envelope: str) -> IncomingMail:
    """A mail comes in, and the worker looks for its request; its row."""
    work = make_work(session, ports, now=LATER, actor=SYSTEM)
    assert receive(work, content, envelope)
    (row_id,) = list_received(session, most=9)
    match_mail(work, row_id)
    session.flush()
    return session.get_one(IncomingMail, row_id)
