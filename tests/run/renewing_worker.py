"""The background worker, worn after its first file; its successor is itself."""

from __future__ import annotations

import sys

from portal import wear
from portal.run import worker

if __name__ == "__main__":
    wear.FILES = 1
    worker.MODULE = "tests.run.renewing_worker"
    sys.exit(worker.main())
