"""Runs every bench_*.py beside this file and prints one table: `python -m tests.bench [NAME ...]`.

A bench is a module with `rows() -> list[Row]`. The exit code is 1 when a measurement is over its budget.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.table import Row, format_table


def main(names: Sequence[str]) -> int:
    """Measure the named benches, or all. Returns the exit code."""
    found = find_benches()
    unknown = set(names) - set(found)
    if unknown:
        print(f"No bench is called {', '.join(sorted(unknown))}; there are: {', '.join(found)}", file=sys.stderr)
        return 2
    rows = [row for name in found if not names or name in names for row in measure(name)]
    print(format_table(rows))
    return 0 if all(row.ok for row in rows) else 1


def find_benches() -> tuple[str, ...]:
    """The names of all benches: `letters` for bench_letters.py."""
    return tuple(sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")))


def measure(name: str) -> Iterator[Row]:
    """The rows of one bench."""
    print(f"measuring {name} ...", file=sys.stderr)
    yield from importlib.import_module(f"tests.bench.bench_{name}").rows()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
