"""The list of staff, their teams and roles, and ending an account.

Keys, passwords and sign-in are in `accounts.py`; this is what an administrator does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.adapters.vault import CannotOpen
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus, History, Role, Scope
from portal.domain.rights import Right, SecurityNoticeKind, may, needs_team
from portal.models.accounts import Membership, Staff, Team, WebSession
from portal.models.cases import Case
from portal.services.history import journal
from portal.services.history.events import NewEvent, record
from portal.services.ports import SYSTEM
from portal.services.signin import factors, known_browsers
from portal.services.staff import accounts, security_notices, team_keys
from portal.services.staff.accounts import AccountRefused, NewStaff
from portal.services.staff.recovery_key import make_recovery_key_once

NO_KEYS: Mapping[UUID, bytes] = MappingProxyType({})
LONGEST_TEAM_NAME = 80


@dataclass(frozen=True, kw_only=True, repr=False)
class Added:
    """What adding a member of staff did. `recovery_key` is set the first time only, to be printed once."""

    recovery_key: str | None
    team_is_new: bool
    is_waiting: bool
    team_is_shown: bool = True  # else a supervisor of another team has to let people be offered it


def add_member(
    session: Session,
    new: NewStaff,
    *,
    team: str | None,
    countries: Sequence[str] = (),
    recovery_key: bytes | None = None,
    now: datetime,
) -> Added:
    """Make a member of staff and put them in their team, which is made if it is not there. Raises AccountRefused.

    Without `recovery_key` a member of a team that was there before waits for a colleague.
    """
    if team is None and needs_team(new.role):
        raise AccountRefused("Say which team they belong to; only administrators and auditors have none.")
    printed = make_recovery_key_once(session, now=now)
    member = accounts.add_staff(session, new, now=now)
    if team is None:
        return Added(recovery_key=printed, team_is_new=False, is_waiting=False)
    found = accounts.find_team(session, team)
    if found is not None and countries:
        raise AccountRefused(f"The team {team} is already there; its countries are not changed here.")
    if found is None:
        is_shown = _begin_team(session, team, countries, member, by=None, now=now)
        return Added(recovery_key=printed, team_is_new=True, is_waiting=False, team_is_shown=is_shown)
    is_waiting = _join(session, member, found, recovery_key, now=now)
    return Added(recovery_key=printed, team_is_new=False, is_waiting=is_waiting)


def make_team(
    session: Session, name: str, countries: Sequence[str], first: str, *, by: UUID | None, now: datetime
) -> None:
    """A team whose key is given to its first member, a supervisor by their sign-in name, and to nobody else.

    Whoever makes it gets no key. Raises AccountRefused.
    """
    member = find_staff(session, first)
    if not may(member.role, Right.LEAD_TEAM):
        raise AccountRefused("The first member of a team is a supervisor, because they let the others in.")
    if not name.strip() or len(name.strip()) > LONGEST_TEAM_NAME:
        raise AccountRefused(f"The name of a team has 1 to {LONGEST_TEAM_NAME} characters.")
    _begin_team(session, name.strip(), countries, member, by=by, now=now)


def read_countries(text: str) -> tuple[str, ...]:
    """Countries from codes of two letters with commas between; none means any. Raises AccountRefused."""
    codes = tuple(code.strip().upper() for code in text.split(",") if code.strip())
    wrong = [code for code in codes if len(code) != 2 or not (code.isascii() and code.isalpha())]
    if wrong:
        raise AccountRefused(f"Countries are codes of two letters with commas between, as in NZ,AU; not {wrong[0]}.")
    return codes


def join_team(session: Session, login: str, team: str, *, recovery_key: bytes | None, now: datetime) -> bool:
    """Put a member of staff in one more team, or let them in where they wait. Returns whether they wait still.

    Raises AccountRefused.
    """
    member, found = find_staff(session, login), accounts.find_team(session, team)
    if found is None:
        raise AccountRefused(f"There is no team named {team}.")
    row = session.scalars(
        select(Membership).where(Membership.staff_id == member.id, Membership.team_id == found.id)
    ).one_or_none()
    if row is None:
        return _join(session, member, found, recovery_key, now=now)
    if row.team_key is not None:
        raise AccountRefused(f"{login} is already in the team {team}.")
    if recovery_key is None:
        raise AccountRefused(
            f"{login} already waits for the team {team}. A colleague or the recovery key lets them in."
        )
    key = _open_team(found, recovery_key)
    let_colleague_in(session, row.id, {found.id: key}, kind=SecurityNoticeKind.LET_IN_BY_RECOVERY_KEY, by=None, now=now)
    return False


def let_colleague_in(
    session: Session,
    membership_id: UUID,
    keys: Mapping[UUID, bytes],
    *,
    kind: SecurityNoticeKind = SecurityNoticeKind.LET_IN,
    by: UUID | None,
    now: datetime,
) -> None:
    """Give a waiting colleague the key of their team, and leave a notice. Raises AccountRefused, StaleKey."""
    row = session.get(Membership, membership_id)
    if row is not None and row.team_id in keys:
        team_keys.check_current(session, row.team_id, keys[row.team_id])
    member = accounts.grant_team_key(session, membership_id, keys)
    team_id = session.get_one(Membership, membership_id).team_id
    security_notices.add(session, kind, team_id=team_id, about=member.id, by=by, now=now)
    session.flush()


def end_staff(
    session: Session,
    login: str,
    *,
    keys: Mapping[UUID, bytes] = NO_KEYS,
    by: UUID | None = None,
    now: datetime,
) -> int:
    """End an account: no sign-in, no running session, no team key; cases become nobody's. Returns how many cases.

    The key of each of their teams is changed: now where it stands in `keys`, else when a colleague next signs in.
    Raises AccountRefused, StaleKey.
    """
    member = find_staff(session, login)
    security_notices.add_about(session, SecurityNoticeKind.ACCOUNT_ENDED, member, by=by, now=now)
    member.ended_at = now
    session.flush()
    for row in session.scalars(select(Membership).where(Membership.staff_id == member.id)).all():
        team_keys.leave_team(session, row, keys, by=by, now=now)
    session.execute(delete(WebSession).where(WebSession.staff_id == member.id))
    return _free_cases(session, member.id, None, now=now)


def reset_factors(session: Session, login: str, *, now: datetime) -> None:
    """For whoever lost phone, key and paper: no factor, no session, no known browser, and a notice for the supervisors.

    The next sign-in, which still needs the password, sets up a new factor. Raises AccountRefused.
    """
    member = find_staff(session, login)
    factors.remove_all(session, member.id)
    known_browsers.forget(session, member.id)
    session.execute(delete(WebSession).where(WebSession.staff_id == member.id))
    security_notices.add_about(session, SecurityNoticeKind.FACTORS_RESET, member, now=now)


def end_by_administrator(session: Session, login: str, *, by: UUID, now: datetime) -> None:
    """As `end_staff`, by somebody who holds no key. Raises AccountRefused for one's own account."""
    if find_staff(session, login).id == by:
        raise AccountRefused("You cannot end your own account. Ask another administrator.")
    end_staff(session, login, by=by, now=now)


