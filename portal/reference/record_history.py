"""Every version of every law, platform and authority: what its record said, and what changed in it.

One file per record, one line per version. A version that anybody may have cited stays readable, so the newest line of
a file is the record of today, and a changed record gets a line of its own with `law keep`; without it `law check`
refuses.
A law names its version itself, as requests cite it. The version of a platform or an authority is given when it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from portal.domain.directory import Platform
from portal.domain.regimes import Regime
from portal.domain.regulators import Regulator

FOLDER = Path(__file__).parent
Record = Regime | Platform | Regulator
R = TypeVar("R", bound=Record)


class RecordKind(StrEnum):
    """What a record is about."""

    LAW = "law"
    PLATFORM = "platform"
    AUTHORITY = "authority"


FORMS: Mapping[RecordKind, type[Record]] = MappingProxyType(
    {RecordKind.LAW: Regime, RecordKind.PLATFORM: Platform, RecordKind.AUTHORITY: Regulator}
)


class UnknownVersion(KeyError):
    """Nobody kept such a version of such a record."""


@dataclass(frozen=True, kw_only=True)
class RecordChange:
    """How one version differs from the one before: `fields` are names of its form, empty for the first version.

    `note` says in a sentence what changed; of the oldest versions nobody wrote one.
    """

    kind: RecordKind
    record: str  # id of the law or the authority, slug of the platform
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
    """One line of a file. `record` is the whole record."""

    version: str
    record: msgspec.Raw
    fields: tuple[str, ...] = ()
    note: str | None = None


def order_of(version: str) -> tuple[str, int]:
    """A key by which versions stand in the order in which they were made: `.10` comes after `.9`."""
    day, _, counter = version.partition(".")
    return day, int(counter or 0)


def name_of(record: Record) -> str:
    """The id by which a record is known."""
    return record.slug if isinstance(record, Platform) else record.id


def kind_of(record: Record) -> RecordKind:
    """What it is about."""
    return next(kind for kind, form in FORMS.items() if isinstance(record, form))


@cache
def list_changes(root: Path = FOLDER) -> tuple[RecordChange, ...]:
    """Every change of every record, newest first; of one day by the name of the record."""
    found = [
        change
        for kind in RecordKind
        for path in sorted(_folder(kind, root).glob("*.jsonl"))
        for change in _read(kind, path)
    ]
    found.sort(key=lambda change: change.name.casefold())
    return tuple(sorted(found, key=lambda change: order_of(change.version), reverse=True))


@cache
def _by_record(root: Path) -> Mapping[tuple[RecordKind, str], tuple[RecordChange, ...]]:
    found: dict[tuple[RecordKind, str], tuple[RecordChange, ...]] = {}
    for change in list_changes(root):
        key = (change.kind, change.record)
        found[key] = (*found.get(key, ()), change)
    return MappingProxyType(found)


def changes_of(kind: RecordKind, name: str, root: Path = FOLDER) -> tuple[RecordChange, ...]:
    """The versions of one record, newest first; none for one that nobody kept, as one of an organisation's own."""
    return _by_record(root).get((kind, name), ())


def find_version(form: type[R], name: str, version: str, root: Path = FOLDER) -> R:
    """The record of that form as it was. Raises UnknownVersion."""
    kind = next(kind for kind, known in FORMS.items() if known is form)
    if not any(change.version == version for change in changes_of(kind, name, root)):
        raise UnknownVersion(f"{kind} {name} {version}")
    lines = _read_lines(_path(kind, name, root))
    return next(msgspec.json.decode(line.record, type=form) for line in lines if line.version == version)


@lru_cache(maxsize=2048)
def version_of(record: Platform | Regulator, root: Path = FOLDER) -> str | None:
    """The version that says just what this record says; None for one that nobody kept, as an organisation's own."""
    kept = changes_of(kind_of(record), name_of(record), root)
    if not kept:
        return None
    newest = find_version(type(record), kept[0].record, kept[0].version, root)
    return kept[0].version if newest == record else None


def find_unkept(records: Iterable[Record], root: Path = FOLDER) -> Iterator[str]:
    """Records of today that have no line, or another text than their line, one sentence each."""
    for record in records:
        name, lines = name_of(record), list(_read_lines(_path(kind_of(record), name_of(record), root)))
        if isinstance(record, Regime):
            lines = [line for line in lines if line.version == record.version]
            if not lines:
                yield f"{name}: nothing says what changed in version {record.version}; `law keep` writes it down"
            elif not _is_same(lines[-1], record):
                yield f"{name}: version {record.version} was kept with another text; a changed record needs a new one"
        elif not lines or not _is_same(lines[-1], record):
            yield f"{name}: its record changed, and nothing says what; `law keep` writes it down"


def keep(record: Record, note: str, *, day: date, root: Path = FOLDER) -> str | None:
    """Write down a record that changed, once: its version, or None where there was nothing new.

    A law brings its version; any other gets that of the day. Raises ValueError for a law whose version was kept with
    another text.
    """
    path = _path(kind_of(record), name_of(record), root)
    lines = list(_read_lines(path))
    same = [line for line in lines if _is_same(line, record)]
    if isinstance(record, Regime):
        if any(line.version == record.version for line in same):
            return None
        if any(line.version == record.version for line in lines):
            raise ValueError(f"{record.id}: version {record.version} was kept with another text")
        version = record.version
    elif lines and lines[-1] in same:
        return None
    else:
        version = _next_version(lines, day)
    packed = pack(record)
    before = msgspec.json.decode(lines[-1].record) if lines else None
    new = {"version": version, "fields": compare(type(record), before, packed), "note": note, "record": packed}
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(new) + b"\n")
    return version


def _next_version(lines: list[_Line], day: date) -> str:
    counters = [order_of(line.version)[1] for line in lines if line.version.startswith(f"{day.isoformat()}.")]
    return f"{day.isoformat()}.{max(counters, default=0) + 1}"


def compare(form: type[Record], before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """The fields that differ, in the order of the record; none where there was nothing before."""
    if before is None:
        return []
    named = [field.name for field in fields(form) if field.name not in {"id", "slug", "version"}]
    said, says = without_gaps(before), without_gaps(after)
    return [name for name in named if said.get(name) != says.get(name)]


def pack(record: Record) -> dict[str, Any]:
    """The record as plain values."""
    packed: dict[str, Any] = msgspec.to_builtins(record)
    return packed


def without_gaps(value: Any) -> Any:
    """What is said, without what is left out: a new field that a record does not use makes no difference."""
    if isinstance(value, dict):
        kept = {name: without_gaps(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, [], {})}
    return [without_gaps(each) for each in value] if isinstance(value, list | tuple) else value


def _is_same(line: _Line, record: Record) -> bool:
    return bool(without_gaps(msgspec.json.decode(line.record)) == without_gaps(pack(record)))


def _read(kind: RecordKind, path: Path) -> Iterator[RecordChange]:
    for place, line in enumerate(_read_lines(path)):
        yield RecordChange(
            kind=kind,
            record=path.stem,
            version=line.version,
            name=msgspec.json.decode(line.record, type=_Named).name,
            fields=line.fields,
            is_first=place == 0,
            note=line.note,
        )


@dataclass(frozen=True)
class _Named:
    name: str


def _folder(kind: RecordKind, root: Path) -> Path:
    return root / f"{kind}_versions"


def _path(kind: RecordKind, name: str, root: Path) -> Path:
    return _folder(kind, root) / f"{name}.jsonl"


def _read_lines(path: Path) -> Iterator[_Line]:
    if path.exists():
        for line in path.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=_Line)
