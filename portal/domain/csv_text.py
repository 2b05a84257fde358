"""Tables as CSV (RFC 4180) that a spreadsheet reads as text and never as a formula.

A cell that begins like a formula has a `'` before it, also where white space stands in front: spreadsheets drop that,
and one that runs such a cell can be made to send what stands beside it to somebody else. Numbers of ours stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

MEDIA = "text/csv; charset=utf-8"
# How a cell begins that a spreadsheet would reckon with; the last four are the wide forms of the first four.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write_csv(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> bytes:
    """UTF-8, lines ended by CR LF. Values as `make_cell` writes them, also those of the header."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([make_cell(value) for value in header])
    writer.writerows([make_cell(value) for value in row] for row in rows)
    return written.getvalue().encode()


def make_cell(value: Any) -> str:
    """A value as one cell: empty for what is not known, several joined by `; `, and never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple | list):
        value = "; ".join(str(each) for each in value)
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
