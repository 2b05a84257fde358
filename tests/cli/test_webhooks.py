"""The `webhooks` commands: the secret is printed once, nothing of it later, and what was told can be told again."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from portal.config import load_config
from portal.domain.webhooks import WebhookEvent
from portal.factory import create_app
from portal.models.journal import JournalEntry
from portal.models.webhooks import DeliveryState, WebhookDelivery
from portal.services.webhooks import deliveries
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.sqlite import copy_tables

URL = "https://systems.example.org/hook?token=mine"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    copy_tables(tmp_path / "var" / "recourse.db")
    return create_app(load_config({"RECOURSE_DATA": str(tmp_path / "var")}))


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["webhooks", *arguments])


def test_an_endpoint_is_added_listed_told_again_and_ended(app: Flask) -> None:
    added = run(app, "add", URL, "--event", "deadline.level")
    assert added.exit_code == 0, added.output
    endpoint, secret = (line.split()[1] for line in added.output.splitlines())
    parts: Parts = app.extensions[EXTENSION]
    with parts.sessions.begin() as session:
        deliveries.publish(parts.work(session), WebhookEvent.DEADLINE_LEVEL, {"level": "at"})
        session.scalars(select(WebhookDelivery)).one().state = DeliveryState.FAILED
    listed = run(app, "list").output
    assert endpoint in listed
    assert "1 failed" in listed
    assert secret not in listed
    assert "token" not in listed
    assert run(app, "replay").exit_code == 2
    assert "1 will be told again." in run(app, "replay", "--since", "2020-01-01").output
    assert run(app, "end", endpoint).exit_code == 0
    assert "ended" in run(app, "list").output
    assert run(app, "end", endpoint).exit_code == 1
    with parts.sessions() as session:
        noted = [entry.facts for entry in session.scalars(select(JournalEntry)) if entry.facts]
        assert {"setting": "webhook", "what": "added"} in noted


def test_what_is_not_https_or_no_event_of_ours_is_refused(app: Flask) -> None:
    assert "https://" in run(app, "add", "http://systems.example.org/", "--event", "deadline.level").output
    assert run(app, "add", URL, "--event", "everything").exit_code == 2
    assert run(app, "add", URL).exit_code == 2
