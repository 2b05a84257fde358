"""Which cases the desk's list shows and in which order, as conditions on the plain columns. Nothing is asked here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, false, func, literal, not_, or_, select, union_all
from sqlalchemy import case as sql_case
from sqlalchemy.orm import aliased

from portal.domain.clocks import ClockState
from portal.domain.handovers import HandoverKind
from portal.domain.lifecycle import UNSENT, ActorKind, CaseStatus, ComplaintState, History, Path, RequestState, RiskFlag
from portal.domain.regimes import ObligedParty as Owed
from portal.models.answer_links import LinkAnswer, LinkAnswerState
from portal.models.approvals import Approval
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.follow_ups import FollowUpDate
from portal.models.handovers import Handover
from portal.models.incoming import IncomingMail
from portal.models.items import Item
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.letters import Letter
from portal.models.messages import Message
from portal.models.requests import Basis, Request
from portal.models.risk_marks import RiskMark
from portal.models.tags import CaseTag
from portal.services.cases import risks
from portal.services.inbox.case_mail import waits_unread
from portal.services.ports import Actor, ServerKeys
from portal.services.staff.absences import covered_by
from portal.services.work import Work
from portal.zone_names import load_zone

LISTED = (CaseStatus.OPEN, CaseStatus.CLOSED)
LATE = 4  # the last turn in the order
STALE = timedelta(days=14)
SOON = timedelta(days=30)
_OPEN = FollowUpDate.done_at.is_(None)
UNRECORDED = timedelta(minutes=30)  # a letter that left is written down sooner, unless the worker cannot
UNREAD = (Message.author == ActorKind.PERSON, Message.read_at.is_(None))


class QueueFilter(StrEnum):
    """The views of the list. Each can be narrowed further, see `QueueChoice`."""

    ALL = "all"
    RUNNING = "running"  # a clock runs: it can still be saved
    TODAY = "today"  # one runs out before the day ends
    ANSWER = "answer"  # the person wrote or did something that nobody has seen
    APPROVAL = "approval"  # a step waits for the member's yes, or theirs was answered
    HANDED = "handed"  # a colleague handed it to the member, or gave it back to them
    UNASSIGNED = "unassigned"
    MINE = "mine"
    YOURS = "yours"  # the member's own, where a letter waits to be sent or nothing was begun, and nothing is promised
    PROMISED = "promised"  # the member's own follow-up dates, today and before
    OVERDUE = "overdue"
    MAIL = "mail"  # a letter did not leave by e-mail, may not have, or came back, and nothing was done about it
    STUCK = "stuck"  # overdue, and nothing is prepared, runs or was promised
    CLOSED = "closed"


class Risk(StrEnum):
    CHILD = "child"
    THREAT = "threat"
    DANGER = RiskFlag.DANGER.value
    SUICIDE = RiskFlag.SUICIDE.value


class WaitsFor(StrEnum):
    """Whose turn it is."""

    TEAM = "team"
    PERSON = "person"
    PLATFORM = "platform"
    AUTHORITY = "authority"


class Whose(StrEnum):
    MINE = "mine"
    NOBODY = "nobody"


class News(StrEnum):
    """What a person did that her team has to look at."""

    WROTE = "wrote"
    LINKS = "links"
    CONSENT = "consent"
    ANSWER = "answer"


_NEWS_KINDS: Mapping[News, frozenset[History]] = {
    News.LINKS: frozenset({History.ITEMS_ADDED, History.ITEM_BACK}),
    News.CONSENT: frozenset({History.CONSENT_WITHDRAWN}),
    News.ANSWER: frozenset({History.ANSWERED, History.COMPLAINT_ANSWERED, History.DOCUMENT_ADDED}),
}


_WEIGHT = (Risk.DANGER, Risk.SUICIDE, Risk.CHILD, Risk.THREAT)
NO_RISK = len(_WEIGHT)


@dataclass(frozen=True, kw_only=True)
class QueueChoice:
    """One view and what narrows it; all of it together. What is empty narrows nothing.

    `platform` is a slug, `law` the id of a regime, `country` two letters, `language` a code of a language. `since`:
    something happened after this instant that the member did not do.
    """

    show: QueueFilter = QueueFilter.ALL
    whose: Whose | None = None
    risk: Risk | None = None
    waits: WaitsFor | None = None
    news: News | None = None
    platform: str = ""
    law: str = ""
    country: str = ""
    language: str = ""
    team: UUID | None = None
    tag: UUID | None = None
    is_stale: bool = False
    since: datetime | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything narrows the view."""
        return self != QueueChoice(show=self.show)


@dataclass(frozen=True)
class Day:
    """The moment, the member's day, when that day ends, and by what the risks of cases are known."""

    now: datetime
    today: date
    ends_at: datetime
    keys: ServerKeys


