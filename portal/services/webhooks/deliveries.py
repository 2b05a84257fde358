"""What is told to endpoints: written with its cause, sent by the worker, tried again until the other side has it.

A delivery is claimed under a lease, sent with no transaction open, and its end written down. A worker that dies in
between may have sent it; the next one sends it again under the same id, by which a receiver knows it. So each arrives
at least once, and whoever keeps the ids counts each once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.outward import NotAllowed, NotReached, Outlet
from portal.adapters.vault import CannotOpen, SealContext
from portal.db import begin_reading
from portal.domain.webhooks import MAX_TRIES, SIGNATURE, WebhookEvent, find_wait, sign
from portal.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from portal.services.background.duties import Tally, do_each
from portal.services.ports import Ports
from portal.services.webhooks.endpoints import find_wanted, open_endpoint
from portal.services.work import Work

LEASE = timedelta(minutes=2)
KEPT = timedelta(days=30)  # after it was told, so that it can be told again
AT_ONCE = 50  # in one minute, so that a dead receiver holds nothing else up

log = logging.getLogger(__name__)


@dataclass(frozen=True, repr=False)
class _Claim:
    """A delivery in a worker's hands; `tries` tells this claim from a later one."""

    id: UUID
    event: str
    tries: int
    url: str
    secret: str
    body: bytes


def publish(work: Work, event: WebhookEvent, data: Mapping[str, Any], *, case_id: UUID | None = None) -> int:
    """Write down that every endpoint which asks for `event` and hears of this case is to hear of it, in the transaction
    of its cause. Returns how many.

    `data` is plain values: references and words of ours, never a name, a link, or what somebody wrote. What is about a
    case (`case_id`) goes with the case when it is erased.
    """
    return publish_all(work, event, [(case_id, data)])


def publish_all(work: Work, event: WebhookEvent, those: Iterable[tuple[UUID | None, Mapping[str, Any]]]) -> int:
    """The same for several that came in one moment, each with its case."""
    told_of, count = list(those), 0
    wanted = find_wanted(work, event, {about for about, _data in told_of})
    each_of_all = ((about, data, endpoint) for about, data in told_of for endpoint in wanted[about])
    for case_id, data, endpoint in each_of_all:
        row = WebhookDelivery(id=uuid4(), endpoint_id=endpoint.id, case_id=case_id, event=event.value)
        row.state, row.tries, row.created_at, row.next_try_at = DeliveryState.WAITING, 0, work.now, work.now
        told = {"id": str(row.id), "event": event.value, "at": work.now.isoformat(), "data": dict(data)}
        body = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
        row.sealed = vault.seal(work.ports.keys.outbox, _place_of(row), body)
        work.session.add(row)
        count += 1
    return count


def make_outlet(ports: Ports) -> Outlet:
    """How endpoints are asked: never one of our own network."""
    return Outlet(agent=f"Recourse webhooks (+{ports.config.base_url})")


def deliver_due(
    sessions: sessionmaker[Session], *, clock: Callable[[], datetime], ports: Ports, outlet: Outlet | None = None
) -> Tally:
    """Try everything whose time has come, some at a time."""
    way, now = outlet or make_outlet(ports), clock()
    with sessions() as session:
        begin_reading(session)
        free = or_(WebhookDelivery.lease_until.is_(None), WebhookDelivery.lease_until < now)
        query = select(WebhookDelivery.id).where(WebhookDelivery.state == DeliveryState.WAITING, free)
        query = query.where(WebhookDelivery.next_try_at <= now).order_by(WebhookDelivery.next_try_at)
        due = list(session.scalars(query.limit(AT_ONCE)))
    return do_each(due, lambda row_id: _deliver(sessions, row_id, clock, ports, way), what="telling an endpoint")


def replay(
    work: Work, *, since: datetime | None = None, delivery_id: UUID | None = None, endpoint_id: UUID | None = None
) -> int:
    """Tell again what is over: one delivery, or all that were written from `since` on, under their own ids; of one
    endpoint alone where it is given. Returns how many.
    """
    over = WebhookDelivery.state.in_((DeliveryState.SENT, DeliveryState.FAILED))
    query = select(WebhookDelivery).join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
    query = query.where(over, WebhookEndpoint.ended_at.is_(None))
    if delivery_id is not None:
        query = query.where(WebhookDelivery.id == delivery_id)
    if endpoint_id is not None:
        query = query.where(WebhookDelivery.endpoint_id == endpoint_id)
    if since is not None:
        query = query.where(WebhookDelivery.created_at >= since)
    rows = work.session.scalars(query.with_for_update(of=WebhookDelivery)).all()
    for row in rows:
        row.state, row.tries, row.next_try_at, row.over_at = DeliveryState.WAITING, 0, work.now, None
        row.lease_until = None
    return len(rows)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One delivery, as it is shown. `status` is the last answer's, None where nobody answered."""

    id: UUID
    event: str
    state: DeliveryState
    tries: int
    status: int | None
    created_at: datetime
    next_try_at: datetime

    @property
    def is_over(self) -> bool:
        return self.state in {DeliveryState.SENT, DeliveryState.FAILED}


