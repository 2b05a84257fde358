"""The background worker with jobs that take `SECONDS`, and that has `PATIENCE` to finish them when it is stopped."""

from __future__ import annotations

import sys
import time
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import tasks
from portal.models.jobs import JobKind
from portal.run import worker
from portal.services.background.jobs import Finish, RunningJob
from portal.services.ports import Ports

SECONDS, PATIENCE = (float(text) for text in sys.argv[1:])


def take_long(_sessions: sessionmaker[Session], job: RunningJob, _now: datetime, _ports: Ports) -> Finish:
    job.report("slow", 0.1)
    time.sleep(SECONDS)
    return lambda session, now: None


if __name__ == "__main__":
    worker.RUNNERS[JobKind.BUNDLE] = take_long
    tasks.SHUTDOWN_SECONDS = PATIENCE
    sys.exit(worker.main())
