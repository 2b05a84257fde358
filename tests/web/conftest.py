"""The application on a database of its own, with a clock that the test sets; and browsers for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.mailbox import Mailbox, open_mailbox
from tests.printed import remember_letters
from tests.web.pages import Visitor
from tests.web.person import kept_ways
from tests.web.portal import open_portal

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
    with open_portal(tmp_path, clock, RECOURSE_ORG_EMAIL="answers@harbour.example") as made:
        if "monkeypatch" not in request.fixturenames:
            kept_ways.allow(made, tmp_path / "var")
        yield made


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that keeps what it is given."""
    with open_mailbox() as made:
        yield made


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
