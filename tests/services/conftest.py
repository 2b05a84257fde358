"""A database and the ports for the tests of use cases: each runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_engine, make_session_factory
from portal.services.ports import Ports
from tests.postgres import filled_database
from tests.services.factories import guarded, make_ports
from tests.sqlite import copy_tables


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield copy_tables(tmp_path / "test.db")
    else:
        with filled_database() as url:
            yield url


@pytest.fixture
def sessions(database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = make_engine(database_url)
    yield guarded(make_session_factory(engine))
    engine.dispose()


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session whose changes are never committed by itself."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path)
