"""All reference facts in one place: read strictly, checked against each other, frozen.

A fact that does not fit stops the start with its file and place. Nothing here is edited while the portal runs.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, cached_property
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

from portal.domain.deadline_levels import LevelTimes
from portal.domain.directory import Platform
from portal.domain.platform_hosts import HostIndex
from portal.domain.police import PoliceRecord
from portal.domain.recipes import Recipe
from portal.domain.regimes import (
    Binding,
    Certainty,
    Confidence,
    Element,
    LetterSentence,
    LetterStatement,
    Regime,
    Rule,
    Status,
    Unit,
)
from portal.domain.regulators import Regulator
from portal.domain.schemes import SCHEMES
from portal.reference.directory import load_platforms, load_regulators
from portal.reference.level_times import find_lost_levels, load_level_times
from portal.reference.police import load_police
from portal.reference.recipes import load_recipes
from portal.reference.strict import BadReference, build, read_yaml

FOLDER = Path(__file__).parent
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class UnknownReference(KeyError):
    """No record of that id."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Registry:
    """Regimes, platforms and regulators by id. The directory is read when it is first asked for."""

    regimes: Mapping[str, Regime]
    folders: tuple[Path, ...]  # ours, then the organisation's own, which wins

    @cached_property
    def platforms(self) -> Mapping[str, Platform]:
        """Every platform by its slug."""
        return MappingProxyType(dict(load_platforms(*(folder / "platforms" for folder in self.folders))))

    @cached_property
    def regulators(self) -> Mapping[str, Regulator]:
        """Every authority, agency and hotline by its id."""
        return MappingProxyType(dict(load_regulators(*(folder / "regulators" for folder in self.folders))))

    @cached_property
    def police(self) -> Mapping[str, PoliceRecord]:
        """What can be reported to the police, by jurisdiction."""
        return MappingProxyType(dict(load_police(*(folder / "police" for folder in self.folders))))

    @cached_property
    def recipes(self) -> Mapping[str, Recipe]:
        """What is known of platforms' own forms, by slug."""
        return MappingProxyType(dict(load_recipes(*(folder / "recipes" for folder in self.folders))))

    @cached_property
    def level_times(self) -> LevelTimes:
        """When teams are told of deadlines."""
        return load_level_times(*(folder / "levels" for folder in self.folders))

    @cached_property
    def hosts(self) -> HostIndex:
        """Finds a platform by host name."""
        return HostIndex(self.platforms.values())

    @cached_property
    def led_to(self) -> frozenset[str]:
        """The ids of the regimes that the escalation of another one names, with their national forms."""
        named = frozenset(
            escalation.regime
            for regime in self.regimes.values()
            for escalation in regime.escalation
            if escalation.regime and escalation.regime != regime.id
        )
        return named | {form.id for regime_id in named for form in self.national_forms.get(regime_id, ())}

    @cached_property
    def national_forms(self) -> Mapping[str, tuple[Regime, ...]]:
        """For a regime's id, the regimes that take its place where they can be used."""
        found: dict[str, tuple[Regime, ...]] = {}
        for regime in self.regimes.values():
            for replaced in regime.in_place_of:
                found[replaced] = (*found.get(replaced, ()), regime)
        return MappingProxyType(found)

    def read_all(self) -> None:
        """Read now what else is read when it is first asked for."""
        self.hosts, self.regulators, self.led_to, self.police, self.recipes, self.level_times  # noqa: B018 - kept from here on

    def regime(self, regime_id: str) -> Regime:
        """The regime of that id. Raises UnknownReference."""
        if regime_id not in self.regimes:
            raise UnknownReference(f"no regime with the id {regime_id!r}")
        return self.regimes[regime_id]


@dataclass(frozen=True, kw_only=True)
class LawFile:
    """The form of one file of laws: all regimes of a country with its parts, or of a union."""

    jurisdiction: str
    regimes: tuple[Regime, ...]


@cache
def load_registry(own: Path | None = None) -> Registry:
    """Our facts, and over them those of an organisation's own folder; read once.

    Such a folder may hold `laws/`, `platforms/`, `regulators/`, `police/`, `recipes/` and `levels/` in the same form. A
    record of an id that we have replaces ours, any other is added. Raises BadReference.
    """
    folders = (FOLDER,) if own is None else (FOLDER, own)
    regimes = load_regimes(*(folder / "laws" for folder in folders))
    registry = Registry(MappingProxyType(regimes), folders)
    if own is not None:
        for fault in (*find_dangling(registry), *find_lost_levels(registry.level_times, registry.regimes)):
            raise BadReference(fault)
    return registry