def day_of(work: Work) -> Day:
    """By the clock that the member reads."""
    zone = load_zone(work.actor.zone) if work.actor.zone else work.ports.config.time_zone
    today = work.now.astimezone(zone).date()
    midnight = datetime.combine(today + timedelta(days=1), time(), zone)
    return Day(work.now, today, midnight.astimezone(UTC), work.ports.keys)


def find_running(running_due_at: datetime | None, next_due_at: datetime | None, now: datetime) -> datetime | None:
    """The date of a case that can still be kept. Where another was missed, one that is far away saves nothing today.

    A row from before the nearest running date was kept has its nearest date alone.
    """
    if running_due_at is not None and now <= running_due_at < now + SOON:
        return running_due_at
    return next_due_at if next_due_at is not None and next_due_at >= now else None


def list_views(
    beside: Mapping[QueueFilter, ColumnElement[bool]], day: Day
) -> Mapping[QueueFilter, ColumnElement[bool]]:
    """Every view as a condition on cases, from what `list_beside` gives."""
    runs = _running(day)
    return {
        **beside,
        QueueFilter.RUNNING: and_(beside[QueueFilter.RUNNING], runs.is_not(None)),
        QueueFilter.TODAY: and_(beside[QueueFilter.TODAY], runs < day.ends_at),
        QueueFilter.STUCK: and_(beside[QueueFilter.OVERDUE], is_not_soon(day), ~_unsent(), ~_is_promised()),
    }


def list_beside(actor: Actor, day: Day) -> Mapping[QueueFilter, ColumnElement[bool]]:
    """The same as conditions within the stretches of the list, which say themselves whether a date runs: said twice, it
    would let the database think that hardly any case fits.
    """
    is_open = Case.status == CaseStatus.OPEN
    overdue = and_(is_open, Case.next_due_at < day.now)
    covered = covered_by(actor.staff_id, day.today)
    mine = or_(FollowUpDate.owner_id == actor.staff_id, FollowUpDate.owner_id.in_(covered))
    promised = _is_among(FollowUpDate, _OPEN, mine, FollowUpDate.due_on <= day.today)
    return {
        QueueFilter.ALL: is_open,
        QueueFilter.RUNNING: is_open,
        QueueFilter.TODAY: is_open,
        QueueFilter.ANSWER: and_(is_open, Case.id.in_(list_asking())),
        QueueFilter.APPROVAL: and_(is_open, Case.id.in_(_second_looks(actor))),
        QueueFilter.HANDED: and_(is_open, Case.id.in_(_handed(actor)), Case.assignee_id == actor.staff_id),
        QueueFilter.UNASSIGNED: and_(is_open, Case.assignee_id.is_(None)),
        QueueFilter.MINE: and_(is_open, Case.assignee_id == actor.staff_id),
        QueueFilter.YOURS: and_(
            is_open,
            Case.assignee_id.in_(union_all(select(literal(actor.staff_id, Uuid())), covered)),
            or_(_unsent(), Case.next_due_at.is_(None)),
            ~_is_promised(),
        ),
        QueueFilter.PROMISED: and_(is_open, promised),
        QueueFilter.OVERDUE: overdue,
        QueueFilter.MAIL: and_(is_open, _has_mail_trouble(day)),
        QueueFilter.STUCK: and_(overdue, _waits_for_nothing()),
        QueueFilter.CLOSED: Case.status == CaseStatus.CLOSED,
    }


def narrow(choice: QueueChoice, actor: Actor, day: Day) -> Iterator[ColumnElement[bool]]:
    """What a choice asks for beyond its view."""
    if choice.whose:
        mine = or_(Case.assignee_id == actor.staff_id, Case.assignee_id.in_(covered_by(actor.staff_id, day.today)))
        yield mine if choice.whose is Whose.MINE else Case.assignee_id.is_(None)
    if choice.risk:
        yield _has_risk(choice.risk, day.keys)
    if choice.waits:
        yield _waits(choice.waits)
    if choice.news:
        yield _has_news(choice.news)
    yield from _narrow_by_team(choice)
    yield from _narrow_by_place(choice)
    if choice.is_stale:
        yield ~_has(Event, Event.actor != ActorKind.SYSTEM, Event.recorded_at > day.now - STALE)
    if choice.since:
        others = or_(Event.staff_id.is_(None), Event.staff_id != actor.staff_id)
        yield _is_among(Event, Event.recorded_at > choice.since, others, Event.kind != History.OPENED)


