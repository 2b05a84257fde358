"""Tables that are handed in: what is taken, what is told of one that is not, and how a text becomes rows.

A cell is text, whatever it was in its program: a day is written 2026-11-02, a formula stays the words of the formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LARGEST = 5 * 1024 * 1024  # bytes of one file
LARGEST_UNPACKED = 64 * 1024 * 1024  # bytes of everything that is packed in a workbook
MOST_PARTS = 1_000  # files that are packed in a workbook
MOST_ROWS = 5_000  # below the headings
MOST_COLUMNS = 60
LONGEST_CELL = 20_000  # characters
DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 20  # rows by which the delimiter is found
_LOOKED_AT_TEXT = 200_000  # characters of them

Rows = tuple[tuple[str, ...], ...]


class TableRefusal(StrEnum):
    """Why a table is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    CELL_TOO_LONG = "cell_too_long"
    OLD_OR_LOCKED = "old_or_locked"  # a workbook of the old kind, or one with a password
    BROKEN = "broken"
    TOO_COMPLEX = "too_complex"  # it needs more time, memory or room than any honest table
    BUSY = "busy"
    UNCONFINED = "unconfined"


class TableRefused(ValueError):
    """The table is not taken; nothing of it was kept."""

    def __init__(self, reason: TableRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadTable:
    """The headings and the rows under them, each as long as the headings. `lines` are their numbers in the file."""

    headings: tuple[str, ...]
    rows: Rows
    lines: tuple[int, ...]


def split_text(text: str) -> list[list[str]]:
    """The rows of a text with any of the delimiters; line ends in quotes stay in their cell. Raises TableRefused."""
    text, delimiter = _find_delimiter(text.removeprefix("\ufeff"))
    try:
        rows = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > 2 * MOST_ROWS + 1:  # empty ones are passed over later
                raise TableRefused(TableRefusal.TOO_MANY_ROWS)
        return rows
    except csv.Error as error:
        raise TableRefused(TableRefusal.BROKEN) from error


def make_table(rows: Sequence[Sequence[str]]) -> ReadTable:
    """The first row that is not empty holds the headings; empty rows are passed over. Raises TableRefused."""
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if len(filled) < 2:
        raise TableRefused(TableRefusal.EMPTY)
    width = max(_find_width(row) for _number, row in filled)
    if width > MOST_COLUMNS:
        raise TableRefused(TableRefusal.TOO_MANY_COLUMNS)
    if len(filled) - 1 > MOST_ROWS:
        raise TableRefused(TableRefusal.TOO_MANY_ROWS)
    if any(len(cell) > LONGEST_CELL for _number, row in filled for cell in row):
        raise TableRefused(TableRefusal.CELL_TOO_LONG)
    padded = [tuple(cell.strip() for cell in (*row, *[""] * width)[:width]) for _number, row in filled]
    return ReadTable(headings=padded[0], rows=tuple(padded[1:]), lines=tuple(number for number, _row in filled[1:]))


def _find_width(row: Sequence[str]) -> int:
    """How many cells there are up to the last one that is filled."""
    return max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _find_delimiter(text: str) -> tuple[str, str]:
    """The text without a line that names its delimiter, and that delimiter; else the one that cuts the first rows most
    evenly. A table of one column has none, and a comma does no harm.
    """
    first, end, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return rest if end else "", first.strip()[4]
    return text, max(DELIMITERS, key=lambda each: _count_even(text[:_LOOKED_AT_TEXT], each))


def _count_even(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first rows are as wide as the first one, and how wide that is; nothing where it cuts nothing."""
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [row for row, _number in zip(reader, range(_LOOKED_AT), strict=False) if row]
    except csv.Error:
        return 0, 0
    width = len(rows[0]) if rows else 0
    return (sum(len(row) == width for row in rows), width) if width > 1 else (0, 0)
