"""What the records say to somebody without a case: the laws of a country, and who takes a complaint about what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.domain.directory import Channel, Platform, Regulator, RegulatorKind
from portal.domain.regimes import Regime, RegimeKind, Tie
from portal.domain.territories import is_within
from portal.reference.registry import Registry


class Purpose(StrEnum):
    """What a way to reach a platform is good for, as somebody looks for it."""

    REMOVAL = "removal"
    PRIVACY = "privacy"
    COPYRIGHT = "copyright"
    AUTHORITIES = "authorities"


_PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        **dict.fromkeys(("ncii", "takeitdown", "general", "abuse", "dsa"), Purpose.REMOVAL),
        **dict.fromkeys(("privacy", "dpo"), Purpose.PRIVACY),
        "copyright": Purpose.COPYRIGHT,
    }
)


def channels_by_purpose(platform: Platform) -> list[tuple[Purpose, list[Channel]]]:
    """Its channels, those for a report first. Purposes without a channel are left out."""
    groups = {purpose: [each for each in platform.channels if purpose_of(each) is purpose] for purpose in Purpose}
    return [(purpose, channels) for purpose, channels in groups.items() if channels]


def purpose_of(channel: Channel) -> Purpose:
    """Read from its kind, whose first word says what it is meant for. Raises KeyError for one that nobody sorted."""
    return Purpose.AUTHORITIES if channel.is_for_authorities else _PURPOSES[channel.kind.partition("_")[0]]


def laws_of(country: str, registry: Registry) -> list[Regime]:
    """The laws of a country with its parts and unions, and those that bind platforms wherever a person lives."""
    return [
        regime for regime in registry.regimes.values() if Tie.ANYWHERE in regime.reach.ties or _reaches(regime, country)
    ]


def count_laws(registry: Registry, countries: Iterable[str]) -> dict[str, int]:
    """How many laws each of these countries has of its own; those without one are left out."""
    found = {country: sum(_reaches(regime, country) for regime in registry.regimes.values()) for country in countries}
    return {country: count for country, count in found.items() if count}


def complaint_laws(regulator: Regulator, registry: Registry) -> list[Regime]:
    """The laws under which this body takes a complaint: those that name it, else those of its place and kind."""
    named = list(_list_named(regulator, registry))
    if named or regulator.takes_complaints is False or regulator.kind is RegulatorKind.HOTLINE:
        return named
    return [
        regime
        for regime in registry.regimes.values()
        if regime.kind is RegimeKind.COMPLAINT
        and regime.offered
        and _reaches(regime, regulator.country)
        and (regulator.kind is RegulatorKind.DATA_PROTECTION) is _is_about_data(regime, registry)
    ]


def _reaches(regime: Regime, country: str) -> bool:
    """Whether it is law there, if only in a part of the country."""
    return any(is_within(country, None, each) is not False for each in regime.jurisdictions)


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
