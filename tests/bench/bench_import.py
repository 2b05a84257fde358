"""Importing a table of 5,000 rows: 250 people with twenty links each, and 5,000 with one link each.

A third of them was asked for before. Of those with one link every tenth is measured, for each is a case of its own.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from portal.db import make_engine, make_session_factory
from portal.models.tables import metadata
from tests.bench.table import Row, keep_below
from tests.services.factories import guarded, make_ports
from tests.services.importing.tables import Importer, write_people

ROWS = 5_000
LINKS, ALONE = 20, 500


def rows() -> list[Row]:
    """Computing alone, of reading and of keeping each case in a transaction of its own, with its guards."""
    many, alone = _measure(ROWS // LINKS, LINKS), _measure(ALONE, 1)
    return [
        keep_below("import of 5,000 rows (CPU)", many, at_most=60, unit="s"),
        keep_below("import of 5,000 cases, each (CPU)", alone / ALONE * 1000, at_most=12, unit="ms"),
    ]


def _measure(people: int, links: int) -> float:
    """Seconds of the processor."""
    with TemporaryDirectory() as folder:
        ports = make_ports(Path(folder))
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        importer = Importer(guarded(make_session_factory(engine)), ports)
        importer.take_in(write_people(1, 1, start=ROWS))  # reads the laws
        started = process_time()
        seen = importer.take_in(write_people(people, links))
        spent = process_time() - started
        engine.dispose()
    if seen.made != people:
        raise RuntimeError(f"{seen.made} cases were made")
    return spent
