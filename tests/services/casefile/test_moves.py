"""The few steps after a refusal or a missed date, best first."""

from __future__ import annotations

from dataclasses import replace

from portal.domain.escalation import EscalationKind, EscalationState
from portal.domain.letters.kinds import FollowUp
from portal.services.casefile.moves import MOST, MoveKind, pick_moves
from portal.services.casefile.turns import RequestTurn, Turn, Why
from portal.services.requests.views import EscalationView
from tests.cases import for_each


def option(kind: EscalationKind, body: str, law: str, *, is_open: bool = True) -> EscalationView:
    return EscalationView(
        kind=kind,
        category=None,
        body=body,
        regime=law,
        regulator=None,
        what="",
        state=EscalationState.OPEN if is_open else EscalationState.WAITING,
        is_open=is_open,
        opens="",
        opens_at=None,
        closes="",
        closes_at=None,
        preconditions=(),
        contents=(),
        answers_within=None,
        is_sure=True,
        warning=None,
    )


APPEAL = option(EscalationKind.APPEAL, "Instagram", "appeal-law")
DPC = option(EscalationKind.AUTHORITY, "Data protection", "data-law")
FAST = option(EscalationKind.AUTHORITY, "Online safety", "fast-law")
COURT = option(EscalationKind.COURT, "A court", "court-law")
REFUSALS = (FollowUp.NOT_VIOLATION, FollowUp.PARODY)


def turn(why: Why, what: Turn = Turn.NEEDS_YOU) -> RequestTurn:
    return RequestTurn(turn=what, why=why)


def kinds(*moves: object) -> list[tuple[MoveKind, str | None]]:
    return [(each.kind, each.option.body if each.option else None) for each in moves]  # type: ignore[attr-defined]


def test_after_a_refusal_the_fastest_authority_comes_before_the_letter_back() -> None:
    found = pick_moves(turn(Why.REFUSED), topics=REFUSALS, options=[APPEAL, DPC, FAST, COURT], fastest=["fast-law"])
    assert kinds(*found) == [
        (MoveKind.COMPLAIN, "Online safety"),
        (MoveKind.WRITE_BACK, None),
        (MoveKind.LOOK_AGAIN, "Instagram"),
    ]


def test_where_no_fast_authority_is_open_the_letter_back_comes_first() -> None:
    closed = replace(FAST, is_open=False)
    found = pick_moves(turn(Why.REFUSED), topics=REFUSALS, options=[DPC, closed], fastest=["fast-law"])
    assert kinds(*found) == [(MoveKind.WRITE_BACK, None), (MoveKind.COMPLAIN, "Data protection")]


def test_what_came_back_has_its_letter_though_the_request_is_over() -> None:
    over = pick_moves(turn(Why.MOVED, Turn.GONE), topics=(FollowUp.BACK,), options=[FAST], fastest=[])
    late = pick_moves(turn(Why.REMIND, Turn.OVERDUE), topics=(FollowUp.BACK,), options=[FAST], fastest=[])
    assert [(each.kind, each.topic) for each in over] == [(MoveKind.WRITE_BACK, FollowUp.BACK)]
    assert [each.kind for each in late] == [MoveKind.WRITE_BACK, MoveKind.REMIND, MoveKind.COMPLAIN]


def test_their_own_second_look_is_a_step_only_where_they_answered() -> None:
    own = replace(APPEAL, regime=None)
    refused = pick_moves(turn(Why.REFUSED), topics=(), options=[own], fastest=[])
    silent = pick_moves(turn(Why.REMIND, Turn.OVERDUE), topics=(), options=[own], fastest=[])
    assert kinds(*refused) == [(MoveKind.LOOK_AGAIN, "Instagram")]
    assert kinds(*silent) == [(MoveKind.REMIND, None)]


def test_an_authority_where_the_person_lives_comes_before_one_abroad() -> None:
    near = replace(option(EscalationKind.AUTHORITY, "Netsafe", "own-law"), is_near=True)
    found = pick_moves(turn(Why.REMIND, Turn.OVERDUE), topics=(), options=[DPC, near], fastest=[])
    fast = pick_moves(turn(Why.REMIND, Turn.OVERDUE), topics=(), options=[near, FAST], fastest=["fast-law"])
    refused = pick_moves(turn(Why.REFUSED), topics=REFUSALS, options=[APPEAL, near], fastest=[])
    assert [body for _kind, body in kinds(*found)] == [None, "Netsafe", "Data protection"]
    assert [body for _kind, body in kinds(*fast)] == [None, "Online safety", "Netsafe"]
    assert [body for _kind, body in kinds(*refused)] == [None, "Instagram", "Netsafe"]


def test_a_complaint_that_is_not_open_yet_is_no_step() -> None:
    later = [replace(each, is_open=False) for each in (APPEAL, DPC, FAST)]
    found = pick_moves(turn(Why.REMIND, Turn.OVERDUE), topics=(), options=later, fastest=["fast-law"])
    assert kinds(*found) == [(MoveKind.REMIND, None)]


def test_once_they_were_reminded_complaining_comes_first() -> None:
    found = pick_moves(turn(Why.COMPLAIN, Turn.OVERDUE), topics=(), options=[DPC], fastest=[])
    assert kinds(*found) == [(MoveKind.COMPLAIN, "Data protection"), (MoveKind.REMIND, None)]


def test_a_part_that_was_left_has_its_own_letter() -> None:
    found = pick_moves(turn(Why.PARTLY), topics=(FollowUp.LEFT, *REFUSALS), options=[], fastest=[])
    assert [(each.kind, each.topic) for each in found] == [(MoveKind.WRITE_BACK, FollowUp.LEFT)]


def test_what_they_ask_for_is_given_first() -> None:
    topics = (FollowUp.MORE_ASKED, FollowUp.EXCESS_ID)
    found = pick_moves(turn(Why.ASKED), topics=topics, options=[DPC], fastest=[])
    assert [(each.kind, each.topic) for each in found] == [
        (MoveKind.GIVE, None),
        (MoveKind.WRITE_BACK, FollowUp.EXCESS_ID),
    ]
    (_give, back) = pick_moves(turn(Why.ASKED), topics=(FollowUp.LOGIN, *topics), options=[DPC], fastest=[])
    assert back.topic is FollowUp.LOGIN, "who is asked to sign in is not told about an ID"


@for_each("why", list(Why))
@for_each("what", list(Turn))
def test_there_are_never_more_than_three_and_no_body_twice(why: Why, what: Turn) -> None:
    options = [APPEAL, DPC, replace(DPC, regime="other-law"), FAST, replace(FAST, body="Fourth"), COURT]
    found = pick_moves(turn(why, what), topics=REFUSALS, options=options, fastest=["fast-law", "data-law"])
    bodies = [each.option.body for each in found if each.option]
    assert len(found) <= MOST
    assert len(bodies) == len(set(bodies))
    assert found == () or what in {Turn.NEEDS_YOU, Turn.OVERDUE, Turn.TEAM}


def test_where_their_answer_says_one_thing_the_letter_back_is_about_it() -> None:
    topics = (FollowUp.NO_REASON, *REFUSALS)
    one = pick_moves(turn(Why.REFUSED), topics=topics, options=[], fastest=[], said=(FollowUp.NO_REASON,))
    several = pick_moves(turn(Why.REFUSED), topics=topics, options=[], fastest=[], said=topics)
    gone = pick_moves(turn(Why.REFUSED), topics=REFUSALS, options=[], fastest=[], said=(FollowUp.NO_REASON,))
    assert [each.topic for each in (*one, *several, *gone)] == [FollowUp.NO_REASON, None, None]
