"""A process that has printed much makes way for a new one, and nobody who waits notices."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import wear
from portal.adapters.pdf import make_letter
from portal.adapters.translations import translator
from portal.models.cases import Case
from portal.models.jobs import Job, JobState
from portal.services.complaints import complaints
from portal.wiring import Parts
from tests.letters import samples
from tests.run.test_stopping import PATIENCE, ROOT
from tests.run.test_worker import make_parts, prepare, wait_for_job
from tests.services.fakes import HOUR


def test_the_action_comes_once_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wear, "FILES", 3)
    called: list[int] = []
    worn = wear.Wear()
    worn.action = lambda: called.append(worn.files)
    for _ in range(7):
        worn.note_file()
    assert called == [3]


def test_each_file_is_counted() -> None:
    before = wear.wear.files
    make_letter(samples.notice(), translator("en"))
    assert wear.wear.files == before + 1


def test_a_worn_worker_starts_anew_and_goes_on(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the process under test reads the clock itself
    parts = make_parts(tmp_path, now)
    with parts.sessions.begin() as session:
        opened = prepare(session, parts.ports, now - HOUR)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.run.renewing_worker"],
        cwd=ROOT,
        env={**os.environ, "RECOURSE_DATA": str(tmp_path), "RECOURSE_LOG": "json"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for_job(parts)
        with parts.sessions.begin() as session:
            case = session.get_one(Case, opened.case.id)
            again = replace(opened, session=session, case=case, now=now, ports=parts.ports)
            complaints.start_bundle(again, 1)
        wait_for_jobs(parts)
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode in {0, -signal.SIGTERM}, "at its end, or on its way to begin"
    assert errors.count("this worker has printed much and starts anew") >= 1
    assert "Traceback" not in errors


def wait_for_jobs(parts: Parts) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while True:
        with parts.sessions() as session:
            states = session.scalars(select(Job.state)).all()
        if set(states) == {JobState.DONE} and len(states) == 2:
            return
        assert time.monotonic() < give_up_at, states
        time.sleep(0.25)
