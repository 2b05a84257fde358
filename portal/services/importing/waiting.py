"""A table that was handed in and waits for its member's word: kept sealed, read anew, pressed once, forgotten.

Its lines are sealed under a key of their own in a box to the member's public key, so that nobody else reads them, not
even their team. The word to import hands that key to the worker, with the keys of those cases that are there already.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import bindparam, select

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.imports import Column, DayOrder, ImportCase, guess_columns
from portal.domain.lifecycle import CaseStatus, Handler, SendingChannel, StepRefused
from portal.domain.regimes import NoticeField
from portal.domain.tables import ReadTable
from portal.models.accounts import Staff
from portal.models.cases import Case, CaseKey
from portal.models.imports import ImportMark, ImportState, TableImport
from portal.models.jobs import JobKind
from portal.services.background import jobs
from portal.services.background.jobs import JobView
from portal.services.cases import handover
from portal.services.cases.keys import unlock_key
from portal.services.cases.opening import NoAccess, seen_by
from portal.services.history import guards
from portal.services.importing.reading import CountryNames, Reading, read_cases
from portal.services.ports import ServerKeys
from portal.services.staff.team_keys import unwrap_for_team
from portal.services.work import Work

WAITS = timedelta(hours=24)  # for the word to import
TOLD_FOR = timedelta(days=30)  # what came of it
MOST_WAITING = 3  # of one member; the oldest goes first
PURPOSE = "importing tables"
_AT_ONCE = 400  # values in one statement
_MARKS = select(ImportMark).where(ImportMark.value.in_(bindparam("chosen", expanding=True)))  # put together once


@dataclass(frozen=True, kw_only=True, repr=False)
class ToldToAll:
    """What the member says once for all people in the table. `told`: how and when they were told and agreed.

    `channel` is how what was sent before had left, and `stated` what the people stated in it, as they told the team.
    """

    told: str = ""
    to_platforms: bool = False
    to_authorities: bool = False
    channel: SendingChannel | None = None
    stated: frozenset[NoticeField] = frozenset()


@dataclass(frozen=True, kw_only=True, repr=False)
class WaitingTable:
    """A table with how its columns were read, and what was typed so far."""

    table: ReadTable
    columns: tuple[Column | None, ...]
    order: DayOrder
    language: str
    reading: Reading
    word: ToldToAll = field(default_factory=ToldToAll)


@dataclass(frozen=True, kw_only=True, repr=False)
class OpenedImport:
    """An import of the member who looks. `waiting` is None once it was begun."""

    row: TableImport
    key: bytes
    waiting: WaitingTable | None


@dataclass(frozen=True, kw_only=True)
class ImportView:
    """How far an import is, and what came of it. `job` is None before the word and where the job is forgotten."""

    id: UUID
    state: ImportState
    begun_at: datetime
    cases: int
    made: int
    added_to: int
    added_links: int
    refused: tuple[tuple[int, str], ...]
    job: JobView | None

    @property
    def there(self) -> int:
        """How many cases of the table were there before, with nothing new in it; once it is done."""
        return max(0, self.cases - self.made - self.added_to - len(self.refused))


def plan(work: Work, table: ReadTable, *, names: CountryNames, language: str) -> WaitingTable:
    """A table as its headings tell. Writes nothing, and takes its time."""
    columns, order = guess_columns(table.headings), DayOrder.DAY_FIRST
    reading = _read(work, table, columns, order, names)
    return WaitingTable(table=table, columns=columns, order=order, language=language, reading=reading)


def plan_anew(
    work: Work,
    waiting: WaitingTable,
    *,
    columns: Sequence[Column | None],
    order: DayOrder,
    word: ToldToAll,
    names: CountryNames,
) -> WaitingTable:
    """The same table by these columns, with what was typed now. Writes nothing, and takes its time."""
    changed = replace(waiting, columns=tuple(columns), order=order, word=word)
    if (changed.columns, changed.order) == (waiting.columns, waiting.order):
        return changed
    return replace(changed, reading=_read(work, waiting.table, columns, order, names))


def begin(work: Work, waiting: WaitingTable, *, team_id: UUID) -> UUID:
    """Keep a table for its member. Raises StepRefused where the team takes no cases."""
    handover.find_taking_team(work, team_id)
    staff = work.session.get_one(Staff, work.actor.staff_id)
    _make_room(work, staff.id)
    key = vault.new_key()
    row = TableImport(
        id=uuid4(),
        team_id=team_id,
        staff_id=staff.id,
        state=ImportState.WAITING,
        begun_at=work.now,
        kept_until=work.now + WAITS,
        cases=len(waiting.reading.cases),
        refused=[],
        wrapped=vault.wrap_for_public_key(key, staff.public_key),
    )
    row.sealed = _seal(row, key, waiting)
    work.session.add(row)
    work.session.flush()
    return row.id


def open_import(work: Work, import_id: UUID, private_key: bytes, *, to_change: bool = False) -> OpenedImport:
    """An import of the member's own. Raises NoAccess where there is none, or it is not as it was written."""
    row = _find_own(work, import_id, to_change=to_change)
    if row.state is not ImportState.WAITING or row.wrapped is None:
        return OpenedImport(row=row, key=b"", waiting=None)
    try:
        key = vault.unwrap_with_private_key(row.wrapped, private_key)
        return OpenedImport(row=row, key=key, waiting=open_waiting(row, key))
    except CannotOpen as error:  # also where the member's keys were made anew since
        raise NoAccess from error


