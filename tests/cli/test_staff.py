"""The `staff` command: who is made, what is printed once, who waits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from portal.cli.staff import staff
from portal.config import load_config
from portal.domain.rights import SecurityNoticeKind
from portal.factory import create_app
from portal.models.accounts import Staff, WebSession
from portal.models.security_notices import SecurityNotice
from portal.models.tables import metadata
from portal.services.signin import factors, sessions
from portal.services.staff import accounts
from portal.wiring import Parts
from tests.second_factor import give_code

KEY = re.compile(r"(?:[A-Z2-7]{4}-){13}[A-Z2-7]{4}")
PASSWORD = "a password of the test"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    made = create_app(load_config({"RECOURSE_DATA": str(tmp_path)}))
    metadata.create_all(parts_of(made).engine)
    return made


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions["recourse"]
    return found


def run(app: Flask, *arguments: str, stdin: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["staff", *arguments], input=stdin)


def add(app: Flask, login: str, *more: str, stdin: str = PASSWORD + "\n") -> Result:
    return run(app, "add", login, "--name", login.title(), "--password-stdin", *more, stdin=stdin)


def test_the_first_member_prints_the_recovery_key_once(app: Flask) -> None:
    first = add(app, "mira", "--role", "supervisor", "--team", "Harbour", "--countries", "nz,au")
    second = add(app, "tane", "--role", "advocate", "--team", "Harbour")

    assert first.exit_code == 0, first.output
    assert KEY.search(first.output)
    assert "paper" in first.output
    assert second.exit_code == 0, second.output
    assert not KEY.search(second.output)
    assert "reads no case" in second.output


def test_a_made_password_of_six_words_is_printed_and_works(app: Flask) -> None:
    result = run(app, "add", "mira", "--name", "Mira", "--role", "advocate", "--team", "Harbour")

    found = re.search(r"^    ([a-z-]+(?: [a-z-]+){5})$", result.output, re.MULTILINE)
    assert found, result.output
    with parts_of(app).sessions() as session:
        assert accounts.sign_in(session, "mira", found[1]).actor.name == "Mira"


def test_the_recovery_key_from_standard_input_opens_the_team(app: Flask) -> None:
    printed = KEY.search(add(app, "mira", "--role", "advocate", "--team", "Harbour").output)
    assert printed

    both = f"{PASSWORD}\n{printed[0]}\n"
    result = add(app, "tane", "--role", "advocate", "--team", "Harbour", "--recovery-key-stdin", stdin=both)

    assert result.exit_code == 0, result.output
    assert "reads no case" not in result.output
    with parts_of(app).sessions() as session:
        assert len(accounts.sign_in(session, "tane", PASSWORD).team_keys) == 1


def test_a_waiting_member_is_let_in_with_join(app: Flask) -> None:
    printed = KEY.search(add(app, "mira", "--role", "advocate", "--team", "Harbour").output)
    assert printed
    add(app, "tane", "--role", "advocate", "--team", "Harbour")

    result = run(app, "join", "tane", "Harbour", "--recovery-key-stdin", stdin=printed[0] + "\n")

    assert result.exit_code == 0, result.output
    assert "can now read" in result.output


def test_a_mistyped_recovery_key_is_one_clear_line(app: Flask) -> None:
    add(app, "mira", "--role", "advocate", "--team", "Harbour")

    result = run(app, "join", "mira", "Harbour", "--recovery-key-stdin", stdin="AAAA-BBBB\n")

    assert result.exit_code == 1
    assert "has 56 letters" in result.output
    assert "Traceback" not in result.output


def test_a_refused_member_leaves_nothing_behind(app: Flask) -> None:
    result = add(app, "mira", "--role", "advocate", "--team", "Harbour", stdin="short\n")

    assert result.exit_code == 1
    assert not KEY.search(result.output)
    assert "Nobody yet" in run(app, "list").output


def test_the_list_and_the_end_of_an_account(app: Flask) -> None:
    add(app, "mira", "--role", "advocate", "--team", "Harbour")
    add(app, "root", "--role", "administrator")

    assert run(app, "end", "mira").exit_code == 0
    lines = run(app, "list").output.splitlines()

    assert [line.split()[0] for line in lines] == ["root", "mira"]
    assert "ended" in lines[1]
    assert run(app, "end", "mira").exit_code == 1


def test_lost_factors_are_reset_with_a_mark_and_the_password_stays(app: Flask) -> None:
    add(app, "mira", "--role", "advocate", "--team", "Harbour")
    with parts_of(app).sessions.begin() as session:
        give_code(session, "mira")
        staff_id = session.scalars(select(Staff.id)).one()
        sessions.save(session, sessions.new_token(), {"staff_id": str(staff_id)}, now=NOW, lasts=None)

    result = run(app, "reset-factors", "mira")

    assert result.exit_code == 0, result.output
    with parts_of(app).sessions() as session:
        assert not factors.has_factor(session, staff_id)
        assert factors.count_codes(session, staff_id) == 0
        assert session.scalars(select(WebSession)).all() == []
        assert SecurityNoticeKind.FACTORS_RESET in session.scalars(select(SecurityNotice.kind)).all()
        assert accounts.sign_in(session, "mira", PASSWORD).actor.staff_id == staff_id
    assert run(app, "reset-factors", "nobody").exit_code == 1


def test_a_country_that_is_no_code_is_refused(app: Flask) -> None:
    result = add(app, "mira", "--role", "advocate", "--team", "Harbour", "--countries", "Aotearoa")

    assert result.exit_code == 2
    assert "two letters" in result.output


def test_a_database_that_was_never_made_is_one_clear_line(tmp_path: Path) -> None:
    bare = create_app(load_config({"RECOURSE_DATA": str(tmp_path)}))

    result = run(bare, "list")

    assert result.exit_code == 1
    assert "make run" in result.output


def test_help_tells_what_there_is() -> None:
    from_help = CliRunner().invoke(staff, ["--help"])

    assert all(word in from_help.output for word in ("add", "join", "end", "reset-factors", "list"))
