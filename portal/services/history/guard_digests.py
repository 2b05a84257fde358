"""What a guard says of one row: a keyed digest over the values that decide something, under the server's secret.

Here are only values and digests; what a session reads and writes is looked at in `guards`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

import portal.models.tables  # noqa: F401 - every table is known before its columns are listed here
from portal.db import Base
from portal.models.guards import Guarded
from portal.services.ports import ServerKeys

MARK_BYTES = 4  # of the id of the server's secret, in front of each guard
# What counts changes or tries, and decides nothing by itself.
NOT_GUARDED: Mapping[str, frozenset[str]] = MappingProxyType({"cases": frozenset({"version"})})
_GUARD_ALONE = frozenset({"guard"})
_LEFT_OUT = {table: names | _GUARD_ALONE for table, names in NOT_GUARDED.items()}

_encoder = msgspec.json.Encoder(order="deterministic")


def guard_of(keys: ServerKeys, table: str, values: Mapping[str, Any]) -> bytes:
    """The guard of a row with these values, under the secret in use. Without `guard`, and what is not guarded."""
    return _digest(keys, _content(table, values))


def fits(keys: ServerKeys, table: str, values: Mapping[str, Any], guard: bytes | None) -> bool:
    """Whether a row has the guard that belongs to it, under the secret in use or one before."""
    each = _key_of(keys, guard)
    return each is not None and hmac.compare_digest(_digest(each, _content(table, values)), guard or b"")


def addend(keys: ServerKeys, guard: bytes) -> int:
    """What a guard adds to its sum."""
    each = _key_of(keys, guard) or keys
    return int.from_bytes(hashlib.blake2b(guard, key=each.guards, digest_size=32, person=b"addend").digest())


def sum_guard(keys: ServerKeys, scope: UUID, total: bytes, rows: int, *, like: bytes | None = None) -> bytes:
    """The guard of a sum, under the secret in use or under the one that `like` was made under."""
    return _digest(_key_of(keys, like) or keys if like else keys, b"sum %s %s %d" % (scope.bytes, total, rows))


def value_guard(keys: ServerKeys, *values: object, like: bytes | None = None) -> bytes:
    """The guard of some plain values, under the secret in use or under the one that `like` was made under."""
    return _digest((_key_of(keys, like) or keys) if like else keys, b"values " + _encoder.encode(values))


def is_current(keys: ServerKeys, guard: bytes | None) -> bool:
    """Whether a guard was made under the secret in use."""
    return guard is not None and guard.startswith(_mark(keys))


def _content(table: str, values: Mapping[str, Any]) -> bytes:
    left_out, added_later = _LEFT_OUT.get(table, _GUARD_ALONE), _ADDED_LATER.get(table, {})
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or name in left_out or (name in added_later and value == added_later[name]):
            continue
        kept[name] = value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not UTC else value
    return _encoder.encode([str(table), kept])  # SQLAlchemy's own kind of text is none that msgspec knows


def _digest(keys: ServerKeys, content: bytes) -> bytes:
    return _mark(keys) + hashlib.blake2b(content, key=keys.guards, digest_size=20, person=b"guard").digest()


def _mark(keys: ServerKeys) -> bytes:
    return _read_mark(keys.id)


@lru_cache(maxsize=64)
def _read_mark(key_id: str) -> bytes:
    return bytes.fromhex(key_id)[:MARK_BYTES]


def _key_of(keys: ServerKeys, guard: bytes | None) -> ServerKeys | None:
    if not guard:
        return None
    mark = guard[:MARK_BYTES]
    if mark == _read_mark(keys.id):  # nearly every row; a page asks for hundreds
        return keys
    return next((each for each in keys.older if mark == _mark(each)), None)


def _list_columns() -> dict[type[Any], tuple[str, ...]]:
    models: Iterable[Any] = (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Guarded))
    return {model: tuple(str(c.name) for c in model.__table__.columns if c.name != "guard") for model in models}


def _list_defaults(model: type[Any]) -> dict[str, Any]:
    """Values that a new row is given where nobody named one."""
    scalar = (column for column in model.__table__.columns if column.default is not None and column.default.is_scalar)
    return {column.name: column.default.arg for column in scalar}


COLUMNS: Mapping[type[Any], tuple[str, ...]] = MappingProxyType(_list_columns())
DEFAULTS: Mapping[type[Any], Mapping[str, Any]] = MappingProxyType({m: _list_defaults(m) for m in COLUMNS})
# What a migration puts into the rows that are there when it adds a column, by table. Such a value is not digested, nor
# is an empty one, so that these rows keep fitting their guards.
_ADDED_LATER: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        str(model.__tablename__): {
            name: value for name, value in values.items() if model.__table__.columns[name].server_default is not None
        }
        for model, values in DEFAULTS.items()
    }
)