def keep(work: Work, opened: OpenedImport, waiting: WaitingTable) -> None:
    """Keep what was planned anew. For whoever holds its row. Raises StepRefused where the import has begun."""
    _require_waiting(opened)
    opened.row.sealed, opened.row.cases = _seal(opened.row, opened.key, waiting), len(waiting.reading.cases)
    work.session.flush()


def press(work: Work, opened: OpenedImport, waiting: WaitingTable, *, team_keys: Mapping[UUID, bytes]) -> None:
    """The word to import: the worker begins once this is committed. Raises StepRefused."""
    _require_waiting(opened)
    row, word = opened.row, waiting.word
    if row.team_id not in team_keys:
        raise StepRefused("You are not in this team any more.")
    if not word.told.strip():
        raise StepRefused("Write how and when the people were told and agreed. Without it nothing is imported.")
    if not waiting.reading.cases:
        raise StepRefused("No line of this table can be imported yet. Mend what is named, and choose the file again.")
    if waiting.reading.sent and not (word.channel and word.to_platforms):
        raise StepRefused("The table says that something was sent. Say how, and that the people allowed it.")
    known = _find_keys(work, row, waiting.reading.cases, team_keys[row.team_id])
    given = {
        "key": opened.key.hex(),
        "cases": {str(case_id): key.hex() if key else None for case_id, key in known.items()},
    }
    row.state, row.wrapped = ImportState.RUNNING, None
    row.kept_until = work.now + TOLD_FOR
    jobs.add_job(work, JobKind.IMPORT, case_id=None, subject_id=row.id, key=json.dumps(given).encode())


def discard(work: Work, import_id: UUID) -> None:
    """Forget a table of the member's own before it is imported. Raises NoAccess, StepRefused."""
    row = _find_own(work, import_id, to_change=True)
    if row.state is not ImportState.WAITING:
        raise StepRefused("The import has begun.")
    work.session.delete(row)


def view_import(work: Work, row: TableImport) -> ImportView:
    """How far it is."""
    job = jobs.find_newest(work.session, [row.id], JobKind.IMPORT).get(row.id)
    marks = work.session.execute(
        select(ImportMark.is_new, ImportMark.links).where(ImportMark.import_id == row.id)
    ).all()
    return ImportView(
        id=row.id,
        state=row.state,
        begun_at=row.begun_at,
        cases=row.cases,
        made=sum(is_new for is_new, _links in marks),
        added_to=sum(not is_new for is_new, _links in marks),
        added_links=sum(links for is_new, links in marks if not is_new),
        refused=tuple((int(str(line)), str(why)) for line, why in row.refused),
        job=jobs.job_view(job, now=work.now) if job else None,
    )


def list_own(work: Work) -> Sequence[TableImport]:
    """The member's imports that are still told of, the newest first."""
    query = select(TableImport).where(TableImport.staff_id == work.actor.staff_id, TableImport.kept_until > work.now)
    return work.session.scalars(query.order_by(TableImport.begun_at.desc(), TableImport.id)).all()


