"""Backups: taken while the portal runs, encrypted to the organisation's recovery key, brought back to the last bit.

There are two files, and they belong apart. The *data* file holds tables and sealed files. The *keys* file holds the
cases' locks and the server's secrets. Old data files may be kept; of the keys file only the newest lives, because an
erasure is complete when no copy of the case's lock is left.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.archives import BadArchive, add_bytes, read_archive, write_archive
from portal.adapters.storage import FileMissing
from portal.db import UTCDateTime, Word, begin_reading
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus
from portal.models.accounts import RecoveryKey
from portal.models.cases import Case, CaseKey
from portal.models.tables import metadata
from portal.services.case_locks import CaseLock
from portal.services.cases import erasure
from portal.services.history import journal
from portal.services.ports import SYSTEM, Ports
from portal.services.work import Work

# What is worth nothing on another day: sessions, and work that holds a key for the worker. It is begun anew.
# Mail that waited then may have left since, and would leave twice.
LEFT_OUT = frozenset({"web_sessions", "jobs", "throttles", "known_browsers", "outbox", "mail_links", "link_asks"})
BATCH = 1000  # rows in one entry of the archive


class BackupRefused(ValueError):
    """It cannot be done as things stand. The message says what to do."""


class TableSum(msgspec.Struct, frozen=True):
    """Rows of one table, and the SHA-256 over them in the order of their keys."""

    rows: int
    digest: str


class Manifest(msgspec.Struct, frozen=True):
    """What a data file holds. Two backups of the same state have equal sums."""

    revision: str
    made_at: datetime
    tables: dict[str, TableSum]
    files: TableSum


class Keys(msgspec.Struct, frozen=True):
    """What a keys file holds: each a file's text or rows."""

    made_at: datetime
    secrets: dict[str, str]  # name of the setting: the text of its file
    locks: list[tuple[UUID, bytes, datetime]]


@dataclass(frozen=True)
class Restored:
    """What came back. `erased_again` counts cases that were erased after the backup had been made."""

    manifest: Manifest
    locks: int
    erased_again: int


def create(
    factory: sessionmaker[Session], data: Path, keys: Path, *, now: datetime, ports: Ports, anyway: bool = False
) -> Manifest:
    """Write both files, each as a whole or not at all. The keys are read last, so that no case lacks its lock.

    The keys are in place before the data: whatever cuts this off, the keys are never older than the data beside them.
    Where living cases have lost their locks it is refused, unless `anyway`. Raises BackupRefused, OSError.
    """
    if data.resolve().parent == keys.resolve().parent:
        raise BackupRefused("Put the keys in another folder than the data, best on another machine.")
    for folder in (data.parent, keys.parent):
        if not folder.is_dir():
            raise BackupRefused(
                f"There is no folder {folder}. Make it first, so that no backup lands in a wrong place."
            )
    with factory.begin() as session:  # whatever comes of it: somebody takes everything out
        public_key = _recovery_key(session)
        journal.note(session, Noted.BACKUP_MADE, now=now)
    with factory() as session:
        _begin_snapshot(session)
        with write_archive(data, public_key) as archive:
            tables = {table.name: _write_table(session, archive, table) for table in kept_tables()}
            files = _write_files(archive, ports)
            manifest = Manifest(revision=_revision(session), made_at=now, tables=tables, files=files)
            add_bytes(archive, "manifest.json", msgspec.json.encode(manifest))
            gathered, living = _gather_keys(ports, now), _living(session)
            if not anyway:
                _refuse_lost_locks(factory, living - {case_id for case_id, *_ in gathered.locks})
            with write_archive(keys, public_key) as apart:
                add_bytes(apart, "keys.json", msgspec.json.encode(gathered))
    return manifest


def verify(data: Path, keys: Path | None, private_key: bytes) -> Manifest:
    """Read every byte of a backup and count it again. Raises BackupRefused, OSError."""
    with _telling_damage():
        tables: dict[str, _Sum] = {}
        files, manifest = _Sum(), None
        with read_archive(data, private_key) as archive:
            for name, content in _entries(archive):
                if name == "manifest.json":
                    manifest = msgspec.json.decode(content, type=Manifest)
                elif table := _table_of(name):
                    for line in content.splitlines(keepends=True):
                        tables.setdefault(table, _Sum()).add(line)
                else:
                    files.add(_file_line(name, content))
        if manifest is None:
            raise BackupRefused("The backup has no list of what is in it.")
        found = {name: tables.get(name, _Sum()).result() for name in manifest.tables}
        if found != manifest.tables or files.result() != manifest.files:
            raise BackupRefused("What is in the backup is not what its list says.")
        if keys is not None and _read_keys(keys, private_key).made_at < manifest.made_at:
            raise BackupRefused("The keys are older than the data. Take the keys of the same backup, or newer ones.")
        return manifest


