"""Whose turn it is with a request, and the next thing of a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.domain.lifecycle import RequestState
from portal.services.casefile.turns import (
    ORDER,
    NextThing,
    OwedDate,
    RequestFacts,
    RequestTurn,
    Turn,
    Why,
    find_next,
    find_turn,
)
from tests.services.factories import NOW

SOON = OwedDate(due_at=NOW + timedelta(hours=2), is_missed=False, estimated=True)
LATER = OwedDate(due_at=NOW + timedelta(days=9), is_missed=False, estimated=False)
PAST = OwedDate(due_at=NOW - timedelta(hours=5), is_missed=True, estimated=False)
LONG_PAST = OwedDate(due_at=NOW - timedelta(days=5), is_missed=True, estimated=True)

UNSENT = {"state": RequestState.PREPARED, "is_sent": False}
SENT = {"state": RequestState.SENT, "is_sent": True}
ROWS = [
    ({**UNSENT}, Turn.NEEDS_YOU, Why.SEND),
    ({**UNSENT, "is_leaving": True, "has_back": True}, Turn.WAITING, Why.LEAVING),
    ({**UNSENT, "has_back": True}, Turn.NEEDS_YOU, Why.BACK),
    ({**UNSENT, "has_consent": False}, Turn.NEEDS_YOU, Why.CONSENT),
    ({**UNSENT, "is_ready": False, "has_consent": False}, Turn.NEEDS_YOU, Why.COMPLETE),
    ({**SENT}, Turn.WAITING, Why.ANSWER),
    ({**SENT, "dates": (LATER, SOON)}, Turn.WAITING, Why.ANSWER),
    ({**SENT, "dates": (LATER, PAST)}, Turn.OVERDUE, Why.REMIND),
    ({**SENT, "dates": (PAST,), "is_reminded": True}, Turn.OVERDUE, Why.COMPLAIN),
    ({**SENT, "dates": (PAST,), "is_taken": True}, Turn.WAITING, Why.COMPLAINED),
    ({**UNSENT, "is_leaving": True}, Turn.WAITING, Why.LEAVING),
    ({**SENT, "is_leaving": True, "dates": (SOON,)}, Turn.WAITING, Why.ANSWER),
    ({**SENT, "state": RequestState.MORE_ASKED, "dates": (PAST,)}, Turn.NEEDS_YOU, Why.ASKED),
    ({**SENT, "state": RequestState.REFUSED, "dates": (PAST,)}, Turn.NEEDS_YOU, Why.REFUSED),
    ({**SENT, "state": RequestState.REFUSED, "is_taken": True}, Turn.WAITING, Why.COMPLAINED),
    ({**SENT, "state": RequestState.PARTLY}, Turn.NEEDS_YOU, Why.PARTLY),
    ({**SENT, "state": RequestState.GEO_BLOCKED}, Turn.NEEDS_YOU, Why.GEO_BLOCKED),
    ({**SENT, "state": RequestState.EXTENDED, "dates": (SOON,)}, Turn.WAITING, Why.ANSWER),
    ({**SENT, "state": RequestState.ACKNOWLEDGED}, Turn.WAITING, Why.ANSWER),
    ({**SENT, "state": RequestState.REMOVED, "dates": (PAST,)}, Turn.GONE, Why.NOTHING),
    ({**SENT, "state": RequestState.REMOVED, "is_moved": True}, Turn.GONE, Why.MOVED),
    ({**UNSENT, "state": RequestState.REMOVED}, Turn.GONE, Why.NOTHING),
    ({**SENT, "state": RequestState.CLOSED, "dates": (PAST,)}, Turn.CLOSED, Why.NOTHING),
]


def turn(turn: Turn, why: Why) -> RequestTurn:
    return RequestTurn(turn=turn, why=why)


@pytest.mark.parametrize(("facts", "expected", "why"), ROWS)
def test_a_request_is_in_one_state_with_its_reason(facts: dict[str, object], expected: Turn, why: Why) -> None:
    found = find_turn(RequestFacts(**facts), is_with_team=False)  # type: ignore[arg-type]
    assert (found.turn, found.why) == (expected, why)


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("is_sent", [False, True])
def test_no_state_is_without_an_answer(state: RequestState, is_sent: bool) -> None:
    found = find_turn(RequestFacts(state=state, is_sent=is_sent), is_with_team=False)
    assert found.turn in Turn


@pytest.mark.parametrize("state", sorted(set(RequestState) - {RequestState.REMOVED}))
@pytest.mark.parametrize("is_with_team", [False, True])
def test_in_a_closed_case_nothing_waits_for_anybody(state: RequestState, is_with_team: bool) -> None:
    facts = RequestFacts(state=state, is_sent=True, is_case_open=False, dates=(PAST, SOON))
    assert find_turn(facts, is_with_team=is_with_team) == turn(Turn.CLOSED, Why.NOTHING)


def test_the_first_date_that_passed_is_told_else_the_next_to_come() -> None:
    late = find_turn(RequestFacts(**SENT, dates=(SOON, PAST, LONG_PAST)), is_with_team=False)  # type: ignore[arg-type]
    assert (late.due_at, late.estimated) == (LONG_PAST.due_at, True)
    waits = find_turn(RequestFacts(**SENT, dates=(LATER, SOON)), is_with_team=False)  # type: ignore[arg-type]
    assert (waits.due_at, waits.estimated) == (SOON.due_at, True)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({**UNSENT}, Turn.TEAM),
        ({**SENT, "dates": (PAST,)}, Turn.TEAM),
        ({**SENT, "state": RequestState.REFUSED}, Turn.TEAM),
        ({**SENT, "state": RequestState.MORE_ASKED}, Turn.NEEDS_YOU),
        ({**UNSENT, "is_ready": False}, Turn.NEEDS_YOU),
        ({**UNSENT, "has_consent": False}, Turn.NEEDS_YOU),
        ({**SENT, "dates": (SOON,)}, Turn.WAITING),
    ],
)
def test_with_a_team_only_what_the_person_alone_can_do_needs_her(facts: dict[str, object], expected: Turn) -> None:
    assert find_turn(RequestFacts(**facts), is_with_team=True).turn is expected  # type: ignore[arg-type]


def test_while_letters_leave_there_is_nothing_to_mark_as_gone_yet() -> None:
    leaving = (1, turn(Turn.WAITING, Why.LEAVING))
    assert find_next([leaving]).why is Why.LEAVING
    assert find_next([leaving, (2, turn(Turn.WAITING, Why.ANSWER))]).why is Why.ANSWER


def test_the_next_thing_is_the_first_of_the_order_with_all_its_requests() -> None:
    turns = [
        (1, turn(Turn.WAITING, Why.ANSWER)),
        (2, turn(Turn.NEEDS_YOU, Why.REFUSED)),
        (3, turn(Turn.OVERDUE, Why.REMIND)),
        (4, turn(Turn.OVERDUE, Why.REMIND)),
    ]
    assert find_next(turns) == NextThing(why=Why.REMIND, numbers=(3, 4))
    assert find_next([*turns, (5, turn(Turn.NEEDS_YOU, Why.ASKED))]) == NextThing(why=Why.ASKED, numbers=(5,))


def test_letters_that_have_not_left_are_one_thing() -> None:
    turns = [(1, turn(Turn.NEEDS_YOU, Why.SEND)), (2, turn(Turn.NEEDS_YOU, Why.BACK))]
    assert find_next(turns).numbers == (1, 2)


def test_what_needs_her_comes_before_what_the_team_does() -> None:
    turns = [(1, turn(Turn.TEAM, Why.SEND)), (2, turn(Turn.NEEDS_YOU, Why.COMPLETE))]
    assert find_next(turns) == NextThing(why=Why.COMPLETE, numbers=(2,))
    assert find_next(turns[:1]) == NextThing(why=Why.SEND, numbers=(1,))


def test_where_nothing_can_be_done_the_case_waits_or_is_over() -> None:
    assert find_next([(1, turn(Turn.WAITING, Why.ANSWER)), (2, turn(Turn.GONE, Why.NOTHING))]).why is Why.ANSWER
    assert find_next([(1, turn(Turn.GONE, Why.NOTHING))]).why is Why.NOTHING
    assert find_next([]).why is Why.NOTHING


def test_every_reason_to_do_something_has_its_turn_in_the_order() -> None:
    assert set(ORDER) == set(Why) - {Why.LEAVING, Why.ANSWER, Why.COMPLAINED, Why.NOTHING, Why.MOVED}
