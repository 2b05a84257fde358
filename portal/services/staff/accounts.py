"""Staff and teams: making them, letting members in, signing in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.links.look_alikes import UnreadableName, clean_name, look_alike
from portal.adapters.vault import CannotOpen, KeyPair, SealContext
from portal.domain.journal import Noted
from portal.domain.lifecycle import ActorKind, Role, Scope
from portal.domain.rights import ACCOUNT_ROLES, SCOPES, Right, first_scope, needs_team, roles_with
from portal.models.accounts import DateForm, Density, Membership, QueueColumn, RecoveryKey, Staff, Team
from portal.services.history import journal
from portal.services.ports import Actor
from portal.services.signin.passwords import WeakPassword, check_password
from portal.zone_names import load_zone

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,79}")


class WrongSignIn(ValueError):
    """No such account, or the password does not open it: the same answer, after the same work."""


class AccountRefused(ValueError):
    """The account cannot be made as asked. The message says why."""


@dataclass(frozen=True, repr=False)
class SignedIn:
    """A member of staff whose password fitted: who they are, and the keys of their teams by team id.

    `salt` is the one of the password that fitted; another password has another.
    """

    actor: Actor
    role: Role
    private_key: bytes
    team_keys: Mapping[UUID, bytes]
    salt: bytes


@dataclass(frozen=True, kw_only=True, repr=False)
class NewStaff:
    login: str
    name: str
    role: Role
    password: str
    scope: Scope | None = None  # of the role's own, where nothing is said


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a member reads the desk; what is None is as the portal has it."""

    zone: str | None
    date_form: DateForm
    density: Density
    language: str | None


def make_recovery_key(session: Session, *, now: datetime) -> bytes:
    """The organisation's recovery key: its private half is returned once, to be printed, and kept nowhere.

    Raises AccountRefused when there is one already.
    """
    if session.scalars(select(RecoveryKey)).first() is not None:
        raise AccountRefused("The organisation already has a recovery key.")
    pair = vault.new_key_pair()
    session.add(RecoveryKey(id=uuid4(), public_key=pair.public, created_at=now))
    session.flush()
    return pair.private


def create_team(
    session: Session, name: str, *, countries: Sequence[str] = (), is_shown: bool = True, now: datetime
) -> tuple[Team, bytes]:
    """A team and its private key, for letting its first member in. Raises AccountRefused, also where the name looks
    like that of another team.

    `is_shown`: whether people are offered it at once. What anybody can reach asks for a second person first.
    """
    recovery = session.scalars(select(RecoveryKey)).one_or_none()
    if recovery is None:
        raise AccountRefused("Make the organisation's recovery key first.")
    name = _read_team_name(session, name)
    pair = vault.new_key_pair()
    team = Team(
        id=uuid4(),
        name=name,
        countries=list(countries),
        takes_cases=True,
        public_key=pair.public,
        recovery=vault.wrap_for_public_key(pair.private, recovery.public_key),
        created_at=now,
        shown_at=now if is_shown else None,
    )
    session.add(team)
    session.flush()
    return team, pair.private


def _read_team_name(session: Session, text: str) -> str:
    """The name as it is kept. Raises AccountRefused."""
    try:
        name = clean_name(text)
    except UnreadableName as error:
        raise AccountRefused(str(error)) from error
    for other in session.scalars(select(Team.name).order_by(Team.name)):
        if name == other:
            raise AccountRefused(f"There is already a team named {other}.")
        if look_alike(name, other):
            raise AccountRefused(f"This name looks like the name of the team {other}. Choose another.")
    return name


def find_team(session: Session, name: str) -> Team | None:
    return session.scalars(select(Team).where(Team.name == name)).one_or_none()


def recover_team_key(team: Team, recovery_private: bytes) -> bytes:
    """The team's private key, from the organisation's recovery key. Raises CannotOpen."""
    return vault.unwrap_with_private_key(team.recovery, recovery_private)


def add_staff(session: Session, new: NewStaff, *, now: datetime) -> Staff:
    """A member of staff with keys of their own. Raises AccountRefused."""
    _check_new(session, new)
    pair: KeyPair = vault.new_key_pair()
    staff = Staff(id=uuid4(), login=new.login, name=new.name, role=new.role, created_at=now)
    staff.scope = new.scope or first_scope(new.role)
    staff.salt, staff.public_key = vault.new_salt(), pair.public
    staff.private_key = vault.seal(
        vault.derive_from_secret(new.password, staff.salt), _seal_context(staff.id), pair.private
    )
    session.add(staff)
    session.flush()
    return staff


