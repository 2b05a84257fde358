"""How a team works together, as its supervisors set it: which steps wait for a second member, and how much is much."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.domain.approvals import Approvable
from portal.domain.rights import SecurityNoticeKind
from portal.models.accounts import Team
from portal.services.staff import security_notices
from portal.services.staff.accounts import AccountRefused

NOT_YOURS = "This is not one of your teams."


@dataclass(frozen=True, kw_only=True)
class TeamRules:
    """What a team chose. Nothing waits where nothing is chosen."""

    team_id: UUID
    team: str
    approvals: tuple[Approvable, ...]
    case_cap: int | None
    hard_cap: int | None
    no_answer_link: bool


def read_rules(session: Session, team_id: UUID, keys: Collection[UUID]) -> TeamRules:
    """Of a team that the member is in. Raises AccountRefused."""
    team = session.get(Team, team_id) if team_id in keys else None
    if team is None:
        raise AccountRefused(NOT_YOURS)
    chosen = tuple(Approvable(each) for each in team.approvals or ())
    return TeamRules(
        team_id=team.id,
        team=team.name,
        approvals=chosen,
        case_cap=team.case_cap,
        hard_cap=team.hard_cap,
        no_answer_link=team.no_answer_link,
    )


def set_rules(
    session: Session,
    team_id: UUID,
    approvals: Collection[Approvable],
    keys: Mapping[UUID, bytes],
    *,
    caps: tuple[int | None, int | None],
    no_answer_link: bool = False,
    by: UUID,
    now: datetime,
) -> None:
    """What waits from now on, beyond how many open and how many hard cases of one member the desk warns, and whether
    the team's letters have no link by which their recipient answers; those that left stop answering then.

    Every supervisor of the team is told of a change of what waits. Raises AccountRefused.
    """
    team = session.get(Team, team_id, with_for_update=True) if team_id in keys else None
    if team is None:
        raise AccountRefused(NOT_YOURS)
    team.case_cap, team.hard_cap = caps
    team.no_answer_link = no_answer_link
    wanted = [each.value for each in Approvable if each in approvals]
    if wanted == (team.approvals or []):
        return
    team.approvals = wanted
    security_notices.add(session, SecurityNoticeKind.RULES_CHANGED, team_id=team.id, by=by, now=now)
    session.flush()
