"""Runs every bench_*.py beside this file and prints one table: `python -m tests.bench [NAME ...]`.

A bench is a module with `rows() -> list[Row]`. The exit code is 1 when a measurement is over its budget, among them how
long all of them take together.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from tests.bench.table import Row, format_table, keep_below

LONGEST = 600  # seconds, on a machine that does nothing else


def main(names: Sequence[str]) -> int:
    """Measure the named benches, or all. Returns the exit code."""
    found = find_benches()
    unknown = set(names) - set(found)
    if unknown:
        print(f"No bench is called {', '.join(sorted(unknown))}; there are: {', '.join(found)}", file=sys.stderr)
        return 2
    started = perf_counter()
    rows = [row for name in found if not names or name in names for row in measure(name)]
    if not names:
        rows.append(keep_below("all of these", perf_counter() - started, at_most=LONGEST, unit="s"))
    print(format_table(rows))
    return 0 if all(row.ok for row in rows) else 1


def find_benches() -> tuple[str, ...]:
    """The names of all benches: `letters` for bench_letters.py."""
    return tuple(sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")))


def measure(name: str) -> Iterator[Row]:
    """The rows of one bench; how long it took is told while they are waited for."""
    print(f"measuring {name} ...", end=" ", flush=True, file=sys.stderr)
    started = perf_counter()
    rows = importlib.import_module(f"tests.bench.bench_{name}").rows()
    print(f"{perf_counter() - started:.0f} s", file=sys.stderr)
    yield from rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
