"""Whether the history is as it was written: each row of events, journal and heads, in one pass, nobody signed in.

A pass begins at the first row, or behind a place that was found whole before. What one row says of the others is looked
at as well: that a case ended, that a day was signed, that time went on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from portal.domain.journal import Noted
from portal.domain.lifecycle import History
from portal.models.events import Event
from portal.models.journal import JournalCheckpoint, JournalEntry, JournalTip
from portal.services.history.breaks import Break
from portal.services.history.checkpoints import Checkpoint
from portal.services.history.events import digest_of
from portal.services.history.journal import TIP, entry_digest, guard_of_tip
from portal.services.history.raw_rows import ROWS_AT_ONCE, RawTable, Unreadable, any_text
from portal.services.history.witness import JournalPlace, Witness
from portal.services.ports import ServerKeys

ENDS = frozenset({History.ERASED.value, Noted.DRAFT_DELETED.value})  # entries after which a case's events are gone
MOST_BREAKS = 100
DAY = timedelta(days=1)
START = JournalPlace(0, b"")
# An entry is dated when its request or job began and written when that ends: two that work at once may cross.
LONGEST_WORK = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was looked at and what was found. No breaks: the history is whole.

    `place` is where the journal ends. `notes` are no breaks, and somebody should know of them.
    """

    entries: int
    events: int
    heads: int
    breaks: tuple[Break, ...]
    place: JournalPlace = START
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class Against:
    """What the history is held against: public keys of the heads by id, heads kept elsewhere, the keys of guards, and
    what was written down beside the database. Of the last two, what is None is not looked at.
    """

    keys: Mapping[str, bytes]
    copies: Sequence[Checkpoint] = ()
    server: ServerKeys | None = None
    witness: Witness | None = None


@dataclass
class _Segment:
    """What happened between two heads: the earliest day, and where it stands."""

    day: date | None = None
    position: int = 0


@dataclass
class _Chains:
    """How far the journal and each case's own chain have been followed."""

    position: int = 0
    digest: bytes = b""
    cases: dict[UUID, tuple[int, bytes]] = field(default_factory=dict)
    missing: dict[UUID, list[tuple[int, str]]] = field(default_factory=dict)  # of cases that may have been erased
    submitted: set[UUID] = field(default_factory=set)
    ended: set[UUID] = field(default_factory=set)
    days: dict[str, int] = field(default_factory=dict)  # of the heads that the journal says were signed
    late: dict[str, str] = field(default_factory=dict)  # of such heads: since when nothing had been signed
    newest: datetime | None = None
    timed: dict[UUID, datetime] = field(default_factory=dict)
    invented: int | None = None  # entries of invented cases, whose times are invented too; None outside of them
    invented_in_all: int = 0
    adopted: int = 0  # up to here days and times are not looked at: from before they were kept to
    odd: list[tuple[int, Break]] = field(default_factory=list)  # of days and times, until `adopted` is known
    segments: list[_Segment] = field(default_factory=lambda: [_Segment()])
    events: int = 0


def verify(session: Session, against: Against, *, now: datetime, since: JournalPlace | None = None) -> Verification:
    """Follow every chain from its first row, or what came after `since`.

    `session` may be one that only reads. Of a history with many breaks the first hundred are named.
    """
    heads = _read_heads(session)
    breaks: list[Break] = [broken for broken in heads if isinstance(broken, Break)]
    stored = [head for head in heads if isinstance(head, Checkpoint)]
    breaks += _check_heads(stored, against.copies, against.keys)
    chains = _Chains()
    if since is not None:
        chains.position, chains.digest = since.position, since.digest
        breaks += _check_place(session, since, "where the last check ended")
    marks = _list_marks(stored, against.copies)
    for found in _follow(session, chains, marks, frozenset(head.position for head in stored), since):
        breaks.append(found)
        if len(breaks) >= MOST_BREAKS:
            break
    else:
        breaks += _check_ends(session, chains, marks, stored, since)
        breaks += _check_days(chains, stored, since, now)
        breaks += _check_outside(session, chains, against, stored)
    return Verification(
        entries=chains.position - (since.position if since else 0),
        events=chains.events,
        heads=len(stored),
        breaks=tuple(breaks[:MOST_BREAKS]),
        place=JournalPlace(chains.position, chains.digest),
        notes=tuple(_list_notes(chains)),
    )


