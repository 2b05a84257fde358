"""A database and the ports for the walked situations. They are about law and dates, so SQLite alone is enough here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.db import make_engine, make_session_factory
from tests.scenarios.story import Teller
from tests.services.factories import make_ports
from tests.services.fakes import print_quickly
from tests.sqlite import copy_tables


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = make_engine(copy_tables(tmp_path / "stories.db"))
    with make_session_factory(engine)() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def teller(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """Begins a story with the product's own laws and directory."""
    print_quickly(monkeypatch)
    return Teller(session, make_ports(tmp_path))