def _narrow_by_team(choice: QueueChoice) -> Iterator[ColumnElement[bool]]:
    if choice.team:
        yield Case.team_id == choice.team
    if choice.tag:
        yield Case.id.in_(select(CaseTag.case_id).where(CaseTag.tag_id == choice.tag))


def _narrow_by_place(choice: QueueChoice) -> Iterator[ColumnElement[bool]]:
    if choice.platform:
        yield _has(Item, Item.platform == choice.platform)
    if choice.law:
        cited = select(Basis.id).join(Request, Request.id == Basis.request_id)
        yield cited.where(Request.case_id == Case.id, Basis.regime == choice.law).correlate(Case).exists()
    if choice.country:
        yield Case.country == choice.country
    if choice.language:
        yield Case.language == choice.language


def order(day: Day) -> Sequence[ColumnElement[Any]]:
    """What can still be saved by the time that is left; what needs an answer, what nobody works on and what waits, each
    by risk; and at last what has run out, the latest first.
    """
    turn, runs, by_risk, latest, *last = place_of(day)
    return turn, runs, by_risk, latest.desc(), *last


def place_of(day: Day) -> Sequence[Any]:
    """By what a case stands in this order: turn, date that runs, risk, date that has run out, day of report and id."""
    runs, is_late, risk = _running(day), Case.next_due_at < day.now, rank_risk(day)
    turn = sql_case(
        (runs.is_not(None), 0), (needs_answer(), 1), (Case.assignee_id.is_(None), 2), (is_late, LATE), else_=3
    )
    by_risk = sql_case((turn.in_((1, 2, 3)), risk), else_=0)
    # A date that runs is later than now and one that has run out earlier; nobody sorts one among the other.
    latest = sql_case((turn == LATE, Case.next_due_at))
    return turn, runs, by_risk, latest, Case.submitted_at, Case.id


def rank_risk(day: Day) -> ColumnElement[int]:
    """The weightiest risk of a case as a number, the smallest first."""
    return _rank_risk(day.keys)


@lru_cache(maxsize=2)  # the keys of the server change once in a year
def _rank_risk(keys: ServerKeys) -> ColumnElement[int]:
    return sql_case(*((_has_risk(each, keys), place) for place, each in enumerate(_WEIGHT)), else_=NO_RISK)


def is_soon(day: Day) -> ColumnElement[bool]:
    """Whether a date that still runs is near enough to save something today."""
    return and_(Case.running_due_at >= day.now, Case.running_due_at < day.now + SOON)


def is_not_soon(day: Day) -> ColumnElement[bool]:
    runs = Case.running_due_at
    return or_(runs.is_(None), runs < day.now, runs >= day.now + SOON)


def _running(day: Day) -> ColumnElement[Any]:
    """The same as `find_running`, for all cases."""
    return sql_case((is_soon(day), Case.running_due_at), (Case.next_due_at >= day.now, Case.next_due_at))


def _has_risk(risk: Risk, keys: ServerKeys) -> ColumnElement[bool]:
    if risk is Risk.CHILD:
        return or_(Case.under_18.is_(True), Case.path == Path.CHILD)
    if risk is Risk.THREAT:
        return Case.path == Path.THREAT
    marked = select(RiskMark.case_id).where(RiskMark.value.in_(risks.values_of(keys, RiskFlag(risk.value))))
    return Case.id.in_(marked)


# What depends on neither the member nor the moment is put together once, which takes as long as to run it.


@cache
def needs_answer() -> ColumnElement[bool]:
    return or_(Case.news_at.is_not(None), _is_unread(), Case.id.in_(_came()))


@cache
def list_asking() -> Any:
    """The ids of the cases that `needs_answer` finds: few, and looked up from what was written, not from the cases."""
    wrote = select(Message.case_id).where(*UNREAD)
    new = aliased(Case)
    did = select(new.id).where(new.news_at.is_not(None))
    return union_all(did, wrote, *_list_came())


def _came() -> Any:
    """Cases in which an answer waits to be read, by whichever way it came."""
    return union_all(*_list_came())


def _list_came() -> tuple[Any, Any]:
    """With what is in no case, a list would have no case that is not in it."""
    mailed = select(IncomingMail.case_id).where(waits_unread(), IncomingMail.case_id.is_not(None))
    return mailed, select(LinkAnswer.case_id).where(LinkAnswer.state == LinkAnswerState.WAITING)


def _is_unread() -> ColumnElement[bool]:
    return _is_among(Message, *UNREAD)


def _has_news(news: News) -> ColumnElement[bool]:
    if news is News.WROTE:
        return _is_unread()
    happened = _has(
        Event, Event.kind.in_(_NEWS_KINDS[news]), Event.actor == ActorKind.PERSON, Event.recorded_at >= Case.news_at
    )
    return and_(Case.news_at.is_not(None), happened)


