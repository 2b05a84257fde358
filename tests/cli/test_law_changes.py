"""`law diff` and `law apply`: what an own law in place of ours does to clocks that run, shown first, applied once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import load_config
from portal.domain.lifecycle import History
from portal.factory import create_app
from portal.models.events import Event
from portal.models.tables import metadata
from portal.reference.registry import FOLDER
from portal.wiring import Parts
from tests.services.factories import NOW, make_case
from tests.services.fakes import HOUR, print_quickly, send

LATER = NOW + timedelta(hours=10)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def make_app(folder: Path, packs: Path | None = None) -> Flask:
    settings = {"RECOURSE_DATA": str(folder)} | ({"RECOURSE_PACKS": str(packs)} if packs else {})
    return create_app(load_config(settings), clock=lambda: LATER)


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions["recourse"]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data of a portal with one case, whose request runs 48 hours from an hour after NOW."""
    (tmp_path / "data").mkdir()
    parts = parts_of(make_app(tmp_path / "data"))
    metadata.create_all(parts.engine)
    with parts.sessions.begin() as session:
        opened = make_case(session, parts.ports, links="https://pictures.example.org/album/7")
        send(session, opened, parts.ports)
    return tmp_path / "data"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder whose federal law gives a day in place of two."""
    text = (FOLDER / "laws" / "us.yaml").read_text("utf-8")
    start, end = text.index("  - id: us-take-it-down"), text.index("  - id: us-dmca-512")
    law = text[start:end].replace("amount: 48", "amount: 24").replace("version: ", "version: own-")
    (tmp_path / "packs" / "laws").mkdir(parents=True)
    (tmp_path / "packs" / "laws" / "own.yaml").write_text(f"jurisdiction: US\nregimes:\n{law}", "utf-8")
    return tmp_path / "packs"


def run(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["law", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_same_laws_change_nothing(folder: Path) -> None:
    app = make_app(folder)
    assert run(app, "diff") == run(app, "apply") == "Nothing changes for the clocks that run.\n"
    assert json.loads(run(app, "diff", "--json")) == []


def test_a_change_is_shown_then_applied_and_then_there_is_none(folder: Path, packs: Path) -> None:
    app = make_app(folder, packs)
    (change,) = json.loads(run(app, "diff", "--json"))
    assert (change["regime"], change["rule"]) == ("us-take-it-down", "remove")
    assert change["due_after"].startswith((NOW + 25 * HOUR).isoformat()[:19])
    shown = run(app, "diff")
    assert change["reference"] in shown
    assert "1 clocks of 1 cases would change." in shown
    assert run(app, "diff") == shown, "to show it changes nothing"

    assert run(app, "apply") == "1 clocks changed.\n"
    assert run(app, "diff") == run(app, "apply") == "Nothing changes for the clocks that run.\n"


def test_without_a_database_there_is_one_clear_line(tmp_path: Path) -> None:
    for command in ("diff", "apply"):
        (tmp_path / command).mkdir()
        result = make_app(tmp_path / command).test_cli_runner().invoke(args=["law", command])
        assert result.exit_code == 1
        assert "The database is not ready" in result.output


def test_a_case_that_cannot_be_counted_is_named_and_the_command_says_so(folder: Path, packs: Path) -> None:
    app = make_app(folder, packs)
    parts = parts_of(app)
    with parts.sessions.begin() as session:
        broken = make_case(session, parts.ports, links="https://pictures.example.org/album/8")
        send(session, broken, parts.ports)
        event = session.scalars(select(Event).where(Event.case_id == broken.case.id, Event.request_id.is_not(None)))
        row = event.first()
        assert row is not None
        row.kind, row.facts = History.ANSWERED, {}
        reference = broken.case.reference
    for command, told in (("diff", "1 clocks of 1 cases would change."), ("apply", "1 clocks changed.")):
        result = app.test_cli_runner().invoke(args=["law", command])
        assert result.exit_code == 1
        assert told in result.stdout
        assert f"{reference}: its clocks could not be counted: KeyError" in result.stderr
    result = app.test_cli_runner().invoke(args=["law", "diff", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (1, [])