def load_regimes(*folders: Path) -> dict[str, Regime]:
    """Every regime of the law files, checked, in the order of the files; a later folder's win. Raises BadReference."""
    regimes: dict[str, Regime] = {}
    for folder in folders:
        own = _read_laws(folder)
        for regime in own.values():
            _refuse_same_version(regime, regimes.get(regime.id))
        regimes |= own
    return regimes


def _read_laws(folder: Path) -> dict[str, Regime]:
    regimes: dict[str, Regime] = {}
    for path in sorted(folder.glob("*.yaml")):
        for regime in build(read_yaml(path), LawFile, where=path.name).regimes:
            if regime.id in regimes:
                raise BadReference(f"{path.name}: {regime.id} stands twice")
            for fault in find_faults(regime):
                raise BadReference(f"{path.name}: {regime.id}: {fault}")
            regimes[regime.id] = regime
    return regimes


def _refuse_same_version(regime: Regime, replaced: Regime | None) -> None:
    """A notice keeps the version it was made with, so two texts of one law may not share a version."""
    if replaced is not None and replaced.version == regime.version and replaced != regime:
        raise BadReference(f"{regime.id}: a law that replaces ours needs a version of its own, not {regime.version!r}")


def find_faults(regime: Regime) -> Iterator[str]:
    """What a regime's record says that cannot be, one line each."""
    yield from _find_source_faults(regime)
    yield from _find_element_faults(regime.elements)
    for rule in regime.rules:
        yield from _find_rule_faults(rule)
    yield from _find_overlaps(regime.rules)
    if regime.primary_clock is not None and regime.primary_clock not in {rule.id for rule in regime.rules}:
        yield f"primary_clock {regime.primary_clock!r} is no clock of it"
    if not _is_ordered(regime.in_force_from, regime.in_force_until):
        yield "in_force_until lies before in_force_from"
    yield from _find_grade_faults(regime)
    if regime.without_place is Certainty.YES and regime.covers.threat is Certainty.NO:
        yield "it takes reports while nothing is online, and does not reach threats"
    yield from _find_letter_faults(regime)
    for step in regime.escalation:
        if step.judged_by and len(step.judged_by) != len(step.preconditions):
            yield f"escalation to {step.body}: judged_by names another number of conditions than there are"
    if regime.offered and (regime.status is not Status.IN_FORCE or regime.confidence is Confidence.MEMORY):
        yield "it is offered, though it is not in force or nobody saw a source for it"


_MUST = re.compile(r"\bmust\b", re.IGNORECASE)


def _find_letter_faults(regime: Regime) -> Iterator[str]:
    """Only a duty is worded with "must", and a duty's sentence belongs to a clock that is a duty."""
    letter = regime.letter
    if letter is None:
        return
    others = [letter.title, letter.limit, *letter.conditions, *letter.requests]
    voiced: list[LetterSentence | LetterStatement] = [*letter.says, *letter.grounds, *letter.statements]
    others += [text for each in voiced for text in (each.own, each.other) if text]
    yield from (f"letter: {text!r} says must and is no duty" for text in others if _MUST.search(text))
    duties = {rule.id for rule in regime.rules if rule.binding is Binding.DUTY}
    for duty in letter.duties:
        if duty.rule is not None and duty.rule not in duties:
            yield f"letter: a duty names {duty.rule!r}, which is no clock of a duty"


def find_dangling(registry: Registry) -> Iterator[str]:
    """Names of a regime, a regulator or a platform in the laws which is none of the registry, one line each."""
    for regime in registry.regimes.values():
        for place, noun, name, known in _list_names(regime, registry):
            if name not in known:
                yield f"{regime.id}: {place} names the unknown {noun} {name!r}"


def _list_names(regime: Regime, registry: Registry) -> Iterator[tuple[str, str, str, Container[str]]]:
    for escalation in regime.escalation:
        if escalation.regime is not None:
            yield "escalation", "regime", escalation.regime, registry.regimes
        if escalation.after is not None:
            yield "escalation", "earlier step", escalation.after, registry.regimes
        if escalation.regulator is not None:
            yield "escalation", "regulator", escalation.regulator, registry.regulators
    for replaced in regime.in_place_of:
        yield "in_place_of", "regime", replaced, registry.regimes
    for slug in regime.reach.platforms:
        yield "reach", "platform", slug, registry.platforms


@dataclass(frozen=True)
class RegimeFact:
    """One fact of a regime: where it stands in the record, how sure it is, and the keys of the sources it rests on."""

    place: str
    confidence: Confidence
    sources: Sequence[str]


