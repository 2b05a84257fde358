"""The team's list of cases: what can still be saved first. Plain columns only: no case is opened to list it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from portal.adapters.vault import CannotOpen
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import NEWS, ActorKind, CaseStatus, History, Path, RiskFlag, StepRefused
from portal.domain.regimes import ObligedParty as Owed
from portal.domain.rights import Right, roles_with
from portal.domain.safe_hours import SafeHours
from portal.models.accounts import Membership, Staff, Team
from portal.models.answer_links import LinkAnswer, LinkAnswerState
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.incoming import IncomingMail
from portal.models.messages import Message
from portal.models.safe_contacts import SafeContact
from portal.services.background import safe_hours
from portal.services.casefile import responses
from portal.services.casefile.queue import filters as queue_filters
from portal.services.casefile.queue import stretches as queue_stretches
from portal.services.casefile.queue.filters import QueueChoice, QueueFilter
from portal.services.casefile.queue.stretches import Asked
from portal.services.cases import risks, tags
from portal.services.cases.opening import seen_by
from portal.services.clocks.snapshot import OWED
from portal.services.history import guards
from portal.services.history.events import NewEvent
from portal.services.inbox.case_mail import waits_unread
from portal.services.work import CaseWork, Work


class ContactWindow(StrEnum):
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
    said: int  # answers over the link in a letter, which wait to be read
    news: tuple[History, ...]
    contact: ContactWindow
    hours: SafeHours | None
    is_unfit: bool
    submitted_at: datetime | None
    answer_due_at: datetime | None  # by when the helpline wants to answer; only while it has not


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """One page. A count above MOST_COUNTED only says that there are more than so many.

    `page` is 0 where the page was asked for by the case before it. `behind` is the reference of the case after which
    the list goes on where its pages have no numbers; empty where it does not.
    """

    rows: tuple[QueueRow, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[QueueFilter, int]
    behind: str


PAGE_ROWS = 30
MOST_COUNTED = 1_000  # no further is counted for a list that is not narrowed


def list_queue(work: Work, *, team_ids: Collection[UUID], choice: QueueChoice, page: int, after: str = "") -> QueuePage:
    """One page of those of these teams' cases that the member sees. Pages count from 1; a later one is the last.

    Of a very long list the first thousand are on pages with numbers; each further one is asked for by the case that it
    stands `after`. As many statements for many cases as for one, and the same time.
    """
    asked = _ask(work, team_ids, choice)
    counts = _count(work.session, asked, list(QueueFilter), is_whole=choice.is_narrow)
    total = counts[choice.show]
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(max(page, 1), pages)
    place = _find_place(work.session, asked, after) if after else ()
    if place:
        page = 0
    found = _find_page(work.session, asked, choice.show, page or 1, most=PAGE_ROWS, after=place) if total else []
    goes_on = not choice.is_narrow and total > MOST_COUNTED and page in {0, pages} and len(found) == PAGE_ROWS
    rows = _rows(work, found)
    behind = rows[-1].reference if goes_on else ""
    return QueuePage(rows=rows, total=total, page=page, pages=pages, counts=counts, behind=behind)


def list_whole(
    work: Work, *, team_ids: Collection[UUID], choice: QueueChoice, most: int
) -> tuple[tuple[QueueRow, ...], int]:
    """All cases of a choice in their order, and how many there are; none where there are more than `most`."""
    asked = _ask(work, team_ids, choice)
    total = _count(work.session, asked, [choice.show], is_whole=True)[choice.show]
    if not total or total > most:
        return (), total
    return _rows(work, _find_page(work.session, asked, choice.show, 1, most=most)), total


def list_references(work: Work, *, team_ids: Collection[UUID], choice: QueueChoice, most: int) -> tuple[str, ...]:
    """The references of the first cases of a choice, in its order. One statement, however many."""
    found = _find_page(work.session, _ask(work, team_ids, choice), choice.show, 1, most=most)
    return tuple(row.reference for row in found)


def list_first(
    work: Work, *, team_ids: Collection[UUID], views: Sequence[QueueFilter], most: int
) -> tuple[Mapping[QueueFilter, int], Mapping[QueueFilter, tuple[QueueRow, ...]]]:
    """How many cases each view holds, no further counted than to MOST_COUNTED and one, and the first of those that are
    asked for, at most so many of each.
    """
    asked = _ask(work, team_ids, QueueChoice())
    counts = _count(work.session, asked, [QueueFilter.ALL, *views], is_whole=False)
    found = _find_first(work.session, asked, [view for view in views if counts[view]], most)
    ids = {case_id for chosen in found.values() for case_id in chosen}
    rows = {each.id: each for each in work.session.execute(_whole(Case.id.in_(ids)))} if ids else {}
    made = dict(zip(rows, _rows(work, list(rows.values())), strict=True))
    return counts, {view: tuple(made[each] for each in found.get(view, ())) for view in views}


def count_chosen(work: Work, *, team_ids: Collection[UUID], choice: QueueChoice) -> int:
    """How many cases a choice finds."""
    return _count(work.session, _ask(work, team_ids, choice), [choice.show], is_whole=True)[choice.show]


def list_chosen(
    work: Work, *, team_ids: Collection[UUID], chosen: ColumnElement[bool], most: int
) -> tuple[tuple[QueueRow, ...], int]:
    """The first of the open cases that fit a condition, at most so many, and how many there are."""
    asked = replace(_ask(work, team_ids, QueueChoice()), ours=and_(seen_by(work.actor), chosen))
    count = _count(work.session, asked, [QueueFilter.ALL], is_whole=True)[QueueFilter.ALL]
    return _rows(work, _find_page(work.session, asked, QueueFilter.ALL, 1, most=most) if count else []), count


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


def _ask(work: Work, team_ids: Collection[UUID], choice: QueueChoice) -> Asked:
    day = queue_filters.day_of(work)
    ours = and_(seen_by(work.actor), *queue_filters.narrow(choice, work.actor, day))
    return Asked(work.actor, team_ids, ours, day)


def _count(session: Session, asked: Asked, views: Sequence[QueueFilter], *, is_whole: bool) -> dict[QueueFilter, int]:
    """How many cases each view holds, all in one look. `is_whole`: to the last, which looks at every case once."""
    if is_whole:
        ours = and_(Case.team_id.in_(asked.team_ids), asked.ours, Case.status.in_(queue_filters.LISTED))
        query = select(*(func.count(sql_case((asked.views[view], 1))) for view in views)).select_from(Case).where(ours)
        if len(views) == 1:
            query = query.where(asked.views[views[0]])
    else:
        query = select(*(queue_stretches.count_up_to(asked, view, MOST_COUNTED + 1) for view in views))
    return dict(zip(views, session.execute(query).one(), strict=True))


def _find_page(
    session: Session, asked: Asked, view: QueueFilter, page: int, *, most: int, after: Sequence[Any] = ()
) -> Sequence[Any]:
    """The cases of one page in their order, as `_whole` reads them."""
    order, last = asked.order, page * most
    parts = list(queue_stretches.find_first(asked, view, last, after))
    if not parts:  # the place is behind all of this view, as one taken from another view can be
        return []
    found = union_all(*parts).subquery()
    ids = select(Case.id).join(found, found.c.id == Case.id).order_by(*order).offset(last - most).limit(most)
    # The few that were found are put into their order once more; what is sorted before that are their ids alone.
    return session.execute(_whole(Case.id.in_(ids)).order_by(*order)).all()


def _find_first(
    session: Session, asked: Asked, views: Sequence[QueueFilter], most: int
) -> Mapping[QueueFilter, list[UUID]]:
    """The ids of the first of each view in their order, at most so many of each; of new cases that nobody has the
    weightiest risk first, whatever date another one has. One look for all.
    """
    if not views:
        return {}
    parts = [
        part.add_columns(literal(place).label("place"))
        for place, view in enumerate(views)
        for part in (
            *queue_stretches.find_first(asked, view, most),
            *(queue_stretches.find_at_risk(asked, view, most) if view is QueueFilter.UNASSIGNED else ()),
        )
    ]
    first = union_all(*parts).subquery()
    risk = queue_filters.rank_risk(asked.day)
    query = select(first.c.place, Case.id, risk).join(Case, Case.id == first.c.id)
    rows = defaultdict[QueueFilter, dict[UUID, int]](dict)
    for place, case_id, rank in session.execute(query.order_by(*asked.order)):
        rows[views[place]][case_id] = rank if views[place] is QueueFilter.UNASSIGNED else 0
    return {view: sorted(ranks, key=ranks.__getitem__)[:most] for view, ranks in rows.items()}


def _find_place(session: Session, asked: Asked, reference: str) -> Sequence[Any]:
    """Where a case stands in the order; nothing where the member sees none of this reference."""
    query = select(*queue_filters.place_of(asked.day)).where(Case.team_id.in_(asked.team_ids), asked.ours)
    return session.execute(query.where(Case.reference == reference)).one_or_none() or ()


def _whole(chosen: ColumnElement[bool]) -> Select[Any]:
    """Whole rows of cases, for their guards, with the names of team and member and what is known of safe contact."""
    query = select(Case.__table__, Team.name.label("team"), Staff.name.label("assignee"), SafeContact)
    query = query.outerjoin(Team, Team.id == Case.team_id).outerjoin(Staff, Staff.id == Case.assignee_id)
    return query.outerjoin(SafeContact, SafeContact.case_id == Case.id).where(chosen)


def _rows(work: Work, found: Sequence[Any]) -> tuple[QueueRow, ...]:
    """The rows in this order; nothing is asked of the database where there is none."""
    if not found:
        return ()
    session = work.session
    cases, bent = list[Mapping[str, Any]](), set[UUID]()
    for each in found:
        row, fits = guards.look_at(session, Case, each)
        cases.append(row)
        bent |= set() if fits else {row["id"]}
    ids = [each["id"] for each in cases]
    missed, bent_clocks = _count_missed(session, ids)
    flags, bent_risks = risks.read_flags(session, ids, work.ports.keys)
    due = responses.find_answers_due(work, cases)
    named, bent_tags = tags.read_names(session, ids)
    hours = {each.SafeContact.case_id: _read_contact(each.SafeContact, work) for each in found if each.SafeContact}
    seen = _Seen(missed, _read_news(session, ids), hours, flags, due, named)
    unfit = bent | bent_clocks | bent_risks | bent_tags
    return tuple(_row(case, each, seen, case["id"] in unfit, work.now) for case, each in zip(cases, found, strict=True))


@dataclass(frozen=True)
class _Seen:
    """What the list shows of its cases beside their own rows, by their ids."""

    missed: Counter[UUID]
    news: Mapping[UUID, Counter[History]]
    hours: Mapping[UUID, tuple[ContactWindow, SafeHours | None]]
    risks: Mapping[UUID, tuple[RiskFlag, ...]]
    answers_due: Mapping[UUID, datetime]
    tags: Mapping[UUID, tuple[str, ...]]


def _row(case: Mapping[str, Any], names: Any, seen: _Seen, is_unfit: bool, now: datetime) -> QueueRow:
    running = queue_filters.find_running(case["running_due_at"], case["next_due_at"], now)
    contact, hours = seen.hours.get(case["id"], (ContactWindow.ANY_TIME, None))
    news = dict(seen.news.get(case["id"], {}))
    return QueueRow(
        reference=case["reference"],
        status=case["status"],
        path=case["path"],
        is_child=bool(case["under_18"]) or case["path"] is Path.CHILD,
        risks=seen.risks.get(case["id"], ()),
        tags=seen.tags.get(case["id"], ()),
        country=case["country"],
        language=case["language"],
        team_name=names.team or "",
        assignee=names.assignee,
        item_count=case["item_count"],
        due_at=running or case["next_due_at"],
        due_estimated=case["next_due_estimated"] and (running or case["next_due_at"]) == case["next_due_at"],
        is_overdue=running is None and case["next_due_at"] is not None,
        missed_count=seen.missed[case["id"]],
        unread=news.pop(History.MESSAGE, 0),
        mails=news.pop(History.MAIL_CAME, 0),
        said=news.pop(History.LINK_ANSWERED, 0),
        news=tuple(news),
        contact=contact,
        hours=hours,
        is_unfit=is_unfit,
        submitted_at=case["submitted_at"],
        answer_due_at=seen.answers_due.get(case["id"]),
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
    """What the persons of these cases wrote and what came by mail or over a link that nobody has read, and what they
    did that nobody has seen, in that order.
    """
    wrote = select(Message.case_id, literal(0).label("sequence"), literal(History.MESSAGE.value).label("kind"))
    did = select(Event.case_id, Event.sequence, type_coerce(Event.kind, String)).join(Case, Case.id == Event.case_id)
    did = did.where(Event.recorded_at >= Case.news_at, Event.kind.in_(NEWS), Event.actor == ActorKind.PERSON)
    came = select(IncomingMail.case_id, literal(0).label("sequence"), literal(History.MAIL_CAME.value).label("kind"))
    said = select(LinkAnswer.case_id, literal(0).label("sequence"), literal(History.LINK_ANSWERED.value).label("kind"))
    everything: CompoundSelect[Any] = union_all(
        wrote.where(Message.case_id.in_(case_ids), *queue_filters.UNREAD),
        came.where(IncomingMail.case_id.in_(case_ids), waits_unread()),
        said.where(LinkAnswer.case_id.in_(case_ids), LinkAnswer.state == LinkAnswerState.WAITING),
        did.where(Case.id.in_(case_ids)),
    )
    found: dict[UUID, Counter[History]] = defaultdict(Counter)
    for case_id, _sequence, kind in session.execute(everything.order_by("sequence")):
        found[case_id][History(kind)] += 1
    return found


def _read_contact(row: SafeContact, work: Work) -> tuple[ContactWindow, SafeHours | None]:
    try:
        hours = safe_hours.open_carried(row, work.ports.keys).hours
    except CannotOpen:
        return ContactWindow.UNKNOWN, None
    if hours is None:
        return ContactWindow.ANY_TIME, None
    return (ContactWindow.NOW if hours.is_safe(work.now) else ContactWindow.LATER), hours
