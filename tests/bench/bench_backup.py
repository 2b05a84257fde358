"""A whole backup, what one day adds to it, and bringing both back: seconds of the processor, and bytes.

Cases as a helpline has them, with some fifty links each. `CASES=10000 python -m tests.bench backup` for more of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from portal.db import make_engine, make_session_factory
from portal.domain.lifecycle import ItemState, RequestState
from portal.models.tables import metadata
from portal.secret_file import ensure_secret_file
from portal.services.operations import backup
from portal.services.staff import accounts
from tests.bench.bench_sweep import LAWS
from tests.bench.rows import basis_rows, case_row, request_row
from tests.bench.table import Row, keep_below
from tests.services.factories import NOW, make_ports

CASES = int(os.environ.get("CASES", "1000"))
LINKS = 50
FRESH = 10  # cases of the day after
AT_ONCE = 250
DAY = timedelta(days=1)
MOST_PER_CASE = 30 / 10_000  # seconds for bringing back


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        factory, private = make_portal(place / "old")
        ports = make_ports(place / "old")
        ensure_secret_file(ports.config.secret_file)
        whole, added, index, keys = (place / name for name in ("whole", "added", "index", "apart/keys"))
        keys.parent.mkdir()
        made = take(lambda: backup.create(factory, whole, keys, now=NOW, ports=ports, index=index))
        fill(factory, FRESH)
        grown = take(lambda: backup.create(factory, added, keys, now=NOW + DAY, ports=ports, index=index, goes_on=True))
        new, _ = make_portal(place / "new", is_filled=False)
        back = take(
            lambda: backup.restore(
                new, whole, keys, private, now=NOW + 2 * DAY, ports=make_ports(place / "new"), increments=[added]
            )
        )
        share = 100 * added.stat().st_size / whole.stat().st_size
    return [
        keep_below(f"backup, {CASES:,} cases", made, at_most=CASES * MOST_PER_CASE, unit="s"),
        keep_below(f"the day after, {FRESH} cases more", grown, at_most=CASES * MOST_PER_CASE, unit="s"),
        keep_below("its size, of the whole", share, at_most=5, unit="%"),
        keep_below(f"verified and brought back, {CASES:,} cases", back, at_most=CASES * MOST_PER_CASE, unit="s"),
    ]


def take(act: Callable[[], object]) -> float:
    started = process_time()
    act()
    return process_time() - started


def make_portal(folder: Path, *, is_filled: bool = True) -> tuple[sessionmaker[Session], bytes]:
    """A portal in a folder of its own, and the private recovery key."""
    folder.mkdir()
    engine = make_engine(f"sqlite:///{folder}/bench.db")
    metadata.create_all(engine)
    factory, private = make_session_factory(engine), b""
    if is_filled:
        with factory.begin() as session:
            private = accounts.make_recovery_key(session, now=NOW)
        fill(factory, CASES)
    return factory, private


def fill(factory: sessionmaker[Session], number: int) -> None:
    for first in range(0, number, AT_ONCE):
        cases = [case_row(NOW) for _ in range(min(AT_ONCE, number - first))]
        requests = [request_row(case, RequestState.SENT, sent_at=NOW) for case in cases]
        with factory.begin() as session:
            session.connection().execute(insert(metadata.tables["cases"]), cases)
            session.connection().execute(insert(metadata.tables["requests"]), requests)
            bases = [basis for request in requests for basis in basis_rows(request, LAWS)]
            session.connection().execute(insert(metadata.tables["bases"]), bases)
            items = [item for request in requests for item in make_items(request)]
            session.connection().execute(insert(metadata.tables["items"]), items)


def make_items(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": uuid4(),
            "case_id": request["case_id"],
            "number": number,
            "platform": "x",
            "state": ItemState.ASKED,
            "url_index": os.urandom(32),
            "request_id": request["id"],
            "added_at": NOW,
            "changed_at": NOW,
            "sealed": os.urandom(250),
        }
        for number in range(1, LINKS + 1)
    ]
