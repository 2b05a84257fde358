"""The history of a case: appended, chained, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, event, func, select
from sqlalchemy.orm import Session, SessionTransaction

from portal.adapters.vault import SealContext, open_values, seal_values
from portal.domain.lifecycle import ActorKind, History
from portal.models.cases import Case
from portal.models.events import Event
from portal.services.history import guards, journal
from portal.services.ports import Actor

FOLLOW_UPS = frozenset({History.FOLLOW_UP_SET, History.FOLLOW_UP_MOVED, History.FOLLOW_UP_DONE})
ENDS = "ends of histories"
_LAST = select(Event).where(Event.case_id == bindparam("of_case")).order_by(Event.sequence.desc()).limit(1)
_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
APPROVALS = frozenset(
    {
        History.APPROVAL_ASKED,
        History.APPROVAL_GIVEN,
        History.APPROVAL_DECLINED,
        History.APPROVAL_WITHDRAWN,
        History.APPROVAL_PASSED_OVER,
    }
)
AMONG_COLLEAGUES = frozenset({History.HANDED_OVER, History.TAKEN_OVER, History.GIVEN_BACK})
# Whoever reads the person's screen must not learn of another case, nor whom the team takes for the one who posted.
AMONG_CASES = frozenset(
    {
        History.CASES_LINKED,
        History.CASES_UNLINKED,
        History.POSTER_NAMED,
        History.POSTER_DROPPED,
        History.TAGS_CHANGED,
    }
)
# Notes of the team to itself. That somebody feared for the person is no line for a screen that others may see.
HIDDEN = (
    frozenset({History.NOTE, History.OPENED, History.ASSIGNED, History.REVIEWED, History.RISK_SET})
    | FOLLOW_UPS
    | APPROVALS
    | AMONG_COLLEAGUES
    | AMONG_CASES
)


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """What is to be recorded. `facts` is read with nobody signed in: words of our vocabularies and instants only."""

    kind: History
    at: datetime
    request_id: UUID | None = None
    complaint_id: UUID | None = None
    facts: Mapping[str, Any] | None = None
    detail: Mapping[str, Any] | None = None


def hold_case(session: Session, case_id: UUID) -> None:
    """Hold the case's row until the transaction ends, so that nobody else appends to its history meanwhile.

    Whoever also holds rows that belong to a case takes this one first, as whoever opens a case to change it does. On
    SQLite a transaction that writes holds everything since it began.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(Case.id).where(Case.id == case_id).with_for_update())


def record(session: Session, case_id: UUID, key: bytes | None, new: NewEvent, *, actor: Actor, now: datetime) -> Event:
    """Append one event, behind those that others append at the same time.

    Raises ValueError where a detail is given without the key to seal it.
    """
    return record_all(session, case_id, key, [new], actor=actor, now=now)[0]


def record_all(
    session: Session, case_id: UUID, key: bytes | None, many: Sequence[NewEvent], *, actor: Actor, now: datetime
) -> list[Event]:
    """Append events in this order, with as many statements as for one. Raises as `record`."""
    ends = _ends_of(session)
    if case_id not in ends:
        hold_case(session, case_id)
        last = session.scalars(_LAST, {"of_case": case_id}).one_or_none()
        ends[case_id] = _end_of(last) if last else None
    end, appended = ends[case_id], []
    for new in many:
        made = _make_event(case_id, key, new, end, actor=actor, now=now)
        end = _end_of(made)
        appended.append(made)
    session.add_all(appended)
    session.flush()
    ends[case_id] = end
    for made in appended:
        journal.note_event(session, made)
    return appended


def begin_history(session: Session, case_id: UUID) -> None:
    """This case was made in this very transaction: there is nothing in its history yet, and nobody else knows of it."""
    _ends_of(session)[case_id] = None


def forget_ends(session: Session) -> None:
    """Read anew where histories end: before events are deleted, and when what this transaction wrote may be undone."""
    session.info.get(ENDS, {}).clear()


def record_in_cases(session: Session, many: Sequence[tuple[UUID, NewEvent]], *, actor: Actor, now: datetime) -> None:
    """Append to the histories of many cases, each named by its id, with as many statements as to that of one.

    The caller holds the rows of all these cases, see `hold_case`. Nothing may have a detail: no key is at hand.
    """
    if not many:
        return
    session.flush()
    forget_ends(session)
    last = _read_last(session, {case_id for case_id, _ in many})
    rows = []
    for case_id, new in many:
        if new.detail:
            raise ValueError("a detail needs the case's key")
        row = _make_row(case_id, new, last.get(case_id), actor=actor, now=now)
        last[case_id] = _End(row["sequence"], row["recorded_at"], row["digest"])
        rows.append(row)
    guards.insert_rows(session, Event, rows)
    journal.note_written(session, rows)


