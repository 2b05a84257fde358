"""What the last backup held, by keyed digests, so that the next one writes only what is new, changed or gone.

The index lies beside the portal. It holds no content: which rows and files there are, and a digest of each under a key
of this server. Where it is lost, or belongs to another server's secret, the next backup is a whole one.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE held (place TEXT, key TEXT, digest BLOB NOT NULL, PRIMARY KEY (place, key)) WITHOUT ROWID;
"""
FILES = "files"  # the place of sealed files; every other is the name of a table


class BadIndex(ValueError):
    """There is no index of an earlier backup, or it is none. The message says what to do."""


class BackupIndex:
    """The index that one backup writes, beside the one of the backup before where it goes on from that."""

    def __init__(self, connection: sqlite3.Connection, secret: bytes, *, goes_on: bool) -> None:
        self._connection, self._secret, self.goes_on = connection, secret, goes_on

    def find(self, name: str) -> str | None:
        """What the backup before says of itself."""
        if not self.goes_on:
            return None
        row = self._connection.execute("SELECT value FROM old.about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def tell(self, **about: str) -> None:
        self._connection.executemany("INSERT INTO main.about VALUES (?, ?)", about.items())

    def list_changed(self, place: str, rows: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """Note these rows, each by its key; the lines of those that the backup before did not hold like this."""
        new = {key: self._digest(line) for key, line in rows}
        self._note(place, new)
        old = self._read_old(place, list(new))
        return [line for key, line in rows if old.get(key) != new[key]]

    def find_file(self, name: str) -> bytes | None:
        """The digest of a file that the backup before held; it is noted again. A file never changes."""
        found = self._read_old(FILES, [name]).get(name)
        if found is not None:
            self._note(FILES, {name: found})
        return found

    def note_file(self, name: str, digest: bytes) -> None:
        self._note(FILES, {name: digest})

    def list_gone(self, place: str) -> Iterator[str]:
        """The keys that the backup before held and this one does not."""
        if not self.goes_on:
            return
        query = "SELECT key FROM old.held WHERE place = :at EXCEPT SELECT key FROM main.held WHERE place = :at"
        for (key,) in self._connection.execute(query, {"at": place}):
            yield str(key)

    def _note(self, place: str, digests: dict[str, bytes]) -> None:
        rows = ((place, key, digest) for key, digest in digests.items())
        self._connection.executemany("INSERT INTO main.held VALUES (?, ?, ?)", rows)

    def _read_old(self, place: str, keys: list[str]) -> dict[str, bytes]:
        if not self.goes_on:
            return {}
        query = "SELECT key, digest FROM old.held WHERE place = ? AND key IN (SELECT value FROM json_each(?))"
        return dict(self._connection.execute(query, (place, json.dumps(keys))))

    def _digest(self, line: bytes) -> bytes:
        return hashlib.blake2b(line, key=self._secret, digest_size=16, person=b"backup-index").digest()


@contextmanager
def write_index(path: Path | None, secret: bytes, *, goes_on: bool) -> Iterator[BackupIndex]:
    """An index that takes the place of the one at `path` when all went well; without a path it is kept nowhere.

    Raises BadIndex where it is to go on from one that is not there.
    """
    if goes_on and (path is None or not path.is_file()):
        raise BadIndex("There is no index of an earlier backup. Make a whole backup first, with --index.")
    new = path.with_name(path.name + ".new") if path else None
    if new:
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
    connection = sqlite3.connect(new or ":memory:", isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.executescript(SCHEMA)
        if goes_on:
            _attach(connection, path)
        connection.execute("BEGIN")
        yield BackupIndex(connection, secret, goes_on=goes_on)
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise BadIndex(f"{path} is no index of a backup. Make a whole backup again.") from error
    finally:
        connection.close()
    if path and new:
        os.replace(new, path)


def _attach(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("ATTACH ? AS old", (f"{path}",))
    connection.execute("SELECT 1 FROM old.held LIMIT 1")
