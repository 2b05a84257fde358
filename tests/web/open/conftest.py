"""A portal for the open pages, whose database was never made: they need none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from portal.config import load_config
from portal.factory import create_app
from tests.web.pages import Visitor

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def open_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("open")
    settings = {
        "RECOURSE_DATA": str(folder),
        "RECOURSE_DATABASE": "sqlite:////nowhere/at/all.db",
        "RECOURSE_BASE_URL": "https://portal.example",
    }
    return create_app(load_config(settings), clock=lambda: NOW)


@pytest.fixture
def reader(open_app: Flask) -> Visitor:
    return Visitor(open_app)