def _list_marks(stored: Sequence[Checkpoint], copies: Sequence[Checkpoint]) -> dict[int, list[tuple[str, bytes]]]:
    marks: dict[int, list[tuple[str, bytes]]] = {}
    for origin, head in [("", head) for head in stored] + [("the copy of ", head) for head in copies]:
        marks.setdefault(head.position, []).append((f"{origin}the head of {head.day}", head.digest))
    return marks


def _list_notes(chains: _Chains) -> Iterator[str]:
    if chains.invented_in_all:
        yield f"{chains.invented_in_all} entries are of invented cases, and so are their times"
    for day, since in sorted(chains.late.items()):
        yield f"what happened since {since} was signed late, on {day}"


def _follow(
    session: Session,
    chains: _Chains,
    marks: Mapping[int, list[tuple[str, bytes]]],
    signed: frozenset[int],
    since: JournalPlace | None,
) -> Iterator[Break]:
    """Every entry of the journal in its order, each with its event."""
    dialect = session.get_bind().dialect
    entries, events = RawTable(JournalEntry, dialect), RawTable(Event, dialect)
    width = len(entries.columns)
    query = (
        select(*entries.columns, *events.columns)
        .select_from(JournalEntry.__table__.outerjoin(Event.__table__, JournalEntry.event_id == Event.id))
        .where(JournalEntry.position > (since.position if since else 0))
        .order_by(JournalEntry.position)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    if since is None:
        yield from _find_before_the_first(session)
    with any_text(session):
        for row in session.execute(query):
            entry = yield from _check_entry(session, entries, row[:width], chains, is_part=since is not None)
            if entry is None:
                continue
            yield from _check_event(session, events, row[width:], entry, chains, is_part=since is not None)
            for name, digest in marks.get(entry.position, ()):
                if digest != entry.digest:
                    yield Break(f"journal {entry.position}", f"is not what {name} was signed over")
            if entry.position in signed:
                chains.segments.append(_Segment())


def _find_before_the_first(session: Session) -> Iterator[Break]:
    position = type_coerce(JournalEntry.position, NullType())
    with any_text(session):
        for found in session.scalars(select(position).where(JournalEntry.position <= 0).limit(MOST_BREAKS)):
            yield Break(f"journal {found}", "stands before the first row")


def _check_entry(
    session: Session, table: RawTable, raw: Sequence[Any], chains: _Chains, *, is_part: bool
) -> Iterator[Break] | Any:
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
    _note_kind(entry, chains)
    _check_time(entry, chains, name)
    if entry.kind in ENDS and entry.case_id is not None:
        yield from _check_end(session, entry, chains, name, is_part=is_part)
    return entry


def _note_kind(entry: Any, chains: _Chains) -> None:
    """What the entry says of the portal as a whole."""
    if entry.kind == Noted.HEAD_SIGNED:
        day = str(entry.facts.get("day"))
        chains.days[day] = entry.position
        if since := entry.facts.get("late_since"):
            chains.late[day] = str(since)
    elif entry.kind == Noted.GUARDS_SET and entry.facts.get("rows") and not chains.adopted:
        chains.adopted = entry.position
    elif entry.kind == Noted.DEMO_BEGUN:
        chains.invented = 0
    elif entry.kind == Noted.DEMO_ENDED:
        chains.invented_in_all, chains.invented = chains.invented_in_all + (chains.invented or 0), None
    elif entry.kind == History.SUBMITTED.value and entry.case_id is not None:
        chains.submitted.add(entry.case_id)


def _check_time(entry: Any, chains: _Chains, name: str) -> None:
    """Time goes on from entry to entry, within a case strictly."""
    if chains.invented is not None:
        chains.invented += 1
        return
    if chains.newest is not None and entry.recorded_at < chains.newest - LONGEST_WORK:
        chains.odd.append((entry.position, Break(name, "is dated before what was written down before it")))
    chains.newest = entry.recorded_at if chains.newest is None else max(chains.newest, entry.recorded_at)
    if entry.kind == Noted.HEAD_SIGNED:
        return
    segment, day = chains.segments[-1], entry.recorded_at.astimezone(UTC).date()
    if segment.day is None or day < segment.day:
        segment.day, segment.position = day, entry.position


def _check_end(session: Session, entry: Any, chains: _Chains, name: str, *, is_part: bool) -> Iterator[Break]:
    """An entry that says that a case ended: its events are gone, and excused, if it may say so."""
    if entry.kind == Noted.DRAFT_DELETED and _was_submitted(session, entry, chains, is_part=is_part):
        yield Break(name, "says that a draft was deleted, but its case had been submitted")
        return
    chains.ended.add(entry.case_id)
    if chains.cases.pop(entry.case_id, None) is None:
        chains.missing.pop(entry.case_id, None)
    else:  # an end takes every event with it; where some are left it excuses none that is missing
        yield Break(name, "says that its case ended, but events from before are still there")


def _was_submitted(session: Session, entry: Any, chains: _Chains, *, is_part: bool) -> bool:
    if entry.case_id in chains.submitted or not is_part:
        return entry.case_id in chains.submitted
    told = (JournalEntry.case_id == entry.case_id, JournalEntry.kind == History.SUBMITTED.value)
    return session.scalar(select(func.count()).select_from(JournalEntry).where(*told)) != 0


def _check_event(
    session: Session, table: RawTable, raw: Sequence[Any], entry: Any, chains: _Chains, *, is_part: bool
) -> Iterator[Break]:
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
    if is_part and event.case_id not in chains.cases and event.case_id not in chains.ended:
        _look_up_chain(session, event, chains)
    sequence, previous = chains.cases.get(event.case_id, (0, b""))
    chains.cases[event.case_id] = (event.sequence, event.digest)
    yield from _compare(event, entry, chains, name, (sequence, previous))


def _compare(event: Any, entry: Any, chains: _Chains, name: str, before: tuple[int, bytes]) -> Iterator[Break]:
    sequence, previous = before
    written = (entry.content, entry.case_id, entry.kind, entry.recorded_at, entry.staff_id)
    if written != (event.digest, event.case_id, event.kind.value, event.recorded_at, event.staff_id):
        yield Break(name, "is not what the journal says of it")
    elif event.case_id in chains.missing:
        return  # what came before it is missing, which is named already
    elif event.sequence != sequence + 1 or event.digest != digest_of(event, previous=previous):
        yield Break(name, "has been changed, or does not follow the event before it in its case")
    newest = chains.timed.get(event.case_id)
    if newest is not None and event.recorded_at < newest:
        chains.odd.append((entry.position, Break(name, "is dated before the event before it in its case")))
    chains.timed[event.case_id] = event.recorded_at


def _look_up_chain(session: Session, event: Any, chains: _Chains) -> None:
    """Where the chain of a case stood before the part that is looked at."""
    columns = (Event.sequence, Event.digest, Event.recorded_at)
    query = select(*columns).where(Event.case_id == event.case_id, Event.sequence == event.sequence - 1)
    if before := session.execute(query).one_or_none():
        chains.cases[event.case_id] = (before.sequence, before.digest)
        chains.timed[event.case_id] = before.recorded_at


def _check_ends(
    session: Session,
    chains: _Chains,
    marks: Mapping[int, Any],
    stored: Sequence[Checkpoint],
    since: JournalPlace | None,
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
    yield from _check_days_told(chains, stored, since.position if since else 0)
    if since is None:
        yield from _find_strangers(session)
    else:
        yield from _find_left(session, chains)


def _check_days_told(chains: _Chains, stored: Sequence[Checkpoint], first: int) -> Iterator[Break]:
    """The heads that stand there, and those of which the journal says that they were signed, are the same."""
    known = {head.day.isoformat() for head in stored if head.position >= first}
    everyone = {head.day.isoformat() for head in stored}
    for day, position in chains.days.items():
        if day not in everyone:
            yield Break(f"head of {day}", f"is missing: journal {position} says that it was signed")
    for day in sorted(known - chains.days.keys()):
        yield Break(f"head of {day}", "stands there, but the journal does not say that it was signed")


def _check_days(
    chains: _Chains, stored: Sequence[Checkpoint], since: JournalPlace | None, now: datetime
) -> Iterator[Break]:
    """What happened on one day is signed by the end of the next, or it is said that it was signed late."""
    if chains.position and not stored:
        yield Break("heads", "there is none: nothing of the history is signed. The worker signs it each day")
        return
    first = since.position if since else 0
    signed: list[date] = sorted({head.day for head in stored if head.position > first})
    by_position = sorted(head.position for head in stored if head.position > first)
    days = {head.position: head.day for head in stored}
    today = now.astimezone(UTC).date()
    ends = [days[position] for position in by_position]
    for segment, day in zip(chains.segments, [*ends, today], strict=False):
        late = chains.late.get(day.isoformat())
        if segment.day is None or segment.day >= day - DAY or (late is not None and late <= segment.day.isoformat()):
            continue
        when = f"only on {day}" if day in signed else "not to this day"
        problem = f"is missing: what was written down on that day (journal {segment.position}) was signed {when}"
        chains.odd.append((segment.position, Break(f"head of {segment.day}", problem)))
    yield from (broken for position, broken in chains.odd if position > chains.adopted)


def _check_outside(
    session: Session, chains: _Chains, against: Against, stored: Sequence[Checkpoint]
) -> Iterator[Break]:
    """What was written down beside the database: how far the journal had come, and how many heads there were."""
    if against.server is not None:
        yield from _check_guard_of_tip(session, chains, against.server)
    witness = against.witness
    if witness is None:
        return
    if against.server is not None and not witness.fits(against.server):
        yield Break("the witness", "has been changed: what stands beside the database does not fit its guard")
    if len(stored) < witness.heads:
        yield Break("heads", f"there are fewer than there were: {len(stored)} of {witness.heads}")
    yield from _check_place(session, witness.place, "what was written down beside the database")


def _check_place(session: Session, place: JournalPlace, what: str) -> Iterator[Break]:
    if place.position == 0:
        return
    digest = session.scalar(select(JournalEntry.digest).where(JournalEntry.position == place.position))
    if digest is None:
        yield Break(f"journal {place.position}", f"is missing: by {what} the history had come so far")
    elif digest != place.digest:
        yield Break(f"journal {place.position}", f"is not as it was by {what}")


def _check_tip(session: Session, chains: _Chains) -> Iterator[Break]:
    rows = _read_tip(session)
    if not rows and chains.position == 0:
        return
    if len(rows) != 1 or tuple(rows[0][:3]) != (TIP, chains.position, chains.digest):
        yield Break("journal_tip", "does not name the last row of the journal")


def _check_guard_of_tip(session: Session, chains: _Chains, server: ServerKeys) -> Iterator[Break]:
    rows = _read_tip(session)
    if len(rows) != 1:
        return  # which is named already
    guard = rows[0][3]
    if guard is None:
        yield Break("journal_tip", "has no guard: it was put in, or is from before there were guards")
    elif not isinstance(guard, bytes) or guard != guard_of_tip(server, chains.position, chains.digest, like=guard):
        yield Break("journal_tip", "has been changed: it does not fit its guard")


def _read_tip(session: Session) -> Sequence[Any]:
    table = RawTable(JournalTip, session.get_bind().dialect)
    with any_text(session):
        return session.execute(select(*table.columns)).all()


def _find_strangers(session: Session) -> Iterator[Break]:
    with any_text(session):
        query = (
            select(type_coerce(Event.id, NullType()))
            .outerjoin(JournalEntry, JournalEntry.event_id == Event.id)
            .where(JournalEntry.position.is_(None))
            .limit(MOST_BREAKS)
        )
        for event_id in session.execute(query).scalars():
            yield Break(f"event {event_id}", "stands there, but the journal does not say that it happened")


def _find_left(session: Session, chains: _Chains) -> Iterator[Break]:
    """Events that are still there of cases that ended in this part: only the one that says so may be."""
    ended = sorted(chains.ended)
    for place in range(0, len(ended), MOST_BREAKS):
        some = ended[place : place + MOST_BREAKS]
        query = select(Event.case_id).where(Event.case_id.in_(some), Event.kind != History.ERASED).distinct()
        for case_id in session.scalars(query):
            yield Break(f"case {case_id}", "ended, but events from before are still there")


def _read_heads(session: Session) -> list[Checkpoint | Break]:
    table = RawTable(JournalCheckpoint, session.get_bind().dialect)
    found: list[Checkpoint | Break] = []
    with any_text(session):
        for raw in session.execute(select(*table.columns).order_by(JournalCheckpoint.day)):
            try:
                row = table.read(raw)
                found.append(Checkpoint(row.day, row.position, row.digest, row.signed_at, row.key_id, row.signature))
            except Unreadable as error:
                found.append(Break(f"head of {raw[0]}", str(error)))
    return found


def _check_heads(
    stored: Sequence[Checkpoint], copies: Iterable[Checkpoint], keys: Mapping[str, bytes]
) -> Iterator[Break]:
    copies = list(copies)
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
