"""The report as a table of steps: which question comes when, for whom, and what it fills in.

The order is a promise. Who it is about, the age and the country come before any detail, because they decide whether the
report takes the child's way, the way of a threat, or the way of removal. Only what those decisions, the links and an
answer need is asked here; what makes a letter stronger is asked once, on the case (`services/intake/facts.py`).
Nothing here knows about pages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from portal.domain.lifecycle import Filer, Handler, Path
from portal.domain.report import ContactBy, Report, YesNo

# Countries where a part of the country changes which law applies, how its days are counted or which authority it is.
DIVIDED_COUNTRIES = frozenset({"AU", "CA", "DE", "GB", "US"})

# Stands among what is needed where there is a team to ask: without one there is nothing to choose.
TEAM = "team_id"


class StepId(StrEnum):
    """The steps, in their order. The values stand in addresses and in `Report.visited`."""

    START = "start"
    WHO = "who"
    AGE = "age"
    COUNTRY = "country"
    STATE = "state"
    CHILD = "child"
    WHAT = "what"
    ONLINE = "online"
    THREAT = "threat"
    LINKS = "links"
    PLACES = "places"
    CONTACT = "contact"
    HANDLER = "help"
    AUTHORITY = "authority"
    REVIEW = "review"


class UnknownStep(LookupError):
    """There is no such step, or it is not part of this report's way."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What still has to be answered before the report can be saved: where, and what."""

    step: StepId
    text: str


@dataclass(frozen=True, kw_only=True)
class IntakeStep:
    """One step. `fields` are the report's fields it fills in; a step without fields only informs.

    `is_aside`: it can be opened wherever it applies, and nobody is led to it.
    """

    id: StepId
    fields: tuple[str, ...]
    applies: Callable[[Report, frozenset[str]], bool]
    is_question: bool = True
    is_aside: Callable[[Report], bool] = lambda _report: False


def _always(_report: Report, _needed: frozenset[str]) -> bool:
    return True


def _has_parts(report: Report, _needed: frozenset[str]) -> bool:
    return report.country in DIVIDED_COUNTRIES


def _may_be_child(report: Report, _needed: frozenset[str]) -> bool:
    """Not being sure is reason enough to show who helps children; only a yes changes the way."""
    return report.under_18 in {YesNo.YES, YesNo.UNSURE}


def _is_nowhere(report: Report, _needed: frozenset[str]) -> bool:
    """Nothing is online: what helps against a threat is told, to a child too."""
    return report.is_online is YesNo.NO


def _is_somewhere(report: Report, _needed: frozenset[str]) -> bool:
    """Links are asked for wherever something may be online: not where nothing is, a child's report included."""
    return report.is_online is not YesNo.NO


def _has_team(report: Report, needed: frozenset[str]) -> bool:
    return TEAM in needed or report.handler is Handler.TEAM


def _is_for_another(report: Report, _needed: frozenset[str]) -> bool:
    return report.filer is Filer.REPRESENTATIVE


def _needs_no_place(report: Report) -> bool:
    """Who pasted links is asked for nothing without one. The question comes once somebody says they have no link."""
    return not report.places and (bool(report.links) or StepId.LINKS.value not in report.visited)


_TABLE: tuple[IntakeStep, ...] = (
    IntakeStep(id=StepId.START, fields=(), applies=_always, is_question=False),
    IntakeStep(id=StepId.WHO, fields=("filer",), applies=_always),
    IntakeStep(id=StepId.AGE, fields=("under_18",), applies=_always),
    IntakeStep(id=StepId.COUNTRY, fields=("country",), applies=_always),
    IntakeStep(id=StepId.STATE, fields=("subdivision",), applies=_has_parts),
    IntakeStep(id=StepId.CHILD, fields=(), applies=_may_be_child, is_question=False),
    IntakeStep(id=StepId.WHAT, fields=("depiction",), applies=_always),
    IntakeStep(id=StepId.ONLINE, fields=("is_online",), applies=_always),
    IntakeStep(id=StepId.THREAT, fields=(), applies=_is_nowhere, is_question=False),
    IntakeStep(id=StepId.LINKS, fields=("pasted", "links", "rejected"), applies=_is_somewhere),
    IntakeStep(id=StepId.PLACES, fields=("places",), applies=_is_somewhere, is_aside=_needs_no_place),
    IntakeStep(id=StepId.CONTACT, fields=("contact_by", "email", "phone", "safe_contact"), applies=_always),
    IntakeStep(id=StepId.HANDLER, fields=("handler", "team_id"), applies=_has_team),
    IntakeStep(id=StepId.AUTHORITY, fields=("authority", "authority_ends_on"), applies=_is_for_another),
    IntakeStep(id=StepId.REVIEW, fields=(), applies=_always, is_question=False),
)

