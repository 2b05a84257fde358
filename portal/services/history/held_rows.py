"""Rows of a guarded table read as plain values, many at once, and what was changed in them written with one statement.

For whoever counts many cases together: making an object of the table's class from each row takes longer than counting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.services.history import guards


class HeldRow:
    """One row, each value under its column's name. `before` are the values as they were read, the guard among them."""

    __slots__ = ("__dict__", "before")
    before: dict[str, Any]

    def __init__(self, values: dict[str, Any]) -> None:
        self.before = values
        self.__dict__ = values.copy()

    def __getattr__(self, name: str) -> Any:  # for the type checker: which columns there are the table knows
        raise AttributeError(name)

    def __repr__(self) -> str:
        return f"<HeldRow {self.before.get('id', '?')}>"


def select_rows(model: type[Any]) -> Select[Any]:
    """Every column of a guarded table, for `read_held`."""
    return select(model.__table__)


def read_held(session: Session, query: Select[Any]) -> Iterator[HeldRow]:
    """The rows that a query by `select_rows` finds. None of them is looked at with its guard: nothing may be printed
    from them.
    """
    session.flush()
    read = session.execute(query)
    names = tuple(read.keys())
    return (HeldRow(dict(zip(names, values, strict=True))) for values in read)


def write_held(session: Session, model: type[Any], rows: Iterable[HeldRow]) -> None:
    """Write those of the rows in which a value was set to another one. The caller holds them since they were read."""
    changed = [(row.before, vars(row)) for row in rows if vars(row) != row.before]
    guards.change_rows(session, model, changed, names=_list_changed(changed))


def _list_changed(changed: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[str]:
    """The columns in which any of the rows is different now: all are written in each, so that one statement does it."""
    return sorted({name for before, after in changed for name, value in after.items() if value != before[name]})
