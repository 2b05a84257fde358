"""Telling the organisation's own systems: signed, sent until they have it, and never into our own network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.outward import NotReached, Outlet, OutwardAnswer
from portal.domain.webhooks import MAX_TRIES, OLDEST, SIGNATURE, WebhookEvent, find_wait, is_signed, sign
from portal.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from portal.services.cases import erasure
from portal.services.ports import SYSTEM, Ports
from portal.services.webhooks import deliveries, endpoints
from portal.services.webhooks.endpoints import EndpointRefused
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_work

URL = "https://systems.harbour.example/hook?token=very-secret"
EVENT = WebhookEvent.DEADLINE_LEVEL
DATA = {"reference": "AB12-CD34", "level": "at"}


@dataclass
class Receiver:
    """An endpoint of the test's own: what it got, and what it answers."""

    answers: list[int] = field(default_factory=list)
    got: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def ask(
        self, method: str, address: str, *, headers: Mapping[str, str] = {}, body: bytes | None = None
    ) -> OutwardAnswer:
        assert method == "POST"
        self.got.append((address, headers, body or b""))
        status = self.answers.pop(0) if self.answers else 204
        if not status:
            raise NotReached("gone")
        return OutwardAnswer(status)


@contextmanager
def told(sessions: sessionmaker[Session], ports: Ports, **more: Any) -> Iterator[str]:
    """An endpoint, and one event that is to be told there; the secret."""
    with sessions.begin() as session:
        work = make_work(session, ports, actor=SYSTEM)
        _id, secret = endpoints.add_endpoint(work, URL, {EVENT})
        deliveries.publish(work, EVENT, DATA, **more)
    yield secret


def run(sessions: sessionmaker[Session], ports: Ports, receiver: Receiver, *, later: timedelta = timedelta()) -> int:
    outlet: Any = receiver
    return deliveries.deliver_due(sessions, clock=lambda: NOW + later, ports=ports, outlet=outlet).done


def states(sessions: sessionmaker[Session]) -> list[DeliveryState]:
    with sessions() as session:
        return list(session.scalars(select(WebhookDelivery.state)))


