"""The check of everything that must stay as it was written: history, rows, sums, files, and dates against events.

Each night the worker looks at what came since the last time: the new part of the journal, and every row and file of the
cases it speaks of and of the organisation. Once a week, and on demand, everything is looked at from the first row on.
What does not fit is told to the supervisors once, and stands in the figures until it is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus
from portal.domain.rights import SecurityNoticeKind
from portal.models.cases import Case
from portal.models.guards import HistoryCheck, StoredFile
from portal.models.journal import JournalEntry
from portal.services.clocks.agreement import find_disagreements
from portal.services.history import guard_digests, guard_renewal, guards, journal, rows_check, stored_files, witness
from portal.services.history.breaks import Break
from portal.services.history.checkpoints import Checkpoint
from portal.services.history.verification import MOST_BREAKS, Against, Verification, verify
from portal.services.history.witness import JournalPlace
from portal.services.ports import Ports, ServerKeys
from portal.services.staff import security_notices

CHECK = 1  # the id of the one row
NIGHT = timedelta(hours=20)  # a check that was done so long ago is due again
WEEK = timedelta(days=7)
ROWS_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What a check looked at and found. `cases` is None where every case was looked at."""

    history: Verification
    breaks: tuple[Break, ...]
    cases: int | None

    @property
    def is_whole(self) -> bool:
        return not self.breaks


def check(
    session: Session,
    *,
    keys: Mapping[str, bytes],
    copies: Sequence[Checkpoint] = (),
    since: JournalPlace | None = None,
    now: datetime,
    ports: Ports,
) -> Audit:
    """Look at everything, or at what came after `since`. `keys` are public keys of the heads by their ids.

    `session` may be one that only reads. The first hundred breaks are named.
    """
    against = Against(keys=keys, copies=copies, server=ports.keys, witness=witness.read(ports.locks))
    history = verify(session, against, now=now, since=since)
    cases = None if since is None else _list_changed(session, since)
    rest = islice(_check_rows(session, cases, now=now, ports=ports), MOST_BREAKS)
    breaks = (*history.breaks, *rest)[:MOST_BREAKS]
    return Audit(history=history, breaks=breaks, cases=None if cases is None else len(cases))


def _check_rows(session: Session, cases: Collection[UUID] | None, *, now: datetime, ports: Ports) -> Iterator[Break]:
    broken = False
    for found in rows_check.count_rows(session, ports.keys, cases):
        broken = True
        yield found
    yield from rows_check.check_files(session, ports.storage, cases)
    if broken:
        return  # rows that were bent need not even be readable, and are named already
    living = select(Case.id).where(Case.status.in_((CaseStatus.OPEN, CaseStatus.CLOSED))).order_by(Case.id)
    for some in _batches(session.scalars(living).all() if cases is None else sorted(cases)):
        yield from find_disagreements(session, some, now=now, ports=ports)
        session.expunge_all()  # so that memory stays the same however many there are


