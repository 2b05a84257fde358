"""Deadlines per second of one core: every clock with a number of every law, from starts spread over years.

The core's own time is measured, so that what else the machine does at that moment is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

from portal.domain.calendars import Calendar
from portal.domain.counting import due_at, has_number
from portal.domain.regimes import Rule
from portal.reference.holidays import load_calendar
from portal.reference.registry import load_registry
from portal.reference.zones import find_zone
from tests.bench.table import Row, keep_above

ROUNDS = 200
FIRST = datetime(2026, 1, 3, 10, tzinfo=UTC)
APART = timedelta(hours=37)  # so that starts fall on all hours and weekdays

Job = tuple[Rule, Calendar, ZoneInfo]


def rows() -> list[Row]:
    """Counted alone, and counted with the explanation written out."""
    jobs = list_jobs()
    measure(jobs, rounds=20, explained=False)  # holidays of the years are read once, before the watch runs
    return [
        keep_above("deadline", measure(jobs, rounds=ROUNDS, explained=False), at_least=20_000, unit="per second"),
        keep_above(
            "deadline, explained", measure(jobs, rounds=ROUNDS, explained=True), at_least=20_000, unit="per second"
        ),
    ]


def list_jobs() -> list[Job]:
    """Every clock with a number, at an organisation in the law's own country; Ireland for the Union."""
    jobs: list[Job] = []
    for regime in load_registry().regimes.values():
        country, _, part = regime.jurisdictions[0].partition("-")
        place = ("IE", None) if country == "EU" else (country, part or None)
        jobs += [(rule, load_calendar(*place), find_zone(*place)) for rule in regime.rules if has_number(rule)]
    return jobs


def measure(jobs: Sequence[Job], *, rounds: int, explained: bool) -> float:
    """Deadlines per second."""
    started = process_time()
    for turn in range(rounds):
        start = FIRST + turn * APART
        for rule, calendar, zone in jobs:
            due = due_at(rule, start, calendar=calendar, zone=zone)
            if explained:
                _ = [step.text for step in due.steps]
    return rounds * len(jobs) / (process_time() - started)
