"""The figures of one calendar year: counts by one property at a time, the tables made of them, and the curves.

A year is published once, after it is over and one more month has passed, and never again: two publications of the same
year would differ by the few requests that something happened to in between. Years do not overlap, so no sum of one
gives away a cell of another.

A trusted flagger reports the notices under Article 16 DSA by themselves. Beside the figures of all requests they would
give away how many others there were, cell by cell. So both are made into tables apart, and what is shown of all
requests is the sum of what may be shown of the two.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.domain.figures.facts import (
    CASE_GROUPINGS,
    LATER_GROUPINGS,
    REQUEST_GROUPINGS,
    UNKNOWN,
    Grouping,
    Judged,
    Outcome,
    Population,
)
from portal.domain.figures.hiding import FEWEST, ShownTable, add_tables, is_small, make_tables
from portal.domain.figures.survival import CurveStep, Lasted, estimate, find_quantile, share_at

METHOD = 1  # raised whenever the same requests would come to other figures
FEWEST_FOR_MEDIAN = 2 * FEWEST  # removals: at least five on either side
FEWEST_FOR_NINETIETH = 10 * FEWEST
FEWEST_FOR_CURVE = 50  # requests
ROUNDINGS = (0.01, 0.02, 0.05, 0.1)  # of a share; the finest that stands for at least five requests is taken
# The hours at which curves are told.
GRID = (0, 1, 2, 3, 6, 12, 24, 36, 48, 72, 96, 120, 168, 240, 336, 504, 720, 1080, 1440, 2160)
ALL = "all"

Key = tuple[Population, Grouping, str, str, int, bool]  # value, outcome, hours, whether it ended then
Counts = Counter[Key]


def add_request(counts: Counts, population: Population, values: Mapping[Grouping, str], judged: Judged) -> None:
    """Count one request by each of its properties."""
    lasted = judged.lasted
    for grouping in REQUEST_GROUPINGS:
        key = (population, grouping, values[grouping], judged.outcome.value, int(lasted.hours), lasted.has_ended)
        counts[key] += lasted.count


def add_case(counts: Counts, values: Mapping[Grouping, str]) -> None:
    """Count one case by each of its properties."""
    for grouping in CASE_GROUPINGS:
        counts[(Population.CASES, grouping, values[grouping], "", 0, False)] += 1


def write_counts(counts: Counts) -> list[list[Any]]:
    """As they are kept: in an order that says nothing of which came first."""
    return [[*key, count] for key, count in sorted(counts.items()) if count]


def read_counts(kept: Iterable[Sequence[Any]]) -> Counts:
    """What `write_counts` wrote. By a property that was not counted yet when it was written, nothing is known: without
    that, a table by it would differ from the others by just what was kept before.
    """
    found: Counts = Counter()
    for population, grouping, value, outcome, hours, ended, count in kept:
        found[(Population(population), Grouping(grouping), value, outcome, hours, ended)] += count
    for grouping in LATER_GROUPINGS:
        found += _list_lacking(found, grouping)
    return found


def _list_lacking(found: Counts, grouping: Grouping) -> Counts:
    """What is counted by month and not by this property, as unknown."""
    lacking: Counts = Counter()
    for (population, by, _value, outcome, hours, has_ended), count in found.items():
        if by in {Grouping.MONTH, grouping}:
            key = (population, grouping, UNKNOWN, outcome, hours, has_ended)
            lacking[key] += count if by is Grouping.MONTH else -count
    return +lacking


def ends_of(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a year and that of the next, by the portal's own clock."""
    first, last = (datetime.combine(date(each, 1, 1), datetime.min.time(), zone) for each in (year, year + 1))
    return first.astimezone(UTC), last.astimezone(UTC)


def settled_at(year: int, zone: ZoneInfo) -> datetime:
    """When a year's figures are made for good: one whole month after it, so that its last requests had their time."""
    return datetime(year + 1, 2, 1, tzinfo=zone).astimezone(UTC)


