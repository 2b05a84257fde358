"""The one step to begin with: of all that can be done, what is soonest to have the content gone, and where to do it.

Computed from the records for what somebody says, with or without a case. Whoever knows better which way is the fastest
hands it in as `fastest`, and it goes before everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from portal.domain.applicability import Applicability
from portal.domain.clocks import find_current_rule
from portal.domain.counting import has_number
from portal.domain.directory import ChannelKind, ContactChannel, Medium, Platform
from portal.domain.lifecycle import RequestKind
from portal.domain.regimes import Binding, Certainty, Confidence, Regime, RegimeKind, Rule, StepKind, Trigger, Unit
from portal.domain.regulators import Regulator
from portal.domain.territories import is_within
from portal.reference.registry import Registry
from portal.reference.territories import find_territory
from portal.services.directory.lookups import bodies_of, complaint_laws, part_of
from portal.services.law.law_finder import Facts, find_applicable_laws, read_place
from portal.services.requests.channels import ORDERS

_HOURS: Mapping[Unit, int] = MappingProxyType(
    {
        Unit.HOURS: 1,
        Unit.CALENDAR_DAYS: 24,
        Unit.WORKING_DAYS: 34,
        Unit.WEEKS: 168,
        Unit.MONTHS: 730,
        Unit.YEARS: 8760,
    }
)
# How long it takes, in hours, where the law gives no number: a platform that has to act "expeditiously" is quicker than
# a month of data protection, and slower than any number of hours. Ours, for sorting only.
_WITHOUT_NUMBER: Mapping[RegimeKind, int] = MappingProxyType({RegimeKind.REMOVAL: 240, RegimeKind.COMPLAINT: 480})
_SLOWEST = 100_000
# What begins with the person's own report; a time that an order of somebody else begins comes later.
_OWN_ACTS = frozenset({Trigger.NOTICE_RECEIVED, Trigger.COMPLAINT_RECEIVED, Trigger.IDENTITY_PROVEN})
_TAKE_DOWN = frozenset({RegimeKind.REMOVAL, RegimeKind.ERASURE, RegimeKind.COMPLAINT, RegimeKind.COURT})
_BODIES = frozenset({RegimeKind.COMPLAINT, RegimeKind.COURT})
_USABLE_MEDIA = frozenset({Medium.FORM, Medium.PAGE, Medium.EMAIL})


@dataclass(frozen=True)
class FirstStep:
    """What to do first: under which law, by which clock of it, and through which door.

    The door is a channel of the platform or a body; neither, where the platform was not named or has none that is
    known. `rule` is None where nobody saw a source for the law's main clock, or it has none. Where the law may not
    fit, `is_sure` is false.
    """

    regime: Regime
    rule: Rule | None
    channel: ContactChannel | None = None
    body: Regulator | None = None
    is_sure: bool = True

    @property
    def has_number(self) -> bool:
        """Whether its clock is a number and not only a measure."""
        return self.rule is not None and has_number(self.rule)


def find_first_step(
    facts: Facts, registry: Registry, *, now: datetime, fastest: Collection[str] = ()
) -> FirstStep | None:
    """The step to begin with; None where no law helps. `fastest` are ids of laws, in order. Raises InvalidQuery.

    Where no law is sure to fit, an authority or a court that may act is the step, since both say themselves whether
    they can, or the form that the platform has for a law of which it is not sure that it binds it. A right to sue
    without a court's own door is no first step: nobody can be asked to take anything down by it.
    """
    verdicts = find_applicable_laws(facts, registry, now=now)
    sure = [_make_step(law, facts, registry, now) for law in _list_laws(verdicts, registry, Certainty.YES)]
    perhaps = (law for law in _list_laws(verdicts, registry, Certainty.MAYBE) if law.kind in _BODIES)
    steps = [step for step in sure if step.body or step.regime.kind is not RegimeKind.COURT]
    steps += [step for law in perhaps if (step := _make_doubtful(law, facts, registry, now)).body]
    order = list(fastest)
    forms = _list_doubtful_forms(verdicts, facts, registry, now) if not steps else ()
    return min([*steps, *forms], key=lambda step: _rank(step, facts, order), default=None)


def _make_doubtful(law: Regime, facts: Facts, registry: Registry, now: datetime) -> FirstStep:
    return replace(_make_step(law, facts, registry, now), is_sure=False)


def _list_doubtful_forms(
    verdicts: Iterable[Applicability], facts: Facts, registry: Registry, now: datetime
) -> Iterator[FirstStep]:
    """Forms and pages that the platform has for a law that may bind it, which no letter would cite by itself."""
    maybe = (registry.regime(one.regime) for one in verdicts if one.applies is Certainty.MAYBE and not one.replaced_by)
    for law in maybe:
        own = law.reach.own_form if law.offered else None
        step = _make_doubtful(law, facts, registry, now)
        if own and step.channel and step.channel.kind.value.startswith(own):
            yield step


def _list_laws(verdicts: Iterable[Applicability], registry: Registry, applies: Certainty) -> list[Regime]:
    found = (one for one in verdicts if one.offered and one.applies is applies and one.replaced_by is None)
    laws = (registry.regime(one.regime) for one in found)
    return [law for law in laws if law.kind in _TAKE_DOWN]


def _rank(step: FirstStep, facts: Facts, order: Sequence[str]) -> tuple[int, bool, bool, bool, int, bool, bool, str]:
    """What is known to be the fastest; then no court, what is sure, has a door, is soonest, is the country's own."""
    law, country = step.regime, facts.country.upper()
    is_foreign = not any(is_within(country, None, each) for each in law.jurisdictions)
    is_duty = step.rule is not None and step.rule.binding is Binding.DUTY
    place = order.index(law.id) if law.id in order else len(order)
    is_court = law.kind is RegimeKind.COURT
    return (
        place,
        is_court,
        not step.is_sure,
        not _has_door(step, facts),
        _count_hours(step),
        is_foreign,
        not is_duty,
        law.id,
    )


