"""Whether the history is as it was written: each row of events, journal and heads, in one pass, nobody signed in.

Rows are read as they lie in the database and compared with what their values would be written as, so that a change
that reads the same (a capital letter in an id) is found too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Dialect, LargeBinary, Table, Text, cast, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from portal.domain.journal import Noted
from portal.domain.lifecycle import History
from portal.models.events import Event
from portal.models.journal import JournalCheckpoint, JournalEntry, JournalTip
from portal.services.history.checkpoints import Checkpoint
from portal.services.history.events import digest_of
from portal.services.history.journal import TIP, entry_digest

ROWS_AT_ONCE = 2000
ENDS = frozenset({History.ERASED.value, Noted.DRAFT_DELETED.value})  # entries after which a case's events are gone
MOST_BREAKS = 100


@dataclass(frozen=True)
class Break:
    """Something that is not as it was written: which row, and what is wrong with it."""

    row: str
    problem: str

    def __str__(self) -> str:
        return f"{self.row}: {self.problem}"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was looked at and what was found. No breaks: the history is whole."""

    entries: int
    events: int
    heads: int
    breaks: tuple[Break, ...]


class Unreadable(ValueError):
    """A row that the database cannot have written as it stands. The message names the column."""


class RawTable:
    """Reads rows as they lie in the database, and gives their values only where they are what was written."""

    def __init__(self, model: type[Any], dialect: Dialect) -> None:
        table: Table = model.__table__
        self.names = [column.name for column in table.columns]
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


def _read_json(raw: str) -> Any:
    value = json.loads(raw)
    if json.dumps(value) != raw:
        raise Unreadable
    return value


@dataclass
class _Chains:
    """How far the journal and each case's own chain have been followed."""

    position: int = 0
    digest: bytes = b""
    cases: dict[UUID, tuple[int, bytes]] = field(default_factory=dict)
    missing: dict[UUID, list[tuple[int, str]]] = field(default_factory=dict)  # of cases that may have been erased
    days: dict[str, int] = field(default_factory=dict)  # of the heads that the journal says were signed
    events: int = 0


def verify(session: Session, *, keys: Mapping[str, bytes], copies: Iterable[Checkpoint] = ()) -> Verification:
    """Follow every chain from its first row. `keys` are public keys by id; `copies` are heads kept elsewhere.

    `session` may be one that only reads. Of a history with many breaks the first hundred are named.
    """
    heads = _read_heads(session)
    breaks: list[Break] = [broken for broken in heads if isinstance(broken, Break)]
    stored = [head for head in heads if isinstance(head, Checkpoint)]
    copies = list(copies)
    breaks += _check_heads(stored, copies, keys)
    marks: dict[int, list[tuple[str, bytes]]] = {}
    for origin, head in [("", head) for head in stored] + [("the copy of ", head) for head in copies]:
        marks.setdefault(head.position, []).append((f"{origin}the head of {head.day}", head.digest))
    chains = _Chains()
    for found in _follow(session, chains, marks):
        breaks.append(found)
        if len(breaks) >= MOST_BREAKS:
            break
    else:
        breaks += _check_ends(session, chains, marks, stored)
    return Verification(
        entries=chains.position, events=chains.events, heads=len(stored), breaks=tuple(breaks[:MOST_BREAKS])
    )


