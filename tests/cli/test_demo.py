"""The `demo` command: what it prints, and that it does so once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from portal.cli.demo import demo, describe_filled
from portal.config import load_config
from portal.domain.lifecycle import Role
from portal.factory import create_app
from portal.models.tables import metadata
from portal.services.demo.fill import Filled, SignIn, fill
from portal.services.demo.stories import SHOWN, make_stories
from portal.wiring import Parts
from tests.services.fakes import print_quickly


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    made = create_app(load_config({"RECOURSE_DATA": str(tmp_path)}))
    parts: Parts = made.extensions["recourse"]
    metadata.create_all(parts.engine)
    return made


def test_what_is_printed_names_every_sign_in_and_the_words() -> None:
    sign_in = SignIn(
        login="demo.advocate",
        name="Maren Anker",
        role=Role.ADVOCATE,
        password="one two three",
        app_secret="ABCD",
        codes=("CODE-1", "CODE-2"),
    )
    text = describe_filled(
        Filled(sign_ins=(sign_in,), words="four five six", reference="ABCD-EFGH", cases=3, recovery_key="KEYS-KEYS"),
        "http://here",
    )

    for part in (
        "Made 3 invented cases.",
        "http://here/desk",
        "demo.advocate",
        "one two three",
        "four five six",
        "KEYS-KEYS",
    ):
        assert part in text


def test_a_filled_portal_is_told_and_left_as_it_is(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    parts: Parts = app.extensions["recourse"]
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    shown = tuple(story for story in make_stories(now.date()) if story.key == SHOWN)
    fill(parts.sessions, shown, shown=SHOWN, now=now, ports=parts.ports)

    result = app.test_cli_runner().invoke(demo)

    assert result.exit_code == 0
    assert "there already" in result.output


def test_a_database_that_was_never_made_is_one_clear_line(tmp_path: Path) -> None:
    bare = create_app(load_config({"RECOURSE_DATA": str(tmp_path / "new")}))

    result = bare.test_cli_runner().invoke(demo)

    assert result.exit_code == 1
    assert "make run" in result.output
