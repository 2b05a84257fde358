"""Which day it is: that of the obliged side for a law, that of where they live for the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest

from portal.domain.regimes import Regime
from portal.services.intake import drafts
from portal.services.law.applicability import count_letters
from portal.services.ports import Ports
from portal.services.requests.citations import find_reason
from tests.services.factories import make_report

DAY = date(2026, 11, 24)
SECOND = timedelta(seconds=1)
# Where a law is from, and the instant at which the 24th begins there.
MIDNIGHTS = [
    ("nz-hdca-24", "NZ", datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),  # thirteen hours ahead
    ("us-take-it-down", "US-HI", datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),  # ten hours behind
    ("us-take-it-down", "US", datetime(2026, 11, 24, 5, 0, tzinfo=UTC)),  # Washington's day
    ("nz-hdca-24", "IS", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
]


def make_law(ports: Ports, regime_id: str, jurisdiction: str) -> tuple[Regime, Ports]:
    """A law of that place that is in force from the 24th, and a registry with nothing else in it."""
    law = replace(ports.registry.regimes[regime_id], jurisdictions=(jurisdiction,), in_force_from=DAY)
    registry = replace(ports.registry, regimes=MappingProxyType({law.id: law}))
    return law, replace(ports, registry=registry)


@pytest.mark.parametrize(("regime_id", "jurisdiction", "midnight"), MIDNIGHTS)
def test_questions_and_letters_agree_on_the_day_from_which_a_law_is_in_force(
    ports: Ports, regime_id: str, jurisdiction: str, midnight: datetime
) -> None:
    law, ports = make_law(ports, regime_id, jurisdiction)
    country, _, part = jurisdiction.partition("-")
    report = make_report(country=country, subdivision=part)
    report = drafts.add_links(report, "https://x.com/someone/status/1", ports=ports)
    for moment, is_in_force in ((midnight - SECOND, False), (midnight, True), (midnight + timedelta(days=1), True)):
        counted = count_letters(report, without=(), now=moment, ports=ports)
        reason = find_reason(law, report, "x", now=moment, ports=ports)
        assert bool(reason) is is_in_force, f"the letter at {moment}"
        assert bool(counted.possible) is is_in_force, f"the questions at {moment}"
