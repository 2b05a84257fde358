"""The journal: one chain over every event of every case and over what belongs to no case.

Entries are gathered while a transaction works and written at its very end, when everything else has been flushed:
the lock on the journal is the last one taken, so that it is held briefly and two writers never wait for each other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, event, insert, inspect, text
from sqlalchemy.orm import Session, SessionTransaction

from portal.domain.journal import Fact, Noted, check_facts
from portal.models.events import Event
from portal.models.journal import JournalEntry, JournalTip
from portal.models.tables import metadata
from portal.services.history import guard_digests, guards
from portal.services.ports import ServerKeys

PENDING = "entries for the journal"
TIP = 1
_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_ENTRIES: Table = metadata.tables[JournalEntry.__tablename__]
_ADD_ENTRIES = insert(_ENTRIES)
LOCK = 4_732_653  # of PostgreSQL, for this journal alone


@dataclass(frozen=True, kw_only=True)
class _Pending:
    kind: str
    recorded_at: datetime
    event: Event | None = None  # that is to be in the database when the transaction ends, else nothing is said of it
    event_id: UUID | None = None
    content: bytes | None = None
    case_id: UUID | None = None
    staff_id: UUID | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


def note(
    session: Session,
    kind: Noted,
    *,
    staff_id: UUID | None = None,
    case_id: UUID | None = None,
    facts: Mapping[str, object] | None = None,
    now: datetime,
) -> None:
    """Write down what belongs to no case's history; it stands in the journal when `session` commits, else nowhere.

    `session` is one that writes. Facts are single words and whole numbers, see `check_facts`: never what somebody
    typed, never where they came from. Raises ValueError.
    """
    _add(
        session,
        _Pending(
            kind=Noted(kind).value,
            recorded_at=now,
            staff_id=staff_id,
            case_id=case_id,
            facts=check_facts(facts or {}),
        ),
    )


def note_event(session: Session, happened: Event) -> None:
    """Write down that `happened` was appended to a case's history; with its digest, and nothing of its content."""
    _add(
        session,
        _Pending(
            kind=happened.kind.value,
            recorded_at=happened.recorded_at,
            event=happened,
            case_id=happened.case_id,
            staff_id=happened.staff_id,
        ),
    )


def note_written(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """The same of events that were written as rows, by the names of their columns."""
    for row in rows:
        _add(
            session,
            _Pending(
                kind=row["kind"].value,
                recorded_at=row["recorded_at"],
                event_id=row["id"],
                content=row["digest"],
                case_id=row["case_id"],
                staff_id=row["staff_id"],
            ),
        )


def entry_digest(entry: JournalEntry, *, previous: bytes) -> bytes:
    """SHA-256 over every column of the row and the digest before it."""
    return _digest(
        entry.position,
        entry.kind,
        entry.recorded_at,
        entry.event_id,
        entry.case_id,
        entry.staff_id,
        entry.facts,
        entry.content,
        previous=previous,
    )


def _digest(
    position: int,
    kind: str,
    recorded_at: datetime,
    event_id: UUID | None,
    case_id: UUID | None,
    staff_id: UUID | None,
    facts: Mapping[str, Any],
    content: bytes | None,
    *,
    previous: bytes,
) -> bytes:
    columns = [
        position,
        kind,
        recorded_at.astimezone(UTC).isoformat(),
        str(event_id),
        str(case_id),
        str(staff_id),
        facts,
        content.hex() if content is not None else None,
    ]
    return hashlib.sha256(previous + _WRITER.encode(columns).encode()).digest()


def hold_tip(session: Session) -> JournalTip:
    """The end of the journal as it is now. Nobody else adds to the journal until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    tip = session.get(JournalTip, TIP, populate_existing=True)
    if tip is None:
        tip = JournalTip(id=TIP, position=0, digest=b"")
        session.add(tip)
    return tip


def guard_of_tip(keys: ServerKeys, position: int, digest: bytes, *, like: bytes | None = None) -> bytes:
    """The keyed digest of where the journal ends; `like` as for `guard_digests.value_guard`."""
    return guard_digests.value_guard(keys, "journal tip", position, digest, like=like)


def is_end(keys: ServerKeys, tip: JournalTip) -> bool:
    """Whether the portal itself wrote where the journal ends."""
    return tip.guard is not None and tip.guard == guard_of_tip(keys, tip.position, tip.digest, like=tip.guard)


def write_pending(session: Session) -> None:
    """Write what was gathered now, before the transaction ends. The journal is held from here to its end."""
    pending: list[_Pending] = session.info.get(PENDING, [])
    if not pending:
        return
    session.flush()
    tip, keys = hold_tip(session), guards.keys_of(session)
    is_ours = keys is not None and _may_guard(keys, tip, pending)
    told = (each for each in pending if each.event is None or inspect(each.event).persistent)
    if entries := [_append(tip, each) for each in told]:
        session.connection().execute(_ADD_ENTRIES, entries)
    if keys is not None and is_ours:
        tip.guard = guard_of_tip(keys, tip.position, tip.digest)
    pending.clear()
    session.flush()


def _may_guard(keys: ServerKeys, tip: JournalTip, pending: Sequence[_Pending]) -> bool:
    """An end that somebody else wrote is not made good by what is written behind it.

    One from before there were guards gets its own together with all rows, once.
    """
    if tip.guard is None and tip.position:
        return any(each.kind == Noted.GUARDS_SET for each in pending)
    return tip.position == 0 or is_end(keys, tip)


def _append(tip: JournalTip, pending: _Pending) -> dict[str, Any]:
    """The row of the next entry, by the names of its columns."""
    entry: dict[str, Any] = {
        "position": tip.position + 1,
        "kind": pending.kind,
        "recorded_at": pending.recorded_at,
        "event_id": pending.event.id if pending.event else pending.event_id,
        "case_id": pending.case_id,
        "staff_id": pending.staff_id,
        "facts": dict(pending.facts),
        "content": pending.event.digest if pending.event else pending.content,
    }
    entry["digest"] = _digest(*entry.values(), previous=tip.digest)
    tip.position, tip.digest = tip.position + 1, entry["digest"]
    return entry


def _add(session: Session, pending: _Pending) -> None:
    if PENDING not in session.info:
        session.info[PENDING] = []
        event.listen(session, "before_commit", _write_at_end)
        event.listen(session, "after_transaction_end", _forget)
    session.info[PENDING].append(pending)


def _write_at_end(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint that ends is not the end
        write_pending(session)


def _forget(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info[PENDING].clear()