def _waits(whom: WaitsFor) -> ColumnElement[bool]:
    if whom is WaitsFor.TEAM:
        return or_(needs_answer(), _unsent())
    if whom is WaitsFor.PERSON:
        return _is_among(Request, Request.state == RequestState.MORE_ASKED)
    if whom is WaitsFor.AUTHORITY:
        return _is_among(Complaint, Complaint.state == ComplaintState.LODGED)
    running = (Clock.state == ClockState.RUNNING, Clock.request_id.is_not(None), Clock.owed_by != Owed.PERSON)
    return _has(Clock, *running)


@cache
def _is_promised() -> ColumnElement[bool]:
    return _is_among(FollowUpDate, _OPEN)


@cache
def _waits_for_nothing() -> ColumnElement[bool]:
    """Nothing is prepared and nothing was promised."""
    return and_(_has_none(Request, Request.state == RequestState.PREPARED), _has_none(FollowUpDate, _OPEN))


@cache
def _unsent() -> ColumnElement[bool]:
    return _is_among(Request, Request.state == RequestState.PREPARED)


def _second_looks(actor: Actor) -> Any:
    """Cases in which somebody else waits for the member's yes, or the member was answered and has not gone on."""
    for_me = and_(Approval.decided_at.is_(None), Approval.asked_by != actor.staff_id, ~Approval.is_passed_over)
    answered = and_(Approval.decided_at.is_not(None), Approval.asked_by == actor.staff_id)
    return select(Approval.case_id).where(Approval.over_at.is_(None), or_(for_me, answered))


def _handed(actor: Actor) -> Any:
    """Cases on which a colleague waits for the member's word, or that came back to them and were not looked at."""
    for_me = and_(Handover.to_staff_id == actor.staff_id, Handover.is_accepted.is_(None))
    came_back = and_(Handover.asked_by == actor.staff_id, Handover.is_accepted.is_(False))
    return select(Handover.case_id).where(
        Handover.kind == HandoverKind.MEMBER, Handover.over_at.is_(None), or_(for_me, came_back)
    )


def _is_among(model: Any, *criteria: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a case has a row of this table that fits, where few rows of all do: they are looked up once, not for each
    case of the list.
    """
    return Case.id.in_(select(model.case_id).where(*criteria))


def _has_none(model: Any, *criteria: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a case has no row of this table that fits. Not as a plain NOT EXISTS or NOT IN: of this the server itself
    chooses whether all such rows are looked up once or those of each case, by how many cases it has to ask for.
    """
    return not_(func.coalesce(_has(model, *criteria), false()))


def _has_mail_trouble(day: Day) -> ColumnElement[bool]:
    """Whether the newest letter by e-mail of an unsent request failed, may have left, or left and was not written down
    for a while, or the one that a request was sent with came back; the same of a later letter, save that what came back
    of those waits as a mail to be read.
    """
    again = _later_mail()
    same_letter = and_(again.case_id == LetterMail.case_id, again.letter_number == LetterMail.letter_number)
    same = sql_case((LetterMail.is_later, same_letter), else_=again.request_id == LetterMail.request_id)
    is_newer = and_(same, again.is_later == LetterMail.is_later, again.made_at > LetterMail.made_at)
    is_lost = LetterMail.state.in_((LetterMailState.FAILED, LetterMailState.UNCLEAR))
    is_open = and_(LetterMail.recorded_at.is_(None), LetterMail.left_at < day.now - UNRECORDED)
    is_unsent = and_(~LetterMail.is_later, Request.state.in_(UNSENT))
    letter = select(Letter.id).where(Letter.case_id == LetterMail.case_id, Letter.number == LetterMail.letter_number)
    is_kept = letter.where(Letter.left_at.is_(None), Letter.discarded_at.is_(None)).exists()
    waits = or_(is_unsent, and_(LetterMail.is_later, is_kept))
    is_sent_by_it = and_(Request.state == RequestState.SENT, Request.sent_at == LetterMail.left_at)
    is_first = and_(~LetterMail.is_later, or_(is_unsent, is_sent_by_it))
    came_back = and_(LetterMail.state == LetterMailState.RETURNED, is_first)
    troubled = select(LetterMail.case_id).outerjoin(Request, Request.id == LetterMail.request_id)
    is_bad = or_(and_(waits, or_(is_lost, is_open)), came_back)
    return Case.id.in_(troubled.where(is_bad, ~select(again.id).where(is_newer).exists()))


@cache
def _later_mail() -> Any:
    return aliased(LetterMail)


def _has(model: Any, *criteria: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same where very many rows fit, of which a case is asked for its own."""
    return select(model.id).where(model.case_id == Case.id, *criteria).correlate(Case).exists()
