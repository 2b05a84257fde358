"""Backups: taken while the portal runs, encrypted to the organisation's recovery key, brought back to the last bit.

There are two files, and they belong apart. The *data* file holds tables and sealed files. The *keys* file holds the
cases' locks and the server's secrets. Old data files may be kept; of the keys file only the newest lives, because an
erasure is complete when no copy of the case's lock is left.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.archives import BadArchive, add_bytes, read_archive, write_archive
from portal.adapters.storage import FileMissing
from portal.adapters.vault import derive_subkey
from portal.db import begin_reading
from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus
from portal.models.accounts import RecoveryKey
from portal.models.cases import Case, CaseKey
from portal.models.tables import metadata
from portal.services.case_locks import CaseLock
from portal.services.cases import erasure
from portal.services.history import journal
from portal.services.operations.backup_index import FILES, BackupIndex, BadIndex, write_index
from portal.services.operations.backup_rows import (
    Sum,
    TableSum,
    cut_in_batches,
    delete_rows,
    insert_rows,
    kept_tables,
    put_rows,
    read_rows,
    sum_tables,
)
from portal.services.ports import SYSTEM, Ports
from portal.services.work import Work

FORMAT = 2  # 1 had no increments


class BackupRefused(ValueError):
    """It cannot be done as things stand. The message says what to do."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a data file holds. Two backups of the same state have equal sums.

    `tables` and `files` are the sums of everything there was at that moment. An increment holds only what changed since
    the backup whose `id` is `after`: `changed` and `added` are the sums of that.
    """

    revision: str
    made_at: datetime
    tables: dict[str, TableSum]
    files: TableSum
    format: int = 1
    id: str = ""
    after: str = ""
    changed: dict[str, TableSum] = {}
    added: TableSum | None = None  # files, and lists of what is gone

    @property
    def is_increment(self) -> bool:
        return bool(self.after)


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
    factory: sessionmaker[Session],
    data: Path,
    keys: Path,
    *,
    now: datetime,
    ports: Ports,
    anyway: bool = False,
    index: Path | None = None,
    goes_on: bool = False,
) -> Manifest:
    """Write both files, each as a whole or not at all. The keys are read last, so that no case lacks its lock.

    The keys are in place before the data: whatever cuts this off, the keys are never older than the data beside them.
    Where living cases have lost their locks it is refused, unless `anyway`. `index` is where it is noted what the
    backup holds; one that `goes_on` writes only what is not noted there. Raises BackupRefused, OSError.
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
    secret = derive_subkey(ports.keys.outbox, "backup-index")
    with factory() as session, _telling_damage(), write_index(index, secret, goes_on=goes_on) as noted:
        _begin_snapshot(session)
        about = {"revision": _revision(session), "recovery_key": public_key.hex()}
        _refuse_strange(noted, about)
        with write_archive(data, public_key) as archive:
            manifest = _write_data(session, archive, noted, now=now, ports=ports)
            gathered, living = _gather_keys(ports, now), _living(session)
            if not anyway:
                _refuse_lost_locks(factory, living - {case_id for case_id, *_ in gathered.locks})
            with write_archive(keys, public_key) as apart:
                add_bytes(apart, "keys.json", msgspec.json.encode(gathered))
        noted.tell(id=manifest.id, **about)
    return manifest


def verify(data: Path, keys: Path | None, private_key: bytes, increments: Sequence[Path] = ()) -> Manifest:
    """Read every byte of a backup and of its increments, and count them again. What the last of them says.

    Raises BackupRefused, OSError.
    """
    last = _verify_file(data, private_key)
    if last.is_increment:
        raise BackupRefused(f"{data} holds only what one day changed. Name the whole backup first, then it.")
    for path in increments:
        manifest = _verify_file(path, private_key)
        if not manifest.is_increment or manifest.after != last.id:
            raise BackupRefused(f"{path} does not go on from the file before it. Name them in the order of their days.")
        last = manifest
    if keys is not None and _read_keys(keys, private_key).made_at < last.made_at:
        raise BackupRefused("The keys are older than the data. Take the keys of the same backup, or newer ones.")
    return last


