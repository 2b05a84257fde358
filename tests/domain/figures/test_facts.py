"""What became of a request, as of a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.figures.facts import (
    CountedRequest,
    Kind,
    Outcome,
    Response,
    ResponseTargets,
    judge,
    judge_response,
    kind_of,
    round_hours,
)
from portal.domain.lifecycle import Depiction, Path

SENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TARGETS = ResponseTargets(usual=24, urgent=8)


def after(hours: float) -> datetime:
    return SENT + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("facts", "at", "outcome", "hours", "has_ended"),
    [
        ({"due_at": after(48)}, 10, Outcome.WAITING, 10, False),
        ({"due_at": after(48)}, 48, Outcome.WAITING, 48, False),
        ({"due_at": after(48)}, 49, Outcome.OVERDUE, 49, False),
        ({}, 70, Outcome.WAITING, 70, False),
        ({"due_at": after(48), "removed_at": after(48)}, 60, Outcome.IN_TIME, 48, True),
        ({"due_at": after(48), "removed_at": after(49)}, 60, Outcome.LATE, 49, True),
        ({"due_at": after(48), "removed_at": after(49)}, 48, Outcome.WAITING, 48, False),
        ({"removed_at": after(5)}, 60, Outcome.UNDATED, 5, True),
        ({"removed_at": after(5), "back_at": after(20)}, 60, Outcome.BACK, 5, True),
        ({"removed_at": after(5), "back_at": after(20)}, 10, Outcome.UNDATED, 5, True),
        ({"removed_at": after(25), "back_at": after(20)}, 60, Outcome.UNDATED, 25, True),
        ({"due_at": after(48), "refused_at": after(30)}, 60, Outcome.REFUSED, 60, False),
        ({"refused_at": after(30), "closed_at": after(40)}, 60, Outcome.REFUSED, 40, False),
        ({"refused_at": after(30), "removed_at": after(40)}, 60, Outcome.UNDATED, 40, True),
        ({"closed_at": after(40)}, 60, Outcome.CLOSED, 40, False),
    ],
)
def test_what_became_of_a_request(
    facts: dict[str, datetime], at: float, outcome: Outcome, hours: int, has_ended: bool
) -> None:
    judged = judge(CountedRequest(sent_at=SENT, **facts), at=after(at))
    assert (judged.outcome, judged.lasted.hours, judged.lasted.has_ended) == (outcome, hours, has_ended)


def test_long_times_are_told_in_days() -> None:
    assert [round_hours(hours) for hours in (-1, 0.4, 0.6, 72, 73, 100, 250)] == [0, 0, 1, 72, 72, 96, 240]


def test_a_child_is_a_kind_of_its_own() -> None:
    assert kind_of(Path.REMOVAL, Depiction.SYNTHETIC, True) is Kind.CHILD
    assert kind_of(Path.CHILD, None, None) is Kind.CHILD
    assert kind_of(Path.THREAT, Depiction.REAL, False) is Kind.THREAT
    assert kind_of(Path.REMOVAL, Depiction.FALSE, False) is Kind.FALSE
    assert kind_of(None, None, None) is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("answered", "is_urgent", "at", "expected"),
    [
        (24, False, 30, Response.IN_TARGET),
        (25, False, 30, Response.LATE),
        (9, True, 30, Response.LATE),
        (None, False, 24, Response.WAITING),
        (None, False, 25, Response.LATE),
        (None, True, 9, Response.LATE),
        (25, False, 20, Response.WAITING),
    ],
)
def test_the_helplines_own_clock(answered: float | None, is_urgent: bool, at: float, expected: Response) -> None:
    moment = None if answered is None else after(answered)
    assert judge_response(SENT, moment, TARGETS, is_urgent=is_urgent, at=after(at)) is expected


def test_a_case_the_team_never_had_is_not_ours() -> None:
    assert judge_response(None, None, TARGETS, is_urgent=True, at=after(99)) is Response.NOT_OURS
