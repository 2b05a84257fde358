"""What the portal tells an organisation's own systems, and how such a telling is signed.

The signature is an HMAC with SHA-256 over the second of the sending, a dot, and the very bytes of the body. Whoever
receives it counts the same, compares without hurry, and refuses what is older than some minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum

OLDEST = timedelta(minutes=5)  # that a receiver should take
SIGNATURE = "Recourse-Signature"
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MAX_TRIES = 12  # with the waits between them a little more than a day


class WebhookEvent(StrEnum):
    """Kinds of what happened. The word is what a receiver sees and what an endpoint asks for."""

    DEADLINE_LEVEL = "deadline.level"  # a deadline has come to a level
    CASE_OPENED = "case.opened"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    CASE_TAKEN_BACK = "case.taken_back"  # the team that had it has it no longer
    CASE_CORRECTED = "case.corrected"  # an entry was wrong: what was read before may not hold
    REQUEST_SENT = "request.sent"
    REQUEST_RECEIVED = "request.received"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_CLOSED = "request.closed"
    LETTER_SENT = "letter.sent"  # a letter after the first one
    ANSWER_WAITING = "answer.waiting"  # one came by mail or over the link, and nobody has looked at it yet
    LINK_REMOVED = "link.removed"
    LINK_BACK = "link.back"
    CLOCK_MISSED = "clock.missed"
    COMPLAINT_LODGED = "complaint.lodged"
    COMPLAINT_ANSWERED = "complaint.answered"


def sign(secret: str, body: bytes, *, at: datetime) -> str:
    """The header of a body that is sent at that instant (aware)."""
    second = int(at.timestamp())
    return f"t={second},v1={_digest(secret, second, body)}"


def is_signed(secret: str, body: bytes, header: str, *, now: datetime) -> bool:
    """Whether the header belongs to this body and is no older than `OLDEST`. For receivers, and for tests."""
    values = dict(part.partition("=")[::2] for part in header.split(","))
    second = values.get("t", "")
    if not (second.isascii() and second.isdigit() and len(second) < 12):
        return False
    is_fresh = abs(now.timestamp() - int(second)) <= OLDEST.total_seconds()
    return is_fresh and hmac.compare_digest(values.get("v1", ""), _digest(secret, int(second), body))


def find_wait(tries: int) -> timedelta:
    """How long to wait after so many tries, from 1."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << (tries - 1)))


def _digest(secret: str, second: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
