"""The report as a table of steps: which question comes when, for whom, and what it fills in.

The order is a promise. Who it is about, the age and the country come before any detail, because they decide whether the
report takes the child's way, the way of a threat, or the way of removal. Nothing here knows about pages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import MappingProxyType

from portal.domain.lifecycle import Depiction, Filer, Handler, Path
from portal.domain.report import ContactBy, Report, YesNo

# Countries where a part of the country changes which law applies, how its days are counted or which authority it is.
DIVIDED_COUNTRIES = frozenset({"AU", "CA", "DE", "GB", "US"})

# What a picture is, as far as copyright can be in it.
PICTURES = frozenset({Depiction.REAL, Depiction.SYNTHETIC, Depiction.UNSURE, Depiction.FALSE})


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
    DISCOVERY = "found"
    EXPLANATION = "harm"
    OWNERSHIP = "camera"
    CONTACT = "contact"
    ADDRESS = "address"
    SHARING = "sharing"
    HANDLER = "help"
    AUTHORITY = "authority"
    NAME = "name"
    STATEMENT = "statement"
    REVIEW = "review"


class UnknownStep(LookupError):
    """There is no such step, or it is not part of this report's way."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """An answer that laws ask for: a field of the report and the names of those laws."""

    field: str
    regimes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What still has to be answered before the report can be handed in: where, what, and the law that asks."""

    step: StepId
    text: str
    law: str | None = None


@dataclass(frozen=True, kw_only=True)
class IntakeStep:
    """One step. `fields` are the report's fields it fills in; a step without fields only informs."""

    id: StepId
    fields: tuple[str, ...]
    applies: Callable[[Report, frozenset[str]], bool]
    is_question: bool = True


def _always(_report: Report, _needed: frozenset[str]) -> bool:
    return True


def _has_parts(report: Report, _needed: frozenset[str]) -> bool:
    return report.country in DIVIDED_COUNTRIES


def _may_be_child(report: Report, _needed: frozenset[str]) -> bool:
    """Not being sure is reason enough to show who helps children; only a yes changes the way."""
    return report.under_18 in {YesNo.YES, YesNo.UNSURE}


def _is_adult(report: Report, _needed: frozenset[str]) -> bool:
    return report.path is not Path.CHILD


def _is_threat(report: Report, _needed: frozenset[str]) -> bool:
    return report.path is Path.THREAT


def _has_places(report: Report, _needed: frozenset[str]) -> bool:
    """Links are asked for wherever something may be online: not where nothing is."""
    return report.path is not Path.THREAT


def _is_removal(report: Report, _needed: frozenset[str]) -> bool:
    return report.path is Path.REMOVAL


def _may_be_own_picture(report: Report, _needed: frozenset[str]) -> bool:
    """Copyright is a last way for an adult's picture; private facts have no camera."""
    return report.path is Path.REMOVAL and (report.depiction is None or report.depiction in PICTURES)


def _needs_address(report: Report, needed: frozenset[str]) -> bool:
    return report.path is Path.REMOVAL and "postal_address" in needed


def _is_for_another(report: Report, _needed: frozenset[str]) -> bool:
    return report.filer is Filer.REPRESENTATIVE


