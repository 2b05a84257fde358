"""The first page of a case as the person reads it: whose turn it is with each request, and what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from portal.domain.clocks import ClockState
from portal.domain.escalation import EscalationKind, EscalationOption
from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import (
    ActorKind,
    CaseStatus,
    ComplaintState,
    Handler,
    History,
    ItemState,
    Path,
    RequestKind,
    RequestState,
)
from portal.models.accounts import Team
from portal.models.clocks import Clock
from portal.models.events import Event
from portal.models.messages import Message
from portal.services.casefile.moves import Move, pick_moves
from portal.services.casefile.page import tell_event
from portal.services.casefile.turns import (
    NextThing,
    OwedDate,
    RequestFacts,
    RequestTurn,
    Turn,
    Why,
    find_next,
    find_turn,
)
from portal.services.cases.consent import has_consent
from portal.services.cases.messages import staff_names
from portal.services.clocks.agreement import list_bent
from portal.services.clocks.snapshot import RUNS, is_owed
from portal.services.complaints.options import options_from
from portal.services.complaints.reading import list_lines
from portal.services.complaints.views import ComplaintLine
from portal.services.letters.further import list_topics
from portal.services.requests.dossier import Dossier
from portal.services.requests.dossier_rows import list_items
from portal.services.requests.escalation import escalation_view, list_escalation
from portal.services.tracking.parcels import list_leaving
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True)
class FrontLine:
    """A request in the list, with how many of its links are gone."""

    number: int
    platform_name: str
    kind: RequestKind
    turn: RequestTurn
    links: int
    gone: int

    @property
    def is_partly_gone(self) -> bool:
        """Whether a part is gone and another can still be seen."""
        if self.turn.turn is Turn.GONE:
            return self.turn.why is Why.MOVED and self.gone > 0
        return self.gone > 0 or self.turn.why is Why.PARTLY

    @property
    def is_late(self) -> bool:
        """Whether a reminder makes sense: whoever acts, the date has passed."""
        return self.turn.turn in {Turn.OVERDUE, Turn.TEAM} and self.turn.why in {Why.REMIND, Why.COMPLAIN}


@dataclass(frozen=True, kw_only=True)
class ComplaintGroup:
    """Complaints to one authority under one law that are equally far. `about` are whom they are about."""

    regulator_name: str
    state: ComplaintState
    numbers: tuple[int, ...]
    about: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.numbers)

    @property
    def is_ready(self) -> bool:
        """Whether somebody has to send them."""
        return self.state is ComplaintState.PREPARED


@dataclass(frozen=True, kw_only=True)
class TeamBlock:
    """Who acts for the person, and what became of her last message.

    `reply_hours` is within how many hours the team says that it usually answers; `did` the last thing it did; empty
    where it has done nothing yet.
    """

    name: str
    member: str  # who has the case; empty where nobody has it yet
    reply_hours: int | None
    wrote_at: datetime | None  # the person's last message
    seen_at: datetime | None  # when the team opened it
    did: str
    did_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CaseFront:
    """What the person sees first. `lines` are by the order of what to do; `nearest` is the next date that runs.

    `links` and `gone` count the links of the case; `unread` messages of the team; `unfit` names what of the case is not
    as it was written.
    """

    reference: str
    status: CaseStatus
    path: Path | None
    country: str | None
    team: TeamBlock | None
    retention_until: datetime | None
    lines: tuple[FrontLine, ...]
    next: NextThing
    nearest: FrontLine | None
    complaints: tuple[ComplaintLine, ...]
    links: int
    gone: int
    unread: int
    unfit: tuple[str, ...]

    def of(self, *turns: Turn) -> tuple[FrontLine, ...]:
        """The lines of these states, in their order; without what a newer line goes on with."""
        return tuple(line for line in self.lines if line.turn.turn in turns and line.turn.why is not Why.MOVED)

    @property
    def is_closed(self) -> bool:
        """Whether the whole case is closed: nothing is to be done until it is opened again."""
        return self.status is CaseStatus.CLOSED

    @property
    def counts(self) -> Mapping[Turn, int]:
        """How many requests are in each state; one from which links came back is not counted, its newer one is."""
        return Counter(line.turn.turn for line in self.lines if line.turn.why is not Why.MOVED)

    @property
    def came_back(self) -> tuple[FrontLine, ...]:
        """The lines of requests that a newer one goes on with."""
        return tuple(line for line in self.lines if line.turn.why is Why.MOVED)

    @property
    def partly_gone(self) -> int:
        """How many requests have a part that is gone, and not all of it."""
        return sum(1 for line in self.lines if line.is_partly_gone)

    @property
    def complaint_groups(self) -> tuple[ComplaintGroup, ...]:
        """The complaints, those together that go to the same authority and are equally far."""
        alike: dict[tuple[str, str, ComplaintState], list[ComplaintLine]] = {}
        for line in self.complaints:
            alike.setdefault((line.regulator_name, line.regime_name, line.state), []).append(line)
        return tuple(
            ComplaintGroup(
                regulator_name=found[0].regulator_name,
                state=found[0].state,
                numbers=tuple(line.number for line in found),
                about=tuple(line.about for line in found if line.about),
            )
            for found in alike.values()
        )

    @property
    def ready_complaints(self) -> tuple[ComplaintGroup, ...]:
        """What waits for the person to send it; nothing where a team sends it, or the case is closed."""
        return () if self.team or self.is_closed else tuple(each for each in self.complaint_groups if each.is_ready)

    @property
    def team_name(self) -> str | None:
        return self.team.name if self.team else None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def names(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Of the platforms of these requests, each once."""
        wanted = set(numbers)
        return tuple(dict.fromkeys(line.platform_name for line in self.lines if line.number in wanted))


