"""Signing in and opening a case by its words, eight at once, against Argon2id alone, eight at once.

Measured in a process of its own, so that its memory is counted alone. Each round lets eight threads go together, first
with Argon2id alone and then with the whole check on a database, so that a busy machine slows both alike; the 95th
percentile of the one is compared with that of the other. Memory is the most the process ever held.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from time import perf_counter

from portal.adapters.vault import derive_from_secret, new_salt
from portal.db import make_engine, make_session_factory
from portal.domain.lifecycle import Role
from portal.models.tables import metadata
from portal.services import accounts, cases
from portal.services.accounts import NewStaff
from tests.bench.table import Row, compare_times, keep_below
from tests.services.factories import NOW, make_draft, make_ports

AT_ONCE = 8
ROUNDS = 6
PASSWORD = "correct horse battery staple"
MOST_MB = 1024

Check = Callable[[], object]


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
        ports = make_ports(Path(folder))
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        sessions = make_session_factory(engine)
        with sessions.begin() as session:
            _, words = make_draft(session, ports)
            new = NewStaff(login="ana", name="Ana", role=Role.ADVOCATE, password=PASSWORD)
            accounts.add_staff(session, new, now=NOW)

        def sign_in() -> None:
            with sessions.begin() as session:
                accounts.sign_in(session, "ana", PASSWORD)

        def open_case() -> None:
            with sessions.begin() as session:
                cases.open_by_words(session, words, ports=ports)

        print(json.dumps(measure({"bare": run_bare, "signin": sign_in, "words": open_case})))
        engine.dispose()


def run_bare() -> None:
    derive_from_secret(PASSWORD, new_salt())


def measure(checks: dict[str, Check]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in checks}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS + 1):
            for name, check in checks.items():
                together = Barrier(AT_ONCE)
                running = [pool.submit(take_time, check, together) for _ in range(AT_ONCE)]
                taken[name] += [each.result() for each in running]
    # The first round opens connections and reads files.
    found = {name: statistics.quantiles(times[AT_ONCE:], n=20)[-1] for name, times in taken.items()}
    return {**found, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def take_time(check: Check, together: Barrier) -> float:
    together.wait()
    started = perf_counter()
    check()
    return perf_counter() - started


if __name__ == "__main__":
    main()
