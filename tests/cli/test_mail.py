"""The `mail` commands: what a mail server is told, and files that are taken in as often as somebody likes."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from portal.cli import mail as command
from portal.config import load_config
from portal.domain.incoming import LARGEST_MAIL
from portal.factory import create_app
from portal.models.incoming import IncomingMail
from portal.run.worker import Rounds
from portal.services.inbox.receiving import open_for_server
from portal.web.unit_of_work import EXTENSION
from tests.imap_server import open_imap_server
from tests.services.inbox.mails import write
from tests.sqlite import copy_tables
from tests.stores import find_free_port


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    copy_tables(tmp_path / "var" / "recourse.db")
    return create_app(load_config({"RECOURSE_DATA": str(tmp_path / "var")}))


def run(app: Flask, *arguments: str, stdin: bytes = b"") -> Result:
    return app.test_cli_runner().invoke(args=["mail", *arguments], input=stdin)


def count(app: Flask) -> int:
    with app.extensions[EXTENSION].sessions() as session:
        return session.scalar(select(func.count()).select_from(IncomingMail)) or 0


def test_a_mail_server_hands_a_mail_over_and_may_do_so_again(app: Flask) -> None:
    for _ in range(2):
        assert run(app, "receive", "a@answers.example", stdin=write()).exit_code == 0
    assert count(app) == 1
    parts = app.extensions[EXTENSION]
    with parts.sessions() as session:
        came = open_for_server(session.scalars(select(IncomingMail)).one(), parts.ports.keys)
    assert (came.content, came.envelope) == (write(), ("a@answers.example",))


def test_a_mail_that_cannot_be_kept_stays_with_the_mail_server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_arguments: object) -> bool:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(command, "receive", break_off)
    result = run(app, "receive", stdin=write(body="canary"))
    assert result.exit_code == 75
    assert "canary" not in result.output
    assert count(app) == 0


def test_a_database_that_is_not_there_keeps_the_mail_with_the_mail_server(tmp_path: Path) -> None:
    app = create_app(load_config({"RECOURSE_DATA": str(tmp_path / "var")}))
    assert run(app, "receive", stdin=write()).exit_code == 75


def test_a_mail_that_is_too_large_goes_back_to_its_sender(app: Flask) -> None:
    assert run(app, "receive", stdin=write() + b"a" * LARGEST_MAIL).exit_code == 69
    assert count(app) == 0


def test_files_mailboxes_and_folders_are_taken_in_once_however_often(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "one.eml").write_bytes(write())
    (folder / "many.mbox").write_bytes(b"".join(b"From a Tue\n" + write(subject=str(n)) + b"\n" for n in range(3)))
    first = run(app, "import", str(folder))
    assert (first.exit_code, count(app)) == (0, 4)
    assert "4 mails came in, 0 were there already." in first.output
    again = run(app, "import", str(folder / "one.eml"), str(folder / "many.mbox"))
    assert "0 mails came in, 4 were there already." in again.output
    (folder / "picture.eml").write_bytes(b"\x89PNG")
    refused = run(app, "import", str(folder))
    assert refused.exit_code == 1
    assert "picture.eml" in refused.output
    assert count(app) == 4


def test_mailboxes_are_fetched_now_and_their_troubles_are_told_by_their_step(tmp_path: Path) -> None:
    copy_tables(tmp_path / "var" / "recourse.db")
    with open_imap_server(tmp_path / "imap") as imap:
        imap.deliver(write())
        settings = imap.write_settings(tmp_path / "mailboxes.toml")
        env = {"RECOURSE_DATA": str(tmp_path / "var"), "RECOURSE_MAILBOXES": str(settings)}
        app = create_app(load_config(env))
        result = run(app, "fetch")
        assert (result.exit_code, result.output) == (0, "answers: 1 new mails.\n")
        assert count(app) == 1
        imap.write_settings(settings, password="canary")
        refused = create_app(load_config(env))
        result = run(refused, "fetch")
        assert (result.exit_code, result.output) == (1, "answers: not read (signing in: LoginError).\n")
        result = run(refused, "fetch")
        assert result.exit_code == 0
        assert re.fullmatch(r"answers: left alone until \d\d:\d\d UTC, after 1 failures\.\n", result.output)


def test_without_mailboxes_there_is_nothing_to_fetch(app: Flask) -> None:
    result = run(app, "fetch")
    assert result.exit_code == 1
    assert "RECOURSE_MAILBOXES" in result.output


def test_the_rounds_fetch_from_each_mailbox_and_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    copy_tables(tmp_path / "var" / "recourse.db")
    with open_imap_server(tmp_path / "imap") as imap:
        imap.deliver(write())
        settings = imap.write_settings(tmp_path / "mailboxes.toml")
        broken = settings.read_text().replace('name = "answers"', 'name = "broken"')
        settings.write_text(broken.replace(str(imap.tls_port), str(find_free_port())) + settings.read_text())
        app = create_app(load_config({"RECOURSE_DATA": str(tmp_path / "var"), "RECOURSE_MAILBOXES": str(settings)}))
        Rounds(app.extensions[EXTENSION]).go()
        assert count(app) == 1
