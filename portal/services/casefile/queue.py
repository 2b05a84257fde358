"""The team's list of cases: what can still be saved first. Plain columns only: no case is opened to list it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, String, and_, func, literal, select, true, type_coerce, union_all
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from portal.adapters.vault import CannotOpen
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import NEWS, ActorKind, CaseStatus, History, Path, RiskFlag, StepRefused
from portal.domain.regimes import ObligedParty as Owed
from portal.domain.rights import Right, roles_with
from portal.domain.safe_hours import SafeHours
from portal.models.accounts import Membership, Staff, Team
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.incoming import IncomingMail
from portal.models.messages import Message
from portal.models.safe_contacts import SafeContact
from portal.services.background import safe_hours
from portal.services.casefile import queue_filters, responses
from portal.services.casefile.queue_filters import Day, QueueChoice, QueueFilter
from portal.services.cases import risks, tags
from portal.services.cases.opening import seen_by
from portal.services.clocks.snapshot import OWED
from portal.services.history import guards
from portal.services.history.events import NewEvent
from portal.services.inbox.case_mail import waits_unread
from portal.services.ports import ServerKeys
from portal.services.work import CaseWork, Work


class Contact(StrEnum):
    """Whether it may be written to the person at this moment."""

    ANY_TIME = "any_time"
    NOW = "now"
    LATER = "later"
    UNKNOWN = "unknown"  # hours were chosen, and no key of this server opens them


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One case in the team's list: plain columns only, nothing about the person.

    `due_at` is the nearest date that still runs; where none does, the one that passed. `news` is what the person did
    that no member has seen. `is_unfit`: what the list shows of the case is not as it was written, so its dates are not
    to be relied on.
    """

    reference: str
    status: CaseStatus
    path: Path | None
    is_child: bool
    risks: tuple[RiskFlag, ...]
    tags: tuple[str, ...]
    country: str | None
    language: str
    team_name: str
    assignee: str | None
    item_count: int
    due_at: datetime | None
    due_estimated: bool
    is_overdue: bool
    missed_count: int
    unread: int
    mails: int  # that came in and nobody has read
    news: tuple[History, ...]
    contact: Contact
    hours: SafeHours | None
    is_unfit: bool
    submitted_at: datetime | None
    answer_due_at: datetime | None  # by when the helpline wants to answer; only while it has not


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[QueueFilter, int]


PAGE_ROWS = 30


def list_queue(work: Work, *, team_ids: Collection[UUID], choice: QueueChoice, page: int) -> QueuePage:
    """One page of those of these teams' cases that the member sees. Pages count from 1; a later one is the last.

    As many statements for many cases as for one.
    """
    day = queue_filters.day_of(work)
    ours = and_(Case.team_id.in_(team_ids), seen_by(work.actor), *queue_filters.narrow(choice, work.actor, day))
    views = queue_filters.list_views(work.actor, day)
    counts = _count(work.session, ours, views)
    total = counts[choice.show]
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(max(page, 1), pages)
    names = _find_page(work.session, and_(ours, views[choice.show]), page, day) if total else []
    return QueuePage(rows=_rows(work, names), total=total, page=page, pages=pages, counts=counts)


def list_whole(
    work: Work, *, team_ids: Collection[UUID], choice: QueueChoice, most: int
) -> tuple[tuple[QueueRow, ...], int]:
    """All cases of a choice in their order, and how many there are; none where there are more than `most`."""
    day = queue_filters.day_of(work)
    chosen = _choose(work, team_ids, choice, day)
    total = _count(work.session, chosen, {choice.show: true()})[choice.show]
    if not total or total > most:
        return (), total
    return _rows(work, _find_page(work.session, chosen, 1, day, most=most)), total


def list_first(
    work: Work, *, team_ids: Collection[UUID], views: Sequence[QueueFilter], most: int
) -> tuple[Mapping[QueueFilter, int], Mapping[QueueFilter, tuple[QueueRow, ...]]]:
    """How many cases each view holds, and the first of those that are asked for, at most so many of each."""
    day = queue_filters.day_of(work)
    ours = and_(Case.team_id.in_(team_ids), seen_by(work.actor))
    known = queue_filters.list_views(work.actor, day)
    counts = _count(work.session, ours, known)
    found = {
        view: _find_page(work.session, and_(ours, known[view]), 1, day, most=most) if counts[view] else []
        for view in views
    }
    names = {each.id: each for rows in found.values() for each in rows}
    rows = dict(zip(names, _rows(work, list(names.values())), strict=True))
    return counts, {view: tuple(rows[each.id] for each in chosen) for view, chosen in found.items()}


