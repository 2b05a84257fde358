"""No hidden count can be worked out from what is shown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from portal.domain.figures.hiding import (
    FEWEST,
    ShownTable,
    add_tables,
    choose_hidden,
    find_room,
    is_small,
    make_tables,
)

COLUMNS = ("in time", "late", "refused", "waiting")


@st.composite
def tables(draw: st.DrawFn, most_rows: int = 6, most: int = 12) -> list[list[int]]:
    width = draw(st.integers(2, 4))
    row = st.lists(st.integers(0, most), min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=most_rows))


def shown(counts: list[list[int]]) -> ShownTable | None:
    """None where all of them are too few."""
    if is_small(sum(map(sum, counts))):
        return None
    return make_tables([f"row {place}" for place in range(len(counts))], COLUMNS[: len(counts[0])], [counts])[0]


def least_hidden(table: ShownTable) -> int:
    """What whoever looks knows of a hidden cell: empty ones are shown, unless all are hidden."""
    return 0 if all(cell is None for row in table.cells for cell in row) else 1


def joined(counts: list[list[int]], table: ShownTable) -> list[list[int]]:
    """The true counts of the rows and columns as they are shown."""
    return [
        [
            sum(counts[int(row.removeprefix("row "))][COLUMNS.index(column)] for row in rows for column in columns)
            for columns in table.columns
        ]
        for rows in table.rows
    ]


def fitting(table: ShownTable, counts: list[list[int]]) -> list[dict[tuple[int, int], int]]:
    """Every way to fill the hidden cells that fits all that is shown, by trying all of them."""
    least = least_hidden(table)
    places = [(r, c) for r, row in enumerate(table.cells) for c, cell in enumerate(row) if cell is None]
    found = []
    rows = [total - sum(cell or 0 for cell in row) for row, total in zip(table.cells, table.row_totals, strict=True)]
    columns = [total - sum(row[place] or 0 for row in table.cells) for place, total in enumerate(table.column_totals)]
    for values in product(*(range(least, min(rows[r], columns[c]) + 1) for r, c in places)):
        filled = dict(zip(places, values, strict=True))
        fits_rows = all(sum(v for (r, _), v in filled.items() if r == row) == rest for row, rest in enumerate(rows))
        if fits_rows and all(
            sum(v for (_, c), v in filled.items() if c == column) == rest for column, rest in enumerate(columns)
        ):
            found.append(filled)
    return found


@given(tables())
def test_every_number_that_is_shown_is_nothing_or_not_small(counts: list[list[int]]) -> None:
    table = shown(counts)
    if table is None:
        return
    numbers = [*table.row_totals, *table.column_totals, table.total, *(cell for row in table.cells for cell in row)]
    assert not any(is_small(number) for number in numbers if number is not None)
    assert table.total == sum(map(sum, counts))


@given(tables())
def test_what_is_hidden_adds_up_to_no_small_number(counts: list[list[int]]) -> None:
    table = shown(counts)
    if table is None:
        return
    true = joined(counts, table)
    for row, cells in enumerate(table.cells):
        assert not is_small(sum(true[row][place] for place, cell in enumerate(cells) if cell is None))
    for column in range(len(table.columns)):
        assert not is_small(sum(true[row][column] for row, cells in enumerate(table.cells) if cells[column] is None))


@settings(deadline=None, max_examples=60)
@given(tables(most_rows=3, most=7))
def test_trying_all_ways_to_fill_a_table_finds_five_values_for_each_small_cell(counts: list[list[int]]) -> None:
    table = shown(counts)
    if table is None or sum(cell is None for row in table.cells for cell in row) > 5:
        return
    true = joined(counts, table)
    ways = fitting(table, counts)
    for row, cells in enumerate(table.cells):
        for column, cell in enumerate(cells):
            if cell is None and is_small(true[row][column]):
                assert len({way[row, column] for way in ways}) >= FEWEST


@settings(deadline=None, max_examples=60)
@given(tables(most_rows=9, most=30))
def test_linear_programming_finds_room_for_each_small_cell(counts: list[list[int]]) -> None:
    """The same for larger tables: the least and the most that a cell can be, found by another's program."""
    table = shown(counts)
    if table is None:
        return
    true = joined(counts, table)
    places = [(r, c) for r, row in enumerate(table.cells) for c, cell in enumerate(row) if cell is None]
    sums, rests = [], []
    for row in {r for r, _ in places}:
        sums.append([float(r == row) for r, _ in places])
        rests.append(sum(true[r][c] for r, c in places if r == row))
    for column in {c for _, c in places}:
        sums.append([float(c == column) for _, c in places])
        rests.append(sum(true[r][c] for r, c in places if c == column))
    for place, (row, column) in enumerate(places):
        if not is_small(true[row][column]):
            continue
        ends = []
        for sign in (1.0, -1.0):
            aim = [sign * (each == place) for each in range(len(places))]
            ends.append(
                sign * linprog(aim, A_eq=sums, b_eq=rests, bounds=[(least_hidden(table), None)] * len(places)).fun
            )
        assert ends[1] - ends[0] >= FEWEST - 1 - 1e-6


