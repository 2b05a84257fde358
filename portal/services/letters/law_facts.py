"""What a letter says of a law: why it applies, what it asks, its clocks and its sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import msgspec

from portal.domain.clocks import (
    ClockState,
    DerivedClock,
    EventKind,
    RequestEvent,
    derive_clocks,
    is_rule_in_force,
)
from portal.domain.directory import Platform
from portal.domain.letters.kinds import StatedBy
from portal.domain.letters.law_facts import (
    BasisFact,
    ClockFact,
    DutyFact,
    ElementFact,
    SourceFact,
    StatementFact,
    StepFact,
    WordingFact,
    step_of,
)
from portal.domain.lifecycle import Filer, Path
from portal.domain.notices import CheckedElement
from portal.domain.regimes import (
    Certainty,
    Confidence,
    LetterSentence,
    LetterStatement,
    ObligedParty,
    Regime,
    Rule,
    Trigger,
    Unit,
)
from portal.models.clocks import Clock
from portal.services.clocks.snapshot import find_rule_of
from portal.services.law.obliged_places import Jurisdiction, place_of_platform
from portal.services.requests.citations import Citation, binding_of
from portal.services.requests.content import RequestContent, describe_element

_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})


def unsent_basis(
    citation: Citation, contents: RequestContent, platform: Platform | None, *, now: datetime
) -> BasisFact:
    """A law as the notice cites it: its periods, not yet running."""
    regime = citation.regime
    place = place_of_platform(regime, platform, contents.report.country or None)
    told = [rule for rule in regime.rules if _is_told(rule) and is_sure(regime, rule, contents)]
    rules = [rule for rule in told if is_rule_in_force(regime, rule, now, place.zone)]
    ends = {clock.id: clock for clock in expect_clocks(regime, place, now)}
    clocks = tuple(_with_end(period_fact(regime, rule, place, contents), ends.get(rule.id), place) for rule in rules)
    return basis_fact(citation, contents, clocks, now=now)


def expect_clocks(regime: Regime, place: Jurisdiction, now: datetime) -> tuple[DerivedClock, ...]:
    """The clocks as they would run if the letter were received when it was written: what its computed dates are."""
    received = RequestEvent(kind=EventKind.NOTICE_RECEIVED, at=now, estimated=True)
    return derive_clocks(regime, (received,), calendar=place.calendar, zone=place.zone, now=now)


def _with_end(fact: ClockFact, clock: DerivedClock | None, place: Jurisdiction) -> ClockFact:
    """With the last moment if the letter is received when it was written; without, where the law gives no number."""
    if clock is None or clock.due is None:
        return fact
    return replace(
        fact,
        started_at=clock.started_at,
        due_at=clock.due.due_at,
        last_day=clock.due.last_day,
        estimated=True,
        steps=tuple(step_of(step) for step in clock.due.steps),
        calendar_version=clock.due.calendar_version or None,
        zone_version=place.zone_version,
    )


def basis_fact(
    citation: Citation, contents: RequestContent, clocks: tuple[ClockFact, ...], *, now: datetime
) -> BasisFact:
    regime = citation.regime
    return BasisFact(
        regime_id=regime.id,
        name=regime.name,
        citation=regime.citation,
        kind=regime.kind,
        basis=regime.basis,
        version=citation.regime.version,
        reason=citation.reason,
        identical_copies=regime.identical_copies is Certainty.YES,
        binding=binding_of(regime, now),
        elements=tuple(_element(each, citation, contents) for each in citation.checked),
        clocks=clocks,
        sources=_sources(regime, [source.key for source in regime.sources]),
        confidence=regime.confidence,
        confirmed=regime.id in contents.view.confirmed,
        wording=wording_fact(regime, contents),
    )


def wording_fact(regime: Regime, contents: RequestContent) -> WordingFact | None:
    """The law's own sentences that are true of this case, in the voice of whoever writes."""
    letter, report = regime.letter, contents.report
    if letter is None:
        return None
    is_child, is_own = report.path is Path.CHILD, (report.filer or Filer.SELF) is Filer.SELF
    releases = contents.view.release_to_poster

    def say(sentence: LetterSentence) -> bool:
        return (
            (not sentence.depictions or report.depiction in sentence.depictions)
            and (not sentence.countries or report.country in sentence.countries)
            and sentence.under_18 in {None, is_child}
            and sentence.releases_name in {None, releases}
        )

    def voice(sentence: LetterSentence | LetterStatement) -> str:
        return sentence.own if is_own else sentence.other or sentence.own

    def state(sentence: LetterStatement) -> str:
        """What the team states under a mandate it states as a representative does."""
        made = contents.statement
        is_mandated = made is not None and made.by is StatedBy.MANDATED and made.statements.issuperset(sentence.states)
        return sentence.other or sentence.own if is_mandated else voice(sentence)

    return WordingFact(
        title=letter.title,
        limit=letter.limit,
        says=tuple(voice(each) for each in letter.says if say(each)),
        grounds=tuple(voice(each) for each in letter.grounds if say(each)),
        statements=tuple(
            StatementFact(states=each.states, text=state(each))
            for each in letter.statements
            if each.under_18 in {None, is_child}
        ),
        duties=tuple(DutyFact(text=each.text, rule=each.rule, asks=each.asks) for each in letter.duties),
        conditions=letter.conditions,
        requests=letter.requests,
        addressee=letter.addressee,
    )


