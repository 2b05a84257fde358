"""What pages and letters show of a clock: plain frozen values.

Instants are aware and in UTC; `zone` names the zone whose days count. `calendar` and `zone_version` are the releases of
the holidays and of the time zones that the date was counted with; empty where none was needed, or none was kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.clocks import ClockState
from portal.domain.letters.law_facts import StepFact
from portal.domain.regimes import Binding, ObligedParty


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """One clock. `due_at` is None where the law gives a `standard`, not a number; `owed_by` says whose time it is."""

    regime: str
    regime_name: str
    rule: str
    label: str
    binding: Binding
    owed_by: ObligedParty
    state: ClockState
    started_at: datetime
    due_at: datetime | None
    last_day: date | None
    ended_at: datetime | None
    zone: str
    country: str
    estimated: bool
    extended: bool
    standard: str | None
    calendar: str
    zone_version: str
    steps: tuple[StepFact, ...]  # why this date
