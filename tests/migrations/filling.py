"""Rows for every table of a database as it stands, made from its own description: columns, keys and checks.

Nothing here knows a table by name, so that a new migration is covered as soon as it is there. Where a check speaks of
columns, every combination of empty, filled and named values is tried, and the database itself says which are allowed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn

from portal.db import Word
from portal.models.tables import metadata as models

Row = dict[str, Any]
Key = tuple[Any, ...]
Contents = dict[str, dict[Key, Row]]

A_ROUND = 600  # more numbers than one round uses; a multiple of 3, as every third row leaves columns empty
ROWS = 3  # of each table tried for each combination that its checks allow: one in three leaves its columns empty
FIRST = datetime(2026, 1, 3, 10, 30, 15, 123456, tzinfo=UTC)
NOT_DATA = "alembic_version"


@dataclass(frozen=True)
class Table:
    """A table as the database describes it: its checks as text, and the columns that are unique together."""

    table: sa.Table
    checks: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def parents(self) -> set[str]:
        return {key.column.table.name for key in self.table.foreign_keys}

    @property
    def shape(self) -> str:
        """All that decides which rows it takes, as one text."""
        columns = [
            (each.name, str(each.type), each.nullable, sorted(key.target_fullname for key in each.foreign_keys))
            for each in self.table.columns
        ]
        return repr((columns, sorted(self.checks), sorted(self.keys)))


Described = tuple[list[ReflectedColumn], list[str]]
_described: dict[tuple[str, str], Described] = {}  # by name and text
_tables: dict[tuple[str, str], Table] = {}


@dataclass
class Filled:
    """What a database was filled with so far: the shape of each table when it last got rows, and those rows."""

    shapes: dict[str, str] = field(default_factory=dict)
    made: dict[str, list[Row]] = field(default_factory=dict)


def read_contents(engine: sa.Engine) -> Contents:
    """Every row of every table, by its primary key."""
    contents: Contents = {}
    with engine.connect() as connection:
        for name, (described, key) in _describe(connection).items():
            table = sa.table(name, *(sa.column(each["name"], each["type"]) for each in described))
            columns = table.columns.keys()
            numbers = [columns.index(column) for column in key]
            rows = connection.execute(table.select())
            contents[name] = {
                tuple(row[number] for number in numbers): dict(zip(columns, row, strict=True)) for row in rows
            }
    return contents


def _describe(connection: sa.Connection) -> dict[str, Described]:
    """The columns and the primary key of each table with data."""
    inspector = sa.inspect(connection)
    if connection.dialect.name == "sqlite":
        for name, text in _read_texts(connection).items():
            if (name, text) not in _described:
                _described[name, text] = (
                    inspector.get_columns(name),
                    inspector.get_pk_constraint(name)["constrained_columns"],
                )
        return {name: _described[name, text] for name, text in _read_texts(connection).items()}
    keys = inspector.get_multi_pk_constraint()
    return {
        str(place[1]): (described, keys[place]["constrained_columns"])
        for place, described in inspector.get_multi_columns().items()
        if place[1] != NOT_DATA
    }


def _read_texts(connection: sa.Connection) -> dict[str, str]:
    """What each table with data was made by, where the database keeps it: SQLite. A table with the same text is the
    same, and is not described again: that is most of the time of a step.
    """
    if connection.dialect.name != "sqlite":
        return {}
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return {name: text for name, text in connection.exec_driver_sql(query) if name != NOT_DATA}


def fill(engine: sa.Engine, round_number: int = 0, filled: Filled | None = None) -> None:
    """Rows in every table; each that others point to is filled before them. Raises AssertionError for an empty one.

    A higher `round_number` makes other rows, which stand beside those of the rounds before it. A table that is what it
    was when `filled` says that it got rows gets more of them only where another that points to it is not: they would
    be the same.
    """
    filled = filled or Filled()
    with engine.begin() as connection:
        tables = list_tables(connection)
        wanted: set[str] = set()
        for described in reversed(tables):
            if described.name in wanted or filled.shapes.get(described.name) != described.shape:
                wanted |= {described.name, *described.parents}
        for described in tables:
            if described.name not in wanted:
                continue
            tries = ROWS * len(_list_combinations(described))
            assert tries <= A_ROUND, f"{described.name} needs {tries} numbers a round"
            made = list(_insert_rows(connection, described, filled.made, round_number * A_ROUND))
            assert made, f"no row of {described.name} was allowed"
            filled.shapes[described.name], filled.made[described.name] = described.shape, made


def list_tables(connection: sa.Connection) -> list[Table]:
    """All tables with data, in the order of their foreign keys."""
    inspector, texts = sa.inspect(connection), _read_texts(connection)
    known = {name: _tables[name, text] for name, text in texts.items() if (name, text) in _tables}
    found = sa.MetaData()
    for each in known.values():
        each.table.to_metadata(found)
    if not texts or len(known) < len(texts):
        found.reflect(connection)
    made = [
        replace(known[table.name], table=table) if table.name in known else _read_table(inspector, table)
        for table in found.sorted_tables
        if table.name != NOT_DATA
    ]
    _tables.update({(each.name, texts[each.name]): each for each in made if texts})
    return made


def _read_table(inspector: sa.Inspector, table: sa.Table) -> Table:
    return Table(
        table,
        tuple(check["sqltext"] for check in inspector.get_check_constraints(table.name)),
        tuple(tuple(key["column_names"]) for key in inspector.get_unique_constraints(table.name)),
    )


def _insert_rows(
    connection: sa.Connection, described: Table, made: Mapping[str, list[Row]], number: int
) -> Iterator[Row]:
    """Tries every combination with ever new values, from that of `number` on; yields the rows that were taken."""
    taken: set[tuple[str, Key]] = set()
    for _ in range(ROWS):
        for chosen in _list_combinations(described):
            row = {
                column.name: _make_value(column, number, chosen.get(column.name), made)
                for column in described.table.columns
            }
            number += 1
            keys = set(_list_keys(described, row))
            if not keys & taken and _insert(connection, described.table, row):
                taken |= keys
                yield row


def _list_keys(described: Table, row: Row) -> Iterator[tuple[str, Key]]:
    """What has to be unique. The portal counts empty as a value where several columns make a key; databases do not."""
    for columns in described.keys:
        if len(columns) > 1:
            yield "/".join(columns), tuple(row[name] for name in columns)


def _insert(connection: sa.Connection, table: sa.Table, row: Row) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(table.insert().values(row))
    except sa.exc.IntegrityError:
        return False
    return True


def _list_combinations(described: Table) -> list[dict[str, str]]:
    """For the columns that checks speak of, each way to fill them: "empty", "filled", "other" or "=word"."""
    text = " ".join(described.checks)
    words = re.findall(r"'([^']*)'", text)
    ways: dict[str, list[str]] = {}
    for column in described.table.columns:
        if re.search(rf"\b{column.name}\b", text):
            ways[column.name] = ["filled"]
            if column.nullable:
                ways[column.name].append("empty")
            if column.foreign_keys:
                ways[column.name].append("other")
            elif _is_text(column) and not _is_uuid(column):
                ways[column.name] += [f"={word}" for word in words]
    return [dict(zip(ways, chosen, strict=True)) for chosen in itertools.product(*ways.values())]


def _make_value(column: sa.Column[Any], number: int, way: str | None, made: Mapping[str, list[Row]]) -> Any:
    """The value of one column in the row of this number; a column without a check is empty in every third row."""
    if way is not None and way.startswith("="):
        return way[1:]
    if way == "empty" or (way is None and column.nullable and number % 3 == 2):
        return None
    for reference in column.foreign_keys:
        parents = made.get(reference.column.table.name, [])
        place = number + 1 if way == "other" else number
        return parents[place % len(parents)][reference.column.name] if parents else None
    return _make_plain(column, number)


def _make_plain(column: sa.Column[Any], number: int) -> Any:
    moment = FIRST + timedelta(hours=37 * number)
    match column.type:
        case sa.Boolean():
            return number % 2 == 0
        case sa.Integer():
            return number + 1
        case sa.DateTime(timezone=zoned):
            return moment if zoned else moment.replace(tzinfo=None)
        case sa.Date():
            return date(moment.year, moment.month, moment.day)
        case sa.JSON():
            return {"number": number, "words": ["ä", "日"]}
        case sa.LargeBinary():
            return _make_uuid(column, number).bytes + b"\0\xff"
        case sa.Uuid(as_uuid=True):
            return _make_uuid(column, number)
    assert _is_text(column), f"no value for {column} of type {column.type!r}"
    return _make_uuid(column, number).hex if _is_uuid(column) else _make_text(column, number)


def _make_text(column: sa.Column[Any], number: int) -> str:
    """A word of the column's vocabulary, where the models have one, else a text that is its own."""
    modelled = models.tables.get(column.table.name)
    kind = modelled.columns[column.name].type if modelled is not None and column.name in modelled.columns else None
    if isinstance(kind, Word):
        words = [word.value for word in kind.vocabulary]
        return words[number % len(words)]
    assert isinstance(column.type, sa.String)
    return f"{column.name} ä {number:02d}"[-(column.type.length or 80) :]


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String)


def _is_uuid(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.CHAR) and column.type.length == 32  # as SQLite keeps them


def _make_uuid(column: sa.Column[Any], number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"{column.table.name}/{column.name}/{number}")
