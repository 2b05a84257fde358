"""Whose turn it is: one state for each request, and the next thing of the case. Plain rules, without database or clock.

What a page says of a request and what its main button leads to are decided here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from portal.domain.lifecycle import RequestState


class Turn(StrEnum):
    """Where a request is, as the person needs to know it."""

    NEEDS_YOU = "needs_you"
    OVERDUE = "overdue"  # the other side let a date pass; there is something that can be done about it
    TEAM = "team"  # the team that acts for the person does the next thing
    WAITING = "waiting"
    GONE = "gone"
    CLOSED = "closed"  # taken back, or open still when the whole case was closed


class Why(StrEnum):
    """What can be done with a request next, or why nothing has to be."""

    ASKED = "asked"  # they want something from the person
    BACK = "back"  # what was gone is there again, and the new letter has not left
    SEND = "send"
    COMPLETE = "complete"  # something is missing without which no letter can be made
    CONSENT = "consent"  # the person has not said yes to writing to platforms
    REMIND = "remind"
    COMPLAIN = "complain"  # the date has passed and they were reminded
    REFUSED = "refused"
    PARTLY = "partly"
    GEO_BLOCKED = "geo_blocked"
    LEAVING = "leaving"  # the letter is on its way by e-mail from here
    ANSWER = "answer"  # their time runs
    COMPLAINED = "complained"  # an authority has it
    NOTHING = "nothing"
    MOVED = "moved"  # settled; its links came back and are in a newer request


@dataclass(frozen=True, kw_only=True)
class OwedDate:
    """A date by which the other side has to act. `is_missed`: it passed without that."""

    due_at: datetime
    is_missed: bool
    estimated: bool


@dataclass(frozen=True, kw_only=True)
class RequestFacts:
    """What the rules look at of one request.

    `is_case_open`: nobody has closed the whole case. `is_leaving`: its letter waits to leave by e-mail from here.
    `is_ready`: a letter can be made of what is known. `is_taken`: a complaint that rests on it has left.
    `is_moved`: some of its links came back and belong to a newer request. `dates`: those that run or were missed, in
    any order.
    """

    state: RequestState
    is_sent: bool
    is_case_open: bool = True
    is_leaving: bool = False
    is_ready: bool = True
    has_consent: bool = True
    has_back: bool = False
    is_reminded: bool = False
    is_taken: bool = False
    is_moved: bool = False
    dates: Sequence[OwedDate] = ()


@dataclass(frozen=True, kw_only=True)
class RequestTurn:
    """Whose turn it is with a request and why. `due_at` is the date that runs, or the one that passed."""

    turn: Turn
    why: Why
    due_at: datetime | None = None
    estimated: bool = False


@dataclass(frozen=True, kw_only=True)
class NextThing:
    """What to do first in the case, and with which of its requests, by their numbers."""

    why: Why
    numbers: tuple[int, ...] = ()


# What only the person can do, whoever sends the letters.
_OWN = frozenset({Why.ASKED, Why.COMPLETE, Why.CONSENT})
_FAILED: Mapping[RequestState, Why] = MappingProxyType(
    {
        RequestState.REFUSED: Why.REFUSED,
        RequestState.PARTLY: Why.PARTLY,
        RequestState.GEO_BLOCKED: Why.GEO_BLOCKED,
    }
)
# The order in which things are offered: what holds everything up, what gets something down soonest, what waits longest.
ORDER = (
    Why.ASKED,
    Why.BACK,
    Why.SEND,
    Why.COMPLETE,
    Why.CONSENT,
    Why.COMPLAIN,
    Why.REMIND,
    Why.REFUSED,
    Why.PARTLY,
    Why.GEO_BLOCKED,
)
_TOGETHER = frozenset({Why.BACK, Why.SEND})  # both are letters that have not left


def find_turn(facts: RequestFacts, *, is_with_team: bool) -> RequestTurn:
    """The one state of a request."""
    found = _find_turn(facts)
    if is_with_team and found.turn in {Turn.NEEDS_YOU, Turn.OVERDUE} and found.why not in _OWN:
        return RequestTurn(turn=Turn.TEAM, why=found.why, due_at=found.due_at, estimated=found.estimated)
    return found


def find_next(turns: Iterable[tuple[int, RequestTurn]]) -> NextThing:
    """The next thing of the case: what needs the person before what a team does; else waiting, else nothing."""
    known = list(turns)
    own = [(number, turn) for number, turn in known if turn.turn in {Turn.NEEDS_YOU, Turn.OVERDUE}]
    todo = own or [(number, turn) for number, turn in known if turn.turn is Turn.TEAM]
    for why in ORDER:
        group = _TOGETHER if why in _TOGETHER else {why}
        if any(turn.why is why for _number, turn in todo):
            return NextThing(why=why, numbers=tuple(number for number, turn in todo if turn.why in group))
    waiting = {turn.why for _number, turn in known if turn.turn is Turn.WAITING}
    if not waiting:
        return NextThing(why=Why.NOTHING)
    return NextThing(why=Why.LEAVING if waiting == {Why.LEAVING} else Why.ANSWER)


def _find_turn(facts: RequestFacts) -> RequestTurn:
    if facts.state is RequestState.REMOVED:
        return RequestTurn(turn=Turn.GONE, why=Why.MOVED if facts.is_moved else Why.NOTHING)
    if facts.state is RequestState.CLOSED or not facts.is_case_open:
        return RequestTurn(turn=Turn.CLOSED, why=Why.NOTHING)
    if not facts.is_sent and facts.is_leaving:
        return RequestTurn(turn=Turn.WAITING, why=Why.LEAVING)
    if not facts.is_sent:
        return RequestTurn(turn=Turn.NEEDS_YOU, why=_before_sending(facts))
    if facts.state is RequestState.MORE_ASKED:
        return RequestTurn(turn=Turn.NEEDS_YOU, why=Why.ASKED)
    if facts.is_taken:
        return RequestTurn(turn=Turn.WAITING, why=Why.COMPLAINED)
    if why := _FAILED.get(facts.state):
        return RequestTurn(turn=Turn.NEEDS_YOU, why=why)
    return _while_waiting(facts)


def _before_sending(facts: RequestFacts) -> Why:
    if not facts.is_ready:
        return Why.COMPLETE
    if not facts.has_consent:
        return Why.CONSENT
    return Why.BACK if facts.has_back else Why.SEND


def _while_waiting(facts: RequestFacts) -> RequestTurn:
    """The first date that was missed, before the first one that still runs."""
    missed = _first(each for each in facts.dates if each.is_missed)
    if missed is not None:
        why = Why.COMPLAIN if facts.is_reminded else Why.REMIND
        return RequestTurn(turn=Turn.OVERDUE, why=why, due_at=missed.due_at, estimated=missed.estimated)
    runs = _first(facts.dates)
    if runs is None:
        return RequestTurn(turn=Turn.WAITING, why=Why.ANSWER)
    return RequestTurn(turn=Turn.WAITING, why=Why.ANSWER, due_at=runs.due_at, estimated=runs.estimated)


def _first(dates: Iterable[OwedDate]) -> OwedDate | None:
    return min(dates, key=lambda each: each.due_at, default=None)
