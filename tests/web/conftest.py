"""The application on a database of its own, with a clock that the test sets; and browsers for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal.config import load_config
from portal.factory import create_app
from portal.web.unit_of_work import parts
from tests.printed import remember_letters
from tests.sqlite import copy_tables
from tests.web.pages import Visitor
from tests.web.person import kept_ways

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
remember_letters()


@dataclass
class TestClock:
    """The time of the tests; it stands still until it is moved."""

    __test__ = False
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def app(tmp_path: Path, clock: TestClock, request: pytest.FixtureRequest) -> Iterator[Flask]:
    env = {"RECOURSE_DATA": str(tmp_path / "var"), "RECOURSE_TITLE": "Recourse"}
    config = load_config({**env, "RECOURSE_ORG_EMAIL": "answers@harbour.example"})
    copy_tables(tmp_path / "var" / "recourse.db")
    made = create_app(config, clock=clock)
    made.testing = True
    with made.app_context():
        engine = parts().engine
    if "monkeypatch" not in request.fixturenames:
        kept_ways.allow(made, tmp_path / "var")
    yield made
    engine.dispose()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