def add_membership(session: Session, staff: Staff, team: Team, team_key: bytes | None, *, now: datetime) -> Membership:
    """Make `staff` a member. Without the team's key the member waits until a colleague lets them in.

    Raises AccountRefused for administrators and auditors, who never read a case.
    """
    if not needs_team(staff.role):
        raise AccountRefused(f"An {staff.role} belongs to no team, because {staff.role}s never read cases.")
    member = Membership(id=uuid4(), team_id=team.id, staff_id=staff.id, created_at=now)
    member.team_key = vault.wrap_for_public_key(team_key, staff.public_key) if team_key else None
    session.add(member)
    session.flush()
    return member


def read_waiting(session: Session, team_ids: Sequence[UUID]) -> list[tuple[Membership, Staff]]:
    """Members of these teams who have not been let in yet."""
    rows = session.execute(
        select(Membership, Staff)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.team_id.in_(team_ids), Membership.team_key.is_(None), Staff.ended_at.is_(None))
        .order_by(Staff.name)
    )
    return [(membership, staff) for membership, staff in rows]


def grant_team_key(session: Session, membership_id: UUID, team_keys: Mapping[UUID, bytes]) -> Staff:
    """A member gives a waiting colleague the team's key. Raises AccountRefused."""
    member = session.get(Membership, membership_id)
    if member is None or member.team_id not in team_keys or member.team_key is not None:
        raise AccountRefused("Nobody of that kind waits for your team.")
    staff = session.get_one(Staff, member.staff_id)
    member.team_key = vault.wrap_for_public_key(team_keys[member.team_id], staff.public_key)
    return staff


def sign_in(session: Session, login: str, password: str) -> SignedIn:
    """One Argon2id whatever happens. Raises WrongSignIn."""
    staff = session.scalars(select(Staff).where(Staff.login == login.strip().lower())).one_or_none()
    derived = vault.derive_from_secret(password, staff.salt if staff else b"\0" * vault.SALT_BYTES)
    if staff is None or staff.ended_at is not None:
        raise WrongSignIn
    try:
        private = vault.open_sealed(derived, _seal_context(staff.id), staff.private_key)
    except CannotOpen as error:
        raise WrongSignIn from error
    return SignedIn(actor_of(staff), staff.role, private, team_keys_of(session, staff, private), staff.salt)


def change_password(session: Session, staff: Staff, old: str, new: str, *, site: str, now: datetime) -> None:
    """Wrap the member's key under a new password. Two Argon2id. Raises WrongSignIn, AccountRefused."""
    try:
        check_password(new, about=(staff.login, staff.name, site))
    except WeakPassword as error:
        raise AccountRefused(str(error)) from error
    try:
        private = vault.open_sealed(
            vault.derive_from_secret(old, staff.salt), _seal_context(staff.id), staff.private_key
        )
    except CannotOpen as error:
        raise WrongSignIn from error
    staff.salt = vault.new_salt()
    staff.private_key = vault.seal(vault.derive_from_secret(new, staff.salt), _seal_context(staff.id), private)
    journal.note(session, Noted.PASSWORD_CHANGED, staff_id=staff.id, now=now)


def keep_columns(row: Staff, columns: Sequence[QueueColumn]) -> None:
    """Which columns of the list this member sees where the address names none; none of them: the usual ones."""
    row.queue_columns = [each.value for each in QueueColumn if each in columns] or None


def change_settings(staff: Staff, settings: Settings) -> None:
    """How the member reads the desk from now on. Raises UnknownZone."""
    if settings.zone is not None:
        load_zone(settings.zone)
    staff.zone, staff.language = settings.zone, settings.language
    staff.date_form, staff.density = settings.date_form, settings.density


def find_id(session: Session, login: str) -> UUID | None:
    """The id of the account with this sign-in name, for the journal alone: nobody who signs in is told."""
    return session.scalars(select(Staff.id).where(Staff.login == login.strip().lower())).one_or_none()


