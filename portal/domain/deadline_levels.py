"""When a team is told of a deadline: before it, at it, and each time it has passed for longer.

The steps hang on how long the law's period is: of 48 hours the last twelve are late enough to be told, of a month the
last week. A law can have steps of its own. All of it is data, see `reference/levels`; here is only how it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from portal.domain.regimes import Binding, ObligedParty

HOUR = timedelta(hours=1)


class Level(StrEnum):
    """How far it has come with one deadline, in this order."""

    OWN = "own"  # no deadline of a law: a date of our own to look again, see `own_dates`
    BEFORE = "before"  # it can still be kept
    AT = "at"  # it has just passed
    AFTER = "after"  # it passed a while ago
    SUPERVISOR = "supervisor"  # and nobody has taken the next step
    DRAFT = "draft"  # the complaint is to be drafted


ORDER = tuple(Level)
RAISED = frozenset({Level.SUPERVISOR, Level.DRAFT})  # those that a team's supervisors are told of too
BEHIND = (Level.AFTER, Level.SUPERVISOR, Level.DRAFT)  # those that count on from the deadline
OWED = frozenset({Binding.DUTY, Binding.SAFE_HARBOUR})


class TimedClock(Protocol):
    """What of a clock its levels hang on. `started_at` and `due_at` are aware."""

    @property
    def regime(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def binding(self) -> Binding: ...
    @property
    def owed_by(self) -> ObligedParty: ...


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The steps of periods of up to `longest` hours (None: of any longer one), in hours. The warning comes in the last
    quarter of the period, yet at least `before` its end; the other three count on from the deadline.
    """

    before: int
    after: int
    supervisor: int
    draft: int
    longest: int | None = None

    def behind(self, level: Level) -> timedelta:
        """How far behind the deadline one of `BEHIND` stands."""
        hours = {Level.AFTER: self.after, Level.SUPERVISOR: self.supervisor, Level.DRAFT: self.draft}
        return hours[level] * HOUR


@dataclass(frozen=True, kw_only=True)
class LawPace:
    """What a law, or one clock of it, has otherwise than its length says, in hours. None: as its length says."""

    regime: str
    why: str
    rule: str | None = None
    before: int | None = None  # exactly so long before the end, where that is in the second half of the period
    after: int | None = None
    supervisor: int | None = None
    draft: int | None = None


@dataclass(frozen=True, kw_only=True)
class LevelTimes:
    """All paces, the shortest first, and what some laws have otherwise."""

    warns_at_most: int  # hours
    paces: tuple[Pace, ...]
    laws: tuple[LawPace, ...] = ()

    def list_levels(self, clock: TimedClock, *, is_request: bool) -> Iterator[tuple[Level, datetime]]:
        """Each level of a clock and the instant (aware) from which it counts, in their order.

        Of what nobody else owes, the person's own last day is told before and at it; any other date (an aim, a time
        that has to pass, our own date to look again) only when it has come. `is_request`: a complaint can follow.
        """
        is_persons = clock.owed_by is ObligedParty.PERSON
        is_owed = clock.binding in OWED and not is_persons
        pace = self.find_pace(clock.regime, clock.rule, clock.due_at - clock.started_at)
        if is_owed or is_persons:
            yield Level.BEFORE, clock.due_at - self._find_lead(clock)
        yield Level.AT, clock.due_at
        for level in BEHIND:
            if is_owed and (is_request or level is not Level.DRAFT):
                yield level, clock.due_at + pace.behind(level)

    def find_pace(self, regime: str, rule: str, period: timedelta) -> Pace:
        """The steps behind the deadline of one clock."""
        usual = self._find_usual(period)
        own = self._find_own(regime, rule)
        return _overlay(usual, own) if own else usual

    def _find_own(self, regime: str, rule: str) -> LawPace | None:
        return self._by_law.get((regime, rule)) or self._by_law.get((regime, None))

    def _find_usual(self, period: timedelta) -> Pace:
        return next(each for each in self.paces if each.longest is None or period <= each.longest * HOUR)

    def _find_lead(self, clock: TimedClock) -> timedelta:
        period = clock.due_at - clock.started_at
        own = self._find_own(clock.regime, clock.rule)
        if own is not None and own.before is not None:
            wanted = own.before * HOUR
        else:
            wanted = max(period / 4, self._find_usual(period).before * HOUR)
        return min(wanted, period / 2, self.warns_at_most * HOUR)

    @cached_property
    def _by_law(self) -> Mapping[tuple[str, str | None], LawPace]:
        return {(each.regime, each.rule): each for each in self.laws}

    @cached_property
    def soonest(self) -> Mapping[Level, timedelta]:
        """How long after its deadline any clock can first come to each level of `BEHIND`."""
        return {level: min(pace.behind(level) for pace in self.list_paces()) for level in BEHIND}

    @cached_property
    def latest(self) -> timedelta:
        """When every clock has come to its last level."""
        return max(pace.draft for pace in self.list_paces()) * HOUR

    def list_paces(self) -> Iterator[Pace]:
        """Every combination that a clock can have."""
        yield from self.paces
        for own in self.laws:
            yield from (_overlay(usual, own) for usual in self.paces)


def _overlay(usual: Pace, own: LawPace) -> Pace:
    return Pace(
        longest=usual.longest,
        before=usual.before if own.before is None else own.before,
        after=usual.after if own.after is None else own.after,
        supervisor=usual.supervisor if own.supervisor is None else own.supervisor,
        draft=usual.draft if own.draft is None else own.draft,
    )
