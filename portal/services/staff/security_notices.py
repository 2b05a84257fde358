"""Security notices: what changed about who can read cases, for each supervisor it concerns until they have seen it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.journal import Noted
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Membership, Staff, Team
from portal.models.security_notices import SecurityNotice, SecurityNoticeSeen
from portal.services.history import journal

_NOTED: Mapping[SecurityNoticeKind, Noted] = MappingProxyType(
    {
        SecurityNoticeKind.TEAM_MADE: Noted.TEAM_MADE,
        SecurityNoticeKind.TEAM_SHOWN: Noted.TEAM_SHOWN,
        SecurityNoticeKind.MEMBER_INVITED: Noted.STAFF_ADDED,
        SecurityNoticeKind.MEMBER_ADDED: Noted.STAFF_ADDED,
        SecurityNoticeKind.LET_IN: Noted.LET_IN,
        SecurityNoticeKind.LET_IN_BY_RECOVERY_KEY: Noted.LET_IN,
        SecurityNoticeKind.PASSWORD_RESET: Noted.PASSWORD_CHANGED,
        SecurityNoticeKind.FACTORS_RESET: Noted.FACTOR_REMOVED,
        SecurityNoticeKind.ROLE_CHANGED: Noted.STAFF_CHANGED,
        SecurityNoticeKind.TEAM_LEFT: Noted.STAFF_CHANGED,
        SecurityNoticeKind.ACCOUNT_ENDED: Noted.STAFF_ENDED,
        SecurityNoticeKind.TEAM_KEY_CHANGED: Noted.KEYS_CHANGED,
        SecurityNoticeKind.RECOVERY_KEY_CHANGED: Noted.KEYS_CHANGED,
        SecurityNoticeKind.RULES_CHANGED: Noted.TEAM_CHANGED,
        SecurityNoticeKind.HISTORY_BROKEN: Noted.HISTORY_BROKEN,
    }
)
# Whatever team they name: every supervisor sees them.
FOR_ALL = (SecurityNoticeKind.TEAM_MADE, SecurityNoticeKind.TEAM_SHOWN)


@dataclass(frozen=True, kw_only=True)
class SecurityNoticeView:
    """One notice for a page. `team` is empty for the whole organisation, `by` for what was done on the server."""

    id: UUID
    kind: SecurityNoticeKind
    team: str
    about: str
    by: str
    at: datetime


def add(
    session: Session,
    kind: SecurityNoticeKind,
    *,
    team_id: UUID | None,
    about: UUID | None = None,
    by: UUID | None = None,
    now: datetime,
) -> None:
    """Leave a notice for the supervisors of a team, or for all where there is no team or a new one; and an entry in the
    journal.
    """
    session.add(SecurityNotice(id=uuid4(), kind=kind, team_id=team_id, about_id=about, by_id=by, at=now))
    facts = {"mark": kind.value, "team": str(team_id) if team_id else None, "about": str(about) if about else None}
    journal.note(session, _NOTED[kind], staff_id=by, facts=facts, now=now)


def add_about(
    session: Session, kind: SecurityNoticeKind, staff: Staff, *, by: UUID | None = None, now: datetime
) -> None:
    """Leave a notice in every team of a member; for the whole organisation where they are in none."""
    teams = session.scalars(select(Membership.team_id).where(Membership.staff_id == staff.id)).all()
    for team_id in teams or (None,):
        add(session, kind, team_id=team_id, about=staff.id, by=by, now=now)


def list_unseen(session: Session, staff_id: UUID, team_ids: Collection[UUID]) -> tuple[SecurityNoticeView, ...]:
    """What this supervisor has not seen yet, the newest first."""
    about, by = aliased(Staff), aliased(Staff)
    query = (
        select(SecurityNotice, Team.name, about.name, by.name)
        .outerjoin(Team, Team.id == SecurityNotice.team_id)
        .outerjoin(about, about.id == SecurityNotice.about_id)
        .outerjoin(by, by.id == SecurityNotice.by_id)
        .where(_concerns(team_ids), ~_is_seen(staff_id))
        .order_by(SecurityNotice.at.desc(), SecurityNotice.id)
    )
    return tuple(
        SecurityNoticeView(
            id=notice.id, kind=notice.kind, team=team or "", about=whom or "", by=who or "", at=notice.at
        )
        for notice, team, whom, who in session.execute(query)
    )


def confirm_seen(
    session: Session, staff_id: UUID, team_ids: Collection[UUID], notice_ids: Collection[UUID], *, now: datetime
) -> int:
    """This supervisor has seen these notices. Those of other teams are passed over. Returns how many."""
    query = select(SecurityNotice.id).where(SecurityNotice.id.in_(notice_ids), _concerns(team_ids), ~_is_seen(staff_id))
    found = session.scalars(query).all()
    session.add_all(SecurityNoticeSeen(mark_id=mark_id, staff_id=staff_id, seen_at=now) for mark_id in found)
    return len(found)


def _concerns(team_ids: Collection[UUID]) -> ColumnElement[bool]:
    is_for_all = or_(SecurityNotice.team_id.is_(None), SecurityNotice.kind.in_(FOR_ALL))
    return or_(is_for_all, SecurityNotice.team_id.in_(team_ids))


def _is_seen(staff_id: UUID) -> ColumnElement[bool]:
    return (
        select(SecurityNoticeSeen.mark_id)
        .where(SecurityNoticeSeen.mark_id == SecurityNotice.id, SecurityNoticeSeen.staff_id == staff_id)
        .exists()
    )
