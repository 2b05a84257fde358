"""One whole report, from the first page to the receipt: what the processor does for it, and how much of that is to
make a key from six words, which is slow on purpose.

`bench_load` sends many reports at once to the server itself; how many it takes in a second is the number of cores over
what stands here. No letter is made by then: each is made when it is asked for.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from tempfile import TemporaryDirectory
from time import process_time

from flask.testing import FlaskClient

from portal.adapters.vault import derive_from_secret, new_salt
from portal.config import load_config
from portal.factory import create_app
from portal.models.tables import metadata
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.bench.bench_load import Browser, hand_in
from tests.bench.served import keep_as_served
from tests.bench.table import Row, keep_above, keep_below

REPORTS = 15
ONCE = 3.0  # reports a second that two cores took once; one core shall do it now, or be bound by the key
BOUND = 50  # % of a report from which on the key is what bounds it


def rows() -> list[Row]:
    whole, key = measure(), statistics.median(_derive() for _ in range(REPORTS))
    share = key / whole * 100
    each = keep_above("whole reports, one core", 1 / whole, at_least=ONCE, unit="per CPU second")
    return [
        replace(each, budget=f"{each.budget}, or bound by its key", ok=each.ok or share >= BOUND),
        keep_below("a whole report beside its key (CPU)", (whole - key) * 1000, at_most=150, unit="ms"),
        keep_above("of a whole report, to make its key from six words", share, at_least=40, unit="%"),
    ]


def measure() -> float:
    """Seconds of the processor for one report, the middle one of some, on SQLite and in this process."""
    with TemporaryDirectory() as folder:
        names = {"DATA": folder, "DATABASE": f"sqlite:///{folder}/bench.db", "LOCKS": f"sqlite:///{folder}/locks.db"}
        config = {f"RECOURSE_{name}": value for name, value in names.items()}
        app = create_app(load_config({**config, "RECOURSE_QUEUE": "memory:"}))
        parts: Parts = app.extensions[EXTENSION]
        metadata.create_all(parts.engine)
        keep_as_served(parts.config)
        taken = []
        for number in range(REPORTS + 1):
            browser = _Inside(app.test_client(), f"10.0.{number}.7")
            started = process_time()
            hand_in(browser)
            taken.append(process_time() - started)
        parts.engine.dispose()
    return statistics.median(taken[1:])  # the first reads the laws and the templates


def _derive() -> float:
    started = process_time()
    derive_from_secret("six words that somebody wrote down", new_salt())
    return process_time() - started


class _Inside(Browser):
    """The same browser in front of this process."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        super().__init__(iter(()), address)
        self.client = client

    def _ask(self, method: str, path: str, body: str) -> tuple[int, str, str]:
        kind = "application/x-www-form-urlencoded"
        origin = {"REMOTE_ADDR": self.address}
        answer = self.client.open(path, method=method, data=body, content_type=kind, environ_overrides=origin)
        return answer.status_code, answer.headers.get("Location", ""), answer.text
