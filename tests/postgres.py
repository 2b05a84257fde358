"""A real PostgreSQL for tests, started once per process from the `pgserver` package; a database for each test."""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pgserver
import sqlalchemy as sa

_numbers = itertools.count()


@contextmanager
def fresh_database() -> Iterator[str]:
    """The address of an empty database, dropped at the end."""
    name = f"recourse_{next(_numbers)}"
    admin = sa.create_engine(_with_driver(_server_url()), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield _server_url().replace("/postgres?", f"/{name}?")
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@lru_cache(maxsize=1)
def _server_url() -> str:
    folder = Path(tempfile.mkdtemp(prefix="recourse-pg-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")
    atexit.register(_stop, server, folder)
    return str(server.get_uri())


def _stop(server: pgserver.PostgresServer, folder: Path) -> None:
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
