"""A supervisor who makes keys, a partner's system that shows one, and what it sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import ActorKind, Depiction, Role
from portal.domain.partners import PartnerScope
from portal.domain.report import Report, YesNo
from portal.models.accounts import Team
from portal.services.partners import cases, keys
from portal.services.partners.cases import OpenedCase, PartnerOrder, ToldByPartner
from portal.services.partners.keys import Caller, NewPartnerKey
from portal.services.ports import Actor, Ports
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.work import Work
from tests.services.factories import LINKS, NOW, make_team, make_work

TOLD = "We pass what you told us to Harbour, which writes to the platforms for you. You can stop it at any time."
EVERY_SCOPE = frozenset(PartnerScope)


@dataclass(frozen=True)
class Lead:
    """A supervisor of a team, with its key."""

    actor: Actor
    team_id: UUID
    team_key: bytes


def make_lead(session: Session, name: str = "Harbour", login: str = "mere") -> Lead:
    if session.scalars(select(Team)).first() is None:
        team, key = make_team(session, name=name)
    else:
        team, key = accounts.create_team(session, name, now=NOW)
    new = NewStaff(login=login, name="Mere", role=Role.SUPERVISOR, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, member, team, key, now=NOW)
    actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.SUPERVISOR, name="Mere")
    return Lead(actor, team.id, key)


def make_secret(
    session: Session,
    ports: Ports,
    lead: Lead,
    *,
    scopes: Iterable[PartnerScope] = EVERY_SCOPE,
    ends_at: datetime = NOW + timedelta(days=90),
    name: str = "Night line",
) -> str:
    new = NewPartnerKey(team_id=lead.team_id, name=name, scopes=frozenset(scopes), ends_at=ends_at)
    return keys.make_key(make_work(session, ports, actor=lead.actor), new, team_ids=[lead.team_id])


def find_caller(session: Session, ports: Ports, secret: str, *, now: datetime = NOW) -> Caller:
    return keys.find_caller(make_work(session, ports, now=now), secret)


def make_order(*, links: str = LINKS, told: str = TOLD, **changes: object) -> PartnerOrder:
    report = Report(under_18=YesNo.NO, depiction=Depiction.REAL, country="NZ", **changes)  # type: ignore[arg-type]
    consent = ToldByPartner(text=told, at=NOW, to_platforms=True, to_authorities=False)
    return PartnerOrder(report=report, links=links, told=consent, language="en")


def act_as(session: Session, ports: Ports, caller: Caller, *, now: datetime = NOW) -> Work:
    return make_work(session, ports, now=now, actor=caller.actor)


def open_one(session: Session, ports: Ports, caller: Caller, order: PartnerOrder | None = None) -> OpenedCase:
    order, work = order or make_order(), act_as(session, ports, caller)
    return cases.open_case(work, caller, cases.prepare_case(work, order), order)