@dataclass(frozen=True, slots=True)
class _End:
    """What the next event of a case needs of the one before."""

    sequence: int
    recorded_at: datetime
    digest: bytes


def _end_of(last: Event) -> _End:
    return _End(last.sequence, last.recorded_at, last.digest)


def _ends_of(session: Session) -> dict[UUID, _End | None]:
    """Where the histories end that this transaction has appended to: it holds these cases, so nobody else has since."""
    if ENDS not in session.info:
        session.info[ENDS] = {}
        event.listen(session, "after_transaction_end", _forget_at_end)
    ends: dict[UUID, _End | None] = session.info[ENDS]
    return ends


def _forget_at_end(session: Session, ended: SessionTransaction) -> None:
    if ended.nested or ended.parent is None:  # a savepoint can take back what was written, and the lock with it
        forget_ends(session)


def _read_last(session: Session, case_ids: Collection[UUID]) -> dict[UUID, _End]:
    """Where the history of each of these cases ends."""
    columns = (Event.case_id, Event.sequence, Event.recorded_at, Event.digest)
    ends = select(Event.case_id, func.max(Event.sequence).label("sequence")).where(Event.case_id.in_(case_ids))
    end = ends.group_by(Event.case_id).subquery()
    query = select(*columns).join(end, and_(Event.case_id == end.c.case_id, Event.sequence == end.c.sequence))
    return {row.case_id: _End(row.sequence, row.recorded_at, row.digest) for row in session.execute(query)}


def _make_event(
    case_id: UUID, key: bytes | None, new: NewEvent, last: _End | None, *, actor: Actor, now: datetime
) -> Event:
    if new.detail and key is None:
        raise ValueError("a detail needs the case's key")
    made = Event(**_make_row(case_id, new, last, actor=actor, now=now))
    if new.detail and key is not None:
        made.sealed = seal_values(key, event_context(made), dict(new.detail))
        made.digest = digest_of(made, previous=last.digest if last else b"")
    return made


def _make_row(case_id: UUID, new: NewEvent, last: _End | None, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The row of an event by the names of its columns, without a detail."""
    row: dict[str, Any] = {
        "id": uuid4(),
        "case_id": case_id,
        "sequence": last.sequence + 1 if last else 1,
        "kind": new.kind,
        "at": new.at,
        "recorded_at": max(now, last.recorded_at) if last else now,  # who waited for the case came after
        "actor": actor.kind,
        "staff_id": actor.staff_id,
        "request_id": new.request_id,
        "complaint_id": new.complaint_id,
        "is_visible": new.kind not in HIDDEN,
        "facts": {**(new.facts or {}), **({"partner": str(actor.partner_id)} if actor.partner_id else {})},
        "sealed": None,
    }
    row["digest"] = _digest(*row.values(), previous=last.digest if last else b"")
    return row


def read_history(session: Session, case_id: UUID) -> Sequence[Event]:
    """All events of a case in their order."""
    return session.scalars(select(Event).where(Event.case_id == case_id).order_by(Event.sequence)).all()


def read_detail(event: Event, key: bytes) -> dict[str, Any]:
    """The sealed detail, or nothing where there is none."""
    return open_values(key, event_context(event), event.sealed) if event.sealed else {}


def digest_of(event: Event, *, previous: bytes) -> bytes:
    """SHA-256 over every column of the row and the digest before it."""
    return _digest(
        event.id,
        event.case_id,
        event.sequence,
        event.kind,
        event.at,
        event.recorded_at,
        event.actor,
        event.staff_id,
        event.request_id,
        event.complaint_id,
        event.is_visible,
        event.facts,
        event.sealed,
        previous=previous,
    )


def _digest(
    id: UUID,
    case_id: UUID,
    sequence: int,
    kind: History,
    at: datetime,
    recorded_at: datetime,
    actor: ActorKind,
    staff_id: UUID | None,
    request_id: UUID | None,
    complaint_id: UUID | None,
    is_visible: bool,
    facts: Mapping[str, Any],
    sealed: bytes | None,
    *,
    previous: bytes,
) -> bytes:
    columns = [
        str(id),
        str(case_id),
        sequence,
        kind,
        at.astimezone(UTC).isoformat(),
        recorded_at.astimezone(UTC).isoformat(),
        actor,
        str(staff_id),
        str(request_id),
        str(complaint_id),
        is_visible,
        facts,
        sealed.hex() if sealed else None,
    ]
    return hashlib.sha256(previous + _WRITER.encode(columns).encode()).digest()


def find_break(events: Sequence[Event]) -> Event | None:
    """The first event whose digest or place in the row does not fit, or None for a whole chain."""
    previous = b""
    for sequence, each in enumerate(events, start=1):
        if each.sequence != sequence or each.digest != digest_of(each, previous=previous):
            return each
        previous = each.digest
    return None


def event_context(event: Event) -> SealContext:
    return SealContext("events", str(event.id), str(event.case_id))