STEPS: Mapping[StepId, IntakeStep] = MappingProxyType({step.id: step for step in _TABLE})

NOTHING_NEEDED: frozenset[str] = frozenset()


def find_step(name: str) -> IntakeStep:
    """The step of that name. Raises UnknownStep."""
    try:
        return STEPS[StepId(name)]
    except ValueError as error:
        raise UnknownStep(name) from error


def steps_for(report: Report, needed: Collection[str] = NOTHING_NEEDED) -> tuple[IntakeStep, ...]:
    """The steps this report leads through, in order. `needed` holds `TEAM` where there is one to ask."""
    return tuple(step for step in open_steps(report, needed) if not step.is_aside(report))


def open_steps(report: Report, needed: Collection[str] = NOTHING_NEEDED) -> tuple[IntakeStep, ...]:
    """The same, and those that can be opened without being led to."""
    asked = frozenset(needed)
    return tuple(step for step in _TABLE if step.applies(report, asked))


def next_step(report: Report, current: StepId, needed: Collection[str] = NOTHING_NEEDED) -> StepId:
    """The step after `current`, which itself may have left the way by the answer just given.

    Raises UnknownStep after the last one.
    """
    place = _place(current)
    for step in steps_for(report, needed):
        if _place(step.id) > place:
            return step.id
    raise UnknownStep(current)


def previous_step(report: Report, current: StepId, needed: Collection[str] = NOTHING_NEEDED) -> StepId | None:
    """The step before `current`, or None before the first."""
    place = _place(current)
    earlier = [step.id for step in steps_for(report, needed) if _place(step.id) < place]
    return earlier[-1] if earlier else None


def first_open_step(report: Report, needed: Collection[str] = NOTHING_NEEDED) -> StepId:
    """Where a person who comes back goes on: the first step neither answered nor skipped."""
    for step in steps_for(report, needed):
        if step.id not in report.visited and step.id is not StepId.REVIEW:
            return step.id
    return StepId.REVIEW


def progress(report: Report, current: StepId, needed: Collection[str] = NOTHING_NEEDED) -> tuple[int, int]:
    """Which question this is, of how many as far as can be known now. Pages that only inform are not counted."""
    asked = [step.id for step in steps_for(report, needed) if step.is_question]
    done = [step for step in asked if _place(step) <= _place(current)]
    return len(done), len(asked)


def mark_visited(report: Report, step: StepId) -> Report:
    """The report with this step answered, or skipped on purpose."""
    return replace(report, visited=report.visited | {step.value})


def skip(report: Report, step: StepId) -> Report:
    """The report with this step's answers taken back to "not answered".

    Links, places and what was pasted stay: a skip must not throw away what somebody has collected.
    """
    blank = Report()
    cleared = {name: getattr(blank, name) for name in STEPS[step].fields if name not in _COLLECTED}
    return mark_visited(replace(report, **cleared), step)


def forget_parts_of_other_country(report: Report, country: str) -> Report:
    """The report with its country set; a part of another country is no answer any more."""
    subdivision = report.subdivision if country == report.country else ""
    return replace(report, country=country, subdivision=subdivision)


def missing(report: Report, *, links_follow: bool = False) -> tuple[Missing, ...]:
    """What has to be answered before the report can be saved, in the order of the steps. `links_follow`: whoever
    reports has said when the first link comes, so none is asked for yet.

    A report on the way of removal needs a place where the content is. What only a law wants holds nobody up here: it is
    asked on the case, where each letter says what it lacks.
    """
    places = () if links_follow else _missing_places(report)
    found = [*places, *_missing_contact(report), *_missing_team(report)]
    return tuple(sorted(found, key=lambda one: _place(one.step)))


def _missing_places(report: Report) -> list[Missing]:
    if report.path is not Path.REMOVAL or report.links or report.places:
        return []
    return [Missing(step=StepId.LINKS, text="Add one link, or tell us where it is")]


def _missing_contact(report: Report) -> list[Missing]:
    """Only where the person chose to be reached that way and left the address out."""
    if report.contact_by is ContactBy.EMAIL and not report.email:
        return [Missing(step=StepId.CONTACT, text="Your e-mail address, or go on without one")]
    if report.contact_by is ContactBy.PHONE and not report.phone:
        return [Missing(step=StepId.CONTACT, text="Your phone number, or go on without one")]
    return []


def _missing_team(report: Report) -> list[Missing]:
    if report.handler is Handler.TEAM and not report.team_id:
        return [Missing(step=StepId.HANDLER, text="Choose a team, or send the letters yourself")]
    return []


_COLLECTED = frozenset({"pasted", "links", "rejected", "places"})
_ORDER: Mapping[StepId, int] = MappingProxyType({step.id: place for place, step in enumerate(_TABLE)})


def _place(step: StepId) -> int:
    return _ORDER[step]