def count_chosen(work: Work, *, team_ids: Collection[UUID], choice: QueueChoice) -> int:
    """How many cases a choice finds."""
    chosen = _choose(work, team_ids, choice, queue_filters.day_of(work))
    return _count(work.session, chosen, {choice.show: true()})[choice.show]


def _choose(work: Work, team_ids: Collection[UUID], choice: QueueChoice, day: Day) -> ColumnElement[bool]:
    narrowed = queue_filters.narrow(choice, work.actor, day)
    view = queue_filters.list_views(work.actor, day)[choice.show]
    return and_(Case.team_id.in_(team_ids), seen_by(work.actor), view, *narrowed)


def list_chosen(
    work: Work, *, team_ids: Collection[UUID], chosen: ColumnElement[bool], most: int
) -> tuple[tuple[QueueRow, ...], int]:
    """The first of the open cases that fit a condition, at most so many, and how many there are."""
    ours = and_(Case.team_id.in_(team_ids), seen_by(work.actor), Case.status == CaseStatus.OPEN, chosen)
    count = work.session.scalar(select(func.count(Case.id)).where(ours)) or 0
    return _rows(work, _find_page(work.session, ours, 1, queue_filters.day_of(work), most=most) if count else []), count


def assign(work: CaseWork, staff_id: UUID | None) -> None:
    """Give the case to a member of its team, or to nobody. Raises StepRefused."""
    if work.actor.kind is not ActorKind.STAFF or work.case.team_id is None:
        raise StepRefused("Only the team that has a case can say who works on it.")
    if staff_id is not None and not can_carry(work.session, work.case.team_id, staff_id):
        raise StepRefused("This member of staff is not in the team that has the case, or only reads it.")
    if staff_id == work.case.assignee_id:
        return
    work.case.assignee_id = staff_id
    facts = {"to": str(staff_id) if staff_id else None}
    work.record(NewEvent(kind=History.ASSIGNED, at=work.now, facts=facts))


def take_case(work: CaseWork) -> None:
    """The member who has the case open takes it. Raises StepRefused."""
    assign(work, work.actor.staff_id)


def can_carry(session: Session, team_id: UUID, staff_id: UUID) -> bool:
    """Whether a member of staff is in this team and works on cases."""
    query = select(Membership.id).join(Staff, Staff.id == Membership.staff_id)
    query = query.where(Membership.team_id == team_id, Membership.staff_id == staff_id, Staff.ended_at.is_(None))
    query = query.where(Staff.role.in_(roles_with(Right.WORK_ON_CASES)))
    return session.scalars(query).first() is not None


def _count(
    session: Session, ours: ColumnElement[bool], views: Mapping[QueueFilter, ColumnElement[bool]]
) -> dict[QueueFilter, int]:
    """How many cases each view holds, all in one look."""
    query = select(*(func.count(sql_case((chosen, 1))).label(view.value) for view, chosen in views.items()))
    found = session.execute(query.select_from(Case).where(ours, Case.status.in_(queue_filters.LISTED))).one()
    return {view: int(found[place]) for place, view in enumerate(views)}


def _find_page(
    session: Session, chosen: ColumnElement[bool], page: int, day: Day, *, most: int = PAGE_ROWS
) -> Sequence[Any]:
    """The cases of one page in their order, with the names of team and member."""
    order = queue_filters.order(day)
    ids = select(Case.id).where(chosen).order_by(*order).offset((page - 1) * most).limit(most).subquery()
    query = select(ids.c.id, Team.name.label("team"), Staff.name.label("assignee")).join(Case, Case.id == ids.c.id)
    query = query.outerjoin(Team, Team.id == Case.team_id).outerjoin(Staff, Staff.id == Case.assignee_id)
    # The few that were found are put into their order once more; numbering all would keep each of them in memory.
    return session.execute(query.order_by(*order)).all()


def _rows(work: Work, names: Sequence[Any]) -> tuple[QueueRow, ...]:
    """The rows in this order; nothing is asked of the database where there is none."""
    if not names:
        return ()
    session, ids = work.session, [each.id for each in names]
    cases, bent = dict[UUID, Mapping[str, Any]](), set[UUID]()
    for row, fits in guards.read_rows(session, Case, Case.id.in_(ids)):
        cases[row["id"]] = row
        bent |= set() if fits else {row["id"]}
    missed, bent_clocks = _count_missed(session, ids)
    flags, bent_risks = risks.read_flags(session, ids, work.ports.keys)
    due = responses.find_answers_due(work, cases.values())
    named, bent_tags = tags.read_names(session, ids)
    seen = _Seen(missed, _read_news(session, ids), _read_hours(session, ids, work), flags, due, named)
    unfit = bent | bent_clocks | bent_risks | bent_tags
    return tuple(_row(cases[each.id], each, seen, each.id in unfit, work.now) for each in names)


