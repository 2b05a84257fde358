"""Small numbers are hidden, and cannot be worked out from the others: what leaves the house as a table of counts.

A table has rows (platforms, months, ...) and columns (what became of the requests). Three steps, from coarse to fine:

1. Columns whose total is small are joined with their neighbour, and rows with a small total become one row of others,
   so that every total that is shown is nothing or at least `FEWEST`. All tables over the same things share their
   columns, and so have nothing in common but totals that are shown anyway.
2. Cells from 1 to `FEWEST` - 1 are hidden.
3. More cells are hidden until no small one can be worked out: what is hidden in a row or a column adds up to at least
   `FEWEST`, and for each small cell at least `FEWEST` values fit all that is shown. Whoever looks is taken to know this
   rule, and so that a hidden cell is never nothing. How far a cell can move is found exactly, as the largest flow
   through the hidden cells. Where nothing is left to hide and that is not enough, all cells are hidden, the empty ones
   too: then each can be nothing, and what the other rows hold, which is not small, is the room that it has.

One table says nothing about another as long as each counts other things, or the same things by one other property.
Nothing here keeps two counts of nearly the same things apart; that is done by counting closed periods once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

FEWEST = 5

Cells = Sequence[Sequence[int]]
Names = tuple[tuple[str, ...], ...]
Groups = tuple[tuple[int, ...], ...]
Hidden = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """What may be shown: None for a hidden cell. `rows` and `columns` name what each of them joins, in order."""

    rows: Names
    columns: Names
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int, ...]
    column_totals: tuple[int, ...]
    total: int


def is_small(count: int) -> bool:
    """Whether a count is hidden. Nothing at all is shown as such."""
    return 0 < count < FEWEST


def join_columns(totals: Cells) -> Groups:
    """Which columns are joined, by their places, so that no total is small; `totals` has a line for each population.

    Neighbours are joined, with the smaller first. What is small altogether cannot be helped by this.
    """
    groups: list[tuple[int, ...]] = [(place,) for place in range(len(totals[0]))] if totals else []
    while True:
        sums = [[sum(line[place] for place in group) for line in totals] for group in groups]
        few = next((place for place, each in enumerate(sums) if any(map(is_small, each))), None)
        if few is None or len(groups) == 1:
            return tuple(groups)
        beside = [place for place in (few - 1, few + 1) if 0 <= place < len(groups)]
        other = min(beside, key=lambda place: (sum(sums[place]) == 0, sum(sums[place])))
        first, second = sorted((few, other))
        groups[first : second + 1] = [groups[first] + groups[second]]


def join_rows(totals: Cells) -> Groups:
    """Which rows are joined into one of others, by their places; `totals` has a line for each population.

    The others come last, and empty rows are left out. Where they are too few, the smallest of the rest joins them.
    """
    sums = [sum(column) for column in zip(*totals, strict=True)]
    order = sorted((place for place, total in enumerate(sums) if total), key=lambda place: sums[place])
    others = [place for place in order if any(is_small(line[place]) for line in totals)]
    rest = [place for place in order if place not in others]
    while rest and any(is_small(sum(line[place] for place in others)) for line in totals):
        others.append(rest.pop(0))
    alone = [(place,) for place in sorted(rest)]
    return (*alone, tuple(sorted(others))) if others else tuple(alone)


def make_tables(names: Sequence[str], columns: Sequence[str], parts: Sequence[Cells]) -> tuple[ShownTable, ...]:
    """What may be shown of several populations that are counted apart, in tables with the same rows and columns.

    `names` are those of the rows. Raises ValueError for a negative count, and for a population that is small.
    """
    if any(count < 0 for counts in parts for row in counts for count in row):
        raise ValueError("nothing can be counted less than never")
    if any(is_small(sum(map(sum, counts))) for counts in parts):
        raise ValueError("these are too few to be shown at all")
    by_column = [[sum(row[place] for row in counts) for place in range(len(columns))] for counts in parts]
    wide, tall = join_columns(by_column), join_rows([[sum(row) for row in counts] for counts in parts])
    shown_rows = tuple(tuple(names[place] for place in rows) for rows in tall)
    shown_columns = tuple(tuple(columns[place] for place in group) for group in wide)
    return tuple(_hide(shown_rows, shown_columns, _join(counts, tall, wide)) for counts in parts)


def add_tables(tables: Sequence[ShownTable]) -> ShownTable:
    """The sum of tables with the same rows and columns. What is hidden in one of them is hidden in the sum."""
    first = tables[0]
    return ShownTable(
        rows=first.rows,
        columns=first.columns,
        cells=tuple(
            tuple(None if None in cells else sum(filter(None, cells)) for cells in zip(*rows, strict=True))
            for rows in zip(*(table.cells for table in tables), strict=True)
        ),
        row_totals=tuple(map(sum, zip(*(table.row_totals for table in tables), strict=True))),
        column_totals=tuple(map(sum, zip(*(table.column_totals for table in tables), strict=True))),
        total=sum(table.total for table in tables),
    )


def _join(counts: Cells, tall: Groups, wide: Groups) -> Cells:
    return [[sum(counts[row][column] for row in rows for column in group) for group in wide] for rows in tall]


def _hide(rows: Names, columns: Names, cells: Cells) -> ShownTable:
    hidden = choose_hidden(cells)
    by_column = tuple(sum(row[place] for row in cells) for place in range(len(columns)))
    return ShownTable(
        rows=rows,
        columns=columns,
        cells=tuple(
            tuple(None if (row, column) in hidden else count for column, count in enumerate(counts))
            for row, counts in enumerate(cells)
        ),
        row_totals=tuple(map(sum, cells)),
        column_totals=by_column,
        total=sum(by_column),
    )


def choose_hidden(cells: Cells) -> Hidden:
    """The cells to hide, of a table whose totals of rows and columns are all shown, and are nothing or not small."""
    small = [
        (row, column) for row, counts in enumerate(cells) for column, count in enumerate(counts) if is_small(count)
    ]
    hidden = set(small)
    for cell in small:
        while not _is_safe(cells, hidden, cell):
            more = _choose_next(cells, hidden, cell)
            if more is None:
                return frozenset(_list_all(cells))
            hidden.add(more)
    # What was hidden for a later cell widens what fits an earlier one, and never narrows it.
    return frozenset(hidden)


def _is_safe(cells: Cells, hidden: set[tuple[int, int]], cell: tuple[int, int]) -> bool:
    row, column = cell
    in_row = sum(cells[r][c] for r, c in hidden if r == row)
    in_column = sum(cells[r][c] for r, c in hidden if c == column)
    return in_row >= FEWEST and in_column >= FEWEST and find_room(cells, hidden, cell) >= FEWEST - 1


def _choose_next(cells: Cells, hidden: set[tuple[int, int]], cell: tuple[int, int]) -> tuple[int, int] | None:
    """The next cell to hide for the sake of this one: the smallest in its row or its column, that which stands in both
    a row and a column with something hidden before others; where there is none, the smallest anywhere.
    """
    free = [(r, c) for r, c in _list_all(cells) if (r, c) not in hidden and cells[r][c]]
    if not free:
        return None
    rows, columns = {r for r, _ in hidden}, {c for _, c in hidden}

    def weight(place: tuple[int, int]) -> tuple[bool, int, int]:
        row, column = place
        is_beside = row == cell[0] or column == cell[1]
        return not is_beside, -((row in rows) + (column in columns)), cells[row][column]

    return min(free, key=weight)


def find_room(cells: Cells, hidden: set[tuple[int, int]] | Hidden, cell: tuple[int, int]) -> int:
    """By how much a hidden cell can differ between tables that fit all that is shown, as far as `FEWEST` - 1.

    More in a cell has to be taken from its column and from its row, and so on round a circle of hidden cells; each
    keeps at least 1. The most that can go round is the largest flow from the cell's column to its row, and back.
    """
    row, column = cell
    up = _flow(cells, hidden, ("column", column), ("row", row), skip=cell, most=FEWEST - 1)
    down = min(cells[row][column] - 1, FEWEST - 1 - up)
    return up + _flow(cells, hidden, ("row", row), ("column", column), skip=cell, most=down)


Node = tuple[str, int]


def _flow(
    cells: Cells, hidden: set[tuple[int, int]] | Hidden, start: Node, end: Node, *, skip: tuple[int, int], most: int
) -> int:
    """The largest flow, up to `most`: one unit after the other, each on a shortest way."""
    now = {(r, c): cells[r][c] for r, c in hidden if (r, c) != skip}
    for done in range(most):
        way = _find_way(now, start, end)
        if way is None:
            return done
        for here, there in pairwise(way):
            if here[0] == "row":
                now[here[1], there[1]] += 1
            else:
                now[there[1], here[1]] -= 1
    return max(most, 0)


def _find_way(now: dict[tuple[int, int], int], start: Node, end: Node) -> list[Node] | None:
    came: dict[Node, Node | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == end:
            way: list[Node] = []
            step: Node | None = here
            while step is not None:
                way.append(step)
                step = came[step]
            return way[::-1]
        for there in _list_steps(now, here):
            if there not in came:
                came[there] = here
                waiting.append(there)
    return None


def _list_steps(now: dict[tuple[int, int], int], here: Node) -> Iterator[Node]:
    """From a row to a column a cell becomes more, from a column to a row it becomes less, and never nothing."""
    for (row, column), count in sorted(now.items()):
        if here == ("row", row):
            yield "column", column
        elif here == ("column", column) and count > 1:
            yield "row", row


def _list_all(cells: Cells) -> list[tuple[int, int]]:
    return [(row, column) for row, counts in enumerate(cells) for column in range(len(counts))]
