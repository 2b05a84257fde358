"""Rows of a guarded table read as plain values, many at once, and what was changed in them written with one statement.

For whoever counts many cases together: making an object of the table's class from each row takes longer than counting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.services.history import guard_digests, guards


class HeldRow:
    """One row, each value under its column's name. `before` are the values as they were read, the guard among them."""

    __slots__ = ("__dict__", "before", "is_whole")
    before: dict[str, Any]
    is_whole: bool | None  # whether the row fits its guard; None: nobody has looked

    def __init__(self, values: dict[str, Any]) -> None:
        for name, value in (("__dict__", values), ("before", values), ("is_whole", None)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__dict__ is self.before:  # most rows are read and never written to
            object.__setattr__(self, "__dict__", self.before.copy())
        self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:  # for the type checker: which columns there are the table knows
        raise AttributeError(name)

    def __repr__(self) -> str:
        return f"<HeldRow {self.before.get('id', '?')}>"


def select_rows(model: type[Any]) -> Select[Any]:
    """Every column of a guarded table, for `read_held`."""
    return select(model.__table__)


def read_held(session: Session, query: Select[Any]) -> Iterator[HeldRow]:
    """The rows that a query by `select_rows` finds. None of them is looked at with its guard, see `is_whole`: nothing
    may be printed from them.
    """
    session.flush()
    read = session.execute(query)
    names = tuple(read.keys())
    return (HeldRow(dict(zip(names, values, strict=True))) for values in read)


def is_whole(session: Session, model: type[Any], row: HeldRow) -> bool:
    """Whether a row is as it was written, by its guard."""
    if row.is_whole is None:
        keys = guards.keys_of(session)
        is_fit = keys is None or guard_digests.fits(keys, model.__tablename__, row.before, row.before["guard"])
        object.__setattr__(row, "is_whole", is_fit)
    return bool(row.is_whole)


def write_held(session: Session, model: type[Any], rows: Iterable[HeldRow]) -> None:
    """Write those of the rows in which a value was set to another one. The caller holds them since they were read."""
    changed = [row for row in rows if vars(row) is not row.before and vars(row) != row.before]
    changes = [(row.before, vars(row), is_whole(session, model, row)) for row in changed]
    guards.change_rows(session, model, changes, names=_list_changed(changed))


def _list_changed(changed: Sequence[HeldRow]) -> list[str]:
    """The columns in which any of the rows is different now: all are written in each, so that one statement does it."""
    return sorted({name for row in changed for name, value in vars(row).items() if value != row.before[name]})