def list_last(session: Session, endpoint_id: UUID, *, most: int = 30) -> tuple[Telling, ...]:
    """What was told to an endpoint last, the newest first."""
    names = ("id", "event", "state", "tries", "status", "created_at", "next_try_at")
    query = select(*(getattr(WebhookDelivery, name) for name in names))
    query = query.where(WebhookDelivery.endpoint_id == endpoint_id)
    rows = session.execute(query.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id).limit(most))
    return tuple(Telling(**row._mapping) for row in rows)


def count_by_state(session: Session) -> Mapping[UUID, Mapping[str, int]]:
    """By endpoint, how many deliveries are in which state."""
    columns = (WebhookDelivery.endpoint_id, WebhookDelivery.state)
    found: dict[UUID, dict[str, int]] = {}
    for endpoint_id, state, count in session.execute(select(*columns, func.count()).group_by(*columns)):
        found.setdefault(endpoint_id, {})[state.value] = count
    return found


def purge(session: Session, *, now: datetime) -> None:
    """Forget what was told weeks ago, and what never will be."""
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.over_at < now - KEPT))


def _deliver(
    sessions: sessionmaker[Session], row_id: UUID, clock: Callable[[], datetime], ports: Ports, outlet: Outlet
) -> int:
    """1 where the other side said that it has it."""
    claim = _claim(sessions, row_id, clock(), ports)
    if claim is None:
        return 0
    headers = {
        "Content-Type": "application/json",
        "Recourse-Event": claim.event,
        "Recourse-Delivery": str(claim.id),
        SIGNATURE: sign(claim.secret, claim.body, at=clock()),
    }
    status: int | None = None
    try:
        status = outlet.ask("POST", claim.url, headers=headers, body=claim.body).status
    except (NotAllowed, NotReached) as error:
        log.warning("an endpoint was not reached: %s", error)
    return _finish(sessions, claim, status, clock())


def _claim(sessions: sessionmaker[Session], row_id: UUID, now: datetime, ports: Ports) -> _Claim | None:
    """Take the lease; None where it is over or in another worker's hands."""
    with sessions.begin() as session:
        row = session.get(WebhookDelivery, row_id, with_for_update=True)
        if row is None or row.state is not DeliveryState.WAITING or row.next_try_at > now:
            return None
        if row.lease_until is not None and row.lease_until >= now:
            return None
        endpoint = session.get_one(WebhookEndpoint, row.endpoint_id)
        if endpoint.ended_at is not None:
            row.state, row.over_at = DeliveryState.CANCELLED, now
            return None
        row.tries, row.lease_until = row.tries + 1, now + LEASE
        try:
            url, secret = open_endpoint(endpoint, ports.keys)
            body = ports.keys.open_outbox(_place_of(row), row.sealed)
        except CannotOpen:
            row.next_try_at, row.lease_until = now + find_wait(row.tries), None
            log.error("an endpoint cannot be opened: the server's secret is another one")
            return None
        return _Claim(row.id, row.event, row.tries, url, secret, body)


def _finish(sessions: sessionmaker[Session], claim: _Claim, status: int | None, now: datetime) -> int:
    has_it = status is not None and 200 <= status < 300
    with sessions.begin() as session:
        row = session.get(WebhookDelivery, claim.id, with_for_update=True)
        if row is None or row.tries != claim.tries or row.state is not DeliveryState.WAITING:
            return 0  # the case was erased, or the endpoint ended meanwhile
        row.status, row.lease_until = status, None
        if has_it:
            row.state, row.over_at = DeliveryState.SENT, now
        elif row.tries >= MAX_TRIES:
            row.state, row.over_at = DeliveryState.FAILED, now
        else:
            row.next_try_at = now + find_wait(row.tries)
    return int(has_it)


def _place_of(row: WebhookDelivery) -> SealContext:
    return SealContext("webhook_deliveries", str(row.id), str(row.endpoint_id))