def restore(
    factory: sessionmaker[Session], data: Path, keys: Path, private_key: bytes, *, now: datetime, ports: Ports
) -> Restored:
    """Bring both files back into an empty portal whose tables are there. All or nothing in the database.

    Cases that have been erased since the backup was made are erased again: their lock is gone. Raises BackupRefused.
    """
    manifest, kept = verify(data, keys, private_key), _read_keys(keys, private_key)
    with factory.begin() as session:
        _refuse_filled(session)
        if manifest.revision != _revision(session):
            raise BackupRefused(
                f"The backup is of revision {manifest.revision}, this Recourse of {_revision(session)}. "
                "Restore it with the version that made it, then bring that up to date."
            )
        with _telling_damage(), read_archive(data, private_key) as archive:
            for name, content in _entries(archive):
                if table := _table_of(name):
                    _insert(session, metadata.tables[table], content)
                elif name.startswith("files/"):
                    ports.storage.put(name.removeprefix("files/"), content)
        if _sum_tables(session) != manifest.tables:
            raise BackupRefused(
                "What came back is not what went in, so nothing was kept. Keep both files and ask for help."
            )
        ports.locks.forget_witness()
        restored = ports.locks.put_all(CaseLock(*each) for each in kept.locks)
    with factory.begin() as session:
        again = _erase_again(Work(session=session, actor=SYSTEM, now=now, ports=ports))
        journal.note(session, Noted.BACKUP_RESTORED, facts={"erased_again": again}, now=now)
    return Restored(manifest, restored, again)


