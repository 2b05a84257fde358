"""Reading every law, and judging every law for one case."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from statistics import median
from time import perf_counter

from portal.domain.applicability import CaseFacts, assess
from portal.domain.lifecycle import Depiction
from portal.reference.registry import FOLDER, load_regimes, load_registry
from portal.services.law.applicability import platform_facts
from tests.bench.table import Row, keep_below

ON = date(2026, 11, 23)
CASES = 500
# A process of its own, as at a start: nothing is warm but the files.
SCRIPT = """
from time import perf_counter
from portal.reference.registry import FOLDER, load_regimes
started = perf_counter()
load_regimes(FOLDER / "laws")
print(perf_counter() - started)
"""


def rows() -> list[Row]:
    """The whole pack read strictly; all laws for one person and one platform."""
    loaded = median(measure_load() for _ in range(5))
    return [
        keep_below(f"reading {len(load_regimes(FOLDER / 'laws'))} laws", loaded * 1000, at_most=400, unit="ms"),
        keep_below("which laws apply, one case", measure_case() * 1000, at_most=2, unit="ms"),
    ]


def measure_load() -> float:
    """Seconds for reading, typing and checking every law file."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    return float(done.stdout)


def measure_case() -> float:
    """Seconds for one case against all laws, the mean over countries and platforms."""
    registry = load_registry()
    platforms = [platform_facts(registry, slug) for slug in ("x", "telegram", "google-search", "tinder", "leaseweb")]
    countries = ("NZ", "DE", "US", "KR", "BR", "IN", None)
    started = perf_counter()
    for turn in range(CASES):
        facts = CaseFacts(country=countries[turn % 7], under_18=False, depiction=Depiction.REAL)
        for regime in registry.regimes.values():
            assess(regime, facts, platforms[turn % 5], ON)
    return (perf_counter() - started) / CASES
