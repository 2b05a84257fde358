"""The organisation's recovery key in use: rehearsed, used to let somebody back in, and replaced by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import Handler
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Membership, RecoveryKey, Team
from portal.models.cases import CaseKey
from portal.services.staff import accounts, security_notices, team_keys
from portal.services.staff.accounts import AccountRefused
from portal.services.staff.members import find_staff, let_colleague_in
from portal.services.staff.recovery_key import format_recovery_key

FOREIGN = "This recovery key does not belong to this organisation."


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What the recovery key opened of one team: its key, and how many of its cases' wraps."""

    team: str
    opens_key: bool
    cases_opened: int
    cases: int

    @property
    def is_good(self) -> bool:
        return self.opens_key and self.cases_opened == self.cases


def rehearse(session: Session, recovery_key: bytes) -> tuple[Rehearsal, ...]:
    """Try the key on every team and every case of it, as a restore would need it. Changes nothing."""
    teams = session.scalars(select(Team).order_by(Team.name)).all()
    return tuple(_rehearse_team(session, team, recovery_key) for team in teams)


def restore(session: Session, login: str, recovery_key: bytes, *, now: datetime) -> tuple[str, ...]:
    """Let a member in wherever they wait, with a notice that every supervisor of the team sees. Returns the teams.

    Raises AccountRefused where the key does not fit, or nothing waits.
    """
    check_key(session, recovery_key)
    member = find_staff(session, login)
    waiting = session.execute(
        select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.staff_id == member.id, Membership.team_key.is_(None))
        .order_by(Team.name)
    ).all()
    if not waiting:
        raise AccountRefused(f"{login} waits for no team. Begin a new password for them first, or join them to a team.")
    for row, team in waiting:
        keys = {team.id: _open_team(team, recovery_key)}
        let_colleague_in(session, row.id, keys, kind=SecurityNoticeKind.LET_IN_BY_RECOVERY_KEY, by=None, now=now)
    return tuple(team.name for _row, team in waiting)


def renew(session: Session, old_key: bytes | None, *, now: datetime) -> str:
    """Another recovery key, in its printed form. With the old one every team is in its reach at once.

    Without it a team comes into reach when a member signs in next. Either way each team's own key is changed then, so
    that the old paper with an old copy of the database opens no case that comes later. Raises AccountRefused.
    """
    # Of two who do this at once, the second finds that the old key is no key any more.
    row = session.scalars(select(RecoveryKey).with_for_update()).one_or_none()
    if row is None:
        raise AccountRefused("There is no recovery key yet. It is made with the first account.")
    opened: dict[UUID, bytes] = {}
    teams = session.scalars(select(Team)).all()
    if old_key is not None:
        check_key(session, old_key)
        opened = {team.id: _open_team(team, old_key) for team in teams}
    pair = vault.new_key_pair()
    row.public_key, row.created_at = pair.public, now
    for team in teams:
        if team.id in opened:
            team.recovery = vault.wrap_for_public_key(opened[team.id], pair.public)
        team_keys.schedule_key_rotation(session, team.id, now=now)
    security_notices.add(session, SecurityNoticeKind.RECOVERY_KEY_CHANGED, team_id=None, now=now)
    session.flush()
    return format_recovery_key(pair.private)


def check_key(session: Session, recovery_key: bytes) -> None:
    """Raises AccountRefused for a key that is not this organisation's."""
    row = session.scalars(select(RecoveryKey)).one_or_none()
    if row is None or vault.public_of(recovery_key) != row.public_key:
        raise AccountRefused(FOREIGN)


def _open_team(team: Team, recovery_key: bytes) -> bytes:
    try:
        return accounts.recover_team_key(team, recovery_key)
    except CannotOpen as error:
        raise AccountRefused(
            f"The team {team.name} is not in reach of this recovery key yet. One of its members has to sign in first."
        ) from error


def _rehearse_team(session: Session, team: Team, recovery_key: bytes) -> Rehearsal:
    wraps = session.scalars(select(CaseKey).where(CaseKey.team_id == team.id, CaseKey.holder == Handler.TEAM)).all()
    try:
        key = accounts.recover_team_key(team, recovery_key)
    except CannotOpen:
        return Rehearsal(team=team.name, opens_key=False, cases_opened=0, cases=len(wraps))
    opened = sum(_opens(session, row, key) for row in wraps)
    is_theirs = vault.public_of(key) == team.public_key
    return Rehearsal(team=team.name, opens_key=is_theirs, cases_opened=opened, cases=len(wraps))


def _opens(session: Session, row: CaseKey, team_key: bytes) -> bool:
    try:
        return bool(team_keys.unwrap_for_team(session, row, team_key))
    except CannotOpen:
        return False
