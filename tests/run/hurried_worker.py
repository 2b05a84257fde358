"""The background worker as it runs on many machines, in a hurry: its minute and its leases are over after seconds.

    python -m tests.run.hurried_worker FOLDER

The first worker that takes a bundle in hand writes its number into FOLDER/holder and keeps it for ever: it is there to
be killed. Whoever has it after that makes the bundle.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from huey.consumer import Scheduler
from sqlalchemy.orm import Session, sessionmaker

from portal.models.jobs import JobKind
from portal.run import worker
from portal.services.background import jobs
from portal.services.background.jobs import Finish, RunningJob
from portal.services.complaints.bundle import make_bundle
from portal.services.ports import Ports
from tests.services.fakes import QUICK_PRINTING

MINUTE = 2  # seconds
HOLDER = Path(sys.argv[1]) / "holder"


def hold_once(sessions: sessionmaker[Session], job: RunningJob, now: datetime, ports: Ports) -> Finish:
    try:
        handle = os.open(HOLDER, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return make_bundle(sessions, job, now, ports)
    with os.fdopen(handle, "w") as file:
        file.write(str(os.getpid()))
    time.sleep(3_600)
    raise AssertionError


if __name__ == "__main__":
    jobs.LEASE, jobs.GRACE = timedelta(seconds=3), timedelta(seconds=1)
    Scheduler.periodic_task_seconds = MINUTE
    vars(worker)["SILENCE"] = timedelta(seconds=3 * MINUTE)
    worker.RUNNERS[JobKind.BUNDLE] = hold_once
    for module, name, quick in QUICK_PRINTING:
        setattr(module, name, quick)
    sys.exit(worker.main())
