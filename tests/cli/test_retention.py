"""`retention` shows first, and does only when asked to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.config import load_config
from portal.domain.lifecycle import CaseStatus, CloseReason
from portal.factory import create_app
from portal.models.cases import Case
from portal.models.tables import metadata
from portal.services.cases import handover
from portal.wiring import Parts
from tests.services.factories import NOW, make_case, make_draft

LATER = NOW + timedelta(days=30)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = create_app(load_config({"RECOURSE_DATA": str(tmp_path), "RECOURSE_QUEUE": "memory:"}), clock=lambda: LATER)
    parts = parts_of(made)
    metadata.create_all(parts.engine)
    with parts.sessions.begin() as session:
        make_draft(session, parts.ports)
        closed = make_case(session, parts.ports)
        handover.close(closed.at(NOW), reason=CloseReason.REMOVED)
        make_case(session, parts.ports)
    yield made
    parts.engine.dispose()


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions["recourse"]
    return found


def run(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["retention", *arguments])
    assert result.exit_code == 0, result.output
    return str(result.output)


def count_cases(app: Flask) -> int:
    with parts_of(app).sessions() as session:
        living = select(func.count()).select_from(Case).where(Case.status != CaseStatus.ERASED)
        return session.scalar(living) or 0


def test_it_lists_what_goes_and_changes_nothing(app: Flask) -> None:
    lines = run(app).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("2026-11-30 09:00 UTC")
    assert lines[0].endswith("draft  goes now")
    assert lines[1].startswith("2027-02-21 09:00 UTC")
    assert lines[1].endswith("closed  stays until then")
    assert lines[2].startswith("1 goes now, 0 goes soon")
    assert count_cases(app) == 3


def test_it_does_when_it_is_told_to_and_a_second_time_does_nothing(app: Flask) -> None:
    assert run(app, "--do").endswith("Done: 0 warned by e-mail, 1 gone.\n")
    assert count_cases(app) == 2
    assert run(app, "--do").endswith("Done: 0 warned by e-mail, 0 gone.\n")


def test_a_portal_without_a_database_is_told_so_in_one_line(tmp_path: Path) -> None:
    empty = create_app(load_config({"RECOURSE_DATA": str(tmp_path / "new"), "RECOURSE_QUEUE": "memory:"}))
    (tmp_path / "new").mkdir()
    result = empty.test_cli_runner().invoke(args=["retention"])
    assert result.exit_code == 1
    assert "The database is not ready" in result.output
