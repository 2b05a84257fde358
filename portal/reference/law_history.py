"""Every version of every law record: what it said, and what changed in it. One file per law, one line per version.

A version that anybody may have cited stays readable. So the newest line of a file is the record of today, and a changed
record gets a line of its own with `law keep`; without it `law check` refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from portal.domain.regimes import Regime

FOLDER = Path(__file__).parent / "law_versions"


class UnknownVersion(KeyError):
    """Nobody kept such a version of such a law."""


@dataclass(frozen=True, kw_only=True)
class LawChange:
    """How one version differs from the one before: `fields` are names of `Regime`, empty for the first version.

    `note` says in a sentence what changed; of the oldest versions nobody wrote one.
    """

    regime: str
    version: str
    name: str
    fields: tuple[str, ...]
    is_first: bool
    note: str | None = None

    @property
    def changed_on(self) -> str:
        """The ISO day that the version names."""
        return self.version.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One line of a file. `record` is the whole law."""

    version: str
    record: msgspec.Raw
    fields: tuple[str, ...] = ()
    note: str | None = None


def order_of(version: str) -> tuple[str, int]:
    """A key by which versions stand in the order in which they were made: `.10` comes after `.9`."""
    day, _, counter = version.partition(".")
    return day, int(counter or 0)


@cache
def list_changes(folder: Path = FOLDER) -> tuple[LawChange, ...]:
    """Every change of every law, newest first; of one day by the name of the law."""
    found = [change for path in sorted(folder.glob("*.jsonl")) for change in _changes_of(path)]
    found.sort(key=lambda change: change.name.casefold())
    return tuple(sorted(found, key=lambda change: order_of(change.version), reverse=True))


def changes_of(regime_id: str, folder: Path = FOLDER) -> tuple[LawChange, ...]:
    """The versions of one law, newest first; none for a law that nobody kept, as one of an organisation's own."""
    return tuple(change for change in list_changes(folder) if change.regime == regime_id)


@cache
def find_version(regime_id: str, version: str, folder: Path = FOLDER) -> Regime:
    """The record as it was. Raises UnknownVersion."""
    if not any(change.version == version for change in changes_of(regime_id, folder)):
        raise UnknownVersion(f"{regime_id} {version}")
    lines = _read_lines(folder / f"{regime_id}.jsonl")
    return next(msgspec.json.decode(line.record, type=Regime) for line in lines if line.version == version)


def find_unkept(regimes: Iterable[Regime], folder: Path = FOLDER) -> Iterator[str]:
    """Laws whose record of today has no line, or another text than its line, one sentence each."""
    for regime in regimes:
        kept = next(
            (line for line in _read_lines(folder / f"{regime.id}.jsonl") if line.version == regime.version), None
        )
        if kept is None:
            yield f"{regime.id}: nothing says what changed in version {regime.version}; `law keep` writes it down"
        elif not _is_same(kept, regime):
            yield f"{regime.id}: version {regime.version} was kept with another text; a changed record needs a new one"


def keep(regime: Regime, note: str, folder: Path = FOLDER) -> bool:
    """Write down this version, once; whether it was new. Raises ValueError for one that was kept with another text."""
    path = folder / f"{regime.id}.jsonl"
    lines = list(_read_lines(path))
    record = pack(regime)
    for line in lines:
        if line.version == regime.version:
            if not _is_same(line, regime):
                raise ValueError(f"{regime.id}: version {regime.version} was kept with another text")
            return False
    before = msgspec.json.decode(lines[-1].record) if lines else None
    new = {"version": regime.version, "fields": compare(before, record), "note": note, "record": record}
    with path.open("ab") as file:
        file.write(msgspec.json.encode(new) + b"\n")
    return True


def compare(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """The fields that differ, in the order of the record; none where there was nothing before."""
    if before is None:
        return []
    named = [field.name for field in fields(Regime) if field.name not in {"id", "version"}]
    said, says = without_gaps(before), without_gaps(after)
    return [name for name in named if said.get(name) != says.get(name)]


def pack(regime: Regime) -> dict[str, Any]:
    """The record as plain values."""
    packed: dict[str, Any] = msgspec.to_builtins(regime)
    return packed


def without_gaps(value: Any) -> Any:
    """What is said, without what is left out: a new field that a record does not use makes no difference."""
    if isinstance(value, dict):
        kept = {name: without_gaps(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, [], {})}
    return [without_gaps(each) for each in value] if isinstance(value, list | tuple) else value


def _is_same(line: _Line, regime: Regime) -> bool:
    return bool(without_gaps(msgspec.json.decode(line.record)) == without_gaps(pack(regime)))


def _changes_of(path: Path) -> Iterator[LawChange]:
    for place, line in enumerate(_read_lines(path)):
        yield LawChange(
            regime=path.stem,
            version=line.version,
            name=msgspec.json.decode(line.record, type=_Named).name,
            fields=line.fields,
            is_first=place == 0,
            note=line.note,
        )


@dataclass(frozen=True)
class _Named:
    name: str


def _read_lines(path: Path) -> Iterator[_Line]:
    if path.exists():
        for line in path.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=_Line)