def read_front(work: CaseWork, dossiers: tuple[Dossier, ...], *, leaving: Collection[int] = frozenset()) -> CaseFront:
    """The case at one look. `dossiers` are all of its requests by number, `leaving` the numbers of those whose letter
    is on its way by e-mail from here.
    """
    case = work.case
    items = list_items(work)
    lines = read_lines(work, dossiers, leaving=leaving)
    front = CaseFront(
        reference=case.reference,
        status=case.status,
        path=case.path,
        country=case.country,
        team=_read_team(work),
        retention_until=case.retention_until,
        lines=lines,
        next=find_next((line.number, line.turn) for line in lines),
        nearest=_find_nearest(lines),
        complaints=list_lines(work),
        links=len(items),
        gone=sum(1 for item in items if item.row.state is ItemState.REMOVED),
        unread=_count_unread(work),
        unfit=(),
    )
    # Only now, when every row has been read that is shown.
    return replace(front, unfit=tuple(str(each) for each in list_bent(work)))


def read_lines(
    work: CaseWork, dossiers: Iterable[Dossier], *, leaving: Collection[int] = frozenset()
) -> tuple[FrontLine, ...]:
    """A line for each request, by the order of what to do. `leaving` as for `read_front`."""
    consents = has_consent(work.session, work.case, "platforms")
    is_with_team = work.case.handler is Handler.TEAM
    lines = (
        _describe(each, has_consent=consents, is_with_team=is_with_team, is_leaving=each.number in leaving)
        for each in dossiers
    )
    return tuple(sorted(lines, key=_place))


def list_dates(clocks: Iterable[Clock], now: datetime) -> tuple[OwedDate, ...]:
    """The dates that the other side is held to, of those that run or have passed. One that passed a moment ago is
    missed though nothing has counted it again yet.
    """
    return tuple(
        OwedDate(due_at=row.due_at, is_missed=_is_missed(row, now), estimated=row.estimated)
        for row in clocks
        if row.due_at is not None and is_owed(row) and (row.state in RUNS or row.state is ClockState.MISSED)
    )


def _is_missed(row: Clock, now: datetime) -> bool:
    is_over = row.state is ClockState.RUNNING and row.due_at is not None and row.due_at < now
    return is_over or row.state is ClockState.MISSED


def turn_of(dossier: Dossier, *, has_consent: bool, is_with_team: bool, is_leaving: bool = False) -> RequestTurn:
    """Whose turn it is with one request."""
    request, states = dossier.request, {item.row.state for item in dossier.items}
    is_sent = request.sent_at is not None
    facts = RequestFacts(
        state=request.state,
        is_sent=is_sent,
        is_case_open=dossier.work.case.status is not CaseStatus.CLOSED,
        is_leaving=is_leaving,
        is_ready=is_sent or _is_ready(dossier),
        has_consent=has_consent,
        has_back=ItemState.BACK in states,
        is_reminded=any(event.kind is History.REMINDED for event in dossier.events),
        is_taken=any(complaint.lodged_at is not None for complaint in dossier.complaints),
        is_moved=_is_moved(dossier),
        dates=list_dates(dossier.clocks, dossier.work.now),
    )
    return find_turn(facts, is_with_team=is_with_team)