def _follow(session: Session, chains: _Chains, marks: Mapping[int, list[tuple[str, bytes]]]) -> Iterator[Break]:
    """Every entry of the journal in its order, each with its event."""
    dialect = session.get_bind().dialect
    entries, events = RawTable(JournalEntry, dialect), RawTable(Event, dialect)
    width = len(entries.columns)
    query = (
        select(*entries.columns, *events.columns)
        .select_from(JournalEntry.__table__.outerjoin(Event.__table__, JournalEntry.event_id == Event.id))
        .order_by(JournalEntry.position)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    with _any_text(session):
        for row in session.execute(query):
            entry = yield from _check_entry(entries, row[:width], chains)
            if entry is None:
                continue
            yield from _check_event(events, row[width:], entry, chains)
            for name, digest in marks.get(entry.position, ()):
                if digest != entry.digest:
                    yield Break(f"journal {entry.position}", f"is not what {name} was signed over")


def _check_entry(table: RawTable, raw: Sequence[Any], chains: _Chains) -> Iterator[Break] | Any:
    name = f"journal {raw[0]}"
    expected = chains.position + 1
    if raw[0] != expected:
        yield Break(f"journal {expected}", f"is missing: {raw[0]} comes next")
    chains.position = raw[0] if isinstance(raw[0], int) else expected
    previous, chains.digest = chains.digest, raw[-1] if isinstance(raw[-1], bytes) else b""
    try:
        entry = table.read(raw)
    except Unreadable as error:
        yield Break(name, str(error))
        return None
    if entry.digest != entry_digest(entry, previous=previous):
        yield Break(name, "has been changed, or does not follow the row before it")
    if entry.kind == Noted.HEAD_SIGNED:
        chains.days[str(entry.facts.get("day"))] = entry.position
    if entry.kind in ENDS and entry.case_id is not None:
        if chains.cases.pop(entry.case_id, None) is None:
            chains.missing.pop(entry.case_id, None)
        else:  # an end takes every event with it; where some are left it excuses none that is missing
            yield Break(name, "says that its case ended, but events from before are still there")
    return entry


def _check_event(table: RawTable, raw: Sequence[Any], entry: JournalEntry, chains: _Chains) -> Iterator[Break]:
    if entry.event_id is None:
        return
    name = f"event {entry.event_id} (journal {entry.position})"
    if raw[0] is None:
        if entry.case_id is None:
            yield Break(name, "is missing")
        else:
            chains.missing.setdefault(entry.case_id, []).append((entry.position, name))
        return
    chains.events += 1
    try:
        event = table.read(raw)
    except Unreadable as error:
        yield Break(name, str(error))
        return
    sequence, previous = chains.cases.get(event.case_id, (0, b""))
    chains.cases[event.case_id] = (event.sequence, event.digest)
    written = (entry.content, entry.case_id, entry.kind, entry.recorded_at, entry.staff_id)
    if written != (event.digest, event.case_id, event.kind.value, event.recorded_at, event.staff_id):
        yield Break(name, "is not what the journal says of it")
    elif event.case_id in chains.missing:
        return  # what came before it is missing, which is named already
    elif event.sequence != sequence + 1 or event.digest != digest_of(event, previous=previous):
        yield Break(name, "has been changed, or does not follow the event before it in its case")


def _check_ends(
    session: Session, chains: _Chains, marks: Mapping[int, Any], stored: Sequence[Checkpoint]
) -> Iterator[Break]:
    """What the pass itself cannot see: rows that are gone from the end, and rows that no entry speaks of."""
    for missing in chains.missing.values():
        for _position, name in missing:
            yield Break(name, "is missing, and its case was not erased")
    yield from _check_tip(session, chains)
    for position in sorted(marks):
        if position > chains.position:
            name = marks[position][0][0]
            yield Break(
                f"journal {chains.position + 1}", f"and what follows is missing: {name} was signed at {position}"
            )
    known = {head.day.isoformat() for head in stored}
    for day, position in chains.days.items():
        if day not in known:
            yield Break(f"head of {day}", f"is missing: journal {position} says that it was signed")
    for day in sorted(known - chains.days.keys()):
        yield Break(f"head of {day}", "stands there, but the journal does not say that it was signed")
    yield from _find_strangers(session)


def _check_tip(session: Session, chains: _Chains) -> Iterator[Break]:
    table = RawTable(JournalTip, session.get_bind().dialect)
    with _any_text(session):
        rows = session.execute(select(*table.columns)).all()
    if not rows and chains.position == 0:
        return
    if len(rows) != 1 or tuple(rows[0]) != (TIP, chains.position, chains.digest):
        yield Break("journal_tip", "does not name the last row of the journal")


def _find_strangers(session: Session) -> Iterator[Break]:
    with _any_text(session):
        query = (
            select(type_coerce(Event.id, NullType()))
            .outerjoin(JournalEntry, JournalEntry.event_id == Event.id)
            .where(JournalEntry.position.is_(None))
            .limit(MOST_BREAKS)
        )
        for event_id in session.execute(query).scalars():
            yield Break(f"event {event_id}", "stands there, but the journal does not say that it happened")


def _read_heads(session: Session) -> list[Checkpoint | Break]:
    table = RawTable(JournalCheckpoint, session.get_bind().dialect)
    found: list[Checkpoint | Break] = []
    with _any_text(session):
        for raw in session.execute(select(*table.columns).order_by(JournalCheckpoint.day)):
            try:
                row = table.read(raw)
                found.append(Checkpoint(row.day, row.position, row.digest, row.signed_at, row.key_id, row.signature))
            except Unreadable as error:
                found.append(Break(f"head of {raw[0]}", str(error)))
    return found


def _check_heads(
    stored: Sequence[Checkpoint], copies: Sequence[Checkpoint], keys: Mapping[str, bytes]
) -> Iterator[Break]:
    for origin, head in [("head", head) for head in stored] + [("copied head", head) for head in copies]:
        name = f"{origin} of {head.day}"
        if head.key_id not in keys:
            yield Break(name, f"was signed with the key {head.key_id}, which is not known here")
        elif not head.is_signed_by(keys[head.key_id]):
            yield Break(name, "has been changed: its signature does not fit")
    mine = {head.day: head for head in stored}
    for head in copies:
        if mine.get(head.day) != head:
            yield Break(f"head of {head.day}", "is missing or not the same as in the copy")


@contextmanager
def _any_text(session: Session) -> Iterator[None]:
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