def restore_secrets(keys: Path, private_key: bytes, paths: Mapping[str, Path]) -> None:
    """Put the server's secrets in their files, which must not be there yet. Before anything else is opened.

    `paths` by the name of the setting. Raises BackupRefused.
    """
    kept = _read_keys(keys, private_key)
    for setting, path in paths.items():
        text = kept.secrets.get(setting)
        if text is None:
            continue
        if path.exists() and path.read_text("ascii") != text:
            raise BackupRefused(f"{path} is there already and is another one. Move it away first.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, "ascii")


def sums(factory: sessionmaker[Session]) -> dict[str, TableSum]:
    """Rows and digest of every kept table as they are now."""
    with factory() as session:
        _begin_snapshot(session)
        return _sum_tables(session)


def kept_tables() -> list[sa.Table]:
    """Every table of a backup, those first that others refer to."""
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def _sum_tables(session: Session) -> dict[str, TableSum]:
    found = {}
    for table in kept_tables():
        total = _Sum()
        for line in _lines(session, table):
            total.add(line)
        found[table.name] = total.result()
    return found


class _Sum:
    """Counts and digests lines one by one."""

    def __init__(self) -> None:
        self.rows, self._hash = 0, hashlib.sha256()

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._hash.update(line)

    def result(self) -> TableSum:
        return TableSum(self.rows, self._hash.hexdigest())


@contextmanager
def _telling_damage() -> Iterator[None]:
    """A damaged archive is refused in the words of this module."""
    try:
        yield
    except BadArchive as error:
        raise BackupRefused(str(error)) from error


def _begin_snapshot(session: Session) -> None:
    """One moment of the database for all tables, while others go on writing."""
    if session.get_bind().dialect.name == "sqlite":
        begin_reading(session)
    else:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _recovery_key(session: Session) -> bytes:
    query = sa.select(RecoveryKey.public_key).order_by(RecoveryKey.created_at.desc()).limit(1)
    found = session.scalars(query).first()
    if found is None:
        raise BackupRefused("A backup is encrypted to the recovery key. Add the first member of staff; that makes it.")
    return found


def _revision(session: Session) -> str:
    if not sa.inspect(session.connection()).has_table("alembic_version"):
        return ""
    return str(session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or "")


def _lines(session: Session, table: sa.Table) -> Iterator[bytes]:
    """Each row as one line of JSON, in the order of the primary key."""
    rows = session.execute(sa.select(table).order_by(*table.primary_key), execution_options={"yield_per": BATCH})
    for row in rows.mappings():
        yield msgspec.json.encode({column.name: row[column.name] for column in table.columns}) + b"\n"


def _write_table(session: Session, archive: tarfile.TarFile, table: sa.Table) -> TableSum:
    total = _Sum()
    for number, lines in enumerate(_batches(_lines(session, table))):
        for line in lines:
            total.add(line)
        add_bytes(archive, f"tables/{table.name}/{number:06d}.jsonl", b"".join(lines))
    return total.result()


def _write_files(archive: tarfile.TarFile, ports: Ports) -> TableSum:
    """Every sealed file. One that went while this ran belonged to a case that was erased."""
    total = _Sum()
    for key in sorted(ports.storage.list_keys()):
        try:
            content = ports.storage.get(key)
        except FileMissing:
            continue
        add_bytes(archive, f"files/{key}", content)
        total.add(_file_line(f"files/{key}", content))
    return total.result()


def _file_line(name: str, content: bytes) -> bytes:
    return f"{name} {hashlib.sha256(content).hexdigest()}\n".encode()


def _batches(lines: Iterable[bytes]) -> Iterator[tuple[bytes, ...]]:
    rest = iter(lines)
    while batch := tuple(islice(rest, BATCH)):
        yield batch


def _entries(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Name and content of each plain file; anything else has no place in a backup of ours."""
    for entry in archive:
        file = archive.extractfile(entry) if entry.isfile() else None
        if file is None or not re.fullmatch(r"(tables|files)/[\w./-]+|(manifest|keys)\.json", entry.name):
            raise BackupRefused(f"The backup holds something that does not belong there: {entry.name!r}")
        yield entry.name, file.read()


def _table_of(name: str) -> str | None:
    parts = name.split("/")
    if parts[0] != "tables":
        return None
    if len(parts) != 3 or parts[1] not in metadata.tables:
        raise BackupRefused(f"This Recourse has no table {name}. Use the version that made the backup.")
    return parts[1]


def _insert(session: Session, table: sa.Table, content: bytes) -> None:
    rows = [_decode_row(table, line) for line in content.splitlines()]
    if rows:
        session.execute(table.insert(), rows)


def _decode_row(table: sa.Table, line: bytes) -> dict[str, Any]:
    """A row with values of the columns' types."""
    raw: dict[str, Any] = msgspec.json.decode(line)
    return {column.name: _decode(column, raw.get(column.name)) for column in table.columns}


def _decode(column: sa.Column[Any], value: Any) -> Any:
    if value is None or isinstance(column.type, (sa.JSON, Word)):
        return value
    kind = datetime if isinstance(column.type, UTCDateTime) else column.type.python_type
    return msgspec.convert(value, kind, strict=False)


def _gather_keys(ports: Ports, now: datetime) -> Keys:
    files = ports.config.key_files.items()
    texts = {setting: path.read_text("ascii") for setting, path in files if path.exists()}
    locks = [(lock.case_id, lock.lock, lock.made_at) for lock in ports.locks.list_all()]
    return Keys(made_at=now, secrets=texts, locks=locks)


def _living(session: Session) -> set[UUID]:
    """Cases that do not open without their lock."""
    query = sa.select(Case.id).join(CaseKey, CaseKey.case_id == Case.id)
    return set(session.scalars(query.where(CaseKey.is_locked, Case.status != CaseStatus.ERASED)))


def _refuse_lost_locks(factory: sessionmaker[Session], unlocked: set[UUID]) -> None:
    """A keys file without the locks of living cases must not replace the one before, which may be all that has them.

    A case that was erased while the backup was taken has no lock either, so each is looked for again.
    """
    if not unlocked:
        return
    with factory() as session:
        begin_reading(session)
        lost = len(unlocked & _living(session))
    if lost:
        raise BackupRefused(
            f"The locks of {lost} cases are missing from RECOURSE_LOCKS. Keep the keys file you have: it may be all "
            "that opens them. Stop the portal and see docs/operations.md, The locks."
        )


def _read_keys(path: Path, private_key: bytes) -> Keys:
    with _telling_damage(), read_archive(path, private_key) as archive:
        found = dict(_entries(archive))
    if "keys.json" not in found:
        raise BackupRefused("This is no backup of keys.")
    return msgspec.json.decode(found["keys.json"], type=Keys)


def _refuse_filled(session: Session) -> None:
    for table in kept_tables():
        if session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
            raise BackupRefused("There is something in this portal already. Restore into an empty data folder.")


def _erase_again(work: Work) -> int:
    locked = {lock.case_id for lock in work.ports.locks.list_all()}
    gone = [work.session.get_one(Case, case_id) for case_id in sorted(_living(work.session) - locked)]
    for case in gone:
        erasure.erase(work.on(case, b""))
    return len(gone)
