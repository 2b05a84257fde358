"""What a person wrote reaches no log, no figure, no queue, no mail at rest, no journal and no temporary file.

Canaries go in through pages, services, jobs and errors; then every byte that the portal has left behind is searched.
"""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal import logs
from portal.config import load_config
from portal.domain.lifecycle import SendingChannel
from portal.factory import create_app
from portal.models.jobs import Job, JobKind, JobState
from portal.models.outbox import MailKind, OutboxMail
from portal.models.tables import metadata
from portal.run import worker
from portal.services.background import outbox
from portal.services.background.outbox import NewMail
from portal.services.cases import messages
from portal.services.complaints import complaints
from portal.services.letters import kept_letters, letters
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.services.factories import make_case, make_work
from tests.web.conftest import NOW
from tests.web.desk.colleague import Colleague, Desk, make_desk
from tests.web.pages import Visitor

TOKEN = "a-token-of-the-tests-only"
CANARY = "canary"  # in everything that is planted, in any spelling
AGENT = {"User-Agent": "canary-agent", "Referer": "https://canary-page.example/", "X-Forwarded-For": "203.0.113.77"}


@pytest.fixture
def written() -> Iterator[list[io.StringIO]]:
    """The log in both forms, with every line that the portal or a library writes."""
    streams = [io.StringIO(), io.StringIO()]
    handlers = [logging.StreamHandler(stream) for stream in streams]
    root = logging.getLogger()
    level = root.level
    for handler, form in zip(handlers, ("json", "text"), strict=True):
        handler.setFormatter(logs.make_formatter(form))
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield streams
    root.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    config = load_config({"RECOURSE_DATA": str(tmp_path / "var"), "RECOURSE_METRICS_TOKEN": TOKEN})
    config.data_folder.mkdir()
    made = create_app(config, clock=lambda: NOW)
    parts: Parts = made.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    yield made
    parts.engine.dispose()


@pytest.fixture
def desk(app: Flask) -> Desk:
    return make_desk(app, app.extensions[EXTENSION])


def plant(desk: Desk) -> CaseWork:
    """A case with a request, a message, a mail that waits, and a complaint whose bundle waits for a worker."""
    parts, before = desk.parts, NOW - timedelta(days=4)
    with parts.sessions.begin() as session:
        opened = make_case(
            session,
            parts.ports,
            links="https://x.com/canary-link/status/1",
            now=before,
            handler="team",
            team_id=str(desk.team_id),
            name="canary-name",
            signature="canary-name",
            email="canary-mail@example.net",
            how_found="canary-found",
        )
        sent = SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=before, ticket="canary-ticket")
        letters.make_missing_letter(opened.at(before), 1)
        sending.record_sent(opened.at(before), 1, sent)
        messages.send_message(opened.at(NOW), "canary-message")
        mail = NewMail(
            case_id=opened.case.id,
            kind=MailKind.REPLY,
            cause="a cause",
            to="canary-to@example.net",
            subject="canary-subject",
            text="canary-text",
            expires_at=None,
        )
        assert outbox.put(make_work(session, parts.ports), mail)
        complaints.prepare(opened.at(NOW), "us-take-it-down", "us-ftc", (1,))
    return opened


def break_job(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError("canary-job")

    monkeypatch.setitem(worker.RUNNERS, JobKind.BUNDLE, fail)
    assert worker.run_left_jobs(desk.parts) == 1


def break_pages(desk: Desk, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of refusal and failure, with a canary in all that a browser can send."""

    def fail(*_arguments: object, **_named: object) -> bytes:
        raise ValueError("canary-error")

    colleague = desk.visit("mira")
    desk.app.testing = False
    colleague.go(f"/desk/cases/{reference}/report")
    monkeypatch.setattr(kept_letters, "take_letter", fail)
    answers = [
        colleague.client.get(f"/desk/cases/{reference}/letters/1-full.pdf?canary=canary-query", headers=AGENT),
        colleague.client.get("/canary-path?a=canary-query", headers=AGENT),
        colleague.client.post("/desk/sign-in", data={"login": "canary-login", "password": "canary-password"}),
        desk.app.test_client().post("/return", data={"words": "canary-words"}, headers=AGENT),
        desk.app.test_client().open("/healthz", method="CANARY", headers=AGENT),
    ]
    assert [answer.status_code for answer in answers] == [500, 404, 400, 400, 405]
    Colleague(desk.app).sign_in("canary-login", password="canary-password-long", status=400)
    visitor = Visitor(desk.app)
    visitor.go("/return")
    visitor.press("Go on", words="canary canary canary canary canary canary", status=400)


def read_metrics(app: Flask) -> str:
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.text


def find_canaries(folder: Path) -> list[str]:
    """The files below the folder in whose raw bytes a canary stands."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"recourse.db", "queue.db", "locks.db"} <= {path.name for path in files}
    return [str(path) for path in files if holds_canary(path.read_bytes())]


def holds_canary(content: bytes) -> bool:
    lowered = content.lower()
    return any(
        form in lowered for form in (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode())
    )


def test_what_was_written_stands_nowhere_but_sealed(
    desk: Desk, written: list[io.StringIO], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = plant(desk)
    break_job(desk, monkeypatch)
    break_pages(desk, opened.reference, monkeypatch)
    worker.run_sweep(desk.parts)
    with closing(desk.parts.sessions()) as session:
        assert session.scalars(select(OutboxMail)).one().sealed is not None
        assert session.scalars(select(Job)).one().state is JobState.WAITING
    log = written[0].getvalue() + written[1].getvalue()
    assert "a request failed" in log or "failure" in log
    assert "a bundle job broke: ValueError" in log
    for name, text in (("log", log), ("metrics", read_metrics(desk.app))):
        assert CANARY not in text.lower(), name
        assert "203.0.113.77" not in text, name
        assert opened.reference not in text, name
        assert str(opened.case.id) not in text, name
    assert find_canaries(tmp_path) == []


def test_the_search_would_find_a_leak(tmp_path: Path) -> None:
    for name in ("recourse.db", "queue.db", "locks.db"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "temporary").write_bytes(b"..Canary-name..")
    assert find_canaries(tmp_path) == [str(tmp_path / "temporary")]
