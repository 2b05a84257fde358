"""A thousand reports handed in, twenty at a time: how many went wrong, and how many a second.

On SQLite by twenty threads of one process, on PostgreSQL by four processes of five threads each. A report is a draft
saved with its answers, then handed in by a second transaction. Argon2id gets little memory here: what it costs with
eight at once is measured by itself, see bench_signin.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import func, select

from portal.adapters import vault
from portal.config import load_config
from portal.db import make_engine, make_session_factory
from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.models.tables import metadata
from portal.parts import Parts
from portal.services import cases, intake
from portal.services.integrity import verify
from tests.bench.table import Row, keep_above, keep_below
from tests.postgres import fresh_database
from tests.services.factories import LINKS, NOW, make_draft

SUBMISSIONS = 1_000
AT_ONCE = 20
PROCESSES = 4


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        found = measure("SQLite", f"sqlite:///{folder}/bench.db", folder, processes=1)
    with TemporaryDirectory() as folder, fresh_database() as url:
        return found + measure(f"PostgreSQL, {PROCESSES} processes", url, folder, processes=PROCESSES)


def measure(name: str, database: str, folder: str, *, processes: int) -> list[Row]:
    """Errors, reports missing afterwards and breaks of the chain, of which there may be none; and the speed."""
    engine = make_engine(database)
    metadata.create_all(engine)
    order = [sys.executable, "-m", __name__, database, folder, str(SUBMISSIONS // processes), str(AT_ONCE // processes)]
    started = perf_counter()
    running = [subprocess.Popen(order, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    errors: list[str] = [line for each in running for line in json.loads(each.communicate()[0] or '["it ended"]')]
    taken = perf_counter() - started
    with make_session_factory(engine)() as session:
        there = session.scalar(select(func.count()).where(Case.status == CaseStatus.OPEN)) or 0
        breaks = len(verify(session, keys={}).breaks)
    engine.dispose()
    for error in sorted(set(errors)):
        print(f"{name}: {errors.count(error)} times {error}", file=sys.stderr)
    wrong = len(errors) + abs(SUBMISSIONS - there) + breaks
    return [
        keep_below(f"{SUBMISSIONS} reports, {AT_ONCE} at once, {name}: errors", wrong, at_most=0, unit="errors"),
        keep_above(f"{SUBMISSIONS} reports, {AT_ONCE} at once, {name}", there / taken, at_least=1, unit="per second"),
    ]


def main(database: str, folder: str, number: int, at_once: int) -> None:
    """Hand in so many reports; prints the kinds of errors as JSON."""
    vault.ARGON2_MEMORY_KIB, vault.ARGON2_PASSES = 64, 1
    env = {"RECOURSE_DATA": folder, "RECOURSE_DATABASE": database, "RECOURSE_QUEUE": "memory:"}
    parts = Parts(load_config({**env, "RECOURSE_LOCKS": f"sqlite:///{Path(folder) / 'locks.db'}"}))
    assert parts.ports.locks  # made once, before the threads start
    with ThreadPoolExecutor(at_once) as pool:
        errors = [error for error in pool.map(lambda _: hand_in(parts), range(number)) if error]
    print(json.dumps(errors))
    parts.engine.dispose()


def hand_in(parts: Parts) -> str:
    """One report, as two requests of a browser do it. The kind of the error, where there was one."""
    try:
        with parts.sessions.begin() as session:
            opened, _ = make_draft(session, parts.ports, links=LINKS)
        with parts.sessions.begin() as session:
            again = cases.open_for_person(session, opened.case.id, opened.key, to_change=True)
            intake.submit(session, again, now=NOW, ports=parts.ports)
    except Exception as error:
        return type(error).__name__
    return ""


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
