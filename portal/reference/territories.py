"""Parts of states with a country code of their own, from `territories.yaml`: whose laws and authorities are theirs."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from portal.domain.regimes import Confidence, ConnectingFactor, Regime, Source
from portal.domain.territories import EU_PARTS, Territory, reaches
from portal.reference.strict import BadReference, build, read_yaml
from portal.reference.zones import is_country


@dataclass(frozen=True, kw_only=True)
class TerritoryFile:
    """The form of the file. `version` is the day of the last change, with a counter."""

    version: str
    territories: tuple[Territory, ...]
    sources: tuple[Source, ...]


def load_territories(path: Path) -> TerritoryFile:
    """The file, checked. Raises BadReference with the territory and what is wrong with it."""
    file = build(read_yaml(path), TerritoryFile, where=path.name)
    for fault in _find_faults(file):
        raise BadReference(f"{path.name}: {fault}")
    return file


def _find_faults(file: TerritoryFile) -> Iterator[str]:
    known = {source.key for source in file.sources}
    codes = [territory.code for territory in file.territories]
    for territory in file.territories:
        code = territory.code
        if codes.count(code) > 1:
            yield f"{code} stands twice"
        if not is_country(code) or not is_country(territory.state) or territory.state in codes:
            yield f"{code}: it, or its state {territory.state}, is no country of the list"
        if territory.union_law is not (code in EU_PARTS):
            yield f"{code}: what it says of the law of the Union is not what the laws are judged by"
        more, less = (territory.laws, territory.bodies), (territory.without_laws, territory.without_bodies)
        if any(more if territory.of_right else less):
            yield f"{code}: exceptions that its kind does not have"
        yield from _find_source_faults(territory, known)


def _find_source_faults(territory: Territory, known: Container[str]) -> Iterator[str]:
    if not territory.sources and territory.confidence is not Confidence.MEMORY:
        yield f"{territory.code}: it names no source, so it can only be from memory"
    for key in territory.sources:
        if key not in known:
            yield f"{territory.code} rests on the unknown source {key!r}"


FILE = load_territories(Path(__file__).with_suffix(".yaml"))
TERRITORIES: Mapping[str, Territory] = MappingProxyType({each.code: each for each in FILE.territories})


def find_territory(country: str | None) -> Territory | None:
    """What is known of a country's code that stands for a part of a state; None for every other country."""
    return TERRITORIES.get(country or "")


def is_law_in(regime: Regime, country: str) -> bool:
    """Whether it is law there, if only in a part of the country, or if only a part of it is."""
    return reaches(regime, country, None, find_territory(country)) is not False


def is_law_for(regime: Regime, country: str) -> bool:
    """Whether it is law there, or helps anybody wherever they are."""
    return ConnectingFactor.ANYWHERE in regime.reach.ties or is_law_in(regime, country)
