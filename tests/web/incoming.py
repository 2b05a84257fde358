"""An application that takes answers in, and mail that comes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from portal.domain.incoming import IncomingState
from portal.domain.reply_addresses import make_token
from portal.models.cases import Case
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.run.worker import take_in_mail
from portal.services.inbox.receiving import receive
from portal.wiring import Parts
from tests.services.inbox.mails import PLACE
from tests.web.conftest import TestClock
from tests.web.portal import open_portal


@contextmanager
def answering_app(folder: Path, clock: TestClock) -> Iterator[Flask]:
    """One with a domain for answers, which looks into files also where the machine has no walls."""
    with open_portal(folder, clock, **PLACE) as made:
        yield made


def come(parts: Parts, content: bytes, *envelope: str) -> None:
    """A mail comes in, and the worker looks for its request."""
    with parts.sessions.begin() as session:
        receive(parts.work(session), content, envelope)
    take_in_mail(parts)


def address_of(parts: Parts, number: int = 1, reference: str = "") -> str:
    """The reply address of a request, of the only case where none is named."""
    query = select(Request.id).join(Case, Case.id == Request.case_id).where(Request.number == number)
    with parts.sessions() as session:
        request_id = session.scalars(query.where(Case.reference == reference) if reference else query).one()
    assert parts.config.replies
    return parts.config.replies.write(make_token(parts.ports.keys.replies, request_id))


def states(parts: Parts) -> list[IncomingState]:
    with parts.sessions() as session:
        return list(session.scalars(select(IncomingMail.state).order_by(IncomingMail.received_at)))
