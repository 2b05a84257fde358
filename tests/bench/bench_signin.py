"""Signing in and opening a case by its words, eight at once, against Argon2id alone, eight at once.

Each check is the whole request as the web server answers it, from eight networks and to eight accounts or cases.
Measured in a process of its own, so that its memory is counted alone. Each round lets eight threads go together, first
with Argon2id alone and then with each check, so that a busy machine slows all alike; the 95th percentile of the one is
compared with that of the other. Memory is the most the process ever held.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory
from threading import Barrier
from time import perf_counter

from flask import Flask

from portal.adapters.vault import derive_from_secret, new_salt
from portal.config import load_config
from portal.domain.lifecycle import Role
from portal.factory import create_app
from portal.models.tables import metadata
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.bench.table import Row, compare_times, keep_below
from tests.services.factories import NOW, make_draft

AT_ONCE = 8
ROUNDS = 8
PASSWORD = "correct horse battery staple"
MOST_MB = 1024

Check = Callable[[int], None]  # takes which of those at once it is


def rows() -> list[Row]:
    done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return [
        compare_times(f"sign-in, {AT_ONCE} at once, p95", found["signin"], found["bare"], at_most=1.5),
        compare_times(f"recovery words, {AT_ONCE} at once, p95", found["words"], found["bare"], at_most=1.5),
        keep_below(f"memory, {AT_ONCE} at once", found["mb"], at_most=MOST_MB, unit="MB"),
    ]


def main() -> None:
    """Prints the three 95th percentiles in seconds and the most memory in MB, as JSON."""
    with TemporaryDirectory() as folder:
        app = create_app(load_config({"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:"}), clock=lambda: NOW)
        app.config["WTF_CSRF_ENABLED"] = False
        parts: Parts = app.extensions[EXTENSION]
        metadata.create_all(parts.engine)
        with parts.sessions.begin() as session:
            words = [make_draft(session, parts.ports)[1] for _ in range(AT_ONCE)]
            for which in range(AT_ONCE):
                new = NewStaff(login=f"ana{which}", name="Ana", role=Role.ADVOCATE, password=PASSWORD)
                accounts.add_staff(session, new, now=NOW)

        def sign_in(which: int) -> None:
            send(app, "/desk/sign-in", which, login=f"ana{which}", password=PASSWORD)

        def open_case(which: int) -> None:
            send(app, "/return", which, words=words[which])

        print(json.dumps(measure({"bare": run_bare, "signin": sign_in, "words": open_case})))
        parts.engine.dispose()


def run_bare(_which: int) -> None:
    derive_from_secret(PASSWORD, new_salt())


def send(app: Flask, path: str, which: int, **form: str) -> None:
    """Send a form from a network of its own, in a browser that was never here."""
    answer = app.test_client().post(path, data=form, environ_overrides={"REMOTE_ADDR": f"10.0.{which}.1"})
    assert answer.status_code == 303, f"{path}: {answer.status_code}"


def measure(checks: dict[str, Check]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in checks}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS + 1):
            for name, check in checks.items():
                together = Barrier(AT_ONCE)
                running = [pool.submit(take_time, check, which, together) for which in range(AT_ONCE)]
                taken[name] += [each.result() for each in running]
    # The first round opens connections and reads files.
    found = {name: statistics.quantiles(times[AT_ONCE:], n=20)[-1] for name, times in taken.items()}
    return {**found, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def take_time(check: Check, which: int, together: Barrier) -> float:
    together.wait()
    started = perf_counter()
    check(which)
    return perf_counter() - started


if __name__ == "__main__":
    main()
