"""The check of the history as the worker makes it: of everything, and the night after, when a day has added to it.

The processor's own time. `CASES=10000 python -m tests.bench audit` for more of them.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.signing import Signer, by_id, public_keys
from portal.db import make_engine, make_session_factory
from portal.models.tables import metadata
from portal.services.history import checkpoints, guards
from portal.services.operations import audits
from portal.services.ports import Ports
from tests.bench.bench_sweep import fill
from tests.bench.table import Row, keep_below
from tests.services.factories import NOW, SERVER_KEYS, make_ports

CASES = int(os.environ.get("CASES", "1000"))
FRESH = 10  # cases of the day after
AT_ONCE = 500
SEEDS = (b"\x01" * 32,)
MOST_PER_CASE = 10  # milliseconds
MOST_OF_A_NIGHT = 0.5  # seconds, however many cases there were before; most of it to put the statements together


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        factory = guards.watch(make_session_factory(engine), lambda: SERVER_KEYS)
        ports = make_ports(Path(folder))
        for first in range(0, CASES, AT_ONCE):
            fill(factory, ports, min(AT_ONCE, CASES - first))
        whole, cases = check(factory, ports, now=NOW)
        assert cases is None, "everything"
        fill(factory, ports, FRESH)
        night, cases = check(factory, ports, now=NOW + timedelta(days=1))
        assert cases == FRESH
        engine.dispose()
    return [
        keep_below(f"history checked, {CASES:,} cases", whole / CASES * 1000, at_most=MOST_PER_CASE, unit="ms a case"),
        keep_below(f"the night after, {FRESH} cases more", night, at_most=MOST_OF_A_NIGHT, unit="s"),
    ]


def check(factory: sessionmaker[Session], ports: Ports, *, now: datetime) -> tuple[float, int | None]:
    """Seconds for a check of what is new, and of how many cases; None where it was of all. Nothing may be broken."""
    with factory.begin() as session:
        checkpoints.sign_checkpoint(session, Signer.from_seeds(SEEDS), now=now)
    started = process_time()
    found = audits.run(factory, keys=by_id(public_keys(SEEDS)), now=now, ports=ports)
    taken = process_time() - started
    assert found.is_whole, found.breaks[:3]
    return taken, found.cases
