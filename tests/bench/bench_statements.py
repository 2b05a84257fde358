"""How many statements go to the database: pages of small and large cases, handing in, and preparing requests.

The numbers are those that tests assert for every page and use case; here they stand beside their budgets. The two that
begin a page's transactions are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from portal.db import make_engine, make_session_factory
from portal.models.tables import metadata
from portal.services.intake import submission
from portal.services.requests.preparing import group_links_into_requests
from tests.bench.table import Row, keep_below
from tests.services.factories import make_draft, make_ports
from tests.services.fakes import print_quickly
from tests.services.people import fresh
from tests.services.requests.test_preparing_statements import FEW, PER_FIFTY, make_waiting
from tests.statements import counted
from tests.web.test_statements import LARGE, SMALL, make_portal

BEGINNINGS = 2
PAGES = (("desk_case.show", "a case on the desk", 25), ("case.show", "a person's case", 25), ("queue.show", "list", 12))
LINKS, SITES = 500, 70
SITES_TO_PREPARE = 300


def rows() -> list[Row]:
    return [*_measure_pages(), *_measure_use_cases()]


def _measure_pages() -> Iterator[Row]:
    for size in (SMALL, LARGE):
        with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            print_quickly(patch)
            portal = make_portal(Path(folder), size)
            for endpoint, name, most in PAGES:
                yield _row(f"{name}, {size} requests", portal.count(endpoint) - BEGINNINGS, most)
            portal.parts.engine.dispose()


def _measure_use_cases() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        ports, engine = make_ports(Path(folder)), make_engine(f"sqlite:///{folder}/bench.db")
        metadata.create_all(engine)
        factory = make_session_factory(engine)
        with factory() as session:
            links = " ".join(f"https://invented-{number % SITES}.org/album/{number}" for number in range(LINKS))
            work = fresh(make_draft(session, ports, links=links)[0])
            with counted(session) as count:
                submission.submit(work)
                session.commit()
                yield _row(f"{LINKS} links on {SITES} sites handed in", count(), 60)
        with factory() as session:
            work = make_waiting(session, ports, SITES_TO_PREPARE)
            with counted(session) as count:
                group_links_into_requests(work)
                most = FEW + PER_FIFTY * (SITES_TO_PREPARE // 50)
                yield _row(f"{SITES_TO_PREPARE} requests prepared", count(), most)
        engine.dispose()


def _row(name: str, count: int, most: int) -> Row:
    return keep_below(f"statements: {name}", count, at_most=most, unit="statements")
