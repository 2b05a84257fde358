"""The figures of a year: tables that add up, durations that tell no single request, and the same by each property."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.figures.facts import Grouping, Judged, Outcome, Population
from portal.domain.figures.hiding import FEWEST, is_small
from portal.domain.figures.survival import Lasted, estimate, share_at
from portal.domain.figures.year import (
    ALL,
    Counts,
    add_case,
    add_request,
    begun_month,
    ends_of,
    make_duration,
    make_year,
    read_counts,
    settled_at,
    write_counts,
)

AT = datetime(2027, 2, 1, tzinfo=UTC)
REMOVED = {Outcome.IN_TIME, Outcome.LATE, Outcome.UNDATED, Outcome.BACK}


def values(platform: str, month: str = "2026-03") -> dict[Grouping, str]:
    return {
        Grouping.MONTH: month,
        Grouping.PLATFORM: platform,
        Grouping.LAW: "us-tida",
        Grouping.COUNTRY: "US",
        Grouping.KIND: "real",
        Grouping.TEAM: "none",
    }


def judged(outcome: Outcome, hours: int = 10) -> Judged:
    return Judged(outcome=outcome, lasted=Lasted(hours, outcome in REMOVED))


requests = st.lists(
    st.tuples(
        st.sampled_from([Population.FLAGGED, Population.REQUESTS]),
        st.sampled_from(["x", "meta", "snap"]),
        st.sampled_from(["2026-01", "2026-02", "2026-12"]),
        st.sampled_from(list(Outcome)),
        st.integers(0, 72),
    ),
    max_size=120,
)


def count(many: list[tuple[Population, str, str, Outcome, int]]) -> Counts:
    counts: Counts = Counter()
    for population, platform, month, outcome, hours in many:
        add_request(counts, population, values(platform, month), judged(outcome, hours))
    return counts


@settings(deadline=None, max_examples=60)
@given(requests)
def test_all_tables_of_a_year_have_the_same_columns_and_nothing_small(
    many: list[tuple[Population, str, str, Outcome, int]],
) -> None:
    figures = make_year(count(many), year=2026, until=AT, judged_at=AT)
    for tables in (figures.requests, figures.flagged):
        assert len({(table.columns, table.column_totals) for table in tables.values()}) <= 1
    for table in (*figures.flagged.values(), *figures.requests.values()):
        assert not any(is_small(total) for total in (*table.row_totals, *table.column_totals, table.total))
        assert not any(is_small(cell) for row in table.cells for cell in row if cell is not None)
    left = {part: sum(1 for each in many if each[0] is part) for part in Population}
    assert figures.left_out == any(is_small(number) for number in left.values())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.builds(Lasted, st.integers(0, 72), st.booleans()), max_size=150))
def test_a_share_stands_for_at_least_five_requests(known: list[Lasted]) -> None:
    told = make_duration(known)
    removed = sum(each.has_ended for each in known)
    assert (told.median is None) or removed >= 2 * FEWEST
    assert (told.ninetieth is None) or removed >= 10 * FEWEST
    if told.rounded_to is None:
        assert told.curve == ()
        return
    assert told.rounded_to * told.requests >= FEWEST
    steps = estimate(known)
    for point in told.curve:
        assert abs(point.share - share_at(steps, point.hours)) <= told.rounded_to / 2 + 1e-9
        assert round(point.share / told.rounded_to, 6) % 1 == 0
        assert point.low - 1e-9 <= share_at(steps, point.hours) <= point.high + 1e-9


def test_of_a_few_requests_no_curve_is_told() -> None:
    told = make_duration([Lasted(hours, True) for hours in range(40)])
    assert (told.curve, told.rounded_to, told.ninetieth) == ((), None, None)
    assert told.median == 19


def test_what_is_kept_comes_back_the_same_and_in_an_order_that_tells_nothing() -> None:
    counts = count([(Population.REQUESTS, name, "2026-01", Outcome.LATE, 5) for name in ("x", "meta", "x")])
    assert read_counts(write_counts(counts)) == counts
    other = count([(Population.REQUESTS, name, "2026-01", Outcome.LATE, 5) for name in ("x", "x", "meta")])
    assert write_counts(other) == write_counts(counts)


def test_what_was_kept_before_a_property_was_counted_is_unknown_by_it() -> None:
    """Else the table by it would differ from the others by just those that were erased."""
    counts: Counts = Counter()
    for place in range(12):
        add_request(counts, Population.REQUESTS, values("x"), judged(list(Outcome)[place % 3], hours=place))
    kept = [each for each in write_counts(counts) if each[1] != Grouping.TEAM]
    read = read_counts(kept)
    by_team = {key[2:]: number for key, number in read.items() if key[1] is Grouping.TEAM}
    by_month = {("unknown", *key[3:]): number for key, number in read.items() if key[1] is Grouping.MONTH}
    assert by_team == by_month
    assert read_counts(write_counts(counts)) == counts


def test_cases_are_counted_by_each_of_their_properties() -> None:
    counts: Counts = Counter()
    for age in ("adult",) * 7 + ("under_18",) * 6:
        add_case(
            counts,
            {
                Grouping.MONTH: "2026-01",
                Grouping.COUNTRY: "NZ",
                Grouping.AGE: age,
                Grouping.KIND: "real",
                Grouping.CLOSING: "open",
                Grouping.RESPONSE: "in_target",
                Grouping.TEAM: "none",
            },
        )
    table = make_year(counts, year=2026, until=AT, judged_at=AT).cases[Grouping.AGE]
    assert (table.rows, table.row_totals) == ((("adult",), ("under_18",)), (7, 6))


def test_a_quick_platform_and_a_slow_one_have_their_own_duration() -> None:
    many = [(Population.REQUESTS, "x", "2026-01", Outcome.LATE, 60)] * 60
    many += [(Population.REQUESTS, "meta", "2026-01", Outcome.IN_TIME, 6)] * 60
    told = make_year(count(many), year=2026, until=AT, judged_at=AT).durations
    assert (told[Grouping.PLATFORM]["x"].median, told[Grouping.PLATFORM]["meta"].median) == (60, 6)
    assert told[ALL][ALL].requests == 120


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("UTC", datetime(2026, 1, 1, tzinfo=UTC)), ("Pacific/Auckland", datetime(2025, 12, 31, 11, tzinfo=UTC))],
)
def test_a_year_begins_at_midnight_of_the_portals_own_clock(zone: str, begins: datetime) -> None:
    assert ends_of(2026, ZoneInfo(zone))[0] == begins


def test_a_year_is_settled_one_month_after_its_end() -> None:
    assert settled_at(2026, ZoneInfo("UTC")) == datetime(2027, 2, 1, tzinfo=UTC)
    assert begun_month(datetime(2026, 5, 31, 23, tzinfo=UTC), ZoneInfo("UTC")) == datetime(2026, 5, 1, tzinfo=UTC)
