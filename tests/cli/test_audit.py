"""The `audit` command: a whole history ends with 0, any other with 1 and the names of its rows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from portal.config import load_config
from portal.domain.journal import Noted
from portal.factory import create_app
from portal.models.journal import JournalEntry
from portal.models.tables import metadata
from portal.run.worker import check_history, sign_day
from portal.services.history import journal
from portal.wiring import Parts
from tests.services.factories import NOW, make_case


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = Parts(load_config({"RECOURSE_DATA": str(tmp_path)}), clock=lambda: NOW)
    metadata.create_all(made.engine)
    return made


@pytest.fixture
def app(parts: Parts) -> Flask:
    with parts.sessions.begin() as session:
        make_case(session, parts.ports)
    sign_day(parts)
    return create_app(parts.config)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *arguments])


def test_a_whole_history_ends_with_0(app: Flask) -> None:
    result = run(app, "verify")
    assert result.exit_code == 0, result.output
    assert "The history is whole" in result.output
    assert "1 signed heads" in result.output


def test_a_changed_row_is_named_and_ends_with_1(app: Flask, parts: Parts) -> None:
    with parts.sessions.begin() as session:
        session.execute(sa.update(JournalEntry).where(JournalEntry.position == 1).values(kind="signed_in"))
    result = run(app, "verify")
    assert result.exit_code == 1
    assert "journal 1: has been changed" in result.output
    assert "is whole" not in result.output


def test_a_copy_of_the_heads_shows_what_is_gone(app: Flask, parts: Parts, tmp_path: Path) -> None:
    copy = tmp_path / "heads.txt"
    copy.write_text(run(app, "heads").output)
    assert run(app, "verify", "--heads", str(copy)).exit_code == 0
    with parts.sessions.begin() as session:
        for table in ("journal", "journal_tip", "heads", "events"):
            session.execute(sa.delete(metadata.tables[table]))
    alone = run(app, "verify")
    assert alone.exit_code == 1
    assert "has lost or gained rows" in alone.output
    result = run(app, "verify", "--heads", str(copy))
    assert result.exit_code == 1
    assert "head of 2026-11-23: is missing" in result.output


def test_the_public_key_kept_elsewhere_is_trusted_alone(app: Flask) -> None:
    key = run(app, "key").output.strip()
    assert run(app, "verify", "--public-key", key).exit_code == 0
    other = run(app, "verify", "--public-key", "ab" * 32)
    assert other.exit_code == 1
    assert "is not known here" in other.output
    assert run(app, "verify", "--public-key", "short").exit_code == 2


def test_a_file_that_holds_no_heads_is_refused_by_line(app: Flask, tmp_path: Path) -> None:
    broken = tmp_path / "heads.txt"
    broken.write_text("\nno head\n")
    result = run(app, "verify", "--heads", str(broken))
    assert result.exit_code == 2
    assert "line 2" in result.output


def test_the_key_is_for_its_owner_only_and_each_day_is_signed_once(app: Flask, parts: Parts) -> None:
    assert parts.config.audit_key_file.stat().st_mode & 0o777 == 0o600
    sign_day(parts)
    later = Parts(parts.config, clock=lambda: NOW + timedelta(days=1))
    with later.sessions.begin() as session:
        journal.note(session, Noted.SIGNED_IN, now=later.clock())
    sign_day(later)
    assert len(run(app, "heads").output.splitlines()) == 2
    assert run(app, "verify").exit_code == 0


def test_a_copy_with_no_head_in_it_is_refused(app: Flask, tmp_path: Path) -> None:
    empty = tmp_path / "heads.txt"
    empty.write_text("\n")
    result = run(app, "verify", "--heads", str(empty))
    assert result.exit_code == 2
    assert "there is no head in it, so it proves nothing" in result.output


def test_only_what_came_since_the_last_check_is_looked_at_on_demand(app: Flask, parts: Parts) -> None:
    check_history(Parts(parts.config))  # the command looks at the real clock
    result = run(app, "verify", "--since-last")
    assert result.exit_code == 0, result.output
    assert "0 entries, 0 events, 1 signed heads, the rows of 0 cases" in result.output
    assert "the rows of every case" in run(app, "verify").output


def test_rows_that_were_bent_are_named_by_table_and_id(app: Flask, parts: Parts) -> None:
    with parts.sessions.begin() as session:
        session.connection().execute(sa.text("UPDATE requests SET state = 'sent'"))
    result = run(app, "verify")
    assert result.exit_code == 1
    assert "requests " in result.output
    assert "has been changed: it does not fit its guard" in result.output
