"""What to do after a refusal or a missed date: at most three steps, the best first. Plain rules, no database.

The best is what is fastest where the person lives, as soon as it is open; then an answer to what was said; then
whoever else can act now. Everything else is there too, folded, and is none of these rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.escalation import EscalationKind
from portal.domain.letters.kinds import FollowUp
from portal.services.casefile.turns import RequestTurn, Turn, Why
from portal.services.requests.views import EscalationView

MOST = 3


class MoveKind(StrEnum):
    """What the person does."""

    GIVE = "give"  # what they asked for
    REMIND = "remind"
    WRITE_BACK = "write_back"  # a letter that answers what they said
    COMPLAIN = "complain"  # to an authority or a body
    LOOK_AGAIN = "look_again"  # the platform's own second look


@dataclass(frozen=True, kw_only=True)
class Move:
    """One step. `topic` is what a letter back is about, None where the person chooses; `option` whom to turn to."""

    kind: MoveKind
    topic: FollowUp | None = None
    option: EscalationView | None = None


_COMPLAINTS = {
    EscalationKind.AUTHORITY: MoveKind.COMPLAIN,
    EscalationKind.BODY: MoveKind.COMPLAIN,
    EscalationKind.APPEAL: MoveKind.LOOK_AGAIN,
}
_KINDS = {kind: place for place, kind in enumerate(EscalationKind)}
_ONE_TOPIC = {Why.PARTLY: FollowUp.LEFT, Why.GEO_BLOCKED: FollowUp.GEO_ONLY}
_REFUSED = frozenset({Why.REFUSED, Why.PARTLY, Why.GEO_BLOCKED})


def pick_moves(
    turn: RequestTurn,
    *,
    topics: Sequence[FollowUp],
    options: Iterable[EscalationView],
    fastest: Sequence[str],
    said: Sequence[FollowUp] = (),
) -> tuple[Move, ...]:
    """The steps for a request, best first; none while its time runs or once it is over, unless something came back.

    `topics` are what a letter back can be about now, `options` whom the laws open, in the order in which to try them,
    `fastest` the laws by which something is taken down fastest where the person lives, best first, `said` what a letter
    back to their last answer is about.
    """
    back = [Move(kind=MoveKind.WRITE_BACK, topic=FollowUp.BACK)] if FollowUp.BACK in topics else []
    if turn.turn not in {Turn.NEEDS_YOU, Turn.OVERDUE, Turn.TEAM}:
        return tuple(back)
    if turn.why is Why.ASKED:
        return (Move(kind=MoveKind.GIVE), *_write_back(turn, topics, said))
    fitting = [option for option in options if turn.why in _REFUSED or not _is_own_appeal(option)]
    back_to_them = list(_write_back(turn, topics, said))
    found = list(_list_moves(turn, back_to_them, _list_open(fitting, fastest), frozenset(fastest)))
    return tuple([*back, *found][:MOST])


def _list_moves(
    turn: RequestTurn, back_to_them: list[Move], complaints: list[EscalationView], fastest: frozenset[str]
) -> Iterator[Move]:
    first, rest = _take_fastest(complaints, fastest)
    if turn.why in _REFUSED:
        yield from first
        yield from back_to_them
        yield from rest
    elif turn.why is Why.REMIND:
        yield Move(kind=MoveKind.REMIND)
        yield from (*first, *rest)
    elif turn.why is Why.COMPLAIN:
        yield from (*first, *rest)
        yield Move(kind=MoveKind.REMIND)


def _is_own_appeal(option: EscalationView) -> bool:
    """Whether it is the second look that a platform offers by itself, in its answer: without one there is none."""
    return option.kind is EscalationKind.APPEAL and option.regime is None


def _write_back(turn: RequestTurn, topics: Sequence[FollowUp], said: Sequence[FollowUp]) -> Iterator[Move]:
    """A letter back, where there is something to write back to; about what they said, where that is one thing."""
    if not topics:
        return
    one = _ONE_TOPIC.get(turn.why)
    if turn.why is Why.ASKED:
        one = FollowUp.LOGIN if FollowUp.LOGIN in topics else FollowUp.EXCESS_ID
    fitting = [topic for topic in said if topic in topics]
    if one not in topics and len(fitting) == 1:
        one = fitting[0]
    yield Move(kind=MoveKind.WRITE_BACK, topic=one if one in topics else None)


def _list_open(options: Iterable[EscalationView], fastest: Sequence[str]) -> list[EscalationView]:
    """Whom one can turn to on this day, once each body: those of the fastest laws first, then by their kind, and of
    one kind who is where the person lives before who is abroad; else in their order.
    """
    places = {law: place for place, law in enumerate(fastest)}
    can = [option for option in options if option.is_open and option.is_sure and option.kind in _COMPLAINTS]
    can.sort(key=lambda one: (places.get(one.regime or "", len(places)), _KINDS[one.kind], not one.is_near))
    return list({option.body: option for option in reversed(can)}.values())[::-1]


def _take_fastest(complaints: list[EscalationView], fastest: frozenset[str]) -> tuple[list[Move], list[Move]]:
    """The first one as a step where it is one of the fastest, and the others."""
    moves = [Move(kind=_COMPLAINTS[option.kind], option=option) for option in complaints]
    is_fastest = bool(complaints) and complaints[0].regime in fastest
    return (moves[:1], moves[1:]) if is_fastest else ([], moves)
