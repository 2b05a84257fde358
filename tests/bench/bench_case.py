"""The page of a case whose requests have all left, and of what has happened so far: many sites, a request for each.

The processor's own time is measured, so that what else the machine does is not. In the second half of the rows every
site has refused: then each request is judged under every law for its next step.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import TemporaryDirectory
from time import process_time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.config import load_config
from portal.domain.lifecycle import Answer
from portal.factory import create_app
from portal.models.tables import metadata
from portal.services.intake import submission
from portal.services.tracking.answers import AnswerCommand, log_answer
from portal.services.work import CaseWork
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.bench.served import keep_as_served
from tests.bench.table import Row, keep_below
from tests.services.factories import NOW, make_draft
from tests.services.fakes import DAY, print_quickly, send
from tests.web.addresses import at

ROUNDS = 15
SIZES = ((20, 40, 60), (60, 60, 120))  # sites, links, and the most milliseconds


def rows() -> list[Row]:
    found = []
    for refuse in (False, True):
        for sites, links, most in SIZES:
            what = f"{sites} {'refused' if refuse else 'sent'} requests with {links} links"
            with open_case(sites, links, refuse=refuse) as client:
                found += [
                    keep_below(f"{page}, {what}", measure(client, page), at_most=most, unit="ms")
                    for page in ("/case", "/case/history")
                ]
    return found


def measure(client: FlaskClient, page: str) -> float:
    """The median in milliseconds of the processor."""
    show(client, page)
    return statistics.median(show(client, page) for _ in range(ROUNDS)) * 1000


def show(client: FlaskClient, page: str) -> float:
    started = process_time()
    answer = client.get(at(page))
    taken = process_time() - started
    assert answer.status_code == 200, f"{page}: {answer.status_code}"
    return taken


@contextmanager
def open_case(sites: int, links: int, *, refuse: bool) -> Iterator[FlaskClient]:
    """The browser of somebody whose case it is, two days after it was reported."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        print_quickly(patch)
        app = make_app(folder)
        parts: Parts = app.extensions[EXTENSION]
        with parts.sessions.begin() as session:
            listed = " ".join(f"https://invented-{number % sites}.org/album/{number}" for number in range(links))
            opened, words = make_draft(session, parts.ports, links=listed)
            submission.submit(opened.at(NOW))
            fill(session, opened, parts, sites, refuse=refuse)
        client = app.test_client()
        assert client.post("/return", data={"words": words}).status_code == 303
        keep_as_served(parts.config)
        yield client
        parts.engine.dispose()


def make_app(folder: str) -> Flask:
    app = create_app(load_config({"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:"}), clock=lambda: NOW + 2 * DAY)
    app.config["WTF_CSRF_ENABLED"] = False
    metadata.create_all(app.extensions[EXTENSION].engine)
    return app


def fill(session: Session, opened: CaseWork, parts: Parts, sites: int, *, refuse: bool) -> None:
    for number in range(1, sites + 1):
        send(session, opened, parts.ports, number, at=NOW + timedelta(minutes=number), now=NOW + DAY)
        if refuse:
            answer = AnswerCommand(answer=Answer.REFUSED, at=NOW + DAY, text="It breaks no rule of ours.")
            log_answer(opened.at(NOW + DAY), number, answer)