def test_it_is_signed_with_its_second_and_an_old_or_changed_one_is_not_believed(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    receiver = Receiver()
    with told(sessions, ports) as secret:
        assert run(sessions, ports, receiver) == 1
    ((address, headers, body),) = receiver.got
    assert address == URL
    assert json.loads(body)["data"] == DATA
    assert json.loads(body)["id"] == headers["Recourse-Delivery"]
    header = headers[SIGNATURE]
    assert is_signed(secret, body, header, now=NOW)
    assert not is_signed(secret, body + b" ", header, now=NOW)
    assert not is_signed("another", body, header, now=NOW)
    assert not is_signed(secret, body, header, now=NOW + OLDEST + timedelta(seconds=1))
    assert not is_signed(secret, body, header.replace("t=", "t=9"), now=NOW)
    assert not is_signed(secret, body, "nonsense", now=NOW)
    assert sign(secret, body, at=NOW) == header
    assert run(sessions, ports, receiver, later=timedelta(days=2)) == 0, "it is told once"


def test_it_is_tried_again_with_longer_waits_and_given_up_at_last(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    receiver = Receiver(answers=[0, 500, 302, 404, *[500] * MAX_TRIES])
    later = timedelta()
    with told(sessions, ports):
        for tries in range(1, MAX_TRIES + 1):
            assert run(sessions, ports, receiver, later=later) == 0
            assert run(sessions, ports, receiver, later=later + find_wait(tries) - timedelta(seconds=1)) == 0
            assert len(receiver.got) == tries
            later += find_wait(tries)
    assert states(sessions) == [DeliveryState.FAILED]
    with sessions.begin() as session:
        assert deliveries.replay(make_work(session, ports, actor=SYSTEM), since=NOW) == 1
    receiver.answers = []
    assert run(sessions, ports, receiver) == 1
    ids = {headers["Recourse-Delivery"] for _address, headers, _body in receiver.got}
    assert len(ids) == 1, "told again under the same id"


def test_three_workers_send_it_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    receiver = Receiver()
    with told(sessions, ports):
        acts = [lambda: run(sessions, ports, receiver)] * 3
        found = do_at_once(sessions, acts, after="FROM webhook_deliveries")
    assert [each for each in found if isinstance(each, Exception)] == []
    assert len(receiver.got) == 1


def test_a_worker_that_died_leaves_it_to_the_next_one(sessions: sessionmaker[Session], ports: Ports) -> None:
    class Dies(Receiver):
        def ask(self, *_given: Any, **_named: Any) -> OutwardAnswer:
            raise KeyboardInterrupt

    with told(sessions, ports):
        with pytest.raises(KeyboardInterrupt):
            run(sessions, ports, Dies())
        receiver = Receiver()
        assert run(sessions, ports, receiver) == 0, "its lease runs"
        assert run(sessions, ports, receiver, later=deliveries.LEASE + timedelta(seconds=1)) == 1


def test_what_a_thief_of_the_database_finds_is_sealed(sessions: sessionmaker[Session], ports: Ports) -> None:
    with told(sessions, ports) as secret, sessions() as session:
        endpoint, delivery = (
            session.scalars(select(WebhookEndpoint)).one(),
            session.scalars(select(WebhookDelivery)).one(),
        )
        stored = endpoint.sealed + delivery.sealed
        assert not [word for word in (secret, "harbour.example", "very-secret", "AB12") if word.encode() in stored]
        (shown,) = endpoints.list_endpoints(make_work(session, ports, actor=SYSTEM))
        assert shown.url == "https://systems.harbour.example/hook"


def test_an_endpoint_that_ended_hears_nothing_more(sessions: sessionmaker[Session], ports: Ports) -> None:
    receiver = Receiver()
    with told(sessions, ports), sessions.begin() as session:
        work = make_work(session, ports, actor=SYSTEM)
        endpoint_id = session.scalars(select(WebhookEndpoint.id)).one()
        endpoints.end_endpoint(work, endpoint_id)
        assert deliveries.publish(work, EVENT, DATA) == 0
        with pytest.raises(EndpointRefused):
            endpoints.end_endpoint(work, endpoint_id)
    assert run(sessions, ports, receiver) == 0
    assert (receiver.got, states(sessions)) == ([], [DeliveryState.CANCELLED])


def test_what_is_about_a_case_goes_with_it(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        case = make_case(session, ports)
        case_id: UUID = case.case.id
        endpoints.add_endpoint(make_work(session, ports, actor=SYSTEM), URL, {EVENT})
        deliveries.publish(make_work(session, ports, actor=SYSTEM), EVENT, DATA, case_id=case_id)
        session.flush()
        erasure.erase(case)
    assert states(sessions) == []


@pytest.mark.parametrize(
    "url", ["http://a.example/", "https://user:pw@a.example/", "ftp://a.example/", "a.example", "https://"]
)
def test_an_address_that_is_no_https_is_refused(sessions: sessionmaker[Session], ports: Ports, url: str) -> None:
    with sessions() as session, pytest.raises(EndpointRefused):
        endpoints.add_endpoint(make_work(session, ports, actor=SYSTEM), url, {EVENT})


def test_an_endpoint_in_our_own_network_is_never_asked(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        work = make_work(session, ports, actor=SYSTEM)
        endpoints.add_endpoint(work, "https://127.0.0.1:9/", {EVENT})
        deliveries.publish(work, EVENT, DATA)
    asked: list[str] = []
    outlet = Outlet(agent="test", resolve=lambda host, _port: asked.append(host) or [host])  # type: ignore[func-returns-value]
    assert deliveries.deliver_due(sessions, clock=lambda: NOW, ports=ports, outlet=outlet).done == 0
    assert (asked, states(sessions)) == ([], [DeliveryState.WAITING])