def purge(work: Work) -> None:
    """Forget tables that nobody said a word to, and imports that were done long ago."""
    for row in work.session.scalars(select(TableImport).where(TableImport.kept_until <= work.now)):
        work.session.delete(row)


def open_waiting(row: TableImport, key: bytes) -> WaitingTable:
    """What is sealed in its row. Raises CannotOpen."""
    return msgspec.json.decode(vault.open_sealed(key, _place_of(row), row.sealed or b""), type=WaitingTable)


def list_values(keys: ServerKeys, team_id: UUID, case: ImportCase) -> Iterator[tuple[str, bytes]]:
    """Every mark that a case of a table can have: the one under the server's secret in use, then the older ones."""
    for each in keys.every():
        yield each.id, vault.blind_index(vault.derive_subkey(each.words_index, PURPOSE), f"{team_id} {case.key}")


def find_marks(work: Work, team_id: UUID, cases: Iterable[ImportCase]) -> Mapping[str, ImportMark]:
    """By the key of the case, the marks that are there already."""
    by_value = {value: case.key for case in cases for _id, value in list_values(work.ports.keys, team_id, case)}
    values, found = list(by_value), dict[str, ImportMark]()
    for first in range(0, len(values), _AT_ONCE):
        some = {"chosen": values[first : first + _AT_ONCE]}
        found |= {by_value[mark.value]: mark for mark in work.session.scalars(_MARKS, some)}
    return found


def _find_keys(
    work: Work, row: TableImport, cases: Sequence[ImportCase], team_key: bytes
) -> Mapping[UUID, bytes | None]:
    """The keys of the cases that are there already, by their ids; None for one that the member cannot open."""
    ids = [mark.case_id for mark in find_marks(work, row.team_id, cases).values()]
    found: dict[UUID, bytes | None] = dict.fromkeys(ids)
    for first in range(0, len(ids), _AT_ONCE):
        query = select(Case, CaseKey).join(CaseKey, CaseKey.case_id == Case.id)
        query = query.where(Case.id.in_(ids[first : first + _AT_ONCE]), seen_by(work.actor))
        query = query.where(Case.status.in_((CaseStatus.OPEN, CaseStatus.CLOSED)), Case.team_id == row.team_id)
        query = query.where(CaseKey.holder == Handler.TEAM, CaseKey.team_id == row.team_id)
        for case, wrap in work.session.execute(query):
            found[case.id] = unlock_key(wrap, unwrap_for_team(work.session, wrap, team_key), ports=work.ports)
    return found


def _read(
    work: Work, table: ReadTable, columns: Sequence[Column | None], order: DayOrder, names: CountryNames
) -> Reading:
    today = work.ports.config.day_at(work.now)
    return read_cases(table, columns, order, names, today=today, ports=work.ports)


def _find_own(work: Work, import_id: UUID, *, to_change: bool) -> TableImport:
    """Raises NoAccess."""
    own = (TableImport.id == import_id, TableImport.staff_id == work.actor.staff_id, TableImport.kept_until > work.now)
    query = select(TableImport).where(*own)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = work.session.scalars(query).one_or_none()
    if row is None or not all(fits for _row, fits in guards.read_rows(work.session, TableImport, *own)):
        raise NoAccess
    return row


def _require_waiting(opened: OpenedImport) -> WaitingTable:
    if opened.waiting is None:
        raise StepRefused("The import has begun.")
    return opened.waiting


def _make_room(work: Work, staff_id: UUID) -> None:
    own = (TableImport.staff_id == staff_id, TableImport.state == ImportState.WAITING)
    rows = work.session.scalars(select(TableImport).where(*own).order_by(TableImport.begun_at.desc(), TableImport.id))
    for row in rows.all()[MOST_WAITING - 1 :]:
        work.session.delete(row)


def _seal(row: TableImport, key: bytes, waiting: WaitingTable) -> bytes:
    return vault.seal(key, _place_of(row), msgspec.json.encode(waiting))


def _place_of(row: TableImport) -> SealContext:
    """Bound to the team too, so that nobody gives the cases of a table to another one."""
    return SealContext("table_imports", str(row.id), str(row.team_id))
