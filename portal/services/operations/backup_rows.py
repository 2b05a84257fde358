"""The rows of a backup: each as one line of JSON, counted and digested, and put back with the types of its columns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.db import UTCDateTime, Word
from portal.models.tables import metadata

# What is worth nothing on another day: sessions, and work that holds a key for the worker. It is begun anew.
# Mail that waited then may have left since, and would leave twice.
LEFT_OUT = frozenset(
    {
        *("web_sessions", "jobs", "throttles", "known_browsers", "outbox", "mail_links", "link_asks"),
        *("partner_calls", "webhook_deliveries"),
    }
)
BATCH = 1000  # rows in one entry of the archive

Each = TypeVar("Each")


class TableSum(msgspec.Struct, frozen=True):
    """Rows of one table, and the SHA-256 over them in the order of their keys."""

    rows: int
    digest: str


class Sum:
    """Counts and digests lines one by one."""

    def __init__(self) -> None:
        self.rows, self._hash = 0, hashlib.sha256()

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._hash.update(line)

    def result(self) -> TableSum:
        return TableSum(self.rows, self._hash.hexdigest())


def kept_tables() -> list[sa.Table]:
    """Every table of a backup, those first that others refer to."""
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def sum_tables(session: Session) -> dict[str, TableSum]:
    """Rows and digest of every kept table as they are now."""
    found = {}
    for table in kept_tables():
        total = Sum()
        for _, line in read_rows(session, table):
            total.add(line)
        found[table.name] = total.result()
    return found


def read_rows(session: Session, table: sa.Table) -> Iterator[tuple[str, bytes]]:
    """Each row by its key, as one line of JSON, in the order of the primary key."""
    query = sa.select(table).order_by(*table.primary_key)
    names = [column.name for column in table.columns]
    places = [names.index(column.name) for column in table.primary_key]
    encode = msgspec.json.Encoder().encode
    for row in session.connection().execute(query, execution_options={"yield_per": BATCH}):
        key = encode([row[place] for place in places]).decode()
        yield key, encode(dict(zip(names, row, strict=True))) + b"\n"


def cut_in_batches(those: Iterable[Each]) -> Iterator[tuple[Each, ...]]:
    rest = iter(those)
    while batch := tuple(islice(rest, BATCH)):
        yield batch


def insert_rows(session: Session, table: sa.Table, content: bytes) -> None:
    """Rows that are not there yet."""
    if rows := _decode_lines(table, content):
        session.connection().execute(table.insert(), rows)


def put_rows(session: Session, table: sa.Table, content: bytes) -> None:
    """Rows that are there in an older form, or not at all."""
    rows = _decode_lines(table, content)
    if not rows:
        return
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    insert = make(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys}
    if others:
        insert = insert.on_conflict_do_update(index_elements=keys, set_=others)
    else:
        insert = insert.on_conflict_do_nothing(index_elements=keys)
    session.connection().execute(insert, rows)


def delete_rows(session: Session, table: sa.Table, keys: Sequence[str]) -> None:
    """The rows of these keys, as `read_rows` gives them."""
    columns = list(table.primary_key)
    chosen = sa.delete(table).where(
        *(column == sa.bindparam(f"key_{column.name}", type_=column.type) for column in columns)
    )
    decode = _decoder_of_keys(table)
    values = [{f"key_{column.name}": value for column, value in zip(columns, decode(key), strict=True)} for key in keys]
    if values:
        session.connection().execute(chosen, values)


def _decode_lines(table: sa.Table, content: bytes) -> list[dict[str, Any]]:
    return [_decode_row(table, line) for line in content.splitlines()]


def _decode_row(table: sa.Table, line: bytes) -> dict[str, Any]:
    return msgspec.structs.asdict(_decoder_of(table)(line))


@lru_cache(maxsize=256)
def _decoder_of(table: sa.Table) -> Callable[[bytes], msgspec.Struct]:
    """From a line to a row with values of the columns' types; a column that the line does not have is empty."""
    fields = [(column.name, _type_of(column) | None, None) for column in table.columns]
    return msgspec.json.Decoder(msgspec.defstruct(f"Row_{table.name}", fields)).decode


@lru_cache(maxsize=256)
def _decoder_of_keys(table: sa.Table) -> Callable[[str], tuple[Any, ...]]:
    kinds = tuple(_type_of(column) for column in table.primary_key)
    return msgspec.json.Decoder(tuple[kinds]).decode  # type: ignore[valid-type]


def _type_of(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return Any
    if isinstance(column.type, Word):
        return str
    return datetime if isinstance(column.type, UTCDateTime) else column.type.python_type
