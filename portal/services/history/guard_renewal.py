"""Guards under a newer key, and for rows from before there were guards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Table,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from portal.services.history.guard_digests import (
    fits,
    is_current,
    sum_guard,
)
from portal.services.history.guards import SUMS, keys_of, name_values, put_guards, watch_of


@dataclass(frozen=True)
class Renewed:
    """How many rows were guarded anew, and the key of the last one that was looked at; None behind the end."""

    rows: int
    last: tuple[Any, ...] | None


def adopt(session: Session, model: type[Any], *, most: int) -> int:
    """Guard rows from before there were guards, as they are. Returns how many were found, at most `most`."""
    found = watch_of(session)
    if found is None:
        return 0
    table: Table = model.__table__
    rows = session.execute(select(table).where(table.c.guard.is_(None)).limit(most).with_for_update()).mappings().all()
    return put_guards(session, found, model, rows)


def renew(session: Session, model: type[Any], *, after: tuple[Any, ...] | None, most: int) -> Renewed:
    """Guard rows anew under the secret in use that fit a guard under one before: the next ones behind the key `after`.

    What fits no guard stays as it is: it was bent before.
    """
    found = watch_of(session)
    if found is None or not found.keys.older:
        return Renewed(0, None)
    table: Table = model.__table__
    key = list(table.primary_key)
    query = select(table).order_by(*key).limit(most).with_for_update()
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*(literal(each, c.type) for each, c in zip(after, key, strict=True))))
    held = session.execute(query).mappings().all()
    rows = [
        row
        for row in held
        if not is_current(found.keys, row["guard"])
        and fits(found.keys, table.name, name_values(model, row), row["guard"])
    ]
    last = tuple(held[-1][column.name] for column in key) if held else None
    return Renewed(put_guards(session, found, model, rows), last)


def renew_sums(session: Session) -> None:
    """The same for sums of which no row was guarded anew: those that come to nothing."""
    if (keys := keys_of(session)) is None:
        return
    connection = session.connection()
    for row in connection.execute(select(SUMS).with_for_update()).all():
        if is_current(keys, row.guard) or row.guard != sum_guard(keys, row.scope, row.total, row.rows, like=row.guard):
            continue
        fresh = sum_guard(keys, row.scope, row.total, row.rows)
        connection.execute(update(SUMS).where(SUMS.c.scope == row.scope).values(guard=fresh))
