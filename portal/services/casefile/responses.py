"""The helpline's own clock: by when it wants to give a new case its first answer, and whether it did.

An answer is what a member does that the person can see. It is no duty of a law; the organisation sets itself the hours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy import case as sql_case

from portal.domain.figures.facts import Response, judge_response
from portal.domain.figures.survival import Lasted, estimate, find_quantile
from portal.domain.lifecycle import ActorKind, CaseStatus, History, Path
from portal.models.cases import Case
from portal.models.events import Event
from portal.services.figures.counting import targets_of
from portal.services.work import Work

LOOKED_BACK = timedelta(days=30)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Of the cases of the last 30 days: how many were answered in time, late, or not yet; half in `median` hours."""

    in_target: int
    late: int
    waiting: int
    median: float | None


def find_answers_due(work: Work, cases: Iterable[Mapping[str, Any]]) -> Mapping[UUID, datetime]:
    """By when each open case of a team that nobody has answered yet is to be answered. `cases` are rows by column."""
    waiting = {row["id"]: row for row in cases if row["status"] is CaseStatus.OPEN and row["team_id"] is not None}
    if not waiting:
        return {}
    targets, due = targets_of(work.ports), dict[UUID, datetime]()
    for case_id, handed_at, answered_at in work.session.execute(_moments(Event.case_id.in_(waiting))):
        row = waiting[case_id]
        since = handed_at or row["submitted_at"]
        if answered_at is None and since is not None:
            due[case_id] = targets.due_at(since, is_urgent=is_urgent(row["path"], row["under_18"]))
    return due


def count_answered(work: Work, *, team_ids: Collection[UUID]) -> Answered:
    """One statement, of the cases that were reported in the last 30 days."""
    since = work.now - LOOKED_BACK
    chosen = and_(Case.team_id.in_(team_ids), Case.submitted_at > since, Case.status != CaseStatus.ERASED)
    moments = _moments(Event.case_id.in_(select(Case.id).where(chosen))).subquery()
    columns = (Case.submitted_at, Case.path, Case.under_18, moments.c.handed_at, moments.c.answered_at)
    targets = targets_of(work.ports)
    found: dict[Response, int] = dict.fromkeys(Response, 0)
    lasted = []
    for row in work.session.execute(select(*columns).join(moments, moments.c.case_id == Case.id).where(chosen)):
        begun = row.handed_at or row.submitted_at
        urgent = is_urgent(row.path, row.under_18)
        found[judge_response(begun, row.answered_at, targets, is_urgent=urgent, at=work.now)] += 1
        until = row.answered_at or work.now
        lasted.append(Lasted(max(0.0, (until - begun) / HOUR), row.answered_at is not None))
    return Answered(
        in_target=found[Response.IN_TARGET],
        late=found[Response.LATE],
        waiting=found[Response.WAITING],
        median=find_quantile(estimate(lasted), 0.5),
    )


def is_urgent(path: Path | None, under_18: bool | None) -> bool:
    """Whether the shorter target holds: a child, or a threat."""
    return bool(under_18) or path in (Path.CHILD, Path.THREAT)


def _moments(whose: Any) -> Select[UUID, datetime | None, datetime | None]:
    """Of each case, when the team got it and when a member first did something that the person can see."""
    handed = sql_case((Event.kind == History.HANDED_TO_TEAM, Event.at))
    shown = and_(Event.actor == ActorKind.STAFF, Event.is_visible.is_(True))
    answered = sql_case((shown, Event.recorded_at))
    columns = (func.min(handed).label("handed_at"), func.min(answered).label("answered_at"))
    return select(Event.case_id, *columns).where(whose).group_by(Event.case_id)
