"""Told to end, the web server finishes what it answers, and the worker finishes its job or gives it back."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.config import load_config
from portal.models.jobs import Job, JobState
from portal.models.tables import metadata
from portal.wiring import Parts
from tests.run.slow_app import WHOLE
from tests.run.test_worker import prepare
from tests.services.fakes import HOUR

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = Parts(load_config({"RECOURSE_DATA": str(tmp_path)}))
    metadata.create_all(made.engine)
    with made.sessions.begin() as session:
        prepare(session, made.ports, datetime.now(UTC) - HOUR)  # noqa: TID251 - the worker reads the clock itself
    return made


def start_worker(parts: Parts, seconds: float, patience: float) -> subprocess.Popen[str]:
    """The worker with a job in its hands."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.run.slow_worker", str(seconds), str(patience)],
        cwd=ROOT,
        env={**os.environ, "RECOURSE_DATA": str(parts.config.data_folder), "RECOURSE_LOG": "json"},
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up_at = time.monotonic() + PATIENCE
    while read_job(parts).stage != "slow":
        assert time.monotonic() < give_up_at
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.1)
    return process


def read_job(parts: Parts) -> Job:
    with parts.sessions() as session:
        return session.scalars(select(Job)).one()


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    return errors


def test_the_worker_finishes_the_job_in_its_hands(parts: Parts) -> None:
    stop(start_worker(parts, seconds=2, patience=20))
    assert read_job(parts).state is JobState.DONE


def test_the_worker_gives_a_long_job_back_without_counting_a_try(parts: Parts) -> None:
    errors = stop(start_worker(parts, seconds=50, patience=1))
    job = read_job(parts)
    assert (job.state, job.tries, job.lease_until) == (JobState.WAITING, 0, None)
    assert job.sealed is not None
    assert '"a job was given back at the end, to be done by the next worker"' in errors


def test_the_web_server_finishes_the_answer_it_has_begun(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:portal.run.httpd", "tests.run.slow_app:app"],
        cwd=ROOT,
        env={**os.environ, "RECOURSE_DATA": str(tmp_path), "RECOURSE_PORT": str(port)},
        stderr=subprocess.PIPE,
        text=True,
    )
    with ask(port) as answer:
        first = answer.read(10)
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert first + answer.read() == WHOLE
    stopped = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0, stopped
    assert 1 < time.monotonic() - asked_at < 20


def ask(port: int) -> http.client.HTTPResponse:
    give_up_at = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/", headers={"Connection": "close"})
            return connection.getresponse()
        except ConnectionRefusedError:
            connection.close()
            assert time.monotonic() < give_up_at
            time.sleep(0.1)
