"""A year of invented figures: some hundred requests to a few platforms, as the worker would have written them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from portal.domain.figures.facts import Grouping, Judged, Outcome, Population
from portal.domain.figures.survival import Lasted
from portal.domain.figures.year import Counts, add_case, add_request, make_year
from portal.models.figures import YearRow

TEAM = UUID(int=7)  # of none
JUDGED = datetime(2026, 2, 1, tzinfo=UTC)
PLATFORMS = ("instagram", "x", "tiktok", "snapchat", "unlisted")
LAWS = ("us-take-it-down", "eu-dsa-16", "uk-osa")
ENDED = frozenset({Outcome.IN_TIME, Outcome.LATE, Outcome.UNDATED, Outcome.BACK})


def make_counts(number: int = 240, *, flagged: bool = False) -> Counts:
    """The same numbers each time."""
    dice = Random(7)  # noqa: S311 - invented figures  # nosec B311
    counts: Counts = Counter()
    for place in range(number):
        outcome = dice.choices(list(Outcome), (60, 25, 20, 9, 30, 12, 8, 6))[0]
        values = {
            Grouping.MONTH: f"2025-{dice.randint(1, 12):02}",
            Grouping.PLATFORM: dice.choices(PLATFORMS, (50, 30, 20, 8, 2))[0],
            Grouping.LAW: dice.choice(LAWS),
            Grouping.COUNTRY: dice.choices(("NZ", "AU", "IE", "FJ"), (60, 30, 9, 1))[0],
            Grouping.KIND: dice.choice(("real", "synthetic", "child", "private")),
            Grouping.AGE: dice.choice(("adult", "adult", "under_18")),
            Grouping.CLOSING: dice.choice(("open", "removed", "wished", "nothing_left")),
            Grouping.TEAM: ("none", str(TEAM), str(TEAM))[place % 3],
            Grouping.RESPONSE: dice.choice(("in_target", "in_target", "late")),
        }
        hours = dice.choice((3, 10, 20, 30, 44, 60, 96, 240, 480))
        population = Population.FLAGGED if flagged and place % 3 else Population.REQUESTS
        add_request(counts, population, values, Judged(outcome=outcome, lasted=Lasted(hours, outcome in ENDED)))
        if place % 2:
            add_case(counts, values)
    return counts


def fill_year(session: Session, *, published: bool = True, number: int = 240, flagged: bool = False) -> None:
    """The figures of 2025 in this database."""
    shown = make_year(make_counts(number, flagged=flagged), year=2025, until=JUDGED, judged_at=JUDGED)
    session.add(
        YearRow(
            year=2025,
            kept=[],
            shown=msgspec.to_builtins(shown),
            counted_at=JUDGED,
            published_at=JUDGED if published else None,
        )
    )
    session.flush()
