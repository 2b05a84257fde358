"""Joining, and coming back after a lost password: by words that an administrator hands over and that work once.

Whoever is invited sets a password of their own, so that no administrator ever knows one. A new password makes new
keys: what the old key opened, a colleague or the recovery key has to open again, and the supervisors see that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.lifecycle import Role, Scope
from portal.domain.rights import Right, SecurityNoticeKind, needs_team, roles_with
from portal.models.accounts import Membership, Staff, Team, WebSession
from portal.models.invitations import Invitation
from portal.services.signin import factors, known_browsers
from portal.services.staff import accounts, security_notices
from portal.services.staff.accounts import LOGIN, AccountRefused, NewStaff
from portal.services.staff.members import find_staff
from portal.services.work import Work

LASTS = timedelta(days=7)
PURPOSE = "invitation"


class InvitationOver(LookupError):
    """No invitation opens with this name and these words: never made, used, ended or over. Nothing tells which."""


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """Who is invited, as what, and to which team."""

    login: str
    name: str
    role: Role
    scope: Scope
    team_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """An invitation that still works; its words are not known any more."""

    id: UUID
    login: str
    name: str
    role: Role
    team: str
    is_new: bool  # else a new password for an account that is there
    ends_at: datetime


def invite(work: Work, guest: Invitee, *, by: UUID) -> str:
    """Six words for somebody new, shown once. An earlier invitation of the same name ends. Raises AccountRefused."""
    if not LOGIN.fullmatch(guest.login):
        raise AccountRefused("A sign-in name has 2 to 80 small letters, digits, dots or hyphens.")
    accounts.check_role(guest.role, guest.scope)
    if needs_team(guest.role) != (guest.team_id is not None):
        raise AccountRefused("Advocates, supervisors and legal reviewers have a team; nobody else has one.")
    if work.session.scalars(select(Staff.id).where(Staff.login == guest.login)).first() is not None:
        raise AccountRefused(f"There is already somebody with the sign-in name {guest.login}.")
    security_notices.add(work.session, SecurityNoticeKind.MEMBER_INVITED, team_id=guest.team_id, by=by, now=work.now)
    return _add(work, guest, None, by=by)


def invite_back(work: Work, login: str, *, by: UUID) -> str:
    """Six words by which a member sets a new password. Until they do, nothing changes. Raises AccountRefused."""
    member = find_staff(work.session, login)
    if member.id == by:
        raise AccountRefused("You cannot do this for yourself. Ask another administrator.")
    guest = Invitee(login=member.login, name=member.name, role=member.role, scope=member.scope, team_id=None)
    return _add(work, guest, member.id, by=by)


def accept(work: Work, login: str, words: str, password: str) -> Staff:
    """Make the account, or set the new password. Where somebody joins a team, they wait to be let in.

    Raises InvitationOver, AccountRefused for a password that is too weak, WrongCount and UnknownWord for slips.
    """
    text = work.ports.words.read(words)
    indexes = [_index(keys.words_index, text) for keys in work.ports.keys.every()]
    query = select(Invitation).where(Invitation.words_index.in_(indexes), _works(work.now)).with_for_update()
    row = work.session.scalars(query).one_or_none()
    if row is None or row.login != login.strip().lower():
        raise InvitationOver
    member = (
        _begin_anew(work.session, row, password, work.now)
        if row.staff_id
        else _join(work.session, row, password, work.now)
    )
    row.used_at = work.now
    return member


def end(session: Session, invitation_id: UUID, *, now: datetime) -> None:
    """The words of this invitation stop. One that does not work any more is passed over."""
    row = session.get(Invitation, invitation_id)
    if row is not None and row.used_at is None and row.ended_at is None:
        row.ended_at = now


def list_open(session: Session, *, now: datetime) -> tuple[InvitationView, ...]:
    """Every invitation that still works, the first to end first."""
    rows = session.execute(
        select(Invitation, Team.name)
        .outerjoin(Team, Team.id == Invitation.team_id)
        .where(_works(now))
        .order_by(Invitation.ends_at, Invitation.login)
    )
    return tuple(
        InvitationView(
            id=row.id,
            login=row.login,
            name=row.name,
            role=row.role,
            team=team or "",
            is_new=row.staff_id is None,
            ends_at=row.ends_at,
        )
        for row, team in rows
    )


def _add(work: Work, guest: Invitee, staff_id: UUID | None, *, by: UUID) -> str:
    for earlier in work.session.scalars(select(Invitation).where(Invitation.login == guest.login, _works(work.now))):
        earlier.ended_at = work.now
    words = work.ports.words.draw()
    row = Invitation(id=uuid4(), login=guest.login, name=guest.name, role=guest.role, scope=guest.scope)
    row.team_id, row.staff_id, row.made_by = guest.team_id, staff_id, by
    row.words_index, row.made_at, row.ends_at = _index(work.ports.keys.words_index, words), work.now, work.now + LASTS
    work.session.add(row)
    work.session.flush()
    return words


def _join(session: Session, row: Invitation, password: str, now: datetime) -> Staff:
    new = NewStaff(login=row.login, name=row.name, role=row.role, password=password, scope=row.scope)
    member = accounts.add_staff(session, new, now=now)
    if row.team_id is not None:
        accounts.add_membership(session, member, session.get_one(Team, row.team_id), None, now=now)
    security_notices.add(
        session, SecurityNoticeKind.MEMBER_ADDED, team_id=row.team_id, about=member.id, by=row.made_by, now=now
    )
    return member


def _begin_anew(session: Session, row: Invitation, password: str, now: datetime) -> Staff:
    """New keys; the teams have to let the member in again, and the second factors, sealed under the old key, go."""
    member = find_staff(session, row.login)
    accounts.reset_credentials(member, password)
    for membership in session.scalars(select(Membership).where(Membership.staff_id == member.id)):
        membership.team_key, membership.created_at = None, now
    factors.remove_all(session, member.id)
    known_browsers.forget(session, member.id)
    session.execute(delete(WebSession).where(WebSession.staff_id == member.id))
    security_notices.add_about(session, SecurityNoticeKind.PASSWORD_RESET, member, by=row.made_by, now=now)
    session.flush()
    return member


def _index(words_key: bytes, words: str) -> bytes:
    return vault.blind_index(vault.derive_subkey(words_key, PURPOSE), words)


def _works(now: datetime) -> ColumnElement[bool]:
    """Also not once whoever made it may invite nobody any more: else they could let themselves in again."""
    inviters = select(Staff.id).where(Staff.ended_at.is_(None), Staff.role.in_(roles_with(Right.KEEP_STAFF)))
    is_open = and_(Invitation.used_at.is_(None), Invitation.ended_at.is_(None), Invitation.ends_at > now)
    return is_open & Invitation.made_by.in_(inviters)
