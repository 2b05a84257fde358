"""The background worker as a process of its own: it takes a job, and ends cleanly when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.config import load_config
from portal.domain.lifecycle import SendingChannel
from portal.models.jobs import Job, JobState
from portal.models.tables import metadata
from portal.run.worker import run_left_jobs, run_sweep
from portal.services.complaints import complaints, reading
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from portal.wiring import Parts
from tests.services.factories import make_case
from tests.services.fakes import DAY, HOUR, print_quickly

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0


def make_parts(folder: Path, now: datetime) -> Parts:
    parts = Parts(load_config({"RECOURSE_DATA": str(folder)}), clock=lambda: now)
    metadata.create_all(parts.engine)
    return parts


def prepare(session: Session, ports: Ports, now: datetime) -> CaseWork:
    """A complaint whose bundle waits to be made."""
    opened = make_case(session, ports, links="https://x.com/someone/status/1111", now=now - 4 * DAY)
    sent = SentCommand(has_checked=True, channel=SendingChannel.FORM, sent_at=now - 3 * DAY)
    letters.make_missing_letter(opened.at(now - 3 * DAY), 1)
    sending.record_sent(opened.at(now - 3 * DAY), 1, sent)
    complaints.prepare(opened.at(now), "us-take-it-down", "us-ftc", (1,))
    return opened


def test_what_waits_can_be_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    parts = make_parts(tmp_path, now)
    with parts.sessions.begin() as session:
        opened = prepare(session, parts.ports, now)
    run_sweep(parts)
    assert run_left_jobs(parts) == 1
    assert run_left_jobs(parts) == 0
    with parts.sessions() as session:
        assert len(reading.complaint_views(opened.at(now))[0].letters) == 1


def test_the_process_makes_a_bundle_and_ends_cleanly(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the process under test reads the clock itself
    parts = make_parts(tmp_path, now)
    with parts.sessions.begin() as session:
        prepare(session, parts.ports, now - HOUR)
    process = start(tmp_path)
    try:
        wait_for_job(parts)
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert "Exemplar" not in errors


def test_a_wrong_setting_is_one_clear_line(tmp_path: Path) -> None:
    process = start(tmp_path, RECOURSE_QUEUE="kafka://somewhere")
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert errors.startswith("The worker cannot start:")
    assert len(errors.splitlines()) == 1


def start(folder: Path, **env: str) -> subprocess.Popen[str]:
    """The worker with its data in `folder`."""
    return subprocess.Popen(
        [sys.executable, "-m", "portal.run.worker"],
        cwd=ROOT,
        env={**os.environ, "RECOURSE_DATA": str(folder), **env},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def wait_for_job(parts: Parts) -> None:
    """Until the one job is done; a job that fails or never ends fails the test."""
    for _ in range(int(PATIENCE * 4)):
        with parts.sessions() as session:
            state = session.query(Job.state).scalar()
        assert state is not JobState.FAILED
        if state is JobState.DONE:
            return
        time.sleep(0.25)
    pytest.fail("the worker did not finish the job")