def remove_from_team(
    session: Session, membership_id: UUID, *, keys: Mapping[UUID, bytes], by: UUID, now: datetime
) -> int:
    """A supervisor takes a colleague out of a team of theirs. Returns how many cases are now without an advocate.

    Raises AccountRefused for somebody of another team and for oneself, StaleKey.
    """
    row = session.get(Membership, membership_id)
    if row is None or row.team_id not in keys:
        raise AccountRefused("Nobody of that kind is in your team.")
    if row.staff_id == by:
        raise AccountRefused("You cannot take yourself out of the team. Ask another supervisor or an administrator.")
    team_id, staff_id = row.team_id, row.staff_id
    security_notices.add(session, SecurityNoticeKind.TEAM_LEFT, team_id=team_id, about=staff_id, by=by, now=now)
    team_keys.leave_team(session, row, keys, by=by, now=now)
    return _free_cases(session, staff_id, team_id, now=now)


def change_role(session: Session, login: str, role: Role, scope: Scope, *, by: UUID | None, now: datetime) -> None:
    """Give somebody another role. Whoever reads no cases any more leaves their teams at once.

    Running sessions end, so that nothing goes on under the old role. Raises AccountRefused.
    """
    member = find_staff(session, login)
    accounts.check_role(role, scope)
    if member.id == by:
        raise AccountRefused("You cannot change your own role. Ask another administrator.")
    if (member.role, member.scope) == (role, scope):
        raise AccountRefused("This is the role they have already.")
    security_notices.add_about(session, SecurityNoticeKind.ROLE_CHANGED, member, by=by, now=now)
    member.role, member.scope = role, scope
    session.flush()
    if not needs_team(role):
        for row in session.scalars(select(Membership).where(Membership.staff_id == member.id)).all():
            team_keys.leave_team(session, row, NO_KEYS, by=by, now=now)
    if not may(role, Right.WORK_ON_CASES):
        _free_cases(session, member.id, None, now=now)
    session.execute(delete(WebSession).where(WebSession.staff_id == member.id))


