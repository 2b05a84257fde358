"""Whether every guarded row fits its guard, every case its sum, and every file what was put there. Nobody signed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.orm import Session

from portal.adapters.storage import ObjectStorage
from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.models.events import Event
from portal.models.guards import GuardSum, StoredFile
from portal.services.history import guard_digests, guards, stored_files
from portal.services.history.breaks import Break
from portal.services.history.raw_rows import ROWS_AT_ONCE, RawTable, Unreadable, any_text
from portal.services.ports import ServerKeys

CASES_AT_ONCE = 400  # ids in one statement


@dataclass(repr=False)
class _Looked:
    """What was seen of the rows."""

    rows: int = 0
    sums: dict[UUID, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def count_rows(session: Session, keys: ServerKeys, case_ids: Collection[UUID] | None = None) -> Iterator[Break]:
    """Every guarded row, or those of some cases and of the organisation. `session` may be one that only reads."""
    with any_text(session):
        if case_ids is None:
            yield from _check(session, keys, None)
            return
        rest = iter(sorted(case_ids))
        first = True
        while (some := list(islice(rest, CASES_AT_ONCE))) or first:
            yield from _check(session, keys, some, with_organisation=first)
            first = False


def check_files(session: Session, storage: ObjectStorage, case_ids: Collection[UUID] | None = None) -> Iterator[Break]:
    """Every file of the storage that is known, or those of some cases."""
    table = StoredFile.__table__
    query = select(table.c.name, table.c.size, table.c.digest).order_by(table.c.name)
    if case_ids is not None:
        query = query.where(table.c.case_id.in_(list(case_ids)))
    for name, size, digest in session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        if fault := stored_files.find_fault(storage, name, size, digest):
            yield Break(f"file {name}", fault)


def _check(
    session: Session, keys: ServerKeys, case_ids: Sequence[UUID] | None, *, with_organisation: bool = True
) -> Iterator[Break]:
    looked = _Looked()
    erased = _list_erased(session, case_ids)
    for model in guards.list_guarded():
        if case_ids is not None and model not in guards.CASE_TABLES and not with_organisation:
            continue
        yield from _check_table(session, keys, model, case_ids, looked, erased)
    yield from _check_sums(session, keys, case_ids, looked, with_organisation=with_organisation)


def _list_erased(session: Session, case_ids: Sequence[UUID] | None) -> set[UUID]:
    query = select(Case.id).where(Case.status == CaseStatus.ERASED)
    return set(session.scalars(query if case_ids is None else query.where(Case.id.in_(case_ids))))


def _check_table(
    session: Session,
    keys: ServerKeys,
    model: type[Any],
    case_ids: Sequence[UUID] | None,
    looked: _Looked,
    erased: Collection[UUID],
) -> Iterator[Break]:
    raw_table = RawTable(model, session.get_bind().dialect)
    table: Table = model.__table__
    width = len(raw_table.columns)
    key = [raw_table.names.index(column.name) for column in table.primary_key]
    for raw in session.execute(_query(model, raw_table, case_ids).execution_options(yield_per=ROWS_AT_ONCE)):
        looked.rows += 1
        name = f"{table.name} {' '.join(str(raw[place]) for place in key)}"
        try:
            values = vars(raw_table.read(raw[:width]))
        except Unreadable as error:
            yield Break(name, str(error))
            continue
        guard: bytes | None = values["guard"]
        if guard is None:
            yield Break(name, "has no guard: it was put in, or is from before there were guards")
            continue
        if not guard_digests.fits(keys, table.name, values, guard):
            yield Break(name, "has been changed: it does not fit its guard")
        scope = guards.scope_of(model, values) or raw[width] or guards.ORGANISATION
        if scope in erased and model not in {Case, Event}:
            yield Break(name, "is there, but its case was erased")
        if guards.counts(model, values):
            sums = looked.sums[scope]
            sums[0] = (sums[0] + guard_digests.addend(keys, guard)) % guards.MODULUS
            sums[1] += 1


def _query(model: type[Any], raw_table: RawTable, case_ids: Sequence[UUID] | None) -> Select[Any]:
    table: Table = model.__table__
    if model in guards.PARENTS:
        name, parent_model = guards.PARENTS[model]
        parent: Any = parent_model.__table__
        columns: list[Any] = [*raw_table.columns, parent.c.case_id]
        joined = select(*columns).select_from(table.outerjoin(parent, parent.c.id == table.c[name]))
        return joined if case_ids is None else joined.where(parent.c.case_id.in_(case_ids))
    own: list[Any] = raw_table.columns
    query = select(*own)
    if case_ids is None or model not in guards.CASE_TABLES:
        return query
    return query.where((table.c.id if model is Case else table.c.case_id).in_(case_ids))


def _check_sums(
    session: Session, keys: ServerKeys, case_ids: Sequence[UUID] | None, looked: _Looked, *, with_organisation: bool
) -> Iterator[Break]:
    query = select(GuardSum.scope, GuardSum.total, GuardSum.rows, GuardSum.guard)
    if case_ids is not None:
        own = [*case_ids, guards.ORGANISATION] if with_organisation else list(case_ids)
        query = query.where(or_(GuardSum.scope.in_(own)))
    seen = set()
    for scope, total, rows, guard in session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        seen.add(scope)
        if guard != guard_digests.sum_guard(keys, scope, total, rows, like=guard):
            yield Break(_name(scope), "has been changed: its sum does not fit its guard")
        elif looked.sums[scope] != [int.from_bytes(total), rows]:
            yield Break(_name(scope), "has lost or gained rows, or some were put back as they once were")
    for scope, sums in looked.sums.items():
        if scope not in seen and sums != [0, 0]:
            yield Break(_name(scope), "has rows and no sum of them")


def _name(scope: UUID) -> str:
    return "the organisation" if scope == guards.ORGANISATION else f"case {scope}"
