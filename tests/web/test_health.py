"""What whoever runs the portal can ask of it: alive, ready, figures; and nothing in it about anybody."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from portal.config import load_config
from portal.db import make_engine
from portal.domain.lifecycle import SendingChannel
from portal.factory import create_app
from portal.models.tables import metadata
from portal.run.worker import sign_day
from portal.services.letters import letters
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.web import health
from portal.wiring import Parts
from tests.services.factories import NOW, make_case

TOKEN = "a-token-of-the-tests-only"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(health, "KEEP_SECONDS", 0.0)
    config = load_config({"RECOURSE_DATA": str(tmp_path), "RECOURSE_METRICS_TOKEN": TOKEN})
    made = create_app(config, clock=lambda: NOW + timedelta(days=30))
    engine = make_engine(config.database_url)
    metadata.create_all(engine)
    yield made
    engine.dispose()
    parts_of(made).engine.dispose()


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions["recourse"]
    return found


def read_metrics(app: Flask, token: str = TOKEN) -> dict[str, float]:
    """Every value by its name, with its labels where it has some."""
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_alive_needs_nothing(tmp_path: Path) -> None:
    app = create_app(load_config({"RECOURSE_DATA": str(tmp_path), "RECOURSE_DATABASE": f"sqlite:///{tmp_path}/no/x"}))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "alive\n")
    assert "Set-Cookie" not in answer.headers


def test_ready_names_every_part(app: Flask) -> None:
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == dict.fromkeys(("database", "storage", "queue", "locks", "keys"), "works")
    assert parts_of(app).ports.storage.list_keys() == []


@pytest.mark.parametrize("part", ["database", "storage", "queue", "locks", "keys"])
def test_what_fails_is_named_without_a_reason(
    app: Flask, part: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app.test_client().get("/readyz")
    break_part(app, part, tmp_path)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert [name for name, state in answer.get_json().items() if state != "works"] == [part]
    assert str(tmp_path) not in answer.text + caplog.text
    assert f"not ready: the {part}: " in caplog.text


def break_part(app: Flask, part: str, folder: Path) -> None:
    if part == "database":
        metadata.drop_all(parts_of(app).engine)
    if part == "storage":
        shutil.rmtree(folder / "files")
        (folder / "files").write_text("a file stands where the folder was")
    if part == "queue":
        for file in folder.glob("queue.db*"):
            file.unlink()
        (folder / "queue.db").mkdir()
    if part == "locks":
        parts_of(app).ports.locks.dispose()
        for file in folder.glob("locks.db*"):
            file.unlink()
        (folder / "locks.db").mkdir()
    if part == "keys":
        (folder / "secret.key").chmod(0o644)


def test_an_answer_about_readiness_is_given_again_for_a_while(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.test_client().get("/readyz")
    monkeypatch.setattr(health, "KEEP_SECONDS", 3600.0)
    metadata.drop_all(parts_of(app).engine)
    assert app.test_client().get("/readyz").status_code == 200


def test_figures_are_for_the_token_alone(app: Flask, tmp_path: Path) -> None:
    client = app.test_client()
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
        assert client.get("/metrics", headers=header).status_code == 404
    off = create_app(load_config({"RECOURSE_DATA": str(tmp_path)})).test_client()
    assert off.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert off.get("/metrics", headers={"Authorization": "Bearer None"}).status_code == 404


def test_requests_are_counted_by_endpoint_and_status(app: Flask) -> None:
    client = app.test_client()
    for path in ("/healthz", "/healthz", "/a-path-with-a-canary"):
        client.get(path)
    client.open("/healthz", method="CANARY")
    found = read_metrics(app)
    assert found["recourse_requests_total{endpoint=health.alive,method=GET,status=200}"] == 2
    assert found["recourse_requests_total{endpoint=none,method=GET,status=404}"] == 1
    assert found["recourse_request_seconds_count{endpoint=health.alive}"] >= 2
    assert "canary" not in " ".join(found).lower()


def test_the_whole_portal_is_counted_and_no_case_is_named(app: Flask) -> None:
    parts = parts_of(app)
    with parts.sessions.begin() as session:
        opened = make_case(session, parts.ports, name="canary", how_found="canary")
        letters.make_missing_letter(opened.at(NOW), 1)
        sending.record_sent(
            opened.at(NOW),
            1,
            SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=NOW),
        )
    sign_day(parts)
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    found = read_metrics(app)
    assert found["recourse_open_cases"] == 1
    assert found["recourse_jobs{state=waiting}"] == 0
    assert found["recourse_sweep_lag_seconds"] > 86400
    assert found["recourse_journal_entries"] > 3
    assert found["recourse_head_age_seconds"] == 0
    assert str(opened.case.id) not in answer
    assert opened.reference not in answer
    assert not re.search(r"[0-9a-f]{8}-|canary|127\.0\.0\.1", answer)