def _free_cases(session: Session, staff_id: UUID, team_id: UUID | None, *, now: datetime) -> int:
    """The cases that somebody carried, of one team or of all, become nobody's. Returns how many."""
    query = select(Case).where(Case.assignee_id == staff_id, Case.status != CaseStatus.ERASED).order_by(Case.id)
    cases = session.scalars(query.where(Case.team_id == team_id) if team_id else query).all()
    for case in cases:
        case.assignee_id = None
        left = NewEvent(kind=History.ASSIGNED, at=now, facts={"to": None})
        record(session, case.id, None, left, actor=SYSTEM, now=now)
    return len(cases)


def find_staff(session: Session, login: str) -> Staff:
    """The member of staff with this sign-in name, unless the account has ended. Raises AccountRefused."""
    member = session.scalars(select(Staff).where(Staff.login == login.strip().lower())).one_or_none()
    if member is None or member.ended_at is not None:
        raise AccountRefused(f"There is nobody with the sign-in name {login}.")
    return member


def show_team(session: Session, team_id: UUID, keys: Mapping[UUID, bytes], *, by: UUID, now: datetime) -> None:
    """A second person lets people be offered a new team: a supervisor of another one, which people are offered
    already. `keys` are those of their teams. Raises AccountRefused.
    """
    team = session.get(Team, team_id, with_for_update=True)
    if team is None or team.shown_at is not None:
        raise AccountRefused("This team is shown already, or is not there any more.")
    others = session.scalars(select(Team.id).where(Team.id.in_(keys), Team.id != team_id, Team.shown_at.is_not(None)))
    if by == team.made_by or others.first() is None:
        raise AccountRefused("A supervisor of another team has to say this, and not whoever made the team.")
    team.shown_at, team.shown_by = now, by
    security_notices.add(session, SecurityNoticeKind.TEAM_SHOWN, team_id=team.id, by=by, now=now)
    session.flush()


def set_team_email(
    session: Session,
    team_id: UUID,
    email: str,
    keys: Mapping[UUID, bytes],
    *,
    reply_hours: int | None = None,
    by: UUID,
    now: datetime,
) -> None:
    """Where answers to the team's cases go; empty: to the organisation's address. `keys` are those of whoever says so,
    `reply_hours` within how many hours the team usually answers the person.

    Letters that are made from now on name the address. Raises AccountRefused.
    """
    team = session.get(Team, team_id, with_for_update=True) if team_id in keys else None
    if team is None:
        raise AccountRefused("This is not one of your teams.")
    team.email, team.reply_hours = email.strip() or None, reply_hours
    journal.note(session, Noted.TEAM_CHANGED, staff_id=by, facts={"what": "email", "is_own": bool(team.email)}, now=now)
    session.flush()


def _begin_team(
    session: Session, name: str, countries: Sequence[str], member: Staff, *, by: UUID | None, now: datetime
) -> bool:
    """The notice is for the supervisors of every team. Whether people are offered it: at once where there is no other
    team, since then nobody else could say so, and it looks like none.
    """
    is_first = session.scalars(select(Team.id).where(Team.shown_at.is_not(None)).limit(1)).first() is None
    made, key = accounts.create_team(session, name, countries=countries, is_shown=is_first, now=now)
    made.made_by = by
    accounts.add_membership(session, member, made, key, now=now)
    security_notices.add(session, SecurityNoticeKind.TEAM_MADE, team_id=made.id, about=member.id, by=by, now=now)
    return is_first


def _join(session: Session, member: Staff, team: Team, recovery_key: bytes | None, *, now: datetime) -> bool:
    """Whether the member waits."""
    key = _open_team(team, recovery_key) if recovery_key else None
    accounts.add_membership(session, member, team, key, now=now)
    kind = SecurityNoticeKind.LET_IN_BY_RECOVERY_KEY if key else SecurityNoticeKind.MEMBER_ADDED
    security_notices.add(session, kind, team_id=team.id, about=member.id, now=now)
    return key is None


def _open_team(team: Team, recovery_key: bytes) -> bytes:
    try:
        return accounts.recover_team_key(team, recovery_key)
    except CannotOpen as error:
        raise AccountRefused("This recovery key does not belong to this organisation.") from error