def _verify_file(data: Path, private_key: bytes) -> Manifest:
    """One file by itself: what is in it is what its own list says."""
    with _telling_damage():
        tables: dict[str, Sum] = {}
        files, manifest = Sum(), None
        with read_archive(data, private_key) as archive:
            for name, content in _entries(archive):
                if name == "manifest.json":
                    manifest = msgspec.json.decode(content, type=Manifest)
                    continue
                table = _table_of(name)
                if table is None or name.startswith("gone/"):
                    files.add(_file_line(name, hashlib.sha256(content).digest()))
                    continue
                total = tables.setdefault(table, Sum())
                for line in content.splitlines(keepends=True):
                    total.add(line)
        if manifest is None:
            raise BackupRefused("The backup has no list of what is in it.")
        if manifest.format > FORMAT:
            raise BackupRefused("A newer Recourse made this backup. Use that one.")
        told = (manifest.changed, manifest.added) if manifest.is_increment else (manifest.tables, manifest.files)
        found = {name: tables.get(name, Sum()).result() for name in told[0]}
        if tables.keys() - found.keys() or (found, files.result()) != told:
            raise BackupRefused("What is in the backup is not what its list says.")
        return manifest


def restore(
    factory: sessionmaker[Session],
    data: Path,
    keys: Path,
    private_key: bytes,
    *,
    now: datetime,
    ports: Ports,
    increments: Sequence[Path] = (),
    checked: Manifest | None = None,
) -> Restored:
    """Bring all of it back into an empty portal whose tables are there. All or nothing in the database.

    `increments` in the order of their days; `checked` is what `verify` said of the same files just before. Cases that
    have been erased since the backup was made are erased again: their lock is gone. Raises BackupRefused.
    """
    manifest = checked or verify(data, keys, private_key, increments)
    kept = _read_keys(keys, private_key)
    with factory.begin() as session:
        _refuse_filled(session)
        if manifest.revision != _revision(session):
            raise BackupRefused(
                f"The backup is of revision {manifest.revision}, this Recourse of {_revision(session)}. "
                "Restore it with the version that made it, then bring that up to date."
            )
        with _telling_damage():
            _bring_back(session, data, private_key, ports, insert_rows)
            for path in increments:
                _bring_increment(session, path, private_key, ports)
        if sum_tables(session) != manifest.tables:
            raise BackupRefused(
                "What came back is not what went in, so nothing was kept. Keep all files and ask for help."
            )
        ports.locks.forget_witness()
        restored = ports.locks.put_all(CaseLock(*each) for each in kept.locks)
    with factory.begin() as session:
        again = _erase_again(Work(session=session, actor=SYSTEM, now=now, ports=ports))
        journal.note(session, Noted.BACKUP_RESTORED, facts={"erased_again": again}, now=now)
    return Restored(manifest, restored, again)


def _bring_back(
    session: Session, path: Path, private_key: bytes, ports: Ports, put: Callable[[Session, sa.Table, bytes], None]
) -> None:
    with read_archive(path, private_key) as archive:
        for name, content in _entries(archive):
            if name.startswith("tables/"):
                put(session, metadata.tables[_table_of(name) or ""], content)
            elif name.startswith("files/"):
                ports.storage.put(name.removeprefix("files/"), content)


def _bring_increment(session: Session, path: Path, private_key: bytes, ports: Ports) -> None:
    """What went goes first, where nothing refers to it any more; what still does, is told otherwise by what changed."""
    gone: dict[str, list[str]] = {}
    with read_archive(path, private_key) as archive:
        for name, content in _entries(archive):
            if name.startswith("gone/"):
                gone[name.split("/")[1]] = msgspec.json.decode(content, type=list[str])
    for key in gone.pop(FILES, ()):
        ports.storage.delete(key)
    left = _delete_rows(session, gone)
    _bring_back(session, path, private_key, ports, put_rows)
    if left and _delete_rows(session, left):
        raise BackupRefused("What came back is not what went in, so nothing was kept. Keep all files and ask for help.")


