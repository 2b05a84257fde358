"""Small laws and calendars of our own for the tests of the rules: nothing here is real law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.domain.calendars import SATURDAY_AND_SUNDAY, Calendar
from portal.domain.counting import Due, due_at
from portal.domain.regimes import (
    Binding,
    Certainty,
    Confidence,
    ConnectingFactor,
    Coverage,
    Element,
    Escalation,
    Extension,
    Filers,
    Interruption,
    NoticeField,
    ObligedParty,
    Pause,
    PauseEffect,
    Regime,
    RegimeKind,
    Rule,
    Source,
    Status,
    Stop,
    TerritorialScope,
    Trigger,
    Unit,
    When,
)

UTC_ZONE = ZoneInfo("UTC")
DUBLIN = ZoneInfo("Europe/Dublin")
AUCKLAND = ZoneInfo("Pacific/Auckland")


@dataclass(frozen=True, eq=False)
class FakeCalendar:
    """A calendar with the holidays it is given; `regional` ones are not kept by the whole country."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    regional: Mapping[date, str] = field(default_factory=dict)
    known: bool = True
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    code: str = "XX"
    version: str = "invented 1"
    last_year: int = 9999

    @property
    def national(self) -> Calendar:
        return replace(self, regional={})

    def knows(self, day: date) -> bool:
        return self.known and day.year <= self.last_year

    def holiday_name(self, day: date) -> str | None:
        return self.holidays.get(day) or self.regional.get(day)


NO_HOLIDAYS = FakeCalendar()
UNKNOWN = FakeCalendar(known=False)


def make_rule(
    *,
    rule_id: str = "remove",
    amount: int | None = 48,
    unit: Unit = Unit.HOURS,
    counting: str = "elapsed-hours",
    trigger: Trigger = Trigger.NOTICE_RECEIVED,
    stops: tuple[Stop, ...] = (Stop.REMOVED,),
    binding: Binding = Binding.DUTY,
    owed_by: ObligedParty = ObligedParty.PLATFORM,
    extension: Extension | None = None,
    pauses: tuple[Pause, ...] = (),
    restarts_on: tuple[Trigger, ...] = (),
    received_by: str | None = None,
    in_force_from: date | None = None,
    in_force_until: date | None = None,
) -> Rule:
    return Rule(
        id=rule_id,
        label="remove the content",
        owed_by=owed_by,
        binding=binding,
        trigger=trigger,
        stops=stops,
        amount=amount,
        unit=unit,
        counting=counting,
        confidence=Confidence.HIGH,
        sources=("act",),
        standard="without undue delay",
        extension=extension,
        pauses=pauses,
        restarts_on=restarts_on,
        received_by=received_by,
        in_force_from=in_force_from,
        in_force_until=in_force_until,
    )


def make_open_rule(rule_id: str = "decide") -> Rule:
    """A rule without a number."""
    return make_rule(rule_id=rule_id, amount=None, unit=Unit.NONE, counting="none", stops=(Stop.DECIDED,))


def make_extension(amount: int | None, unit: Unit, *, from_start: bool) -> Extension:
    return Extension(
        amount=amount,
        unit=unit,
        from_start=from_start,
        condition="it is hard",
        confidence=Confidence.HIGH,
        sources=("act",),
    )


def make_pause(effect: PauseEffect, *, of_identity: bool = True) -> Pause:
    """A pause from the question who is asking to its answer, or from a question for more to its answer."""
    begins, ends = (
        (Interruption.IDENTITY_ASKED, Interruption.IDENTITY_PROVEN)
        if of_identity
        else (Interruption.INFORMATION_ASKED, Interruption.INFORMATION_GIVEN)
    )
    return Pause(
        condition="it asked", confidence=Confidence.HIGH, sources=("act",), begins=begins, ends=ends, effect=effect
    )


def make_element(key: str, *proofs: NoticeField, when: When = When.ALWAYS) -> Element:
    return Element(key=key, label=f"your {key}", when=when, proofs=proofs, confidence=Confidence.HIGH, sources=("act",))


def make_escalation(body: str, *, regime: str | None = None, after: tuple[str, ...] = ()) -> Escalation:
    return Escalation(
        body=body,
        regulator=None,
        regime=regime,
        preconditions=after,
        opens="when it opens",
        closes="when it closes",
        contents=("a copy of the notice",),
        confidence=Confidence.HIGH,
        sources=("act",),
    )


REGIME = Regime(
    id="xx-act",
    name="The Act",
    citation="Act 1",
    jurisdictions=("IE",),
    kind=RegimeKind.REMOVAL,
    status=Status.IN_FORCE,
    summary="They have to take it down.",
    basis="The Act obliges the recipient to remove the content.",
    in_force_from=date(2000, 1, 1),
    in_force_until=None,
    covers=Coverage(
        real=Certainty.YES,
        synthetic=Certainty.YES,
        minors=Certainty.YES,
        threat=Certainty.NO,
        false_depiction=Certainty.MAYBE,
        personal_data=Certainty.NO,
    ),
    filers=Filers(person=Certainty.YES, parent=Certainty.YES, representative=Certainty.MAYBE, anyone=Certainty.NO),
    reach=TerritorialScope(ties=(ConnectingFactor.RESIDENCE,), platform_categories=()),
    obliged="platforms",
    elements=(),
    rules=(make_rule(),),
    primary_clock="remove",
    escalation=(),
    traps=(),
    sources=(
        Source(key="act", url="https://law.example/act", official=True, seen_on=date(2026, 1, 1), supports="all"),
    ),
    confidence=Confidence.HIGH,
    version="2026-01-01.1",
    offered=True,
)


def count_days(
    counting: str,
    amount: int,
    unit: Unit,
    start: date | datetime,
    calendar: Calendar = NO_HOLIDAYS,
    zone: ZoneInfo = UTC_ZONE,
) -> Due:
    """The end of a period that an event at noon of `start` (or at the instant) begins."""
    started_at = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day, 12, tzinfo=zone)
    return due_at(make_rule(amount=amount, unit=unit, counting=counting), started_at, calendar=calendar, zone=zone)