_TABLE: tuple[IntakeStep, ...] = (
    IntakeStep(id=StepId.START, fields=(), applies=_always, is_question=False),
    IntakeStep(id=StepId.WHO, fields=("filer",), applies=_always),
    IntakeStep(id=StepId.AGE, fields=("under_18",), applies=_always),
    IntakeStep(id=StepId.COUNTRY, fields=("country",), applies=_always),
    IntakeStep(id=StepId.STATE, fields=("subdivision",), applies=_has_parts),
    IntakeStep(id=StepId.CHILD, fields=(), applies=_may_be_child, is_question=False),
    IntakeStep(id=StepId.WHAT, fields=("depiction",), applies=_is_adult),
    IntakeStep(id=StepId.ONLINE, fields=("is_online",), applies=_is_adult),
    IntakeStep(id=StepId.THREAT, fields=(), applies=_is_threat, is_question=False),
    IntakeStep(id=StepId.LINKS, fields=("pasted", "links", "rejected"), applies=_has_places),
    IntakeStep(id=StepId.PLACES, fields=("places",), applies=_has_places),
    IntakeStep(id=StepId.DISCOVERY, fields=("found_on", "how_found"), applies=_has_places),
    IntakeStep(id=StepId.EXPLANATION, fields=("explanation",), applies=_is_removal),
    IntakeStep(id=StepId.OWNERSHIP, fields=("took_it",), applies=_may_be_own_picture),
    IntakeStep(id=StepId.CONTACT, fields=("contact_by", "email", "phone", "safe_contact"), applies=_always),
    IntakeStep(id=StepId.ADDRESS, fields=("postal_address",), applies=_needs_address),
    IntakeStep(
        id=StepId.SHARING,
        fields=("share_with_platforms", "share_with_regulators"),
        applies=_has_places,
    ),
    IntakeStep(id=StepId.HANDLER, fields=("handler", "team_id"), applies=_always),
    IntakeStep(id=StepId.AUTHORITY, fields=("authority", "authority_ends_on"), applies=_is_for_another),
    IntakeStep(id=StepId.NAME, fields=("name_kind", "name"), applies=_has_places),
    IntakeStep(
        id=StepId.STATEMENT,
        fields=("states_no_consent", "states_good_faith", "states_accuracy", "signature"),
        applies=_has_places,
    ),
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
    """The steps of this report, in order. `needed` are the fields that a law asks for."""
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


def missing(report: Report, needs: Collection[Need] = ()) -> tuple[Missing, ...]:
    """What has to be answered before the report can be handed in, in the order of the steps.

    A report on the way of removal needs a place where the content is; nothing else is asked for without a law.
    """
    found = [*_missing_places(report), *_missing_contact(report), *_missing_team(report)]
    steps = steps_for(report, {need.field for need in needs})
    for need in needs:
        step = _step_for(need.field, steps)
        if step is not None and not is_given(report, need.field):
            laws = "; ".join(need.regimes)
            found.append(Missing(step=step, text=LABELS.get(need.field, need.field), law=laws))
    return tuple(sorted(found, key=lambda one: _place(one.step)))


def is_given(report: Report, name: str) -> bool:
    """Whether a field holds an answer that a law can use. Choosing not to be reached is one, but gives no contact."""
    value = getattr(report, name)
    return bool(value) and value is not ContactBy.NONE


def _missing_places(report: Report) -> list[Missing]:
    if report.path is not Path.REMOVAL or report.links or report.places:
        return []
    return [Missing(step=StepId.LINKS, text="At least one link, or one place described in words")]


def _missing_contact(report: Report) -> list[Missing]:
    """Only where the person chose to be reached that way and left the address out."""
    if report.contact_by is ContactBy.EMAIL and not report.email:
        return [Missing(step=StepId.CONTACT, text="The e-mail address, or choose not to be contacted")]
    if report.contact_by is ContactBy.PHONE and not report.phone:
        return [Missing(step=StepId.CONTACT, text="The phone number, or choose not to be contacted")]
    return []


def _missing_team(report: Report) -> list[Missing]:
    if report.handler is Handler.TEAM and not report.team_id:
        return [Missing(step=StepId.HANDLER, text="Which team, or choose to go on by yourself")]
    return []


LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": "Your name",
        "signature": "Your signature",
        "email": "An e-mail address",
        "phone": "A phone number",
        "contact_by": "A way to reach you",
        "postal_address": "A postal address",
        "explanation": "Why it is unlawful or does harm",
        "country": "The country you live in",
        "states_no_consent": "That you did not agree to this",
        "states_good_faith": "That you say this in good faith",
        "states_accuracy": "That what you say is right",
        "authority": "Who gave you the authority to act",
        "depiction": "What it shows",
        "found_on": "When you found it",
    }
)

_COLLECTED = frozenset({"pasted", "links", "rejected", "places"})
_ORDER: Mapping[StepId, int] = MappingProxyType({step.id: place for place, step in enumerate(_TABLE)})
_REPORT_FIELDS = frozenset(one.name for one in fields(Report))


def _place(step: StepId) -> int:
    return _ORDER[step]


def _step_for(name: str, steps: tuple[IntakeStep, ...]) -> StepId | None:
    """The step of this way that fills a field in. A field that the way does not ask is not missing on it."""
    if name not in _REPORT_FIELDS:
        raise UnknownStep(name)
    return next((step.id for step in steps if name in step.fields), None)