@dataclass(frozen=True)
class _Seen:
    """What the list shows of its cases beside their own rows, by their ids."""

    missed: Counter[UUID]
    news: Mapping[UUID, Counter[History]]
    hours: Mapping[UUID, tuple[Contact, SafeHours | None]]
    risks: Mapping[UUID, tuple[RiskFlag, ...]]
    answers_due: Mapping[UUID, datetime]
    tags: Mapping[UUID, tuple[str, ...]]


def _row(case: Mapping[str, Any], names: Any, seen: _Seen, is_unfit: bool, now: datetime) -> QueueRow:
    running = queue_filters.find_running(case["running_due_at"], case["next_due_at"], now)
    contact, hours = seen.hours.get(names.id, (Contact.ANY_TIME, None))
    news = dict(seen.news.get(names.id, {}))
    return QueueRow(
        reference=case["reference"],
        status=case["status"],
        path=case["path"],
        is_child=bool(case["under_18"]) or case["path"] is Path.CHILD,
        risks=seen.risks.get(names.id, ()),
        tags=seen.tags.get(names.id, ()),
        country=case["country"],
        language=case["language"],
        team_name=names.team or "",
        assignee=names.assignee,
        item_count=case["item_count"],
        due_at=running or case["next_due_at"],
        due_estimated=case["next_due_estimated"] and (running or case["next_due_at"]) == case["next_due_at"],
        is_overdue=running is None and case["next_due_at"] is not None,
        missed_count=seen.missed[names.id],
        unread=news.pop(History.MESSAGE, 0),
        mails=news.pop(History.MAIL_CAME, 0),
        news=tuple(news),
        contact=contact,
        hours=hours,
        is_unfit=is_unfit,
        submitted_at=case["submitted_at"],
        answer_due_at=seen.answers_due.get(names.id),
    )


def _count_missed(session: Session, case_ids: Collection[UUID]) -> tuple[Counter[UUID], set[UUID]]:
    """How many dates the other side let pass, for the cases of one page, and where one of these clocks was bent."""
    missed = guards.read_rows(
        session,
        Clock,
        Clock.case_id.in_(case_ids),
        Clock.state == ClockState.MISSED,
        Clock.binding.in_(OWED),
        Clock.owed_by != Owed.PERSON,
    )
    return Counter(row["case_id"] for row, _fits in missed), {row["case_id"] for row, fits in missed if not fits}


def _read_news(session: Session, case_ids: Collection[UUID]) -> Mapping[UUID, Counter[History]]:
    """What the persons of these cases wrote and what came by mail that nobody has read, and what they did that nobody
    has seen, in that order.
    """
    wrote = select(Message.case_id, literal(0).label("sequence"), literal(History.MESSAGE.value).label("kind"))
    did = select(Event.case_id, Event.sequence, type_coerce(Event.kind, String)).join(Case, Case.id == Event.case_id)
    did = did.where(Event.recorded_at >= Case.news_at, Event.kind.in_(NEWS), Event.actor == ActorKind.PERSON)
    came = select(IncomingMail.case_id, literal(0).label("sequence"), literal(History.MAIL_CAME.value).label("kind"))
    everything: CompoundSelect[Any] = union_all(
        wrote.where(Message.case_id.in_(case_ids), *queue_filters.UNREAD),
        came.where(IncomingMail.case_id.in_(case_ids), waits_unread()),
        did.where(Case.id.in_(case_ids)),
    )
    found: dict[UUID, Counter[History]] = defaultdict(Counter)
    for case_id, _sequence, kind in session.execute(everything.order_by("sequence")):
        found[case_id][History(kind)] += 1
    return found


def _read_hours(
    session: Session, case_ids: Collection[UUID], work: Work
) -> Mapping[UUID, tuple[Contact, SafeHours | None]]:
    rows = session.scalars(select(SafeContact).where(SafeContact.case_id.in_(case_ids)))
    return {row.case_id: _read_contact(row, work.ports.keys, work.now) for row in rows}


def _read_contact(row: SafeContact, keys: ServerKeys, now: datetime) -> tuple[Contact, SafeHours | None]:
    try:
        hours = safe_hours.open_carried(row, keys).hours
    except CannotOpen:
        return Contact.UNKNOWN, None
    if hours is None:
        return Contact.ANY_TIME, None
    return (Contact.NOW if hours.is_safe(now) else Contact.LATER), hours