def begun_month(now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the present month: what was sent since is not counted yet."""
    local = now.astimezone(zone)
    return datetime(local.year, local.month, 1, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The share still online after so many hours, rounded, and its band."""

    hours: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """How long content stayed online after a request. None: too few, or the time has not come yet."""

    requests: int
    median: int | None
    ninetieth: int | None
    rounded_to: float | None
    curve: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigures:
    """All that is shown of a year. Tables and durations by what they are told apart by; `left_out` where fewer than
    five requests of one population could be told from the rest.
    """

    year: int
    method: int
    until: datetime  # what was sent or reported before it is counted
    judged_at: datetime  # what happened before it is known
    requests: Mapping[Grouping, ShownTable]
    flagged: Mapping[Grouping, ShownTable]
    cases: Mapping[Grouping, ShownTable]
    durations: Mapping[str, Mapping[str, Duration]]
    left_out: bool


def make_year(counts: Counts, *, year: int, until: datetime, judged_at: datetime) -> YearFigures:
    """Everything that may be shown of these counts, and nothing else."""
    wanted = [each for each in (Population.FLAGGED, Population.REQUESTS) if _total(counts, each)]
    parts = [each for each in wanted if not is_small(_total(counts, each))]
    shown = _make_tables(counts, parts, REQUEST_GROUPINGS, [each.value for each in Outcome])
    together = {each: add_tables([shown[part][each] for part in parts]) for each in REQUEST_GROUPINGS if parts}
    cases = [] if is_small(_total(counts, Population.CASES)) else [Population.CASES]
    return YearFigures(
        year=year,
        method=METHOD,
        until=until,
        judged_at=judged_at,
        requests=together,
        flagged=shown.get(Population.FLAGGED, {}),
        cases=_make_tables(counts, cases, CASE_GROUPINGS, [""]).get(Population.CASES, {}),
        durations=_make_durations(counts, parts, together),
        left_out=len(parts) != len(wanted),
    )


def _total(counts: Counts, population: Population) -> int:
    return sum(n for (each, grouping, *_), n in counts.items() if each is population and grouping is Grouping.MONTH)


def _make_tables(
    counts: Counts, parts: Sequence[Population], groupings: Sequence[Grouping], columns: Sequence[str]
) -> dict[Population, dict[Grouping, ShownTable]]:
    """The tables of each population."""
    made: dict[Population, dict[Grouping, ShownTable]] = {part: {} for part in parts}
    for grouping in groupings if parts else ():
        cells = Counter[tuple[Population, str, str]]()
        for key, count in counts.items():
            if key[0] in parts and key[1] is grouping:
                cells[key[0], key[2], key[3]] += count
        names = sorted({name for _part, name, _column in cells})
        counted = [[[cells[part, name, column] for column in columns] for name in names] for part in parts]
        for part, table in zip(parts, make_tables(names, columns, counted), strict=True):
            made[part][grouping] = table
    return made


def _make_durations(
    counts: Counts, parts: Sequence[Population], tables: Mapping[Grouping, ShownTable]
) -> dict[str, dict[str, Duration]]:
    """Of all requests together, and of each row of each table but those of the months."""
    found = {ALL: {ALL: make_duration(_list_lasted(counts, parts, Grouping.MONTH))}}
    for grouping, table in tables.items():
        if grouping is not Grouping.MONTH:
            found[grouping.value] = {
                " ".join(row): make_duration(_list_lasted(counts, parts, grouping, row)) for row in table.rows
            }
    return found


def _list_lasted(
    counts: Counts, parts: Sequence[Population], grouping: Grouping, values: Sequence[str] | None = None
) -> list[Lasted]:
    return [
        Lasted(hours, ended, count)
        for (part, each, value, _outcome, hours, ended), count in counts.items()
        if part in parts and each is grouping and (values is None or value in values)
    ]


def make_duration(known: Sequence[Lasted]) -> Duration:
    """What may be told of how long these lasted.

    A share is rounded so that at least five requests lie between two neighbouring values; a quantile is told where at
    least five are on either side of it.
    """
    total, ended = sum(each.count for each in known), sum(each.count for each in known if each.has_ended)
    steps = estimate(known)
    rounded_to = next((each for each in ROUNDINGS if each * total >= FEWEST), None)
    is_told = total >= FEWEST_FOR_CURVE and ended >= FEWEST_FOR_MEDIAN and rounded_to is not None
    return Duration(
        requests=total,
        median=_whole(find_quantile(steps, 0.5)) if ended >= FEWEST_FOR_MEDIAN else None,
        ninetieth=_whole(find_quantile(steps, 0.9)) if ended >= FEWEST_FOR_NINETIETH else None,
        rounded_to=rounded_to if is_told else None,
        curve=_make_curve(known, steps, rounded_to) if is_told and rounded_to is not None else (),
    )


def _whole(hours: float | None) -> int | None:
    return None if hours is None else int(hours)


def _make_curve(known: Sequence[Lasted], steps: Sequence[CurveStep], rounded_to: float) -> tuple[Point, ...]:
    """As far as anything was still looked at."""
    longest = max(each.hours for each in known)
    return tuple(
        Point(
            hours=hours,
            share=_round(share_at(steps, hours), rounded_to),
            low=_round(low, rounded_to, math.floor),
            high=_round(high, rounded_to, math.ceil),
        )
        for hours in GRID
        if hours <= longest
        for low, high in [_band_at(steps, hours)]
    )


def _band_at(steps: Sequence[CurveStep], hours: float) -> tuple[float, float]:
    low, high = 1.0, 1.0
    for step in steps:
        if step.hours > hours:
            break
        low, high = step.low, step.high
    return low, high


def _round(share: float, unit: float, way: Callable[[float], int] = round) -> float:
    return round(min(1.0, max(0.0, way(round(share / unit, 9)) * unit)), 4)
