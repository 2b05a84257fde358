"""Stand-ins for what takes long: letters are printed as their facts, so that use cases can be tested in a moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.papers import pdf_enclosures
from portal.adapters.papers.letter_json import encode_facts
from portal.domain.letters.facts import LetterFacts
from portal.domain.letters.redaction import redacted
from portal.domain.lifecycle import SendingChannel
from portal.models.cases import Case
from portal.models.jobs import JobKind
from portal.services.background import jobs
from portal.services.complaints import bundle, bundle_files
from portal.services.letters import ahead, collecting, letters
from portal.services.letters.printing import Printed
from portal.services.ports import Ports
from portal.services.tracking import sending
from portal.services.tracking.sending import RemindedCommand, SentCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RUNNERS = {
    JobKind.BUNDLE: bundle.make_bundle,
    JobKind.LETTER: ahead.make_ahead,
    JobKind.REMINDER: ahead.make_reminder_ahead,
}


def print_as_json(facts: LetterFacts, progress: Callable[[str, float], None] | None = None) -> Printed:
    """Not a PDF, but the same two forms with their digests."""
    if progress:
        progress("writing", 0.5)
    full, twin = encode_facts(facts), encode_facts(redacted(facts))
    digests = [hashlib.sha256(each).hexdigest() for each in (full, twin)]
    return Printed(full=full, redacted=twin, digest=digests[0], redacted_digest=digests[1], pages=2)


# What stands in for setting, enclosing and signing: where, under which name, and what.
QUICK_PRINTING: Sequence[tuple[ModuleType, str, Callable[..., Any]]] = (
    (letters, "print_letter", print_as_json),
    (bundle, "print_letter", print_as_json),
    (bundle_files, "read_enclosed", lambda paper, _name: paper),
    (pdf_enclosures, "read_enclosed", lambda paper, _name: paper),
    (collecting, "bind_parts", lambda parts, **_more: b"".join(each.content for each in parts)),
    (bundle, "finish_papers", lambda printed, *_files, **_more: printed),
)


def print_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No PDF is set; what a letter says is still checked."""
    for module, name, quick in QUICK_PRINTING:
        monkeypatch.setattr(module, name, quick)


def send(
    session: Session,
    opened: CaseWork,
    ports: Ports,
    number: int = 1,
    *,
    at: datetime = NOW + HOUR,
    received_at: datetime | None = None,
    now: datetime | None = None,
) -> None:
    """Record that a request has left by form."""
    command = SentCommand(
        has_checked=True, channel=SendingChannel.FORM, sent_at=at, received_at=received_at, ticket=f"T-{number}"
    )
    letters.make_missing_letter(opened.at(now or at), number)
    sending.record_sent(opened.at(now or at), number, command)


def reopen(session: Session, opened: CaseWork) -> CaseWork:
    """The same case in another session."""
    return replace(opened, session=session, case=session.get_one(Case, opened.case.id))


def run_job(sessions: sessionmaker[Session], job_id: UUID, ports: Ports, *, now: datetime) -> bool:
    return jobs.run_job(sessions, job_id, clock=lambda: now, ports=ports, runners=RUNNERS)


def utc(day: int, hour: int = 0, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def reminded(at: datetime, letter: int | None = None, text: str = "") -> RemindedCommand:
    """A reminder that left by e-mail."""
    return RemindedCommand(at=at, channel=SendingChannel.EMAIL, letter=letter, text=text, address="abuse@x.example")
