"""Levels of deadlines, noted each minute with nobody signed in: each once, and with it whatever tells of it.

A level is a row, unique for clock, level and date, written in one transaction with the mails and the deliveries that
tell of it: a worker that dies leaves neither, and the next one writes both. Cases are held while theirs are written;
one that somebody else has in hand is left to the next minute. What was met, settled or lodged meanwhile says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from portal.db import begin_reading
from portal.domain.clocks import ClockState
from portal.domain.deadline_levels import HOUR, ORDER, OWED, RAISED, Level, LevelTimes
from portal.domain.lifecycle import SETTLED, CaseStatus
from portal.domain.regimes import ObligedParty
from portal.domain.webhooks import WebhookEvent
from portal.models.accounts import Staff
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.deadline_notices import AlertSettings, DeadlineNotice
from portal.models.outbox import MailKind
from portal.models.requests import Request
from portal.services.alerts import preferences
from portal.services.alerts.listeners import Listeners
from portal.services.background import mail_texts, outbox
from portal.services.background.duties import Tally, do_together
from portal.services.background.outbox import NewMail
from portal.services.ports import SYSTEM, Ports
from portal.services.webhooks.deliveries import publish_all
from portal.services.work import Work

TOGETHER = 200  # cases whose levels are written in one transaction
# A deadline that passed longer ago is not told of for the first time: a portal that was off for a month, or has just
# learned to tell, would tell of everything at once.
LOOKS_BACK = timedelta(days=14)  # behind the last level of all
LISTED = 10  # references in one mail
FRESH = timedelta(days=1)  # after which a mail that could not leave says nothing new


@dataclass(frozen=True)
class ReachedLevel:
    """A level to which a clock of a case has come, or with no clock a date of ours; `subject_id` is whose it is."""

    subject_id: UUID
    case_id: UUID
    reference: str
    team_id: UUID
    assignee_id: UUID | None
    level: Level
    due_at: datetime
    clock_id: UUID | None


def note_levels(
    factory: sessionmaker[Session], *, now: datetime, ports: Ports, may_go_on: Callable[[], bool] = lambda: True
) -> Tally:
    """Write down every level that a clock has come to, and tell of it. How many were written, and of how many cases
    that failed. Several workers share the cases; running it twice changes nothing more.
    """
    with factory() as session:
        begin_reading(session)
        case_ids = list(dict.fromkeys(each.case_id for each in list_due(session, now=now, ports=ports)))
    tally = Tally()
    for first in range(0, len(case_ids), TOGETHER):
        if not may_go_on():
            break
        some = case_ids[first : first + TOGETHER]
        tally += do_together(some, lambda those: _note(factory, those, now, ports), what="telling of a deadline")
    return tally


def list_due(
    session: Session, *, now: datetime, ports: Ports, case_ids: Collection[UUID] | None = None
) -> list[ReachedLevel]:
    """Levels that clocks have come to and nobody has written down, the nearest deadline first."""
    times = ports.registry.level_times
    query = _due_clocks(now, times)
    if case_ids is not None:
        query = query.where(Clock.case_id.in_(case_ids))
    rows = session.execute(query.order_by(Clock.due_at, Clock.id)).all()
    told = _read_told(session, {row.id for row in rows})
    found = []
    for row in rows:
        for level, at in times.list_levels(row, is_request=row.request_id is not None):
            # A deadline that runs has come to no level behind it; one that passed is not warned of any more.
            is_its = (level is Level.BEFORE) is (row.state is ClockState.RUNNING and row.due_at >= now)
            if at <= now and is_its and (row.id, level, row.due_at) not in told:
                case = (row.case_id, row.reference, row.team_id, row.assignee_id)
                found.append(ReachedLevel(row.id, *case, level, row.due_at, row.id))
    return found


def _read_told(session: Session, clock_ids: Collection[UUID]) -> set[tuple[UUID, Level, datetime]]:
    told: set[tuple[UUID, Level, datetime]] = set()
    ids = list(clock_ids)
    for first in range(0, len(ids), 500):
        query = select(DeadlineNotice.subject_id, DeadlineNotice.level, DeadlineNotice.due_at)
        query = query.where(DeadlineNotice.subject_id.in_(ids[first : first + 500]))
        told.update((clock_id, level, due_at) for clock_id, level, due_at in session.execute(query))
    return told


def _due_clocks(now: datetime, times: LevelTimes) -> Any:
    """Clocks of open cases of teams that may have come to a level that is not written down."""
    lodged = select(ComplaintRequest.request_id).join(Complaint, Complaint.id == ComplaintRequest.complaint_id)
    lodged = lodged.where(ComplaintRequest.request_id == Clock.request_id, Complaint.lodged_at.is_not(None))
    missed = and_(Clock.state == ClockState.MISSED, Clock.due_at <= now, ~lodged.exists())
    late = [_is_open(Level.AT)]
    for level, least in times.soonest.items():
        late.append(and_(Clock.due_at <= now - least, Clock.binding.in_(OWED), _is_open(level)))
    soon = and_(Clock.state == ClockState.RUNNING, Clock.due_at >= now, _is_open(Level.BEFORE), _is_warned_of())
    law = (Clock.regime, Clock.rule, Clock.binding, Clock.owed_by, Clock.state)
    query = select(Clock.id, Clock.case_id, Clock.started_at, Clock.due_at, *law)
    query = query.add_columns(Clock.request_id, Case.reference, Case.team_id, Case.assignee_id)
    query = query.join(Case, Case.id == Clock.case_id).outerjoin(Request, Request.id == Clock.request_id)
    return query.where(
        Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)),
        Clock.due_at > now - times.latest - LOOKS_BACK,
        Clock.due_at <= now + times.warns_at_most * HOUR,
        Case.status == CaseStatus.OPEN,
        Case.team_id.is_not(None),
        or_(Request.id.is_(None), Request.state.not_in(SETTLED)),
        or_(soon, and_(missed, or_(*late))),
    )


def _is_warned_of() -> ColumnElement[bool]:
    return or_(Clock.binding.in_(OWED), Clock.owed_by == ObligedParty.PERSON)


def _is_open(level: Level) -> ColumnElement[bool]:
    """Whether this level of the clock, at its present date, is not written down."""
    notice = aliased(DeadlineNotice)
    same = (notice.subject_id == Clock.id, notice.level == level, notice.due_at == Clock.due_at)
    return ~select(notice.id).where(*same).correlate(Clock).exists()


def _note(factory: sessionmaker[Session], case_ids: Sequence[UUID], now: datetime, ports: Ports) -> int:
    """Those of the cases that nobody else holds, in one transaction."""
    with factory.begin() as session:
        held = select(Case.id).where(Case.id.in_(case_ids)).order_by(Case.id)
        ours = list(session.scalars(held.with_for_update(of=Case, skip_locked=True)))
        steps = list_due(session, now=now, ports=ports, case_ids=ours)
        tell(Work(session=session, actor=SYSTEM, now=now, ports=ports), steps)
        return len(steps)


def tell(work: Work, steps: Sequence[ReachedLevel]) -> None:
    """Write the levels down together with whatever tells of them, for whoever holds their cases."""
    for each in steps:
        notice = DeadlineNotice(id=uuid4(), case_id=each.case_id, subject_id=each.subject_id, clock_id=each.clock_id)
        notice.level, notice.due_at, notice.noted_at = each.level, each.due_at, work.now
        work.session.add(notice)
    work.session.flush()
    furthest = keep_furthest(steps)
    if furthest:
        publish_all(work, WebhookEvent.DEADLINE_LEVEL, [(each.case_id, _describe(each)) for each in furthest])
    _tell_members(work, furthest)


def _describe(step: ReachedLevel) -> Mapping[str, str]:
    """What an endpoint hears of it: no law, no platform and no name."""
    return {"reference": step.reference, "level": step.level.value, "due_at": step.due_at.isoformat()}


def keep_furthest(steps: Iterable[ReachedLevel]) -> list[ReachedLevel]:
    """Of several levels of one clock that came at once, as after an hour without a worker, the furthest alone."""
    found: dict[UUID, ReachedLevel] = {}
    for each in steps:
        known = found.get(each.subject_id)
        if known is None or ORDER.index(each.level) > ORDER.index(known.level):
            found[each.subject_id] = each
    return list(found.values())


def _tell_members(work: Work, steps: Sequence[ReachedLevel]) -> None:
    """One mail for each member who wants to hear of such levels at once, about all that came in this moment."""
    if not steps or work.ports.config.mail is None:
        return
    wishes = _read_wishes(work.session)
    if not wishes:
        return
    listeners = Listeners(work, {each.team_id for each in steps})
    told: dict[UUID, list[ReachedLevel]] = defaultdict(list)
    for each in steps:
        for staff_id in listeners.of(each.team_id, each.assignee_id, is_raised=each.level in RAISED):
            if staff_id in wishes and each.level.value in wishes[staff_id].levels:
                told[staff_id].append(each)
    for staff_id, some in told.items():
        _mail(work, wishes[staff_id], some)


def _read_wishes(session: Session) -> Mapping[UUID, AlertSettings]:
    """Members with an address who chose at least one level."""
    rows = session.scalars(select(AlertSettings).where(AlertSettings.confirmed_at.is_not(None)))
    return {row.staff_id: row for row in rows if row.levels}


def _mail(work: Work, wish: AlertSettings, steps: Sequence[ReachedLevel]) -> None:
    address = preferences.find_address(wish, work.ports.keys)
    if not address:
        return
    first = min(steps, key=lambda each: (each.due_at, each.subject_id))
    text = mail_texts.write_levels(
        {level: _references(each for each in steps if each.level is level) for level in ORDER},
        preferences.language_of(work.session.get_one(Staff, wish.staff_id), work),
        listed=LISTED,
    )
    cause = f"level:{wish.staff_id}:{first.subject_id}:{first.level}:{first.due_at.timestamp():.0f}"
    mail = NewMail(
        case_id=None,
        kind=MailKind.LEVEL,
        cause=cause,
        to=address,
        subject=text.subject,
        text=text.text,
        expires_at=work.now + FRESH,
    )
    outbox.put(work, mail)


def _references(steps: Iterable[ReachedLevel]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.reference for each in steps))


def count_since(session: Session, case_ids: ColumnElement[bool], since: datetime) -> Mapping[Level, tuple[str, ...]]:
    """References of the open cases that fit a condition and came to a level after `since`, by the furthest level."""
    query = select(DeadlineNotice.level, Case.reference).join(Case, Case.id == DeadlineNotice.case_id)
    query = query.where(DeadlineNotice.noted_at > since, Case.status == CaseStatus.OPEN, case_ids)
    return _group((level, reference) for level, reference in session.execute(query.order_by(Case.reference)))


def _group(rows: Iterable[tuple[Level, str]]) -> Mapping[Level, tuple[str, ...]]:
    furthest: dict[str, Level] = {}
    for level, reference in rows:
        if reference not in furthest or ORDER.index(level) > ORDER.index(furthest[reference]):
            furthest[reference] = level
    return {level: tuple(each for each, its in furthest.items() if its is level) for level in ORDER}
