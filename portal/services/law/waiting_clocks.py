"""Which times run for somebody who waits: their country and what they did in, the clocks of the laws that fit out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from portal.domain.counting import has_number
from portal.domain.regimes import Certainty, Confidence, ObligedParty, Regime, RegimeKind, Rule, Trigger
from portal.reference.registry import Registry
from portal.services.law.law_finder import ContentKind, Facts, find_applicable_laws
from portal.services.law.obliged_places import find_place


class Waiting(StrEnum):
    """What somebody did, and now waits for an answer to."""

    PLATFORM = "platform"  # reported it to a platform
    ERASE = "erase"  # asked to have data erased
    DATA = "data"  # asked what is held, to correct it, or objected
    APPEAL = "appeal"  # asked for a second decision
    AUTHORITY = "authority"  # complained to an authority
    COURT = "court"  # a court made an order
    OWN = "own"  # nothing yet: how long is there still time


_KINDS: Mapping[Waiting, RegimeKind] = MappingProxyType(
    {
        Waiting.PLATFORM: RegimeKind.REMOVAL,
        Waiting.ERASE: RegimeKind.ERASURE,
        Waiting.DATA: RegimeKind.DATA_RIGHT,
        Waiting.APPEAL: RegimeKind.APPEAL,
        Waiting.AUTHORITY: RegimeKind.COMPLAINT,
        Waiting.COURT: RegimeKind.COURT,
    }
)
# With what a clock begins, where what was done says so; the others begin with what somebody else does later.
_BEGINS: Mapping[Waiting, frozenset[Trigger]] = MappingProxyType(
    {
        Waiting.PLATFORM: frozenset({Trigger.NOTICE_RECEIVED}),
        Waiting.ERASE: frozenset({Trigger.NOTICE_RECEIVED, Trigger.IDENTITY_PROVEN}),
        Waiting.DATA: frozenset({Trigger.NOTICE_RECEIVED, Trigger.IDENTITY_PROVEN}),
        Waiting.APPEAL: frozenset({Trigger.NOTICE_RECEIVED, Trigger.COMPLAINT_RECEIVED}),
        Waiting.AUTHORITY: frozenset({Trigger.COMPLAINT_RECEIVED}),
        Waiting.COURT: frozenset({Trigger.COURT_ORDER}),
    }
)


@dataclass(frozen=True)
class WaitingClock:
    """One clock that may run. `country` is where the obliged side counts; `is_sure` whether the law surely fits."""

    regime: Regime
    rule: Rule
    country: str
    part: str | None
    is_sure: bool


def find_waiting_clocks(
    waiting: Waiting, registry: Registry, *, country: str, part: str | None, now: datetime
) -> tuple[WaitingClock, ...]:
    """Sure ones first, and of them those with a number. Raises InvalidQuery for a place that does not exist."""
    facts = Facts(country=country, subdivision=part, depiction=ContentKind.UNKNOWN)
    found = []
    for verdict in find_applicable_laws(facts, registry, now=now):
        regime = registry.regime(verdict.regime)
        if not verdict.offered or verdict.applies is Certainty.NO or verdict.replaced_by is not None:
            continue
        where = find_place(regime, None, country.upper())
        found += [
            WaitingClock(regime, rule, *where, is_sure=verdict.applies is Certainty.YES)
            for rule in regime.rules
            if _fits(rule, regime, waiting, now.date())
        ]
    return tuple(sorted(found, key=lambda clock: (not clock.is_sure, not has_number(clock.rule))))


def _fits(rule: Rule, regime: Regime, waiting: Waiting, today: date) -> bool:
    is_law = (rule.in_force_from or date.min) <= today <= (rule.in_force_until or date.max)
    if not is_law or rule.confidence is Confidence.MEMORY:
        return False
    if waiting is Waiting.OWN:
        return rule.owed_by is ObligedParty.PERSON and regime.kind is not RegimeKind.COPYRIGHT
    is_theirs = rule.owed_by is not ObligedParty.PERSON and rule.trigger in _BEGINS[waiting]
    return is_theirs and regime.kind is _KINDS[waiting]
