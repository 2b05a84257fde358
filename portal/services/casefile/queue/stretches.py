"""The order of the desk's list in stretches, so that a page costs the same for a hundred cases and for a hundred
thousand.

Asked as a whole, the order has to look at every case of a team to know the first thirty. Each stretch is a range of an
index that gives its cases in their order, so the first of it are read and no others; the first of all stretches
together, put into order once more, are the first of the list. Nothing is asked here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from portal.domain.lifecycle import RiskFlag
from portal.models.cases import AT_RISK, UNKEPT, Case
from portal.models.risk_marks import RiskMark
from portal.services.casefile.queue import filters as queue_filters
from portal.services.casefile.queue.filters import SOON, Day, QueueFilter
from portal.services.cases import risks
from portal.services.ports import Actor


@dataclass(frozen=True)
class Stretch:
    """Cases of one turn, and by what they are ordered among themselves. `due` is the date that decides, where one does;
    `rank` their risk where all have the same.
    """

    turn: int
    where: ColumnElement[bool]
    order: Sequence[Any]
    due: Any = None
    rank: int | None = None


# What each view has cases of. The others are found by the few rows of other tables, and put into order as a whole.
_RUNS = ("soon", "far", "unkept")
_NEW = ("new_marked", "new_at_risk", "new")
_UNDATED = ("undated_marked", "undated_at_risk", "undated")
_ALL = (*_RUNS, "asking", *_NEW, *_UNDATED, "late")
STRETCHES: Mapping[QueueFilter, tuple[str, ...]] = MappingProxyType(
    {
        QueueFilter.ALL: _ALL,
        QueueFilter.RUNNING: _RUNS,
        QueueFilter.TODAY: _RUNS,
        QueueFilter.UNASSIGNED: (*_RUNS, "asking", *_NEW),
        QueueFilter.MINE: (*_RUNS, "asking", *_UNDATED, "late"),
        QueueFilter.OVERDUE: ("soon", "asking", *_NEW, "late"),
        QueueFilter.STUCK: ("asking", *_NEW, "late"),
        QueueFilter.CLOSED: _ALL,
    }
)
RUNNING = frozenset({QueueFilter.RUNNING, QueueFilter.TODAY})  # those that have nothing else


def list_stretches(day: Day) -> Mapping[str, Stretch]:
    """Each case of the list stands in exactly one of them."""
    last = (Case.submitted_at, Case.id)
    runs, next_due = Case.running_due_at, Case.next_due_at
    is_not_soon, soon_over = queue_filters.is_not_soon(day), day.now + SOON
    is_unkept = and_(text(f"({UNKEPT})"), next_due >= day.now, next_due < soon_over)
    has_passed = and_(is_not_soon, or_(next_due.is_(None), next_due < day.now))
    is_quiet = and_(has_passed, not_(queue_filters.needs_answer()))
    has_somebody = Case.assignee_id.is_not(None)
    asking = and_(has_passed, Case.id.in_(queue_filters.list_asking()))
    return {
        "soon": Stretch(0, queue_filters.is_soon(day), (runs, *last), due=runs),
        "far": Stretch(0, and_(is_not_soon, next_due >= soon_over), (next_due, *last), due=next_due),
        "unkept": Stretch(0, and_(is_not_soon, is_unkept), (next_due, *last), due=next_due),
        "asking": Stretch(1, asking, (queue_filters.rank_risk(day), *last)),
        **_by_risk("new", 2, and_(is_quiet, Case.assignee_id.is_(None)), day),
        **_by_risk("undated", 3, and_(is_quiet, has_somebody, next_due.is_(None)), day),
        "late": Stretch(queue_filters.LATE, and_(is_quiet, has_somebody, next_due < day.now), (next_due.desc(), *last)),
    }


def _by_risk(name: str, turn: int, where: ColumnElement[bool], day: Day) -> Mapping[str, Stretch]:
    """Those with a mark, the children and threats, and all others: the first two are few.

    The second and third say it in the words of their index, so that the server sees that it holds these very rows.
    """
    last, rank = (Case.submitted_at, Case.id), queue_filters.rank_risk(day)
    values = risks.values_of(day.keys, *RiskFlag)
    is_marked = Case.id.in_(select(RiskMark.case_id).where(RiskMark.value.in_(values)))
    is_at_risk, has_no_risk = text(f"({AT_RISK})"), text(f"NOT coalesce({AT_RISK}, false)")
    return {
        f"{name}_marked": Stretch(turn, and_(where, is_marked), (rank, *last)),
        f"{name}_at_risk": Stretch(turn, and_(where, is_at_risk, not_(is_marked)), (rank, *last)),
        name: Stretch(turn, and_(where, has_no_risk, not_(is_marked)), last, rank=queue_filters.NO_RISK),
    }


@dataclass(frozen=True)
class Asked:
    """What is looked for: those of these teams' cases that fit a condition, in the member's day."""

    actor: Actor
    team_ids: Collection[UUID]
    ours: ColumnElement[bool]
    day: Day

    @cached_property
    def views(self) -> Mapping[QueueFilter, ColumnElement[bool]]:
        return queue_filters.list_views(self.beside, self.day)

    @cached_property
    def beside(self) -> Mapping[QueueFilter, ColumnElement[bool]]:
        return queue_filters.list_beside(self.actor, self.day)

    @cached_property
    def order(self) -> Sequence[ColumnElement[Any]]:
        return queue_filters.order(self.day)

    @cached_property
    def stretches(self) -> Mapping[str, Stretch]:
        return list_stretches(self.day)


def find_first(asked: Asked, view: QueueFilter, most: int, after: Sequence[Any] = ()) -> Iterator[Select[Any]]:
    """Queries for the ids of cases, which together hold the first `most` of a view, or of those `after` a place in the
    order: the values of `queue_filters.place_of` for the case before.
    """
    if view not in STRETCHES:
        ours = select(Case.id).where(Case.team_id.in_(asked.team_ids), asked.ours, asked.views[view])
        if after:
            ours = ours.where(_behind_in_all(asked.day, after))
        yield _first_of(ours.order_by(*asked.order), most)
        return
    stretches = [asked.stretches[name] for name in STRETCHES[view]]
    for stretch in stretches if not after else [each for each in stretches if each.turn >= after[0]]:
        where = [asked.ours, asked.beside[view], stretch.where, *_bounds(view, stretch, asked.day)]
        for team_id in asked.team_ids:
            ours = select(Case.id).where(Case.team_id == team_id, *where, *_behind(stretch, after))
            yield _first_of(ours.order_by(*stretch.order), most)


def find_at_risk(asked: Asked, view: QueueFilter, most: int) -> Iterator[Select[Any]]:
    """Queries for the ids of the first of a view that are at risk, whatever their turn: where a view is put into order
    by risk alone, they come before all that has a date.
    """
    by_risk = _by_risk("any", 0, asked.beside[view], asked.day)
    for stretch in (by_risk["any_marked"], by_risk["any_at_risk"]):
        for team_id in asked.team_ids:
            ours = select(Case.id).where(Case.team_id == team_id, asked.ours, stretch.where)
            yield _first_of(ours.order_by(*stretch.order), most)


def _first_of(ours: Select[Any], most: int) -> Select[Any]:
    return select(ours.limit(most).subquery().c.id)


def count_up_to(asked: Asked, view: QueueFilter, most: int) -> ScalarSelect[int]:
    """How many cases a view has, no further than to `most`."""
    ours = select(Case.id).where(Case.team_id.in_(asked.team_ids), asked.ours)
    if view in RUNNING:
        ours = ours.where(asked.beside[view])
        runs = [asked.stretches[name] for name in _RUNS]
        parts = [ours.where(each.where, *_bounds(view, each, asked.day)) for each in runs]
        found = union_all(*parts).limit(most).subquery()
    else:
        found = ours.where(asked.views[view]).limit(most).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _bounds(view: QueueFilter, stretch: Stretch, day: Day) -> list[ColumnElement[bool]]:
    """Where the range of the index ends for a view that has a part of the stretch."""
    return [stretch.due < day.ends_at] if view is QueueFilter.TODAY and stretch.due is not None else []


def _behind(stretch: Stretch, after: Sequence[Any]) -> list[ColumnElement[bool]]:
    """What of a stretch stands behind a place in the order."""
    if not after or stretch.turn > after[0]:
        return []
    _turn, runs, risk, latest, *last = after
    if stretch.rank is not None:
        return [_is_later(last)] if risk == stretch.rank else []
    first = stretch.order[0]
    if stretch.due is not None:
        return [first >= runs, or_(first > runs, _is_later(last))]
    if latest is not None:
        return [Case.next_due_at <= latest, or_(Case.next_due_at < latest, _is_later(last))]
    return [or_(first > risk, and_(first == risk, _is_later(last)))]


def _behind_in_all(day: Day, after: Sequence[Any]) -> ColumnElement[bool]:
    """The same for a list that is put into order as a whole."""
    turn, runs, risk, latest, *_rest = queue_filters.place_of(day)
    in_turn, *values = after
    if in_turn == 0:
        further, same = runs > values[0], runs == values[0]
    elif in_turn == queue_filters.LATE:
        further, same = latest < values[2], latest == values[2]
    else:
        further, same = risk > values[1], risk == values[1]
    return or_(turn > in_turn, and_(turn == in_turn, or_(further, and_(same, _is_later(after[-2:])))))


def _is_later(last: Sequence[Any]) -> ColumnElement[bool]:
    return tuple_(Case.submitted_at, Case.id) > tuple_(*map(literal, last))
