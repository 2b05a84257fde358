"""The fastest way to a removal that somebody is bound to, for a place: computed from the laws' own clocks.

A route is a duty to take the content down, and who sets it going. Where a letter of the person starts the duty, its
clock is the whole time. Where an authority or a court has to order it first, the time until the order belongs to it:
the authority's own duty where its law sets one, else nobody knows, and the route says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from portal.domain.applicability import Applicability
from portal.domain.lifecycle import Path
from portal.domain.notices import Situation, needs_request
from portal.domain.regimes import (
    Binding,
    Certainty,
    Confidence,
    ConnectingFactor,
    ObligedParty,
    Regime,
    RegimeKind,
    Rule,
    Stop,
    Trigger,
    Unit,
)
from portal.domain.report import Report
from portal.domain.wording import Sentence, format_sentence
from portal.reference.registry import Registry
from portal.reference.territories import is_law_for
from portal.services.law.law_finder import ContentKind, Facts, find_applicable_laws, read_place

FEW = 3  # that a page names


class RouteStart(StrEnum):
    """What the person does to set a route going."""

    NOTICE = "notice"  # a letter to the platform
    AUTHORITY = "authority"  # a report to an authority, which orders
    COURT = "court"  # an application to a court, which orders


@dataclass(frozen=True, kw_only=True)
class FastestRoute:
    """One route. Hours are those of the law, for ranking: days off are spread over working days, so never print them.

    `rule` is the last clock of the route, whose end is the removal. `before` is the authority's own clock where it has
    to decide first and its law says by when; `hours` is None where the time until its order is not known.
    """

    regime: Regime
    rule: Rule
    before: Rule | None
    step: RouteStart
    body: str | None  # who takes the report; None where it is the platform
    regulator: str | None
    needs_request: bool  # whether the platform has to be asked before
    hours: int | None
    hours_from_order: int
    applies: Certainty
    doubts: tuple[Sentence, ...]

    @property
    def is_sure(self) -> bool:
        """Whether nothing about it is in doubt."""
        return not self.doubts


def fastest_for(report: Report, *, registry: Registry, now: datetime) -> tuple[FastestRoute, ...]:
    """The few fastest for whoever reports; none for a threat, where there is nothing to remove yet."""
    if not report.country or report.path is Path.THREAT:
        return ()
    routes = fastest_routes(
        report.country,
        report.subdivision or None,
        registry=registry,
        now=now,
        under_18=report.path is Path.CHILD,
    )
    return routes[:FEW]


def fastest_routes(
    country: str,
    subdivision: str | None,
    *,
    registry: Registry,
    now: datetime,
    depiction: ContentKind = ContentKind.UNKNOWN,
    under_18: bool = False,
    threat: bool = False,
    platform: str | None = None,
) -> tuple[FastestRoute, ...]:
    """Every route to a binding removal there, the fastest first; laws that only memory knows are left out.

    First come those whose whole time is set by law and is a week at most, by their hours; then those where nobody knows
    how long the order takes, by the hours after it; then the slower ones. Among equal ones the surer comes first. A law
    of another country is none of them, though a platform may be under it. Raises InvalidQuery.
    """
    code, part = read_place(country, subdivision)
    facts = Facts(
        country=code, subdivision=part, depiction=depiction, under_18=under_18, threat=threat, platform=platform
    )
    verdicts = {each.regime: each for each in find_applicable_laws(facts, registry, now=now)}
    found = [
        route
        for regime in registry.regimes.values()
        if is_law_for(regime, code) and _is_usable(regime, verdicts[regime.id])
        for route in _list_routes(regime, verdicts[regime.id], now)
    ]
    return tuple(sorted(_keep_best(found), key=_rank))


def _is_usable(regime: Regime, verdict: Applicability) -> bool:
    """What rests on memory is nothing to send anybody to, nor a law whose national form stands in its place."""
    is_law = verdict.applies is not Certainty.NO and verdict.replaced_by is None
    return is_law and regime.kind in _KINDS and regime.confidence is not Confidence.MEMORY


def _list_routes(regime: Regime, verdict: Applicability, now: datetime) -> Iterator[FastestRoute]:
    rules = [rule for rule in regime.rules if _is_counted(rule, now)]
    decides = _find_decision(rules)
    for rule in rules:
        if _is_removal(rule) and rule.trigger in _STEPS:
            ordered = rule.trigger is not Trigger.NOTICE_RECEIVED
            yield _make_route(regime, verdict, rule, decides if ordered else None)
    if decides is not None and not any(_is_removal(rule) for rule in rules):
        yield _make_route(regime, verdict, decides, None)


def _is_counted(rule: Rule, now: datetime) -> bool:
    """A duty with a number that somebody saw, in force today."""
    day = now.date()
    begun = rule.in_force_from is None or rule.in_force_from <= day
    lasts = rule.in_force_until is None or day <= rule.in_force_until
    is_duty = rule.binding is Binding.DUTY and rule.amount is not None and rule.confidence is not Confidence.MEMORY
    return begun and lasts and is_duty


def _is_removal(rule: Rule) -> bool:
    return rule.owed_by in _OBLIGED and Stop.REMOVED in rule.stops and Stop.ACKNOWLEDGED not in rule.stops


def _find_decision(rules: list[Rule]) -> Rule | None:
    """The duty of an authority or a court to decide about what the person brings."""
    own = [
        rule
        for rule in rules
        if rule.owed_by in _DECIDERS
        and rule.trigger is Trigger.COMPLAINT_RECEIVED
        and Stop.DECIDED in rule.stops
        and Stop.ACKNOWLEDGED not in rule.stops
    ]
    return min(own, key=_hours_of, default=None)


def _make_route(regime: Regime, verdict: Applicability, rule: Rule, before: Rule | None) -> FastestRoute:
    own = next((each for each in regime.escalation if each.regime == regime.id), None)
    step = _find_step(regime, rule)
    needs_order = rule.trigger in _ORDERS
    hours = None if needs_order and before is None else _hours_of(rule) + (_hours_of(before) if before else 0)
    return FastestRoute(
        regime=regime,
        rule=rule,
        before=before,
        step=step,
        body=own.body if own and step is not RouteStart.NOTICE else None,
        regulator=own.regulator if own and step is not RouteStart.NOTICE else None,
        needs_request=needs_request(regime, Situation()) or _waits_for_platform(regime),
        hours=hours,
        hours_from_order=_hours_of(rule),
        applies=verdict.applies,
        doubts=tuple(_list_doubts(regime, verdict, rule, needs_order=needs_order and before is None)),
    )


def _waits_for_platform(regime: Regime) -> bool:
    return any(rule.binding is Binding.PRECONDITION and rule.owed_by in _OBLIGED for rule in regime.rules)


def _find_step(regime: Regime, rule: Rule) -> RouteStart:
    if rule.owed_by is ObligedParty.COURT:
        return RouteStart.COURT
    if rule.owed_by is ObligedParty.REGULATOR:
        return RouteStart.AUTHORITY
    return RouteStart.COURT if regime.kind is RegimeKind.COURT else _STEPS[rule.trigger]


def _list_doubts(regime: Regime, verdict: Applicability, rule: Rule, *, needs_order: bool) -> Iterator[Sentence]:
    if verdict.applies is Certainty.MAYBE:
        yield verdict.wording
    if not regime.offered:
        yield format_sentence("We have not read this law itself yet, so we write no letter under it. Ask them first.")
    if needs_order:
        yield format_sentence("The time begins with their order. No law says how long the order takes.")
    if rule.owed_by in _DECIDERS:
        yield format_sentence("This is the time to decide. The site then has to obey, and no number is set for that.")
    elif Stop.REFUSED in rule.stops or Stop.DECIDED in rule.stops:
        yield format_sentence("They may refuse in this time instead, and then have to say why.")
    if rule.confidence is Confidence.LOW:
        yield format_sentence("Only one source that is not the law itself says this time.")
    if ConnectingFactor.ANYWHERE in regime.reach.ties:
        yield format_sentence("It binds sites that serve people where this law is made, wherever you live.")


def _keep_best(routes: list[FastestRoute]) -> list[FastestRoute]:
    """One route for each law: its fastest."""
    best: dict[str, FastestRoute] = {}
    for route in sorted(routes, key=_rank):
        best.setdefault(route.regime.id, route)
    return list(best.values())


def _rank(route: FastestRoute) -> tuple[int, int, bool, bool, int, str]:
    hours = route.hours_from_order if route.hours is None else route.hours
    group = _BY_ORDER if route.hours is None else (_QUICK if hours <= _WEEK else _SLOW)
    is_unsure = route.applies is not Certainty.YES
    return group, hours, is_unsure, route.needs_request, len(route.doubts), route.regime.id


def _hours_of(rule: Rule) -> int:
    return (rule.amount or 0) * _HOURS[rule.unit]


_QUICK, _BY_ORDER, _SLOW = range(3)
_WEEK = 24 * 7
_KINDS = frozenset({RegimeKind.REMOVAL, RegimeKind.ERASURE, RegimeKind.COMPLAINT, RegimeKind.COURT})
_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})
_DECIDERS = frozenset({ObligedParty.REGULATOR, ObligedParty.COURT})
_ORDERS = frozenset({Trigger.AUTHORITY_ORDER, Trigger.COURT_ORDER})
_STEPS: Mapping[Trigger, RouteStart] = MappingProxyType(
    {
        Trigger.NOTICE_RECEIVED: RouteStart.NOTICE,
        Trigger.AUTHORITY_ORDER: RouteStart.AUTHORITY,
        Trigger.COURT_ORDER: RouteStart.COURT,
    }
)
# A period as hours, for ranking only: a month has 30 days here.
_HOURS: Mapping[Unit, int] = MappingProxyType(
    {
        Unit.HOURS: 1,
        Unit.CALENDAR_DAYS: 24,
        Unit.WORKING_DAYS: 34,  # five of seven days are worked
        Unit.WEEKS: 24 * 7,
        Unit.MONTHS: 24 * 30,
        Unit.YEARS: 24 * 365,
        Unit.NONE: 0,
    }
)
