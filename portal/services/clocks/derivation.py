"""Which clocks follow from what happened to a request or a complaint, under which law and in whose calendar.

Plain values in, the engine's clocks out: nothing here asks the database, so one case and all cases are counted alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain.clocks import DerivedClock, RequestEvent, can_start, derive_clocks, list_misses
from portal.domain.regimes import ObligedParty, Regime, RegimeKind
from portal.services.law.obliged_places import Jurisdiction, place_of_platform, place_of_regulator
from portal.services.ports import Ports

PLATFORM_PREFIX = "platform-"  # "regulator" of an appeal that goes to the platform itself
FURTHER = frozenset({RegimeKind.APPEAL, RegimeKind.COMPLAINT})


@dataclass(frozen=True)
class PlacedClock:
    """A clock as the engine gives it, with what the snapshot keeps beside it."""

    clock: DerivedClock
    regime: Regime
    place: Jurisdiction


@dataclass(frozen=True, kw_only=True)
class RequestClockFacts:
    """What the clocks of one request follow from. `cited` are the laws it cites, in their order."""

    platform: str
    country: str | None  # the person's
    cited: Sequence[Regime]
    events: Sequence[RequestEvent]
    lodged: Mapping[str, Sequence[RequestEvent]]  # complaints about it, by the law each rests on


@dataclass(frozen=True, kw_only=True)
class ComplaintClockFacts:
    """What the clocks of one complaint follow from."""

    regulator: str
    country: str | None  # the person's
    regime: Regime
    events: Sequence[RequestEvent]


def derive_request_clocks(facts: RequestClockFacts, *, now: datetime, ports: Ports) -> Iterator[PlacedClock]:
    """Clocks of the laws it cites, then the person's own limits and waiting times under the laws of the next steps."""
    platform = ports.registry.platforms.get(facts.platform)
    misses: list[RequestEvent] = []
    for regime in facts.cited:
        place = place_of_platform(regime, platform, facts.country)
        clocks = _derive(regime, (*facts.events, *facts.lodged.get(regime.id, ())), place, now)
        misses += list_misses(clocks)
        yield from (PlacedClock(clock, regime, place) for clock in clocks)
    for regime in list_follow_ons(facts.cited, ports):
        events = (*facts.events, *misses, *facts.lodged.get(regime.id, ()))
        if not can_start(regime, events):
            continue  # as most do; so it is not asked where they would count
        place = place_of_platform(regime, platform, facts.country)
        for clock in _derive(regime, events, place, now):
            if clock.rule.owed_by is ObligedParty.PERSON:
                yield PlacedClock(clock, regime, place)


def derive_complaint_clocks(facts: ComplaintClockFacts, *, now: datetime, ports: Ports) -> Iterator[PlacedClock]:
    """The regulator's or body's own clocks; where the law of a notice names the regulator, only what that one owes."""
    regime = facts.regime
    place = place_of_complaint(regime, facts.regulator, facts.country, ports)
    for clock in _derive(regime, facts.events, place, now):
        if regime.kind in FURTHER or clock.rule.owed_by in {ObligedParty.REGULATOR, ObligedParty.BODY}:
            yield PlacedClock(clock, regime, place)


def list_follow_ons(cited: Iterable[Regime], ports: Ports) -> list[Regime]:
    """Laws of the steps after these: complaints and appeals that their escalations lead to, and those after them."""
    found: dict[str, Regime] = {}
    waiting = list(cited)
    while waiting:
        for escalation in waiting.pop().escalation:
            new = [each for each in _list_led_to(escalation.regime, ports) if each.id not in found]
            found |= {each.id: each for each in new}
            waiting += new
    return list(found.values())


def _list_led_to(regime_id: str | None, ports: Ports) -> list[Regime]:
    """The complaint or appeal of that id with its national forms, one of which may stand in for it."""
    registry = ports.registry
    target = registry.regimes.get(regime_id or "")
    forms = registry.national_forms.get(regime_id or "", ())
    return [each for each in (target, *forms) if each and each.kind in FURTHER]


def place_of_complaint(regime: Regime, regulator: str, country: str | None, ports: Ports) -> Jurisdiction:
    """Where the addressee of a complaint counts its days; `country` is the person's."""
    found = ports.registry.regulators.get(regulator)
    if found is not None:
        return place_of_regulator(found)
    return place_of_platform(regime, ports.registry.platforms.get(regulator.removeprefix(PLATFORM_PREFIX)), country)


def _derive(
    regime: Regime, events: Sequence[RequestEvent], place: Jurisdiction, now: datetime
) -> tuple[DerivedClock, ...]:
    return derive_clocks(regime, events, calendar=place.calendar, zone=place.zone, now=now)
