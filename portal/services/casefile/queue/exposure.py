"""How much each advocate carries: open cases, the hard kinds among them, and about how many hours.

Hours are not recorded anywhere. What is written down is that a member opened a case or did something in it, so the time
between two such moments counts where it is short; what was read on paper, talked about or thought is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case as sql_case
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.domain.lifecycle import CaseStatus, Path, RiskFlag
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.risk_marks import RiskMark
from portal.services.cases import risks
from portal.services.ports import ServerKeys
from portal.services.staff.accounts import read_colleagues
from portal.services.work import Work

LOOKS_BACK = timedelta(days=7)
AT_WORK = timedelta(minutes=20)  # a longer silence is not counted as work
LEAST = timedelta(minutes=2)  # for a single thing that was done


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """What a member carries in one team. `hours` of the last seven days is None where nothing was recorded.

    `hard` counts each case once, also that of a child who is threatened. `case_cap` and `hard_cap` are what the team
    set as most; None where it set none.
    """

    staff_id: UUID
    name: str
    team: str
    cases: int
    children: int
    threats: int
    suicides: int
    hard: int
    hours: float | None
    case_cap: int | None
    hard_cap: int | None

    @property
    def is_over(self) -> bool:
        """More than the team set as most."""
        return _is_over(self.cases, self.case_cap) or _is_over(self.hard, self.hard_cap)


def read_exposure(work: Work, team_ids: Collection[UUID], *, only: UUID | None = None) -> tuple[Exposure, ...]:
    """Of the members of these teams, or of one of them alone."""
    teams = work.session.scalars(select(Team).where(Team.id.in_(team_ids)).order_by(Team.name)).all()
    counts = _count(work, team_ids, only)
    hours = estimate_hours(work.session, team_ids, since=work.now - LOOKS_BACK, only=only)
    return tuple(
        _view(team, one.id, one.name, counts, hours)
        for team in teams
        for one in read_colleagues(work.session, team.id)
        if only in {None, one.id}
    )


def find_over(work: Work, team_id: UUID | None, staff_id: UUID | None) -> Exposure | None:
    """What a member carries, where that is more than the team set as most. Only warns: nobody is held up by it."""
    team = work.session.get(Team, team_id) if team_id and staff_id else None
    if team is None or staff_id is None or (team.case_cap is None and team.hard_cap is None):
        return None
    work.session.flush()
    found = next(iter(read_exposure(work, [team.id], only=staff_id)), None)
    return found if found is not None and found.is_over else None


def estimate_hours(
    session: Session, team_ids: Collection[UUID], *, since: datetime, only: UUID | None = None
) -> Mapping[tuple[UUID, UUID], float]:
    """About how many hours each member spent on cases of each team, at least, from what is recorded."""
    query = select(Case.team_id, Event.staff_id, Event.recorded_at).join(Case, Case.id == Event.case_id)
    query = query.where(Case.team_id.in_(team_ids), Event.staff_id.is_not(None), Event.recorded_at >= since)
    if only is not None:
        query = query.where(Event.staff_id == only)
    moments: dict[tuple[UUID, UUID], list[datetime]] = defaultdict(list)
    for team_id, staff_id, at in session.execute(query.order_by(Event.recorded_at)):
        if team_id is not None and staff_id is not None:
            moments[team_id, staff_id].append(at)
    return {who: add_up(found) for who, found in moments.items()}


def add_up(moments: Iterable[datetime]) -> float:
    """Hours: each short silence between two moments counts, and a little for each stretch of work. In order."""
    total, before = timedelta(), None
    for at in moments:
        gap = at - before if before is not None else None
        total += gap if gap is not None and gap <= AT_WORK else LEAST
        before = at
    return round(total / timedelta(hours=1), 1)


@dataclass(frozen=True)
class _Counts:
    """Open cases of one member in one team, and those of each hard kind."""

    cases: int = 0
    children: int = 0
    threats: int = 0
    suicides: int = 0
    hard: int = 0


def _count(work: Work, team_ids: Collection[UUID], only: UUID | None) -> Mapping[tuple[UUID, UUID], _Counts]:
    is_child, is_threat = or_(Case.under_18.is_(True), Case.path == Path.CHILD), Case.path == Path.THREAT
    is_suicide = Case.id.in_(_marked(work.ports.keys, RiskFlag.SUICIDE))
    kinds = (is_child, is_threat, is_suicide, or_(is_child, is_threat, is_suicide))
    counted = (func.count(sql_case((kind, 1))) for kind in kinds)
    query = select(Case.team_id, Case.assignee_id, func.count(), *counted)
    query = query.where(Case.team_id.in_(team_ids), Case.status == CaseStatus.OPEN, Case.assignee_id.is_not(None))
    if only is not None:
        query = query.where(Case.assignee_id == only)
    rows = work.session.execute(query.group_by(Case.team_id, Case.assignee_id))
    return {(team, staff): _Counts(*found) for team, staff, *found in rows if team is not None and staff is not None}


def _marked(keys: ServerKeys, flag: RiskFlag) -> Any:
    return select(RiskMark.case_id).where(RiskMark.value.in_(risks.values_of(keys, flag)))


def _view(
    team: Team,
    staff_id: UUID,
    name: str,
    counts: Mapping[tuple[UUID, UUID], _Counts],
    hours: Mapping[tuple[UUID, UUID], float],
) -> Exposure:
    found = counts.get((team.id, staff_id), _Counts())
    return Exposure(
        staff_id=staff_id,
        name=name,
        team=team.name,
        cases=found.cases,
        children=found.children,
        threats=found.threats,
        suicides=found.suicides,
        hard=found.hard,
        hours=hours.get((team.id, staff_id)),
        case_cap=team.case_cap,
        hard_cap=team.hard_cap,
    )


def _is_over(count: int, most: int | None) -> bool:
    return most is not None and count > most
