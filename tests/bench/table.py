"""The table of measurements: one row per measurement, with its budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True)
class Row:
    """One measurement, ready to print. `bare` and `ratio` are empty where there is nothing to compare with."""

    name: str
    measured: str
    bare: str
    ratio: str
    budget: str
    ok: bool


def compare_times(name: str, measured_s: float, bare_s: float, *, at_most: float) -> Row:
    """A time in seconds against that of the bare tool; the budget is a ratio."""
    ratio = measured_s / bare_s
    return Row(
        name=name,
        measured=format_seconds(measured_s),
        bare=format_seconds(bare_s),
        ratio=f"{ratio:.2f}",
        budget=f"at most {at_most:g} of bare",
        ok=ratio <= at_most,
    )


def keep_below(name: str, measured: float, *, at_most: float, unit: str) -> Row:
    """A figure that may not go above its budget; both in `unit`."""
    budget = f"at most {at_most:,g} {unit}"
    return Row(name, f"{measured:,.1f} {unit}", bare="", ratio="", budget=budget, ok=measured <= at_most)


def keep_above(name: str, measured: float, *, at_least: float, unit: str) -> Row:
    """A figure that may not go below its budget; both in `unit`."""
    budget = f"at least {at_least:,g} {unit}"
    return Row(name, f"{measured:,.0f} {unit}", bare="", ratio="", budget=budget, ok=measured >= at_least)


def format_seconds(seconds: float) -> str:
    """A time as people read it: `226 ms`, `1.52 s`."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def format_table(rows: Sequence[Row]) -> str:
    """The rows under a header, in columns, with `ok` or `OVER` at the end."""
    header = tuple(field.name for field in fields(Row))
    lines = [header, *((*astuple(row)[:-1], "ok" if row.ok else "OVER") for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