def _batches(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        yield some


def _list_changed(session: Session, since: JournalPlace) -> set[UUID]:
    """The cases of which the journal says something after that place."""
    told = (JournalEntry.position > since.position, JournalEntry.case_id.is_not(None))
    return {case_id for case_id in session.scalars(select(JournalEntry.case_id).where(*told).distinct()) if case_id}


# What the worker does by itself.


def is_due(session: Session, keys: ServerKeys, *, now: datetime) -> bool:
    """Whether it is time for the night's check."""
    row = _read_check(session, keys)
    return row is None or now - row.checked_at >= NIGHT


def find_start(session: Session, keys: ServerKeys, *, now: datetime) -> JournalPlace | None:
    """Where the next check begins; None for one of everything, as after a week, or where the place was bent."""
    row = _read_check(session, keys)
    if row is None or row.whole_at is None or now - row.whole_at >= WEEK:
        return None
    return JournalPlace(row.position, row.digest)


def run(
    sessions: sessionmaker[Session], *, keys: Mapping[str, bytes], whole: bool = False, now: datetime, ports: Ports
) -> Audit:
    """The check of this night: looks, keeps how far it came, and tells the supervisors of what is new."""
    with sessions() as session:
        begin_reading(session)
        since = None if whole else find_start(session, ports.keys, now=now)
        found = check(session, keys=keys, since=since, now=now, ports=ports)
    with sessions.begin() as session:
        keep(session, found, now=now, keys=ports.keys)
    return found


def keep(session: Session, found: Audit, *, now: datetime, keys: ServerKeys) -> None:
    """Keep what a check found. Where something does not fit, the next one begins where this one began."""
    row = session.get(HistoryCheck, CHECK, with_for_update=True)
    if row is None:
        row = HistoryCheck(id=CHECK, position=0, digest=b"", breaks=0, found=b"", whole_at=None)
        session.add(row)
    if found.is_whole:
        row.position, row.digest = found.history.place.position, found.history.place.digest
    row.whole_at = now if found.cases is None else row.whole_at
    before, row.found = row.found, _digest(found.breaks)
    row.checked_at, row.breaks = now, len(found.breaks)
    row.guard = _guard(keys, row)
    if found.breaks and row.found != before:
        security_notices.add(session, SecurityNoticeKind.HISTORY_BROKEN, team_id=None, now=now)


def _digest(breaks: Sequence[Break]) -> bytes:
    return hashlib.sha256("\n".join(sorted(map(str, breaks))).encode()).digest() if breaks else b""


def _read_check(session: Session, keys: ServerKeys) -> HistoryCheck | None:
    row = session.get(HistoryCheck, CHECK)
    return row if row is not None and row.guard == _guard(keys, row, like=row.guard) else None


def _guard(keys: ServerKeys, row: HistoryCheck, *, like: bytes | None = None) -> bytes:
    whole_at = row.whole_at.isoformat() if row.whole_at else None
    values = (row.position, row.digest, row.checked_at.isoformat(), whole_at, row.breaks, row.found)
    return guard_digests.value_guard(keys, "history check", *values, like=like)


# Rows from before there were guards, and the key of another secret.


def is_adopted(session: Session) -> bool:
    """Whether rows from before there were guards were given theirs. It is done once in the life of a database."""
    query = select(JournalEntry.position).where(JournalEntry.kind == Noted.GUARDS_SET).limit(1)
    return session.scalar(query) is not None


def has_rows(session: Session) -> bool:
    """Whether there is anything to guard."""
    return any(session.scalar(select(exists().select_from(model))) for model in guards.list_guarded())


def adopt(sessions: sessionmaker[Session], *, now: datetime, ports: Ports) -> int:
    """Give rows and files from before there were guards theirs, as they are. Returns how many rows there were.

    Once in the life of a database: from then on a row without a guard is one that was put in.
    """
    with sessions() as session:
        begin_reading(session)
        if is_adopted(session):
            return 0
    rows = sum(_adopt_all(sessions, model) for model in guards.list_guarded())
    files = _adopt_files(sessions, ports) if rows else 0
    with sessions.begin() as session:
        journal.hold_tip(session)
        if not is_adopted(session):
            journal.note(session, Noted.GUARDS_SET, facts={"rows": rows, "files": files}, now=now)
    return rows


def renew(sessions: sessionmaker[Session], ports: Ports) -> int:
    """Guard everything anew under the server's newest secret, before older ones are destroyed. Returns how many rows.

    What fits no guard stays as it is, and is found after as before.
    """
    rows = sum(_renew_all(sessions, model) for model in guards.list_guarded())
    with sessions.begin() as session:
        guard_renewal.renew_sums(session)
        witness.write_down(session, ports.locks, ports.keys)
    return rows


def _adopt_all(sessions: sessionmaker[Session], model: type[Any]) -> int:
    total = 0
    while True:
        with sessions.begin() as session:
            done = guard_renewal.adopt(session, model, most=ROWS_AT_ONCE)
        total += done
        if not done:
            return total


def _renew_all(sessions: sessionmaker[Session], model: type[Any]) -> int:
    total, after = 0, None
    while True:
        with sessions.begin() as session:
            done = guard_renewal.renew(session, model, after=after, most=ROWS_AT_ONCE)
        total, after = total + done.rows, done.last
        if after is None:
            return total


def _adopt_files(sessions: sessionmaker[Session], ports: Ports) -> int:
    total = 0
    for name in ports.storage.list_keys():
        case_id = _case_of(name)
        if case_id is None:
            continue
        with sessions.begin() as session:
            case = session.get(Case, case_id)
            if case is None or case.status is CaseStatus.ERASED or session.get(StoredFile, name) is not None:
                continue
            stored_files.note_found(session, ports.storage, name, case_id=case_id)
            total += 1
    return total


def _case_of(name: str) -> UUID | None:
    try:
        return UUID(name.partition("/")[0])
    except ValueError:
        return None
