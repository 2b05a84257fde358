"""Guards: a keyed digest over each row that decides something, and a sum of them for each case.

Somebody who has the database alone can change a row; the key of the guards is the server's, and stands elsewhere. A
guard tells that a row is not as the portal wrote it. The sum tells that one was taken out, or put back as it once was.

A row that was bent keeps the guard it had when the portal next writes to it: nothing that is written later makes it
good. Sums are counted from what was added and taken away, never anew from the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    event,
    insert,
    inspect,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import InstanceState, ORMExecuteState, Session, SessionTransaction, sessionmaker
from sqlalchemy.orm.base import NEVER_SET, NO_VALUE

from portal.db import Base
from portal.domain.lifecycle import CaseStatus, History
from portal.models.cases import Case
from portal.models.complaints import Complaint, ComplaintRequest
from portal.models.events import Event
from portal.models.guards import Guarded, GuardSum
from portal.models.requests import Basis, Request
from portal.models.tables import metadata
from portal.services.history.guard_digests import (
    COLUMNS,
    DEFAULTS,
    addend,
    fits,
    guard_of,
    sum_guard,
)
from portal.services.ports import ServerKeys

ORGANISATION = UUID(int=0)  # the scope of every row that belongs to no case
WATCH = "guards"
MODULUS = 1 << 256
LOCK = 4_732_655  # of PostgreSQL, for sums that are made
# Rows that belong to a case by the row they hang on.
PARENTS: Mapping[type[Base], tuple[str, type[Base]]] = MappingProxyType(
    {Basis: ("request_id", Request), ComplaintRequest: ("complaint_id", Complaint)}
)
FORGOTTEN = "guards_forgotten"  # option of a statement that deletes all rows of whole cases, see `forget`


class Unguarded(TypeError):
    """A statement would change rows behind the back of their guards: a mistake of ours."""


@dataclass(repr=False)
class Watch:
    """What one session has to remember until its transaction ends."""

    find_keys: Callable[[], ServerKeys]
    added: dict[UUID, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))  # scope: total, rows
    forgotten: set[UUID] = field(default_factory=set)
    bent: set[tuple[UUID, str]] = field(default_factory=set)

    @property
    def keys(self) -> ServerKeys:
        return self.find_keys()


def watch(factory: sessionmaker[Session], find_keys: Callable[[], ServerKeys]) -> sessionmaker[Session]:
    """Guard what the sessions of this factory write, and look at what they read. `find_keys` is asked when needed."""
    factory.configure(info={WATCH: find_keys})
    event.listen(factory, "before_flush", _guard_flush)
    event.listen(factory, "do_orm_execute", _guard_statement)
    event.listen(factory, "before_commit", _end)
    event.listen(factory, "after_transaction_end", _forget_all)
    return factory


def forget(session: Session, case_ids: Iterable[UUID]) -> None:
    """All rows of these cases go, by statements with the option FORGOTTEN: nothing has to be counted any more."""
    case_ids = list(case_ids)
    session.execute(delete(GuardSum).where(GuardSum.scope.in_(case_ids)))
    if found := watch_of(session):
        found.forgotten.update(case_ids)
        for case_id in case_ids:
            found.added.pop(case_id, None)


def list_bent(session: Session, case_id: UUID) -> list[str]:
    """The tables of this case, and of the organisation, of which a row was read that is not as it was written.

    Also "sums", where a row of the case is gone or was put back as it once was. Two statements, however large the case.
    """
    found = watch_of(session)
    if found is None:
        return []
    session.flush()
    bent = {table for scope, table in found.bent if scope in {case_id, ORGANISATION}}
    total, rows = 0, 0
    for (guard,) in session.execute(union_all(*(_guards_of(model, case_id) for model in CASE_TABLES))):
        rows += 1
        total += addend(found.keys, guard) if guard else 0
    kept = session.execute(select(*GuardSum.__table__.c).where(GuardSum.scope == case_id)).one_or_none()
    added = found.added.get(case_id, [0, 0])
    before = (int.from_bytes(kept.total), kept.rows) if kept else (0, 0)
    fits = kept is None or kept.guard == sum_guard(found.keys, case_id, kept.total, kept.rows, like=kept.guard)
    if not fits or ((before[0] + added[0]) % MODULUS, before[1] + added[1]) != (total % MODULUS, rows):
        bent.add("sums")
    return sorted(bent)


def read_rows(
    session: Session, model: type[Any], *criteria: ColumnElement[bool]
) -> list[tuple[Mapping[str, Any], bool]]:
    """Rows of one guarded table by column name, and whether each is as it was written. One statement; none is kept."""
    found = watch_of(session)
    table: Table = model.__table__
    read = session.execute(select(table).where(*criteria)).mappings()
    rows = [{str(name): value for name, value in row.items()} for row in read]
    return [(row, found is None or fits(found.keys, table.name, row, row["guard"])) for row in rows]


def look_at(session: Session, model: type[Any], row: Row[Any]) -> tuple[Mapping[str, Any], bool]:
    """The same of one row of a statement that reads whole rows of this table beside others."""
    found, table = watch_of(session), model.__table__
    values = {column.name: row._mapping[column] for column in table.columns}
    return values, found is None or fits(found.keys, table.name, values, values["guard"])


def insert_rows(session: Session, model: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write many new rows of one guarded table in one statement. Column names to values; what is left out is empty."""
    found = watch_of(session)
    whole = [{name: row.get(name, DEFAULTS[model].get(name)) for name in COLUMNS[model]} for row in rows]
    if found:
        for row in whole:
            row["guard"] = guard_of(found.keys, model.__tablename__, row)
            _add(session, found, model, row, row["guard"], 1)
    if whole:
        session.execute(_INSERTS[model], whole)


