"""Importing a table of 5,000 rows: 250 people with twenty links each, a third of them asked for before."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from portal.db import make_engine, make_session_factory
from portal.models.tables import metadata
from tests.bench.table import Row, keep_below
from tests.services.factories import make_ports
from tests.services.importing.tables import Importer, write_people

PEOPLE, LINKS = 250, 20


def rows() -> list[Row]:
    """Computing alone, of reading and of keeping each case in a transaction of its own."""
    with TemporaryDirectory() as folder:
        ports = make_ports(Path(folder))
        engine = make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        importer = Importer(make_session_factory(engine), ports)
        started = process_time()
        seen = importer.take_in(write_people(PEOPLE, LINKS))
        spent = process_time() - started
        engine.dispose()
    if seen.made != PEOPLE:
        raise RuntimeError(f"{seen.made} cases were made")
    return [keep_below("import of 5,000 rows (CPU)", spent, at_most=60, unit="s")]
