"""What the records say to somebody without a case: the laws of a country, and who takes a complaint about what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from portal.domain.directory import ContactChannel, HashProgrammes, Platform
from portal.domain.regimes import Regime, RegimeKind
from portal.domain.regulators import Regulator, RegulatorKind
from portal.domain.territories import is_within
from portal.reference.registry import Registry
from portal.reference.territories import find_territory, is_law_for, is_law_in


class Purpose(StrEnum):
    """What a way to reach a platform is good for, as somebody looks for it."""

    REMOVAL = "removal"
    APPEAL = "appeal"
    QUESTIONS = "questions"
    PRIVACY = "privacy"
    COPYRIGHT = "copyright"
    AUTHORITIES = "authorities"


_PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        **dict.fromkeys(("ncii", "takeitdown", "general", "abuse", "dsa", "report", "legal"), Purpose.REMOVAL),
        **dict.fromkeys(("privacy", "dpo", "delisting"), Purpose.PRIVACY),
        "appeal": Purpose.APPEAL,
        "contact": Purpose.QUESTIONS,
        "copyright": Purpose.COPYRIGHT,
    }
)


def find_platforms(text: str, registry: Registry) -> list[Platform]:
    """Those whose name or host holds the text, and the one that an address leads to; an empty text finds all."""
    wanted = text.casefold().strip()
    host = wanted.partition("://")[2].partition("/")[0] or wanted.partition("/")[0]
    led_to = registry.hosts.find(host) if "." in host else None
    return [
        platform
        for platform in registry.platforms.values()
        if platform is led_to or any(wanted in name.casefold() for name in (platform.name, *platform.hosts))
    ]


@dataclass(frozen=True, kw_only=True)
class Taker:
    """A platform, and whether it takes part in the two fingerprint programmes. None: nobody knows."""

    slug: str
    name: str
    stopncii: bool | None
    take_it_down: bool | None


def list_takers(platforms: Mapping[str, Platform], named: Iterable[tuple[str, str]]) -> tuple[Taker, ...]:
    """What the directory knows of these platforms (slug and name as a case has them), each once, those that take part
    first. One that is not in the directory is unknown.
    """
    found = []
    for slug, name in dict(named).items():
        known = platforms[slug].hash_programmes if slug in platforms else HashProgrammes()
        found.append(Taker(slug=slug, name=name, stopncii=known.stopncii, take_it_down=known.take_it_down))
    return tuple(sorted(found, key=lambda one: (one.stopncii is not True, one.name.casefold())))


def channels_by_purpose(platform: Platform) -> list[tuple[Purpose, list[ContactChannel]]]:
    """Its channels, those for a report first. Purposes without a channel are left out."""
    groups = {purpose: [each for each in platform.channels if purpose_of(each) is purpose] for purpose in Purpose}
    return [(purpose, channels) for purpose, channels in groups.items() if channels]


def purpose_of(channel: ContactChannel) -> Purpose:
    """Read from its kind, whose first word says what it is meant for. Raises KeyError for one that nobody sorted."""
    return Purpose.AUTHORITIES if channel.is_for_authorities else _PURPOSES[channel.kind.partition("_")[0]]


# What these demand is told to the body itself; of the other kinds it is told to the platform.
FILED_WITH_BODIES = frozenset({RegimeKind.COMPLAINT, RegimeKind.COURT, RegimeKind.SUPPORT})
_AUTHORITIES = frozenset({RegulatorKind.DATA_PROTECTION, RegulatorKind.ONLINE_SAFETY})


def laws_of(country: str, registry: Registry) -> list[Regime]:
    """The laws of a country with its parts and unions, and those that bind platforms wherever a person lives."""
    return [regime for regime in registry.regimes.values() if is_law_for(regime, country)]


def count_laws(registry: Registry, countries: Iterable[str]) -> dict[str, int]:
    """How many laws each of these countries has of its own; those without one are left out."""
    found = {country: sum(is_law_in(regime, country) for regime in registry.regimes.values()) for country in countries}
    return {country: count for country, count in found.items() if count}


def bodies_of(country: str, registry: Registry) -> list[Regulator]:
    """The authorities and services of a country, then those of a union it lies in and those for people anywhere.

    A territory of a state has its own ones, and those of the state that are competent there. Only those that somebody
    saw in a source.
    """
    known = [each for each in registry.regulators.values() if each.is_seen]
    own = [each for each in known if is_body_of(each, country)]
    far = [each for each in known if not is_body_of(each, country)]
    return own + [each for each in far if each.is_worldwide or is_within(country, None, each.country)]


def is_body_of(body: Regulator, country: str) -> bool:
    """Whether a body is one of this country, or of the state that the country's code is a territory of."""
    territory = find_territory(country)
    has_it = territory is not None and territory.has_body(body.id, body.country, body.subdivision)
    return body.country == country or has_it


def part_of(body: Regulator) -> str | None:
    """The part of its country that a body is for, without the country's code; None for the whole of it."""
    return body.subdivision.removeprefix(f"{body.country}-") if body.subdivision else None


def complaint_laws(body: Regulator, registry: Registry) -> list[Regime]:
    """The laws under which this body takes a complaint: those that name it, then those of its place and kind.

    A law that another one here stands in for is left out, as the national form of the same right says more.
    """
    found = {regime.id: regime for regime in _list_named(body, registry)}
    if body.takes_complaints is not False and body.kind in _AUTHORITIES:
        found |= {regime.id: regime for regime in _list_general(body, registry)}
    replaced = {each for regime in found.values() if regime.offered for each in regime.in_place_of}
    return [regime for regime in found.values() if regime.id not in replaced]


def _list_general(body: Regulator, registry: Registry) -> Iterator[Regime]:
    """Complaint laws of the body's whole country and of its kind that name no other body there."""
    for regime in registry.regimes.values():
        if (
            regime.kind is RegimeKind.COMPLAINT
            and regime.offered
            and any(is_within(body.country, None, each) for each in regime.jurisdictions)
            and (body.kind is RegulatorKind.DATA_PROTECTION) is _is_about_data(regime, registry)
            and not _names_another(regime, body, registry)
        ):
            yield regime


def _names_another(regime: Regime, body: Regulator, registry: Registry) -> bool:
    """Whether its steps lead to other bodies of the same country only."""
    named = {step.regulator for step in regime.escalation if step.regulator in registry.regulators}
    near = {each for each in named if each and registry.regulators[each].country == body.country}
    return bool(near) and body.id not in near


def _list_named(regulator: Regulator, registry: Registry) -> Iterator[Regime]:
    """The law that governs the step to this body, or the law that leads there where none does; each once."""
    found: dict[str, Regime] = {}
    for regime in registry.regimes.values():
        for escalation in regime.escalation:
            if escalation.regulator == regulator.id:
                governing = registry.regimes.get(escalation.regime or regime.id, regime)
                found[governing.id] = governing
    yield from found.values()


def _is_about_data(regime: Regime, registry: Registry) -> bool:
    """Whether data-protection requests lead to it."""
    return any(
        origin.kind is RegimeKind.ERASURE
        for origin in registry.regimes.values()
        for escalation in origin.escalation
        if escalation.regime == regime.id
    )