def find_moves(
    dossier: Dossier, fastest: Sequence[str], said: Sequence[FollowUp] = ()
) -> tuple[RequestTurn, tuple[Move, ...]]:
    """Whose turn it is with one request, and the few best steps now. `fastest` and `said` as in `pick_moves`."""
    work = dossier.work
    turn = turn_of(
        dossier,
        has_consent=has_consent(work.session, work.case, "platforms"),
        is_with_team=work.case.handler is Handler.TEAM,
        is_leaving=dossier.request.sent_at is None and dossier.request.id in list_leaving(work),
    )
    leading = (option for option in list_escalation(dossier) if _leads_on(dossier, option))
    options = (escalation_view(dossier, option) for option in leading)
    return turn, pick_moves(turn, topics=list_topics(dossier), options=options, fastest=fastest, said=said)


def _leads_on(dossier: Dossier, option: EscalationOption) -> bool:
    """Whether the person gets any further there: an authority whose address nobody knows is no step."""
    return option.kind not in _BODIES or any(True for _ in options_from(dossier, option))


def find_return(dossiers: Sequence[Dossier], number: int) -> int | None:
    """The sent request from which links came back that are in the request of that number now. None where none did."""
    mine = (item.row for each in dossiers if each.number == number for item in each.items)
    came = {row.number for row in mine if row.state is ItemState.BACK}
    for earlier in dossiers:
        is_source = earlier.number != number and any(item.row.number in came for item in earlier.items)
        if is_source and FollowUp.BACK in list_topics(earlier):
            return earlier.number
    return None


def _describe(dossier: Dossier, *, has_consent: bool, is_with_team: bool, is_leaving: bool) -> FrontLine:
    items = dossier.items
    return FrontLine(
        number=dossier.number,
        platform_name=dossier.name,
        kind=dossier.request.kind,
        turn=turn_of(dossier, has_consent=has_consent, is_with_team=is_with_team, is_leaving=is_leaving),
        links=len(items),
        gone=sum(1 for item in items if item.row.state is ItemState.REMOVED),
    )


def _is_ready(dossier: Dossier) -> bool:
    """Whether at least one law that it cites has all it asks for, but for what is stated when the letter is sent.

    One that cites none can be sent without.
    """
    citations = dossier.citations
    return not citations or any(each.is_complete or each.waits_for_statement for each in citations)


def _is_moved(dossier: Dossier) -> bool:
    """Whether links of a settled notice came back and belong to a newer request, which says how things are."""
    request = dossier.request
    if request.kind is not RequestKind.NOTICE or request.state is not RequestState.REMOVED or not dossier.items:
        return False
    return any(item.row.request_id not in {None, request.id} for item in dossier.items)


_BODIES = frozenset({EscalationKind.AUTHORITY, EscalationKind.BODY})
_SECTIONS = (Turn.OVERDUE, Turn.NEEDS_YOU, Turn.TEAM, Turn.WAITING, Turn.GONE, Turn.CLOSED)


def _place(line: FrontLine) -> tuple[int, bool, float, int]:
    """What is overdue first, then what needs somebody, then the nearest date; else by number."""
    due_at = line.turn.due_at
    return _SECTIONS.index(line.turn.turn), due_at is None, due_at.timestamp() if due_at else 0.0, line.number


def _find_nearest(lines: Iterable[FrontLine]) -> FrontLine | None:
    """The line whose date is the next to come. A pause or an overdue date is none."""
    waiting = (line for line in lines if line.turn.turn is Turn.WAITING and line.turn.due_at is not None)
    return next(waiting, None)  # by their date already


def _read_team(work: CaseWork) -> TeamBlock | None:
    """None where the person acts alone."""
    team = work.session.get(Team, work.case.team_id) if work.case.team_id else None
    if team is None:
        return None
    own = (Message.case_id == work.case.id, Message.author == ActorKind.PERSON)
    query = select(Message.sent_at, Message.read_at).where(*own).order_by(Message.sent_at.desc()).limit(1)
    wrote = work.session.execute(query).first()
    done = (
        Event.case_id == work.case.id,
        Event.actor == ActorKind.STAFF,
        Event.is_visible,
        Event.kind != History.MESSAGE,
    )
    last = work.session.scalars(select(Event).where(*done).order_by(Event.sequence.desc()).limit(1)).first()
    return TeamBlock(
        name=team.name,
        member=staff_names(work.session, [work.case.assignee_id]).get(work.case.assignee_id, ""),
        reply_hours=team.reply_hours,
        wrote_at=wrote.sent_at if wrote else None,
        seen_at=wrote.read_at if wrote else None,
        did=tell_event(work, last) if last else "",
        did_at=last.at if last else None,
    )


def _count_unread(work: CaseWork) -> int:
    """Messages of the team that the person has not seen."""
    query = select(func.count()).select_from(Message).where(Message.case_id == work.case.id)
    return work.session.scalar(query.where(Message.read_at.is_(None), Message.author != work.actor.kind)) or 0