def test_a_single_small_cell_takes_others_with_it() -> None:
    counts = [[20, 3, 9], [30, 12, 8], [10, 40, 6]]
    hidden = choose_hidden(counts)
    assert (0, 1) in hidden
    assert len([c for r, c in hidden if r == 0]) >= 2
    assert len([r for r, c in hidden if c == 1]) >= 2
    assert find_room(counts, hidden, (0, 1)) >= FEWEST - 1


def test_without_the_second_step_the_cell_is_given_away() -> None:
    counts = [[20, 3, 9], [30, 12, 8]]
    assert find_room(counts, frozenset({(0, 1)}), (0, 1)) == 0


def test_two_ones_beside_each_other_are_not_left_to_be_added_up() -> None:
    counts = [[1, 1, 20], [9, 9, 20]]
    hidden = choose_hidden(counts)
    assert sum(counts[0][c] for r, c in hidden if r == 0) >= FEWEST


def test_small_rows_become_one_row_of_others() -> None:
    table = make_tables(["a", "b", "c", "d"], ["x", "y"], [[[10, 10], [2, 0], [1, 1], [8, 9]]])[0]
    assert table.rows == (("a",), ("b", "c", "d"))  # two and two are too few, so the next one joins them
    assert table.row_totals == (20, 21)


def test_a_small_column_is_joined_with_its_neighbour() -> None:
    table = make_tables(["a", "b"], ["x", "y", "z"], [[[10, 1, 20], [10, 1, 20]]])[0]
    assert table.columns == (("x", "y"), ("z",))


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 6), min_size=1, max_size=5))
def test_of_two_populations_and_their_sum_neither_gives_the_other_away(lines: list[tuple[int, ...]]) -> None:
    """A cell of the sum is shown only where both are, so whoever subtracts learns what is shown anyway."""
    parts = [[list(line[:3]) for line in lines], [list(line[3:]) for line in lines]]
    if any(is_small(sum(map(sum, part))) for part in parts):
        return
    names = [f"row {place}" for place in range(len(lines))]
    first, second = make_tables(names, COLUMNS[:3], parts)
    both = add_tables([first, second])
    for table in (first, second):
        assert not any(is_small(total) for total in (*table.row_totals, *table.column_totals))
    for row in range(len(both.rows)):
        for column in range(len(both.columns)):
            is_shown = first.cells[row][column] is not None and second.cells[row][column] is not None
            assert (both.cells[row][column] is not None) == is_shown


def test_fewer_than_five_altogether_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        make_tables(["a"], ["x", "y"], [[[2, 2]]])


def test_nothing_is_shown_as_nothing() -> None:
    table = make_tables(["a"], ["x", "y"], [[[0, 0]]])[0]
    assert (table.rows, table.total) == ((), 0)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="less than never"):
        make_tables(["a"], ["x"], [[[-1]]])