def _delete_rows(session: Session, gone: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Delete rows, those first that refer to others. What is left by table, because something refers to it."""
    left: dict[str, Sequence[str]] = {}
    for table in reversed(kept_tables()):
        try:
            with session.begin_nested():
                delete_rows(session, table, gone.get(table.name, ()))
        except sa.exc.IntegrityError:
            left[table.name] = gone[table.name]
    return left


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
        return sum_tables(session)


@contextmanager
def _telling_damage() -> Iterator[None]:
    """A damaged archive is refused in the words of this module."""
    try:
        yield
    except (BadArchive, BadIndex) as error:
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


def _refuse_strange(noted: BackupIndex, about: Mapping[str, str]) -> None:
    """An increment is brought back over what the same portal wrote, with the same recovery key."""
    if noted.goes_on and any(noted.find(name) != value for name, value in about.items()):
        raise BackupRefused(
            "Recourse or its recovery key has changed since the backup of this index. Make a whole backup again."
        )


def _write_data(
    session: Session, archive: tarfile.TarFile, noted: BackupIndex, *, now: datetime, ports: Ports
) -> Manifest:
    tables, changed, beside = {}, {}, Sum()
    for table in kept_tables():
        tables[table.name], changed[table.name] = _write_table(session, archive, noted, table)
        _write_gone(archive, noted, table.name, beside)
    files = _write_files(archive, noted, ports, beside)
    manifest = Manifest(
        revision=_revision(session),
        made_at=now,
        tables=tables,
        files=files,
        format=FORMAT,
        id=secrets.token_hex(16),
        after=noted.find("id") or "",
        changed=changed if noted.goes_on else {},
        added=beside.result() if noted.goes_on else None,
    )
    add_bytes(archive, "manifest.json", msgspec.json.encode(manifest))
    return manifest


def _write_table(
    session: Session, archive: tarfile.TarFile, noted: BackupIndex, table: sa.Table
) -> tuple[TableSum, TableSum]:
    """The sums of all rows and of those that were written: all of them, or where it goes on those that changed."""
    total, written = Sum(), Sum()
    for number, rows in enumerate(cut_in_batches(read_rows(session, table))):
        for _, line in rows:
            total.add(line)
        lines = noted.list_changed(table.name, rows)
        for line in lines:
            written.add(line)
        if lines:
            add_bytes(archive, f"tables/{table.name}/{number:06d}.jsonl", b"".join(lines))
    return total.result(), written.result()


def _write_files(archive: tarfile.TarFile, noted: BackupIndex, ports: Ports, beside: Sum) -> TableSum:
    """Every sealed file that is not noted yet. One that went while this ran belonged to a case that was erased."""
    total = Sum()
    for key in sorted(ports.storage.list_keys()):
        digest = noted.find_file(key)
        if digest is None:
            try:
                content = ports.storage.get(key)
            except FileMissing:
                continue
            digest = hashlib.sha256(content).digest()
            add_bytes(archive, f"files/{key}", content)
            noted.note_file(key, digest)
            beside.add(_file_line(f"files/{key}", digest))
        total.add(_file_line(f"files/{key}", digest))
    _write_gone(archive, noted, FILES, beside)
    return total.result()


def _write_gone(archive: tarfile.TarFile, noted: BackupIndex, place: str, beside: Sum) -> None:
    if gone := list(noted.list_gone(place)):
        name, content = f"gone/{place}/keys.json", msgspec.json.encode(gone)
        add_bytes(archive, name, content)
        beside.add(_file_line(name, hashlib.sha256(content).digest()))


def _file_line(name: str, digest: bytes) -> bytes:
    return f"{name} {digest.hex()}\n".encode()


def _entries(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Name and content of each plain file; anything else has no place in a backup of ours."""
    for entry in archive:
        file = archive.extractfile(entry) if entry.isfile() else None
        if file is None or not re.fullmatch(r"(tables|files|gone)/[\w./-]+|(manifest|keys)\.json", entry.name):
            raise BackupRefused(f"The backup holds something that does not belong there: {entry.name!r}")
        yield entry.name, file.read()


def _table_of(name: str) -> str | None:
    """The table whose rows, or whose keys that are gone, an entry holds; None for one of files."""
    parts = name.split("/")
    if parts[0] == "files" or parts[:2] == ["gone", FILES]:
        return None
    if len(parts) != 3 or parts[1] not in metadata.tables:
        raise BackupRefused(f"This Recourse has no table {name}. Use the version that made the backup.")
    return parts[1]


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
