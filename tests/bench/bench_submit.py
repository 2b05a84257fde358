"""Handing in a report of 30 links on 6 platforms, against one bare Argon2id."""

from __future__ import annotations

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from portal.adapters.vault import derive_from_secret, new_salt
from portal.db import make_engine, make_session_factory
from portal.models.tables import metadata
from portal.services.intake import submission
from tests.bench.table import Row, compare_times
from tests.services.factories import NOW, make_draft, make_ports

HOSTS = (
    "x.com/someone/status",
    "www.instagram.com/p",
    "www.facebook.com/photo",
    "www.reddit.com/r/some/comments",
    "www.tiktok.com/@someone/video",
    "pictures.example.org/album",
)
LINKS = "\n".join(f"https://{host}/{number}" for host in HOSTS for number in range(1001, 1006))
PAIRS = 15


def rows() -> list[Row]:
    """Submitting with its commit: items, six requests with their laws, history. Taken in turns with Argon2id alone."""
    with TemporaryDirectory() as folder:
        ports = make_ports(Path(folder))
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        factory = make_session_factory(engine)
        submit, bare = [], []
        for _ in range(PAIRS + 1):
            with factory() as session:
                opened, _ = make_draft(session, ports, links=LINKS)
                session.commit()
                started = perf_counter()
                submission.submit(opened.at(NOW))
                session.commit()
                submit.append(perf_counter() - started)
            started = perf_counter()
            derive_from_secret("six words that somebody wrote down", new_salt())
            bare.append(perf_counter() - started)
        engine.dispose()
    # The first of each reads files and prepares caches.
    return [compare_times("submit, 30 links", statistics.median(submit[1:]), statistics.median(bare[1:]), at_most=1.5)]
