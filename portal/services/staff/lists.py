"""Who works here: staff, teams and who waits, as lists for pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import Role, Scope
from portal.models.accounts import Membership, Staff, Team
from portal.services.staff import accounts


@dataclass(frozen=True, kw_only=True)
class TeamPlace:
    """A member's place in a team; somebody who waits has not been given the team's key yet."""

    team: str
    is_waiting: bool


@dataclass(frozen=True, kw_only=True)
class StaffRow:
    """A member of staff in the administrator's list."""

    login: str
    name: str
    role: Role
    scope: Scope
    teams: tuple[TeamPlace, ...]
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TeamName:
    """A team as it is offered in a form."""

    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody to whom a case can be given."""

    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class TeamAddress:
    """Where answers to a team's cases go; empty: to the organisation's address. And within how many hours the team
    usually answers the person; None where it has not said.
    """

    team_id: UUID
    team: str
    email: str
    reply_hours: int | None


@dataclass(frozen=True, kw_only=True)
class TeamMember:
    """Somebody who stands in a supervisor's team; who waits has not been given its key yet."""

    membership_id: UUID
    staff_id: UUID
    name: str
    login: str
    role: Role
    scope: Scope
    team: str
    is_waiting: bool


@dataclass(frozen=True, kw_only=True)
class WaitingMember:
    """A new colleague who cannot read the team's cases until somebody lets them in."""

    membership_id: UUID
    name: str
    login: str
    team: str
    since: datetime


def list_staff(session: Session) -> tuple[StaffRow, ...]:
    """Everybody, those whose account has ended last."""
    places: dict[UUID, list[TeamPlace]] = {}
    rows = session.execute(select(Membership, Team.name).join(Team, Team.id == Membership.team_id).order_by(Team.name))
    for membership, name in rows:
        place = TeamPlace(team=name, is_waiting=membership.team_key is None)
        places.setdefault(membership.staff_id, []).append(place)
    members = session.scalars(select(Staff).order_by(Staff.ended_at.is_not(None), Staff.name, Staff.login))
    return tuple(
        StaffRow(
            login=member.login,
            name=member.name,
            role=member.role,
            scope=member.scope,
            teams=tuple(places.get(member.id, ())),
            created_at=member.created_at,
            ended_at=member.ended_at,
        )
        for member in members
    )


def list_colleagues(session: Session, team_id: UUID | None) -> tuple[Colleague, ...]:
    """Who can be given a case of this team."""
    if team_id is None:
        return ()
    return tuple(Colleague(id=one.id, name=one.name) for one in accounts.read_colleagues(session, team_id))


def list_waiting(session: Session, team_ids: Sequence[UUID]) -> tuple[WaitingMember, ...]:
    """New colleagues of these teams who wait to be let in."""
    found = accounts.read_waiting(session, team_ids)
    names = {team.id: team.name for team in session.scalars(select(Team).where(Team.id.in_(team_ids)))}
    return tuple(
        WaitingMember(
            membership_id=membership.id,
            name=member.name,
            login=member.login,
            team=names[membership.team_id],
            since=membership.created_at,
        )
        for membership, member in found
    )


def list_teams(session: Session) -> tuple[TeamName, ...]:
    """Every team by name."""
    return tuple(TeamName(id=team.id, name=team.name) for team in session.scalars(select(Team).order_by(Team.name)))


def name_teams(session: Session) -> dict[str, str]:
    """The names of all teams by their ids, as figures have them."""
    return {str(row.id): row.name for row in session.execute(select(Team.id, Team.name))}


def list_members(session: Session, team_ids: Sequence[UUID]) -> tuple[TeamMember, ...]:
    """Everybody who stands in one of these teams."""
    rows = session.execute(
        select(Membership, Staff, Team.name)
        .join(Staff, Staff.id == Membership.staff_id)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.team_id.in_(team_ids), Staff.ended_at.is_(None))
        .order_by(Team.name, Staff.name, Staff.login)
    )
    return tuple(
        TeamMember(
            membership_id=membership.id,
            staff_id=member.id,
            name=member.name,
            login=member.login,
            role=member.role,
            scope=member.scope,
            team=team,
            is_waiting=membership.team_key is None,
        )
        for membership, member, team in rows
    )


@dataclass(frozen=True, kw_only=True)
class NewTeam:
    """A team that people are not offered yet. `made_by` is empty where it was made on the server."""

    team_id: UUID
    name: str
    countries: tuple[str, ...]
    made_by: str
    made_at: datetime
    members: tuple[str, ...]


def list_new_teams(session: Session) -> tuple[NewTeam, ...]:
    """Teams that wait for a supervisor of another one, the oldest first."""
    query = (
        select(Team, Staff.name)
        .outerjoin(Staff, Staff.id == Team.made_by)
        .where(Team.shown_at.is_(None))
        .order_by(Team.created_at, Team.id)
    )
    found = session.execute(query).all()
    names: dict[UUID, list[str]] = {team.id: [] for team, _maker in found}
    members = select(Membership.team_id, Staff.name).join(Staff, Staff.id == Membership.staff_id)
    for team_id, name in session.execute(members.where(Membership.team_id.in_(names)).order_by(Staff.name)):
        names[team_id].append(name)
    return tuple(
        NewTeam(
            team_id=team.id,
            name=team.name,
            countries=tuple(team.countries),
            made_by=maker or "",
            made_at=team.created_at,
            members=tuple(names[team.id]),
        )
        for team, maker in found
    )


def list_addresses(session: Session, team_ids: Collection[UUID]) -> tuple[TeamAddress, ...]:
    """Of these teams, by name."""
    teams = session.scalars(select(Team).where(Team.id.in_(team_ids)).order_by(Team.name))
    return tuple(
        TeamAddress(team_id=team.id, team=team.name, email=team.email or "", reply_hours=team.reply_hours)
        for team in teams
    )
