"""SQLite for tests: a file with all tables, made once by each process and copied for each test."""

from __future__ import annotations

import os
import shutil
import sqlite3
from functools import lru_cache
from pathlib import Path

from portal.db import make_engine
from portal.models.tables import metadata
from tests.suite import run_folder


def copy_tables(path: Path) -> str:
    """The address of a database of that file, with all tables and no row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(empty_database(), path)
    return f"sqlite:///{path}"


def copy_database(source: Path, target: Path) -> None:
    """All of a database into another, also where somebody has either open."""
    start, end = sqlite3.connect(source), sqlite3.connect(target)
    end.execute("PRAGMA synchronous=OFF")  # a test outlives no power cut
    start.backup(end)
    start.close()
    end.close()


@lru_cache(maxsize=1)
def empty_database() -> Path:
    """The file that is copied."""
    path = run_folder() / f"{os.getpid()}.db"
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()  # the last connection leaves nothing in a log beside the file
    return path