def clock_fact(row: Clock, regime: Regime, contents: RequestContent, *, state: ClockState) -> ClockFact:
    """A started clock as the snapshot keeps it, in the state it has now; what the rule itself says comes from the
    record.
    """
    rule = find_rule_of(row, regime)
    return ClockFact(
        regime_id=row.regime,
        rule_id=row.rule,
        label=row.label,
        owed_by=row.owed_by,
        binding=row.binding,
        trigger=rule.trigger if rule else Trigger.NOTICE_RECEIVED,
        amount=rule.amount if rule else None,
        unit=rule.unit if rule else Unit.NONE,
        zone=row.zone,
        counting=rule.counting if rule else "",
        standard=rule.standard if rule else None,
        started_at=row.started_at,
        due_at=row.due_at,
        last_day=row.last_day,
        ended_at=row.ended_at,
        estimated=row.estimated,
        extended=row.extended,
        state=state,
        steps=msgspec.convert(row.steps, tuple[StepFact, ...]),
        sources=_sources(regime, rule.sources if rule else ()),
        calendar_version=row.calendar or None,
        zone_version=row.zone_version or None,
        version=row.version,
        confidence=rule.confidence if rule else regime.confidence,
        confirmed=rule is not None and f"{regime.id}/{rule.id}" in contents.view.confirmed,
    )


def is_sure(regime: Regime, rule: Rule | None, contents: RequestContent) -> bool:
    """Whether a letter may name the rule. A side rule known from memory only is left out until somebody confirms it;
    the law's main clock is never left out: unconfirmed, it stops the letter.
    """
    if rule is None or rule.confidence is not Confidence.MEMORY or rule.id == regime.primary_clock:
        return True
    return f"{regime.id}/{rule.id}" in contents.view.confirmed


def _is_told(rule: Rule) -> bool:
    """What a notice tells its recipient: what they owe from its receipt on."""
    return rule.owed_by in _OBLIGED and rule.trigger is Trigger.NOTICE_RECEIVED


def period_fact(regime: Regime, rule: Rule, place: Jurisdiction, contents: RequestContent) -> ClockFact:
    """A period that has not started."""
    return ClockFact(
        regime_id=regime.id,
        rule_id=rule.id,
        label=rule.label,
        owed_by=rule.owed_by,
        binding=rule.binding,
        trigger=rule.trigger,
        amount=rule.amount,
        unit=rule.unit,
        zone=place.zone.key,
        counting=rule.counting,
        standard=rule.standard,
        sources=_sources(regime, rule.sources),
        version=regime.version,
        confidence=rule.confidence,
        confirmed=f"{regime.id}/{rule.id}" in contents.view.confirmed,
    )


def _element(each: CheckedElement, citation: Citation, contents: RequestContent) -> ElementFact:
    """What nobody demands is left out where only memory knows of it and nobody confirmed it: then it stops nothing."""
    element = each.element
    is_confirmed = f"{citation.regime.id}/{element.key}" in contents.view.confirmed
    is_left_out = not each.demanded and element.confidence is Confidence.MEMORY and not is_confirmed
    return ElementFact(
        key=element.key,
        label=element.label,
        value=None if is_left_out else describe_element(element, citation.facts),
        proofs=element.proofs,
        required=each.demanded,
        confidence=element.confidence,
        confirmed=is_confirmed,
    )


def _sources(regime: Regime, keys: Iterable[str]) -> tuple[SourceFact, ...]:
    wanted = set(keys)
    return tuple(
        SourceFact(url=source.url, supports=source.supports, seen_on=source.seen_on, official=source.official)
        for source in regime.sources
        if source.key in wanted
    )