def change_rows(
    session: Session,
    model: type[Any],
    rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any], bool]],
    *,
    names: Iterable[str],
) -> None:
    """Write these columns of many rows of one guarded table in one statement. Each row as it was read, with its guard,
    as it is to be, and whether it fitted its guard; whoever calls holds them since. A row that did not keeps it.
    """
    if not rows:
        return
    found, table = watch_of(session), model.__table__
    guarded = [
        _guard_again(session, found, model, before, after) if found and is_whole else after
        for before, after, is_whole in rows
    ]
    columns = [table.columns[name] for name in (*names, "guard")]
    key = (column == bindparam(f"key_{column.name}", type_=column.type) for column in table.primary_key)
    new = {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in columns}
    values = [
        {f"new_{column.name}": row[column.name] for column in columns}
        | {f"key_{column.name}": row[column.name] for column in table.primary_key}
        for row in guarded
    ]
    session.connection().execute(update(table).where(*key).values(new), values)
    for known in list(session.identity_map.values()):
        if isinstance(known, model):
            session.expire(known)


def _guard_again(
    session: Session, found: Watch, model: type[Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The row as it is to be, with the guard that belongs to it."""
    guard = guard_of(found.keys, model.__tablename__, after)
    _add(session, found, model, before, before["guard"], -1)
    _add(session, found, model, after, guard, 1)
    return {**after, "guard": guard}


def keys_of(session: Session) -> ServerKeys | None:
    """The keys under which this session guards; None where it does not."""
    found = watch_of(session)
    return found.keys if found else None


def scope_of(model: type[Base], values: Mapping[str, Any]) -> UUID | None:
    """The case that a row belongs to, or the organisation. None where another row has to be asked."""
    if model in PARENTS:
        return None
    if model is Case:
        return UUID(int=values["id"].int)
    scope: UUID = values.get("case_id", ORGANISATION)
    return scope


def put_guards(session: Session, found: Watch, model: type[Any], rows: Sequence[Mapping[Any, Any]]) -> int:
    """Give these rows the guard that fits what they hold. Returns how many there were."""
    table: Table = model.__table__
    changes = []
    for row in rows:
        values = name_values(model, row)
        guard = guard_of(found.keys, table.name, values)
        changes.append({f"key_{c.name}": row[c.name] for c in table.primary_key} | {"guard": guard})
        _add(session, found, model, values, row["guard"], -1)
        _add(session, found, model, values, guard, 1)
    if changes:
        key = (column == bindparam(f"key_{column.name}", type_=column.type) for column in table.primary_key)
        session.connection().execute(update(table).where(*key).values(guard=bindparam("guard")), changes)
    return len(changes)


def name_values(model: type[Any], row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COLUMNS[model]}


def counts(model: type[Base], values: Mapping[str, Any]) -> bool:
    """Whether a row is counted in its sum. What stays of an erased case, its tombstone and the event, is not."""
    if model is Event:
        return values["kind"] is not History.ERASED
    return model is not Case or values["status"] is not CaseStatus.ERASED


# What a session does.


def watch_of(session: Session) -> Watch | None:
    found: Watch | Callable[[], ServerKeys] | None = session.info.get(WATCH)
    if found is None or isinstance(found, Watch):
        return found
    session.info[WATCH] = made = Watch(found)
    return made


def _note_bent(target: Any, session: Session | None) -> None:
    found = watch_of(session) if session is not None else None
    if found is None:
        return
    names, loaded = COLUMNS[type(target)], target.__dict__
    try:
        values = {name: loaded[name] for name in names}
        guard = loaded["guard"]
    except KeyError:
        return  # a part of the row only
    if not fits(found.keys, target.__tablename__, values, guard):
        scope = scope_of(type(target), values)
        if scope is None and session is not None:
            scope = _ask_parent(session, type(target), values)
        found.bent.add((scope or ORGANISATION, target.__tablename__))


@event.listens_for(Guarded, "load", propagate=True)
def _note_loaded(target: Any, context: Any) -> None:
    _note_bent(target, context.session)


@event.listens_for(Guarded, "refresh", propagate=True)
def _note_refreshed(target: Any, context: Any, _attributes: object) -> None:
    _note_bent(target, context.session)


def _guard_flush(session: Session, _context: object, _instances: object) -> None:
    found = watch_of(session)
    if found is None:
        return
    for row in session.new:
        if isinstance(row, Guarded):
            _guard_new(session, found, row)
    for row in session.dirty:
        if isinstance(row, Guarded) and session.is_modified(row):
            _guard_changed(session, found, row)
    for row in session.deleted:
        if isinstance(row, Guarded):
            before = _before(session, row)
            _add(session, found, type(row), before, before["guard"], -1)


def _guard_new(session: Session, found: Watch, row: Any) -> None:
    for name, value in DEFAULTS[type(row)].items():
        if getattr(row, name) is None:
            setattr(row, name, value)
    values = {name: getattr(row, name) for name in COLUMNS[type(row)]}
    row.guard = guard_of(found.keys, row.__tablename__, values)
    _add(session, found, type(row), values, row.guard, 1)


def _guard_changed(session: Session, found: Watch, row: Any) -> None:
    before = _before(session, row)
    old: bytes | None = before["guard"]
    if not fits(found.keys, row.__tablename__, before, old):
        return  # it was bent, and stays so
    values = {name: getattr(row, name) for name in COLUMNS[type(row)]}
    new = guard_of(found.keys, row.__tablename__, values)
    if new == old:
        return
    row.guard = new
    _add(session, found, type(row), before, old, -1)
    _add(session, found, type(row), values, new, 1)


def _before(session: Session, row: Any) -> dict[str, Any]:
    """The row's values as the database has them, the guard among them."""
    state: InstanceState[Any] = inspect(row)
    names = (*COLUMNS[type(row)], "guard")
    values = {name: state.committed_state.get(name, state.dict.get(name, NO_VALUE)) for name in names}
    if not any(value is NO_VALUE or value is NEVER_SET for value in values.values()):
        return values
    table: Table = type(row).__table__
    key = zip(table.primary_key, state.identity or (), strict=True)
    with session.no_autoflush:
        read = session.execute(select(table).where(*(column == value for column, value in key))).mappings().one()
    return {name: read[name] for name in names}


def _guard_statement(state: ORMExecuteState) -> None:
    """Rows that a statement deletes are taken from their sums first; statements that write values are refused."""
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, Guarded) or state.execution_options.get(FORGOTTEN):
        return
    if state.is_insert or state.is_update:
        raise Unguarded(f"rows of {mapper.local_table} are written one by one, for the sake of their guards")
    if not state.is_delete:
        return
    session = state.session
    model: Any = mapper.class_
    if (found := watch_of(session)) is None:
        return
    session.flush()
    table: Table = model.__table__
    criteria = state.statement._where_criteria  # type: ignore[attr-defined] # of a DELETE
    gone = select(table).where(*criteria).with_for_update()
    for row in session.execute(gone).mappings().all():
        _add(session, found, model, dict(row), row["guard"], -1)


def _add(
    session: Session, found: Watch, model: type[Any], values: Mapping[str, Any], guard: bytes | None, sign: int
) -> None:
    if guard is None or not counts(model, values):
        return
    scope = scope_of(model, values) or _ask_parent(session, model, values)
    if scope in found.forgotten:
        return
    sums = found.added[scope]
    sums[0] = (sums[0] + sign * addend(found.keys, guard)) % MODULUS
    sums[1] += sign


def _ask_parent(session: Session, model: type[Any], values: Mapping[str, Any]) -> UUID:
    """The case of the row that this one hangs on."""
    name, parent_model = PARENTS[model]
    parent: Any = parent_model
    wanted = values[name]
    known: Any = session.identity_map.get(session.identity_key(parent, wanted)) or next(
        (row for row in session.new if isinstance(row, parent) and row.id == wanted), None
    )
    if known is not None:
        return known.case_id  # type: ignore[no-any-return]
    with session.no_autoflush:
        query = select(parent.__table__.c.case_id).where(parent.__table__.c.id == wanted)
        return session.execute(query).scalar() or ORGANISATION


def _end(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    write_sums(session)


def write_sums(session: Session) -> None:
    """Bring the sums up to what this transaction has written so far. They are held from here to its end."""
    found = watch_of(session)
    if found is None:
        return
    changed = {scope: sums for scope, sums in found.added.items() if sums != [0, 0]}
    found.added.clear()
    if not changed:
        return
    connection, keys = session.connection(), found.keys
    kept = _hold_sums(connection, changed)
    rows = {scope: _count_on(keys, scope, kept.get(scope), *changed[scope]) for scope in sorted(changed)}
    moved = [row for scope, row in rows.items() if scope in kept and row]
    if moved:
        connection.execute(_MOVE_SUMS, moved)
    if fresh := [row for scope, row in rows.items() if scope not in kept]:
        connection.execute(_ADD_SUMS, fresh)


def _hold_sums(connection: Connection, scopes: Iterable[UUID]) -> dict[UUID, Any]:
    held = {"scopes": list(scopes)}
    kept = {row.scope: row for row in connection.execute(_HOLD_SUMS, held)}
    if connection.dialect.name == "postgresql" and any(scope not in kept for scope in scopes):
        # Two that both find no sum yet would both make it: whoever comes second waits here and looks again.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        kept = {row.scope: row for row in connection.execute(_HOLD_SUMS, held)}
    return kept


def _count_on(keys: ServerKeys, scope: UUID, kept: Any, total: int, rows: int) -> dict[str, Any]:
    """The sum with what was added to it. Nothing where it was bent: it stays as it is, and is found."""
    if kept is not None:
        if kept.guard != sum_guard(keys, scope, kept.total, kept.rows, like=kept.guard):
            return {}
        total, rows = (int.from_bytes(kept.total) + total) % MODULUS, kept.rows + rows
    whole = total.to_bytes(32)
    return {"held": scope, "total": whole, "rows": rows, "guard": sum_guard(keys, scope, whole, rows)}


def _forget_all(session: Session, ended: SessionTransaction) -> None:
    found = session.info.get(WATCH)
    if ended.parent is None and isinstance(found, Watch):
        found.added.clear()
        found.forgotten.clear()


# What there is to guard.


def list_guarded() -> list[type[Any]]:
    """Every table whose rows carry a guard, in the order of their names."""
    return sorted(COLUMNS, key=lambda model: str(model.__tablename__))


def _guards_of(model: type[Any], case_id: UUID) -> Select[Any]:
    if model is Case:
        return select(Case.__table__.c.guard).where(Case.id == case_id, Case.status != CaseStatus.ERASED)
    if model in PARENTS:
        name, parent = PARENTS[model]
        query = select(model.__table__.c.guard).join(parent.__table__, parent.__table__.c.id == model.__table__.c[name])
        return query.where(parent.__table__.c.case_id == case_id)
    query = select(model.__table__.c.guard).where(model.__table__.c.case_id == case_id)
    return query.where(Event.kind != History.ERASED) if model is Event else query


# Statements that nearly every transaction runs are put together once, which takes as long as to run them.
SUMS: Table = metadata.tables[GuardSum.__tablename__]
_CHOSEN_SUMS = select(SUMS).where(SUMS.c.scope.in_(bindparam("scopes", expanding=True)))
_HOLD_SUMS = _CHOSEN_SUMS.order_by(SUMS.c.scope).with_for_update()
_MOVE_SUMS = update(SUMS).where(SUMS.c.scope == bindparam("held"))
_ADD_SUMS = insert(SUMS).values(scope=bindparam("held"))
_INSERTS: Mapping[type[Any], Insert] = MappingProxyType({model: insert(model.__table__) for model in COLUMNS})
CASE_TABLES: tuple[type[Any], ...] = tuple(
    model
    for model in sorted(COLUMNS, key=lambda each: str(each.__tablename__))
    if model is Case or model in PARENTS or "case_id" in COLUMNS[model]
)
