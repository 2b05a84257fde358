"""The desk, staffed."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.web.unit_of_work import parts
from tests.web.desk.colleague import Desk, make_desk


@pytest.fixture
def desk(app: Flask) -> Desk:
    with app.app_context():
        return make_desk(app, parts())
