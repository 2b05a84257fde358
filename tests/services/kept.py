"""What a fixture has made through the use cases, kept by this process and put back for each further test.

The way through a case takes a quarter of a second, and is the same way for each test of a file; to put its rows back
takes a tenth of that. What a test may change lies in its own database and folder: here are only copies.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.models.tables import metadata
from portal.services.ports import Ports
from tests.sqlite import copy_database
from tests.suite import run_folder

Sessions = sessionmaker[Session]
Made = TypeVar("Made")
LOCKS, FILES = "locks.db", "files"


@dataclass(frozen=True)
class _Kept:
    """The rows of each table, a folder with the locks and the files, and what the one who made it returned."""

    rows: tuple[tuple[sa.Table, list[dict[str, Any]]], ...]
    folder: Path
    made: Any


_kept: dict[tuple[Callable[..., Any], str], _Kept] = {}


def make_once(build: Callable[[Sessions, Ports], Made], sessions: Sessions, ports: Ports) -> Made:
    """What `build` makes in an empty database, and returns. The first test of a process on each kind of database builds
    it, the others get its rows, locks and files.

    What is returned is that of the first, so that it has to be without sessions and ports, or be given those of the
    test (`fakes.reopen`, `replace(opened, ports=ports)`).
    """
    engine: sa.Engine = sessions.kw["bind"]
    known = _kept.get((build, engine.dialect.name))
    if known is not None:
        _put_back(known, engine, ports.config.data_folder)
        return known.made  # type: ignore[no-any-return]
    made = build(sessions, ports)
    _kept[build, engine.dialect.name] = _keep(engine, ports.config.data_folder, made)
    return made


def _keep(engine: sa.Engine, folder: Path, made: Any) -> _Kept:
    with engine.connect() as connection:
        found = ((table, connection.execute(table.select()).mappings().all()) for table in metadata.sorted_tables)
        rows = tuple((table, [dict(row) for row in rows]) for table, rows in found if rows)
    copy = Path(tempfile.mkdtemp(prefix=f"kept-{os.getpid()}-", dir=run_folder()))
    copy_database(folder / LOCKS, copy / LOCKS)
    if (folder / FILES).exists():
        shutil.copytree(folder / FILES, copy / FILES)
    return _Kept(rows, copy, made)


def _put_back(kept: _Kept, engine: sa.Engine, folder: Path) -> None:
    with engine.begin() as connection:
        for table, rows in kept.rows:
            connection.execute(table.insert(), rows)
    copy_database(kept.folder / LOCKS, folder / LOCKS)
    if (kept.folder / FILES).exists():
        shutil.copytree(kept.folder / FILES, folder / FILES, dirs_exist_ok=True)