def _has_door(step: FirstStep, facts: Facts) -> bool:
    """A law of the platform needs a door of its own only where the platform was named: else this portal is the door."""
    if step.channel is not None or step.body is not None:
        return True
    return facts.platform is None and step.regime.kind in {RegimeKind.REMOVAL, RegimeKind.ERASURE}


def _count_hours(step: FirstStep) -> int:
    rule = step.rule
    if rule is None or not has_number(rule) or rule.trigger not in _OWN_ACTS:
        return _WITHOUT_NUMBER.get(step.regime.kind, _SLOWEST)
    hours = (rule.amount or 0) * _HOURS[rule.unit]
    return hours + _SLOWEST if step.regime.kind is RegimeKind.COURT else hours  # the order itself has no number


def _make_step(regime: Regime, facts: Facts, registry: Registry, now: datetime) -> FirstStep:
    rule = find_current_rule(regime, regime.primary_clock, now.date())
    seen = rule if rule and rule.confidence is not Confidence.MEMORY else None
    if regime.kind in _BODIES:
        return FirstStep(regime, seen, body=_find_body(regime, facts, registry))
    platform = registry.platforms.get(facts.platform or "")
    return FirstStep(regime, seen, channel=_find_channel(regime, platform, facts.country) if platform else None)


def _find_channel(regime: Regime, platform: Platform, country: str) -> ContactChannel | None:
    """The law's own form before the others, what is made for the country before what is for everybody."""
    kind = RequestKind.ERASURE if regime.kind is RegimeKind.ERASURE else RequestKind.NOTICE
    order = [each for each in ORDERS[kind] if not each.value.startswith("copyright")]
    open_ones = [each for each in platform.channels_for(*order) if _is_open(each, country.upper())]
    own = regime.reach.own_form
    return min(open_ones, key=lambda each: _channel_rank(each, own, order), default=None)


def _channel_rank(channel: ContactChannel, own: str | None, order: Sequence[ChannelKind]) -> tuple[bool, bool, int]:
    is_own = own is not None and channel.kind.value.startswith(own)
    return not is_own, not channel.countries, order.index(channel.kind)


def _is_open(channel: ContactChannel, country: str) -> bool:
    return (
        channel.medium in _USABLE_MEDIA
        and channel.confidence is not Confidence.MEMORY
        and channel.is_open_to(country, find_territory(country))
    )


def _find_body(regime: Regime, facts: Facts, registry: Registry) -> Regulator | None:
    """The body that the law itself names, else one of the person's place that takes complaints under it."""
    country, part = read_place(facts.country, facts.subdivision)
    near = [each for each in bodies_of(country, registry) if part_of(each) in {None, part}]
    named = {step.regulator for step in regime.escalation if step.kind is not StepKind.APPEAL}
    return next(_askable(near, named), None) or next(
        (each for each in near if each.can_be_asked and regime in complaint_laws(each, registry)), None
    )


def _askable(bodies: Iterable[Regulator], named: Collection[str | None]) -> Iterator[Regulator]:
    return (each for each in bodies if each.id in named and each.can_be_asked)
