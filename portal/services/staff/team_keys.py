"""The key pairs of teams: changed when somebody leaves, so that what they could have kept opens nothing new.

A change makes a new pair at once, wraps it for everybody who stays, and keeps the old private key in a box to the new
one. Then the wraps of the cases are renewed in batches, each a transaction of its own; what was not reached yet is
read with the old key meanwhile. When nothing hangs on an old key any more, it is destroyed. A change that was cut off
goes on where it stopped, because each wrap says for which key it was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import Handler
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Membership, RecoveryKey, Staff, Team
from portal.models.cases import CaseKey
from portal.models.team_keys import FormerTeamKey
from portal.services.staff import security_notices

BATCH = 500  # wraps of one transaction: about 0.2 s


class StaleKey(ValueError):
    """The key in hand is not the team's any more: it was changed meanwhile. Load the page again."""


def unwrap_for_team(session: Session, row: CaseKey, team_key: bytes) -> bytes:
    """What a team's wrap of a case's key holds, whichever of the team's keys it was made for. Raises CannotOpen."""
    team = session.get_one(Team, row.team_id)
    key = team_key if row.generation == team.generation else _open_former(session, team, row.generation, team_key)
    return vault.unwrap_with_private_key(row.wrapped, key)


def check_current(session: Session, team_id: UUID, team_key: bytes) -> Team:
    """The team, locked against another change, when the key in hand is its present one. Raises StaleKey."""
    team = session.get_one(Team, team_id, with_for_update=True, populate_existing=True)
    if vault.public_of(team_key) != team.public_key:
        raise StaleKey("The team's key was changed at this moment. Load the page again.")
    return team


def rotate_key(session: Session, team_id: UUID, team_key: bytes, *, by: UUID | None, now: datetime) -> bytes:
    """A new key pair for the team, for everybody who has the present one. Returns the new private key.

    Raises StaleKey.
    """
    team = check_current(session, team_id, team_key)
    pair = vault.new_key_pair()
    for former in _list_former(session, team.id):
        former.wrapped = vault.wrap_for_public_key(vault.unwrap_with_private_key(former.wrapped, team_key), pair.public)
    kept = FormerTeamKey(id=uuid4(), team_id=team.id, generation=team.generation, retired_at=now)
    kept.wrapped = vault.wrap_for_public_key(team_key, pair.public)
    session.add(kept)
    team.public_key, team.generation, team.key_change_due_since = pair.public, team.generation + 1, None
    recovery = session.scalars(select(RecoveryKey)).one()
    team.recovery = vault.wrap_for_public_key(pair.private, recovery.public_key)
    for membership, member in _list_holders(session, team.id):
        membership.team_key = vault.wrap_for_public_key(pair.private, member.public_key)
    security_notices.add(session, SecurityNoticeKind.TEAM_KEY_CHANGED, team_id=team.id, by=by, now=now)
    session.flush()
    return pair.private


def schedule_key_rotation(session: Session, team_id: UUID, *, now: datetime) -> None:
    """Somebody left and nobody who holds the key is there: the next member who signs in changes it."""
    team = session.get_one(Team, team_id)
    team.key_change_due_since = team.key_change_due_since or now


def leave_team(
    session: Session, membership: Membership, team_keys: Mapping[UUID, bytes], *, by: UUID | None, now: datetime
) -> None:
    """Take a member out of a team at once, and change the team's key or have it changed. Raises StaleKey."""
    team_id, had_key = membership.team_id, membership.team_key is not None
    session.delete(membership)
    session.flush()
    if not had_key:
        return
    if team_id in team_keys and any(_list_holders(session, team_id)):
        rotate_key(session, team_id, team_keys[team_id], by=by, now=now)
    else:
        schedule_key_rotation(session, team_id, now=now)


def list_unfinished(session: Session, team_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these teams whose key has to be changed, or whose change is not done yet."""
    has_former = select(FormerTeamKey.id).where(FormerTeamKey.team_id == Team.id).exists()
    query = select(Team.id).where(Team.id.in_(team_ids), Team.key_change_due_since.is_not(None) | has_former)
    return list(session.scalars(query.order_by(Team.name)))


def continue_rotation(session: Session, staff: Staff, team_id: UUID, private_key: bytes, *, now: datetime) -> bool:
    """One step of what is left to do for a team: the change itself, or one batch. True while more is left.

    The key is read again, because another process may have changed it since the page was begun.
    """
    row = session.scalars(
        select(Membership).where(Membership.team_id == team_id, Membership.staff_id == staff.id)
    ).one_or_none()
    if row is None or row.team_key is None:
        return False
    key = vault.unwrap_with_private_key(row.team_key, private_key)
    team = check_current(session, team_id, key)
    if team.key_change_due_since is not None:
        rotate_key(session, team_id, key, by=staff.id, now=now)
        return True
    return renew_wraps(session, team_id, key) > 0


def renew_wraps(session: Session, team_id: UUID, team_key: bytes, *, most: int = BATCH) -> int:
    """Renew up to `most` wraps that were made for an older key. Returns how many are left. Raises StaleKey.

    With none left, the older keys are destroyed.
    """
    team = check_current(session, team_id, team_key)
    old = {
        row.generation: vault.unwrap_with_private_key(row.wrapped, team_key) for row in _list_former(session, team_id)
    }
    if not old:
        return 0
    older = (CaseKey.team_id == team_id, CaseKey.holder == Handler.TEAM, CaseKey.generation != team.generation)
    for row in session.scalars(select(CaseKey).where(*older).order_by(CaseKey.id).limit(most).with_for_update()):
        inner = vault.unwrap_with_private_key(row.wrapped, old[row.generation or 0])
        row.wrapped, row.generation = vault.wrap_for_public_key(inner, team.public_key), team.generation
    session.flush()
    left = session.scalar(select(func.count()).select_from(CaseKey).where(*older)) or 0
    if not left:
        session.execute(delete(FormerTeamKey).where(FormerTeamKey.team_id == team_id))
    return left


def _open_former(session: Session, team: Team, generation: int | None, team_key: bytes) -> bytes:
    for former in _list_former(session, team.id):
        if former.generation == generation:
            return vault.unwrap_with_private_key(former.wrapped, team_key)
    raise CannotOpen("the key for which this was wrapped is gone")


def _list_former(session: Session, team_id: UUID) -> Sequence[FormerTeamKey]:
    return session.scalars(select(FormerTeamKey).where(FormerTeamKey.team_id == team_id)).all()


def _list_holders(session: Session, team_id: UUID) -> list[tuple[Membership, Staff]]:
    rows = session.execute(
        select(Membership, Staff)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(Membership.team_id == team_id, Membership.team_key.is_not(None), Staff.ended_at.is_(None))
    )
    return [(membership, member) for membership, member in rows]
