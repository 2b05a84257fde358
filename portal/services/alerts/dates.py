"""What a member's calendar reads at its secret address: times alone, of the cases that are theirs to keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select

from portal.adapters.calendar_files import write_calendar
from portal.domain.clocks import ClockState
from portal.domain.deadline_levels import OWED
from portal.domain.lifecycle import SETTLED, CaseStatus
from portal.domain.regimes import ObligedParty
from portal.domain.reminders import OURS, TITLES, place_in_calendar
from portal.models.accounts import Staff
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.follow_ups import FollowUpDate
from portal.models.requests import Request
from portal.services.alerts import preferences
from portal.services.casefile.queue.filters import day_of
from portal.services.clocks.own_dates import list_own_dates
from portal.services.staff.absences import covered_by
from portal.services.staff.accounts import actor_of, team_ids_of
from portal.services.work import Work
from portal.zone_names import load_zone

LOOKS_BACK = timedelta(days=30)  # how long a calendar shows what is past
MORNING = time(9)  # of a day that was promised without an hour


def read_feed(work: Work, token: str) -> bytes:
    """The dates, or a calendar with nothing in it where the address is no more, never was, or its member has left: all
    of these are the same answer.
    """
    staff_id = preferences.find_by_feed(work, token)
    staff = work.session.get(Staff, staff_id) if staff_id else None
    if staff is None or staff.ended_at is not None:
        return write_calendar((), title="", owner="", written_at=work.now)
    return write_calendar(
        place_in_calendar(_list_moments(work, staff), None),
        title=TITLES[0],
        owner=f"staff/{staff.id}",
        written_at=work.now,
        others=place_in_calendar(_list_own(work, staff), None),
        other_title=OURS,
    )


def _list_moments(work: Work, staff: Staff) -> Iterator[datetime]:
    """Deadlines of cases that the member works on or covers, and the mornings of what they promised."""
    covered = _covered(work, staff)
    is_open = (Case.status == CaseStatus.OPEN, Case.team_id.in_(team_ids_of(work.session, staff.id)))
    clocks = select(Clock.due_at).join(Case, Case.id == Clock.case_id)
    clocks = clocks.outerjoin(Request, Request.id == Clock.request_id).where(
        *is_open,
        or_(Case.assignee_id == staff.id, Case.assignee_id.in_(covered)),
        Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)),
        Clock.due_at > work.now - LOOKS_BACK,
        or_(Clock.binding.in_(OWED), Clock.owed_by == ObligedParty.PERSON),
        or_(Request.id.is_(None), Request.state.not_in(SETTLED)),
    )
    yield from (at for at in work.session.scalars(clocks) if at is not None)
    zone = load_zone(staff.zone) if staff.zone else work.ports.config.time_zone
    days = (
        select(FollowUpDate.due_on)
        .join(Case, Case.id == FollowUpDate.case_id)
        .where(*is_open, FollowUpDate.done_at.is_(None))
    )
    days = days.where(or_(FollowUpDate.owner_id == staff.id, FollowUpDate.owner_id.in_(covered)))
    for day in work.session.scalars(days):
        yield datetime.combine(day, MORNING, zone).astimezone(UTC)


def _list_own(work: Work, staff: Staff) -> Iterator[datetime]:
    """Dates of our own, of cases that the member works on or covers."""
    theirs = or_(Case.assignee_id == staff.id, Case.assignee_id.in_(_covered(work, staff)))
    chosen = (Case.team_id.in_(team_ids_of(work.session, staff.id)), theirs)
    yield from (each.due_at for each in list_own_dates(work.session, *chosen) if each.due_at > work.now - LOOKS_BACK)


def _covered(work: Work, staff: Staff) -> Any:
    """The ids of those whom the member stands in for today."""
    member = Work(session=work.session, actor=actor_of(staff), now=work.now, ports=work.ports)
    return covered_by(staff.id, day_of(member).today)
