"""Who hears of a case: whoever works on it, their cover while they are away, and a team's supervisors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from portal.domain.rights import Right, roles_with
from portal.models.absences import Absence
from portal.models.accounts import Membership, Staff
from portal.services.work import Work


class Listeners:
    """The members of some teams, read once. Only who can open a team's cases hears of them."""

    def __init__(self, work: Work, team_ids: Collection[UUID]) -> None:
        self._members: dict[UUID, set[UUID]] = defaultdict(set)
        self._leaders: dict[UUID, set[UUID]] = defaultdict(set)
        query = select(Membership.team_id, Staff.id, Staff.role).join(Staff, Staff.id == Membership.staff_id)
        query = query.where(
            Membership.team_id.in_(team_ids), Membership.team_key.is_not(None), Staff.ended_at.is_(None)
        )
        for team_id, staff_id, role in work.session.execute(query):
            self._members[team_id].add(staff_id)
            if role in roles_with(Right.LEAD_TEAM):
                self._leaders[team_id].add(staff_id)
        today = work.ports.config.day_at(work.now)
        away = select(Absence.staff_id, Absence.cover_id).where(Absence.ended_at.is_(None))
        rows = work.session.execute(away.where(Absence.from_on <= today, Absence.until_on >= today))
        self._covers = {staff_id: cover_id for staff_id, cover_id in rows}

    def of(self, team_id: UUID, assignee_id: UUID | None, *, is_raised: bool) -> set[UUID]:
        """A case that nobody works on is told to the supervisors from the first level on, any other once it
        `is_raised`.
        """
        heard = {assignee_id} & self._members[team_id]
        if is_raised or not heard:
            heard |= self._leaders[team_id]
        return {self._covers.get(each, each) for each in heard if each is not None} & self._members[team_id]

    def is_away(self, staff_id: UUID) -> bool:
        return staff_id in self._covers
