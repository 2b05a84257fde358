"""The addresses that hear of events. Whoever runs the portal keeps them, on the command line."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.outward import NotAllowed, read_web_address
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.journal import Noted
from portal.domain.webhooks import WebhookEvent
from portal.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from portal.services.background.duties import do_each
from portal.services.history import journal
from portal.services.ports import ServerKeys
from portal.services.work import Work

SECRET_BYTES = 32


class EndpointRefused(ValueError):
    """It cannot be kept like this. The message says why."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Endpoint:
    """An address that hears of events, as it is shown. `url` is empty where no key of this server opens it."""

    id: UUID
    url: str
    events: tuple[str, ...]
    made_at: datetime
    ended_at: datetime | None


def add_endpoint(work: Work, url: str, events: Collection[WebhookEvent]) -> tuple[UUID, str]:
    """Keep an address. Returns its id and the secret by which what is told there is signed, which is shown this once.

    Raises EndpointRefused for what is not https, and for no event.
    """
    try:
        parts = read_web_address(url)
    except NotAllowed as error:
        raise EndpointRefused("This is no web address. A name and a password do not belong into it.") from error
    if parts.scheme != "https":
        raise EndpointRefused("The address has to begin with https://, so that nobody on the way reads along.")
    if not events:
        raise EndpointRefused("Name at least one event.")
    secret = secrets.token_hex(SECRET_BYTES)
    row = WebhookEndpoint(id=uuid4(), events=sorted(event.value for event in events), made_at=work.now)
    _write(row, url, secret, work.ports.keys)
    work.session.add(row)
    work.session.flush()
    _note(work, "added")
    return row.id, secret


def end_endpoint(work: Work, endpoint_id: UUID) -> None:
    """Nothing is told there any more, also not what waits. Raises EndpointRefused."""
    row = work.session.get(WebhookEndpoint, endpoint_id)
    if row is None or row.ended_at is not None:
        raise EndpointRefused("There is no such endpoint.")
    row.ended_at = work.now
    waiting = (WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == DeliveryState.WAITING)
    over = {"state": DeliveryState.CANCELLED, "over_at": work.now}
    work.session.execute(update(WebhookDelivery).where(*waiting).values(over))
    _note(work, "ended")


def list_endpoints(work: Work) -> tuple[Endpoint, ...]:
    """All of them, the oldest first."""
    rows = work.session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.made_at, WebhookEndpoint.id))
    return tuple(_view(row, work.ports.keys) for row in rows)


def list_wanting(session: Session, event: WebhookEvent) -> Sequence[WebhookEndpoint]:
    """Those that hear of this kind of event."""
    rows = session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.ended_at.is_(None)))
    return [row for row in rows if event.value in row.events]


def open_endpoint(row: WebhookEndpoint, keys: ServerKeys) -> tuple[str, str]:
    """Address and secret. Raises CannotOpen."""
    values = json.loads(keys.open_outbox(_place_of(row), row.sealed))
    return values["url"], values["secret"]


def move_to_new_secret(work: Work) -> int:
    """Carry addresses and secrets from under an older server secret anew. Returns how many."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.server_key != work.ports.keys.id)
    rows = work.session.scalars(query).all()
    return do_each(rows, lambda row: _carry(row, work.ports.keys), what="moving an endpoint to the new secret").done


def _carry(row: WebhookEndpoint, keys: ServerKeys) -> int:
    _write(row, *open_endpoint(row, keys), keys)
    return 1


def _write(row: WebhookEndpoint, url: str, secret: str, keys: ServerKeys) -> None:
    row.sealed = vault.seal_values(keys.outbox, _place_of(row), {"url": url, "secret": secret})
    row.server_key = keys.id


def _view(row: WebhookEndpoint, keys: ServerKeys) -> Endpoint:
    try:
        url, _secret = open_endpoint(row, keys)
    except CannotOpen:
        url = ""
    shown = url and urlsplit(url)._replace(query="", fragment="").geturl()  # what follows "?" may be a password
    return Endpoint(id=row.id, url=shown, events=tuple(row.events), made_at=row.made_at, ended_at=row.ended_at)


def _note(work: Work, what: str) -> None:
    journal.note(work.session, Noted.SETTING_CHANGED, facts={"setting": "webhook", "what": what}, now=work.now)


def _place_of(row: WebhookEndpoint) -> SealContext:
    return SealContext("webhook_endpoints", str(row.id), str(row.id))