def reset_credentials(staff: Staff, password: str) -> None:
    """Keys of their own under a new password, for whoever lost the old one. What only the old key opened stays shut.

    One Argon2id. Raises AccountRefused.
    """
    try:
        check_password(password, about=(staff.login, staff.name))
    except WeakPassword as error:
        raise AccountRefused(str(error)) from error
    pair = vault.new_key_pair()
    staff.salt, staff.public_key = vault.new_salt(), pair.public
    staff.private_key = vault.seal(
        vault.derive_from_secret(password, staff.salt), _seal_context(staff.id), pair.private
    )


def read_staff(session: Session, staff_id: UUID) -> Staff | None:
    """The member of staff, unless the account has ended."""
    staff = session.get(Staff, staff_id)
    return staff if staff is not None and staff.ended_at is None else None


def read_member(session: Session, staff_id: UUID, private_key: bytes) -> tuple[Staff, dict[UUID, bytes]] | None:
    """The member of staff with the keys of `team_keys_of`, unless the account has ended. One statement."""
    own = and_(Membership.staff_id == Staff.id, Membership.team_key.is_not(None))
    query = select(Staff, Membership).outerjoin(Membership, own).where(Staff.id == staff_id, Staff.ended_at.is_(None))
    rows = session.execute(query).all()
    return (rows[0][0], _open_keys([row for _, row in rows if row is not None], private_key)) if rows else None


def team_keys_of(session: Session, staff: Staff, private_key: bytes) -> dict[UUID, bytes]:
    """The keys of all teams that have let this member in. Read with each request, so that leaving works at once."""
    query = select(Membership).where(Membership.staff_id == staff.id, Membership.team_key.is_not(None))
    return _open_keys(session.scalars(query), private_key)


def _open_keys(rows: Iterable[Membership], private_key: bytes) -> dict[UUID, bytes]:
    return {row.team_id: vault.unwrap_with_private_key(row.team_key or b"", private_key) for row in rows}


def team_ids_of(session: Session, staff_id: UUID) -> tuple[UUID, ...]:
    """The teams that have let this member in, for whoever has none of their keys."""
    query = select(Membership.team_id).where(Membership.staff_id == staff_id, Membership.team_key.is_not(None))
    return tuple(session.scalars(query.order_by(Membership.team_id)))


def read_colleagues(session: Session, team_id: UUID) -> list[Staff]:
    """Members of a team who can be given a case."""
    query = (
        select(Staff)
        .join(Membership, Membership.staff_id == Staff.id)
        .where(Membership.team_id == team_id, Membership.team_key.is_not(None), Staff.ended_at.is_(None))
        .where(Staff.role.in_(roles_with(Right.WORK_ON_CASES)))
    )
    return list(session.scalars(query.order_by(Staff.name)))


def find_teams_for(session: Session, country: str) -> list[Team]:
    """Teams that are shown and take cases of this country; a team without countries takes any."""
    offered = (Team.takes_cases.is_(True), Team.shown_at.is_not(None))
    teams = session.scalars(select(Team).where(*offered).order_by(Team.name))
    return [team for team in teams if not team.countries or not country or country in team.countries]


def actor_of(staff: Staff) -> Actor:
    zone = staff.zone or ""
    return Actor(
        kind=ActorKind.STAFF, staff_id=staff.id, role=staff.role, scope=staff.scope, name=staff.name, zone=zone
    )


def check_role(role: Role, scope: Scope | None) -> None:
    """Raises AccountRefused for a role that has no account, and for a scope that the role does not have."""
    if role not in ACCOUNT_ROLES:
        raise AccountRefused("A regulator's officer has no account: a supervisor makes a link for one bundle.")
    if scope is not None and scope not in SCOPES[role]:
        raise AccountRefused("This role does not see as far as that. Choose another scope.")


def _check_new(session: Session, new: NewStaff) -> None:
    if not LOGIN.fullmatch(new.login):
        raise AccountRefused("A sign-in name has 2 to 80 small letters, digits, dots or hyphens.")
    try:
        check_password(new.password, about=(new.login, new.name))
    except WeakPassword as error:
        raise AccountRefused(str(error)) from error
    check_role(new.role, new.scope)
    if session.scalars(select(Staff.id).where(Staff.login == new.login)).first() is not None:
        raise AccountRefused(f"There is already somebody with the sign-in name {new.login}.")


def _seal_context(staff_id: UUID) -> SealContext:
    return SealContext("staff", str(staff_id), "")
