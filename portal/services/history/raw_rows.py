"""Rows as they lie in the database, compared with what their values would be written as.

So a change that reads the same (a capital letter in an id) is found too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from sqlalchemy import JSON, Dialect, LargeBinary, Table, Text, cast, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

ROWS_AT_ONCE = 2000


class Unreadable(ValueError):
    """A row that the database cannot have written as it stands. The message names the column."""


class RawTable:
    """Reads rows as they lie in the database, and gives their values only where they are what was written."""

    def __init__(self, model: type[Any], dialect: Dialect) -> None:
        table: Table = model.__table__
        self.names = [str(column.name) for column in table.columns]
        self.columns = [
            (cast(column, Text) if isinstance(column.type, JSON) else type_coerce(column, NullType())).label(
                f"{table.name}_{column.name}"
            )
            for column in table.columns
        ]
        self._readers = [_reader_of(column.type, dialect) for column in table.columns]

    def read(self, raw: Sequence[Any]) -> Any:
        """The values of one row under the columns' names. Raises Unreadable."""
        values = {}
        for name, reader, value in zip(self.names, self._readers, raw, strict=True):
            try:
                values[name] = reader(value)
            except Exception as error:
                raise Unreadable(f"its {name} has been changed") from error
        return SimpleNamespace(**values)  # the table's own class takes twice as long, and nothing is written here


def _reader_of(kind: Any, dialect: Dialect) -> Any:
    """A function from the raw value to the value. Raises where the value would not be written as it was found."""
    if isinstance(kind, JSON):
        return _read_json
    if isinstance(kind, LargeBinary):
        return _read_bytes
    implementation = kind.dialect_impl(dialect)
    load, dump = implementation.result_processor(dialect, None), implementation.bind_processor(dialect)

    def read(raw: Any) -> Any:
        if raw is None:
            return None
        value = load(raw) if load else raw
        written = dump(value) if dump else value
        if written != raw or (isinstance(raw, str | int) and type(written) is not type(raw)):
            raise Unreadable
        return value

    return read


def _read_bytes(raw: Any) -> bytes | None:
    if not isinstance(raw, bytes | None):
        raise Unreadable
    return raw


def _read_json(raw: str | None) -> Any:
    if raw is None:
        return None
    value = json.loads(raw)
    if json.dumps(value) != raw:
        raise Unreadable
    return value


@contextmanager
def any_text(session: Session) -> Iterator[None]:
    """Let SQLite give back text that is not UTF-8 any more, so that its row can be named."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    before = driver.text_factory
    driver.text_factory = lambda value: value.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before