def list_facts(regime: Regime) -> Iterator[RegimeFact]:
    """Everything in a regime's record that has a confidence of its own."""
    for element in regime.elements:
        yield RegimeFact(f"element {element.key}", element.confidence, element.sources)
    for rule in regime.rules:
        yield RegimeFact(f"clock {rule.id}", rule.confidence, rule.sources)
        if rule.extension is not None:
            yield RegimeFact(f"extension of {rule.id}", rule.extension.confidence, rule.extension.sources)
        for pause in rule.pauses:
            yield RegimeFact(f"pause of {rule.id}", pause.confidence, pause.sources)
    for escalation in regime.escalation:
        yield RegimeFact(f"escalation to {escalation.body}", escalation.confidence, escalation.sources)
    for grade in regime.grades:
        yield RegimeFact(f"grade of {grade.field}", grade.confidence, grade.sources)


def _find_source_faults(regime: Regime) -> Iterator[str]:
    known = [source.key for source in regime.sources]
    if not known and regime.confidence is not Confidence.MEMORY:
        yield "it names no source, so it can only be from memory"
    if len(set(known)) < len(known):
        yield "a source key stands twice"
    for fact in list_facts(regime):
        if not fact.sources and fact.confidence is not Confidence.MEMORY:
            yield f"{fact.place} names no source, so it can only be from memory"
        for key in fact.sources:
            if key not in known:
                yield f"{fact.place} rests on the unknown source {key!r}"


def _find_grade_faults(regime: Regime) -> Iterator[str]:
    known = {field.name for field in fields(Regime)}
    graded = [grade.field for grade in regime.grades]
    for name in sorted(set(graded)):
        if name not in known:
            yield f"grade of {name!r}: a regime has no such field"
        if graded.count(name) > 1:
            yield f"{name} is graded twice"


def _find_element_faults(elements: Sequence[Element]) -> Iterator[str]:
    keys = [element.key for element in elements]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"element {key} stands twice"
    for element in elements:
        if not element.proofs:
            yield f"element {element.key} names nothing that proves it"


def _find_rule_faults(rule: Rule) -> Iterator[str]:
    if rule.counting not in SCHEMES:
        yield f"clock {rule.id} counts by the unknown scheme {rule.counting!r}"
        return
    yield from _find_number_faults(rule)
    yield from _find_unseen_numbers(rule)
    if rule.unit is Unit.NONE and not rule.standard:
        yield f"clock {rule.id} has neither a number nor the law's own measure"
    if not _is_ordered(rule.in_force_from, rule.in_force_until):
        yield f"clock {rule.id} ends before it begins"
    if rule.received_by is not None and not _HOUR.fullmatch(rule.received_by):
        yield f"clock {rule.id}: {rule.received_by!r} is no hour of the day such as 17:00"
    for pause in rule.pauses:
        if len({pause.begins is None, pause.ends is None, pause.effect is None}) > 1:
            yield f"clock {rule.id}: a pause that is counted says when it begins, when it ends and what it does"


def _find_number_faults(rule: Rule) -> Iterator[str]:
    if (rule.amount is None) != (rule.unit is Unit.NONE):
        yield f"clock {rule.id} has an amount without a unit, or a unit without an amount"
    if (rule.unit is Unit.NONE) != (rule.counting == "none"):
        yield f"clock {rule.id} has a number and no scheme, or a scheme and no number"
    periods = [(rule.amount, rule.unit)] if rule.amount is not None else []
    extension = rule.extension
    if extension and (extension.amount is None) != (extension.unit is Unit.NONE):
        yield f"extension of {rule.id} has an amount without a unit, or a unit without an amount"
    periods += [(extension.amount, extension.unit)] if extension and extension.amount is not None else []
    for amount, unit in periods:
        if amount < 1:
            yield f"clock {rule.id} has a period of nothing"
        if unit not in SCHEMES[rule.counting].units:
            yield f"clock {rule.id}: {rule.counting} does not count {unit}"


def _find_unseen_numbers(rule: Rule) -> Iterator[str]:
    """A number that only memory knows is none: it would be printed, counted by and relied on."""
    if rule.confidence is Confidence.MEMORY and rule.amount is not None:
        yield f"clock {rule.id} has a number that nobody saw a source for"
    extension = rule.extension
    if extension and extension.confidence is Confidence.MEMORY and extension.amount is not None:
        yield f"extension of {rule.id} has a number that nobody saw a source for"


def _find_overlaps(rules: Sequence[Rule]) -> Iterator[str]:
    for one, other in combinations(rules, 2):
        if one.id == other.id and _overlap(one, other):
            yield f"two clocks {one.id} are in force on the same day"


def _overlap(one: Rule, other: Rule) -> bool:
    starts = max(one.in_force_from or date.min, other.in_force_from or date.min)
    ends = min(one.in_force_until or date.max, other.in_force_until or date.max)
    return starts <= ends


def _is_ordered(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last
