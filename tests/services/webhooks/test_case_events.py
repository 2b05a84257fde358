"""What happened in cases, told to endpoints: each once, and to a partner of its own cases alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import CloseReason
from portal.domain.partners import API_EVENTS, name_api_event
from portal.domain.webhooks import WebhookEvent
from portal.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookPlace
from portal.services.cases import handover
from portal.services.partners import cases, keys
from portal.services.ports import SYSTEM, Ports
from portal.services.webhooks import case_events, deliveries, endpoints
from portal.services.webhooks.endpoints import EndpointRefused, Hears
from portal.services.work import Work
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_work
from tests.services.partners.partners import Lead, act_as, find_caller, make_lead, make_order, make_secret, open_one
from tests.services.webhooks.test_deliveries import Receiver, run

URL = "https://systems.harbour.example/hook"
EVERY = frozenset(WebhookEvent)


class World:
    """A partner that has opened a case of a team, another partner of the team, and the endpoints of both."""

    def __init__(self, sessions: sessionmaker[Session], ports: Ports) -> None:
        self.sessions, self.ports = sessions, ports
        with sessions.begin() as session:
            self.lead: Lead = make_lead(session)
            secrets = [make_secret(session, ports, self.lead, name=name) for name in ("Night line", "Day line")]
            self.callers = [find_caller(session, ports, secret) for secret in secrets]
            work = make_work(session, ports, actor=SYSTEM)
            hears = (*(Hears(partner_key_id=caller.key_id) for caller in self.callers), Hears())
            self.own, self.other, self.every = (endpoints.add_endpoint(work, URL, EVERY, each)[0] for each in hears)
        with sessions.begin() as session:
            self.reference = open_one(session, ports, self.callers[0]).work.reference

    def tell(self) -> int:
        return case_events.tell_of_cases(self.sessions, self.make_work)

    def make_work(self, session: Session) -> Work:
        return make_work(session, self.ports, actor=SYSTEM)

    def told(self, endpoint_id: Any) -> list[str]:
        with self.sessions() as session:
            query = select(WebhookDelivery.event).where(WebhookDelivery.endpoint_id == endpoint_id)
            return sorted(session.scalars(query))


@pytest.fixture
def world(sessions: sessionmaker[Session], ports: Ports) -> World:
    return World(sessions, ports)


def test_each_name_for_machines_is_an_event_that_an_endpoint_can_ask_for() -> None:
    assert {name_api_event(kind) for kind in API_EVENTS} | {"deadline.level", "case.taken_back"} == set(WebhookEvent)


def test_a_portal_without_any_address_tells_nobody_and_one_that_comes_later_hears_of_what_follows(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    def make(session: Session) -> Work:
        return make_work(session, ports, actor=SYSTEM)

    assert case_events.tell_of_cases(sessions, make) == 0
    with sessions() as session:
        assert session.get_one(WebhookPlace, case_events.PLACE).position == 0
    late = World(sessions, ports)
    assert late.tell() == 2


def test_a_partner_hears_of_its_own_case_once_and_of_nothing_in_it(world: World) -> None:
    assert world.tell() == 2
    assert world.tell() == 0
    assert (world.told(world.own), world.told(world.other)) == (["case.opened"], [])
    receiver = Receiver()
    assert run(world.sessions, world.ports, receiver) == 2
    for _address, _headers, body in receiver.got:
        assert set(json.loads(body)["data"]) == {"reference", "happened_at"}
        assert json.loads(body)["data"]["reference"] == world.reference


def test_a_case_that_was_closed_and_taken_back_is_told_as_the_last_thing(world: World) -> None:
    with world.sessions.begin() as session:
        caller = world.callers[0]
        work = cases.open_own(act_as(session, world.ports, caller), caller, world.reference, to_change=True)
        handover.close(work, reason=CloseReason.WISHED)
    world.tell()
    with world.sessions.begin() as session:
        work = cases.open_own(act_as(session, world.ports, caller), caller, world.reference, to_change=True)
        handover.reopen(work)
        handover.take_back(work)
        handover.close(work, reason=CloseReason.WISHED)
    world.tell()
    assert world.told(world.own) == ["case.closed", "case.opened", "case.taken_back"]
    assert world.told(world.every) == world.told(world.own), "what nobody’s team has is told to nobody"
    assert world.told(world.other) == []


def test_a_deadline_of_another_case_is_not_told_to_a_partner(world: World) -> None:
    with world.sessions.begin() as session:
        case_id = make_case(session, world.ports).case.id
        data = {"reference": "AB12-CD34", "level": "at"}
        assert deliveries.publish(world.make_work(session), WebhookEvent.DEADLINE_LEVEL, data, case_id=case_id) == 1
    assert (world.told(world.own), world.told(world.every)) == ([], ["deadline.level"])


def test_a_bent_row_tells_a_partner_of_no_case(world: World) -> None:
    with world.sessions.begin() as session:
        bend = text("UPDATE partner_cases SET key_id = (SELECT id FROM partner_keys WHERE name = 'Day line')")
        session.connection().execute(bend)
    world.tell()
    assert world.told(world.other) == []


def test_a_key_that_is_revoked_or_over_hears_nothing_more(world: World) -> None:
    with world.sessions.begin() as session:
        keys.revoke(make_work(session, world.ports, actor=world.lead.actor), world.callers[0].key_id, team_ids=None)
        ended = session.get_one(WebhookEndpoint, world.own).ended_at
    assert ended == NOW
    world.tell()
    assert world.told(world.own) == []
    with world.sessions() as session:
        late = replace(make_work(session, world.ports, actor=SYSTEM), now=NOW + timedelta(days=91))
        with pytest.raises(EndpointRefused):
            endpoints.add_endpoint(late, URL, EVERY, Hears(partner_key_id=world.callers[1].key_id))


def test_an_endpoint_of_a_team_hears_of_its_cases_and_is_kept_by_its_supervisor(world: World) -> None:
    with world.sessions.begin() as session:
        hill = make_lead(session, "Hill", "moana")
        work = make_work(session, world.ports, actor=hill.actor)
        theirs, _secret = endpoints.add_endpoint(work, URL, EVERY, Hears(team_id=hill.team_id), team_ids=[hill.team_id])
        caller = find_caller(session, world.ports, make_secret(session, world.ports, hill, name="Hill line"))
        open_one(session, world.ports, caller, make_order())
        for hears in (Hears(), Hears(team_id=world.lead.team_id), Hears(partner_key_id=world.callers[0].key_id)):
            with pytest.raises(EndpointRefused):
                endpoints.add_endpoint(work, URL, EVERY, hears, team_ids=[hill.team_id])
        with pytest.raises(EndpointRefused):
            endpoints.end_endpoint(work, world.own, team_ids=[hill.team_id])
        assert [each.id for each in endpoints.list_endpoints(work, team_ids=[hill.team_id])] == [theirs]
        shown = {each.id: (each.partner, each.team) for each in endpoints.list_endpoints(work)}
        assert (shown[world.own], shown[world.every]) == (("Night line", "Harbour"), ("", ""))
    world.tell()
    assert (world.told(theirs), len(world.told(world.every))) == (["case.opened"], 2)


def test_two_workers_tell_it_once(world: World) -> None:
    with world.sessions.begin() as session:
        case_events._tell(world.make_work(session))  # the place is made
        count = session.scalar(select(func.count()).select_from(WebhookDelivery))
        session.rollback()
    assert count == 2
    with world.sessions.begin() as session:
        session.add(WebhookPlace(id=case_events.PLACE, position=0))
    found: Sequence[Any] = do_at_once(world.sessions, [world.tell] * 2, after="FROM webhook_places")
    assert sorted(found) == [0, 2]
