"""Loads when teams are told of deadlines: how long before and behind, by the length of a period and by law."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from portal.domain.deadline_levels import LawPace, LevelTimes, Pace
from portal.domain.regimes import Regime
from portal.reference.strict import BadReference, build, read_yaml


@dataclass(frozen=True, kw_only=True)
class LevelFile:
    """The form of one file. One of an organisation's own can leave out what it has as we do."""

    warns_at_most: int | None = None
    paces: tuple[Pace, ...] = ()
    laws: tuple[LawPace, ...] = ()


def load_level_times(*folders: Path) -> LevelTimes:
    """The times of all files; of a later folder its own win. Raises BadReference."""
    times = LevelTimes(warns_at_most=0, paces=())
    laws: dict[tuple[str, str | None], LawPace] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            file = build(read_yaml(path), LevelFile, where=path.name)
            laws |= {(each.regime, each.rule): each for each in file.laws}
            warns, paces = file.warns_at_most or times.warns_at_most, file.paces or times.paces
            times = LevelTimes(warns_at_most=warns, paces=paces, laws=tuple(laws.values()))
            for fault in find_level_faults(times):
                raise BadReference(f"{path.name}: {fault}")
    return times


def find_level_faults(times: LevelTimes) -> Iterator[str]:
    """What the times say that cannot be, one line each."""
    if not times.paces or times.paces[-1].longest is not None:
        yield "the last pace has to be for every longer period, without longest"
        return
    lengths = [pace.longest for pace in times.paces[:-1]]
    known = [each for each in lengths if each is not None]
    if len(known) < len(lengths) or any(first >= second for first, second in pairwise(known)):
        yield "the paces have to grow in longest"
    if times.warns_at_most < 1:
        yield "warns_at_most has to be an hour or more"
    for pace in times.list_paces():
        if pace.before < 1 or not 1 <= pace.after <= pace.supervisor <= pace.draft:
            yield f"{pace} does not keep the order of its levels"


def find_lost_levels(times: LevelTimes, regimes: Mapping[str, Regime]) -> Iterator[str]:
    """Laws and clocks that the times name and that are not there, one line each."""
    for each in times.laws:
        regime = regimes.get(each.regime)
        rules: Container[str] = {rule.id for rule in regime.rules} if regime else ()
        if regime is None:
            yield f"levels of deadlines name the unknown regime {each.regime!r}"
        elif each.rule is not None and each.rule not in rules:
            yield f"levels of deadlines name the unknown clock {each.rule!r} of {each.regime}"
