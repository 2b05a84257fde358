"""The `recovery` command: rehearsed with the printed key, used, replaced."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from portal.config import load_config
from portal.factory import create_app
from portal.models.accounts import Membership
from portal.models.tables import metadata
from portal.wiring import Parts

KEY = re.compile(r"(?:[A-Z2-7]{4}-){13}[A-Z2-7]{4}")
MADE = ["staff", "add", "ines", "--name", "Ines", "--role", "supervisor", "--team", "Harbour", "--password-stdin"]


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    made = create_app(load_config({"RECOURSE_DATA": str(tmp_path)}))
    metadata.create_all(parts_of(made).engine)
    return made


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions["recourse"]
    return found


def run(app: Flask, *arguments: str, stdin: str = "") -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=stdin)


def printed_key(result: Result) -> str:
    found = KEY.search(result.output)
    assert found, result.output
    return found.group()


def test_the_printed_key_is_rehearsed_used_and_replaced(app: Flask) -> None:
    key = printed_key(run(app, *MADE, stdin="a long password of the test\n"))
    good = run(app, "recovery", "rehearse", stdin=key + "\n")
    assert good.exit_code == 0, good.output
    assert "opens every team" in good.output

    with parts_of(app).sessions.begin() as session:
        session.scalars(select(Membership)).one().team_key = None
    restored = run(app, "recovery", "restore", "ines", stdin=key + "\n")
    assert restored.exit_code == 0, restored.output
    assert "Harbour" in restored.output

    new = printed_key(run(app, "recovery", "renew", stdin=key + "\n"))
    assert run(app, "recovery", "rehearse", stdin=new + "\n").exit_code == 0
    old = run(app, "recovery", "rehearse", stdin=key + "\n")
    assert old.exit_code == 1
    assert "DOES NOT OPEN" in old.output


def test_a_mistyped_key_is_named_and_nothing_is_done(app: Flask) -> None:
    key = printed_key(run(app, *MADE, stdin="a long password of the test\n"))
    slip = ("B" if key[0] == "A" else "A") + key[1:]
    for command in (("rehearse",), ("restore", "ines"), ("renew",)):
        result = run(app, "recovery", *command, stdin=slip + "\n")
        assert result.exit_code == 1
        assert "at least one letter is wrong" in result.output
