"""What one person's long text, big report or long letter costs, and how long others wait for it.

Reading a form's fullest text, refusing more than that, handing in 500 links on 70 sites, a step of a report with 500
sites, the time for which anybody holds SQLite's lock, and the step of another person meanwhile, in the same process and
on both databases.
"""

from __future__ import annotations

import random
import string
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter, process_time, sleep

from flask import Flask
from flask.testing import FlaskClient

from portal.adapters.links.urls import MOST_MEANT, find_links
from portal.config import load_config
from portal.domain.typed import LARGEST_TYPED
from portal.factory import create_app
from portal.models.tables import metadata
from portal.reference.registry import load_registry
from portal.services.intake import submission
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.bench.served import keep_as_served
from tests.bench.table import Row, keep_below
from tests.locks import watching
from tests.postgres import fresh_database, wait_for_disk
from tests.services.factories import NOW, make_draft
from tests.web.addresses import at

KNOWN = ("www.instagram.com/p/", "x.com/some/status/1", "www.facebook.com/photo/", "www.tiktok.com/@a/video/")
TIMES = 5
FULL = 395_000  # bytes of a text that fills a form


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        held = list(measure_locks(folder))
    with TemporaryDirectory() as folder:
        waits = list(measure_waits("SQLite", folder, {}))
    with TemporaryDirectory() as folder, fresh_database() as url:
        wait_for_disk()
        settings = {"RECOURSE_DATABASE": url, "RECOURSE_LOCKS": f"sqlite:///{folder}/locks.db"}
        waits += measure_waits("PostgreSQL", folder, settings)
    return [*measure_reading(), *held, *waits]


def measure_reading() -> Iterator[Row]:
    """Seconds of work to find the links in a full form."""
    drawn = random.Random(7)  # noqa: S311 - the same rubbish each time
    signs = string.ascii_letters + string.digits + " ./:,@-"
    rubbish = {
        "signs": "\n".join("".join(drawn.choices(signs, k=80)) for _ in range(FULL // 81)),
        "words": " ".join(f"w{drawn.random()}" for _ in range(FULL // 20))[:FULL],
        "commas": "a.com," * (FULL // 6),
        "other letters": "слово.конец " * (FULL // 22),
        "short lines": "\n".join(f"{number}" for number in range(FULL // 7)),
        "marks": "\u202e" * (FULL // 3),
    }
    worst = max(measure_work(partial(read, text)) for text in rubbish.values())
    yield keep_below("reading 400 kB of rubbish", worst * 1_000, at_most=150, unit="ms of work")
    real = "\n".join(f"https://{KNOWN[n % 4]}{10**12 + n}?utm_source=copy&igsh=a{n}" for n in range(FULL // 70))
    links = measure_work(lambda: read(real))
    yield keep_below("reading 400 kB of links", links * 1_000, at_most=300, unit="ms of work")


def read(text: str) -> None:
    if len(text.encode()) > LARGEST_TYPED:
        raise ValueError("this text fits into no form")
    find_links(text, load_registry().hosts, limit=MOST_MEANT)


def measure_locks(folder: str) -> Iterator[Row]:
    """The longest time that SQLite was held for writing, and the work of handing in."""
    app, parts = make_app(folder, {})
    refused = measure_work(lambda: send(app.test_client(), at("/report/links"), 413, pasted="x " * 2_000_000))
    yield keep_below("refusing 4 MB of rubbish", refused * 1_000, at_most=100, unit="ms of work")
    submitted, found = [], dict[str, list[float]]()
    for _each in range(TIMES):
        person, version = enter(app, parts, list_links(500, 70))
        with holding(parts, found, "a report is saved"):
            send(person, at("/report/contact"), 303, safe_contact="by chance")
        started = process_time()
        with holding(parts, found, "500 links on 70 sites are handed in"):
            send(person, at("/report/review"), 303, version=str(version + 1))
        submitted.append(process_time() - started)
        person, _version = enter(app, parts, list_links(1, 1), is_submitted=True)
        with holding(parts, found, "499 links are added to a case"):
            send(person, at("/case/links"), 303, pasted=list_links(500, 70))
    person, _version = enter(app, parts, list_links(400, 1), is_submitted=True)
    for _each in range(3):
        with holding(parts, found, "a letter of 400 links is made"):
            send(person, at("/case/requests/1/letter/notice"), 303)
    yield keep_below("handing in 500 links on 70 sites", median(submitted), at_most=1.5, unit="s of work")
    person, _version = enter(app, parts, list_links(500, 500))
    steps: dict[str, Callable[[], None]] = {
        "sent": lambda: send(person, at("/report/who"), 303, filer="self"),
        "shown": lambda: show(person, at("/report/who")),
    }
    for what, step in steps.items():
        step()
        yield keep_below(f"a step with 500 sites, {what}", measure_work(step) * 1_000, at_most=15, unit="ms of work")
    for what, held in found.items():
        most = 50 if "letter" in what else 100
        yield keep_below(f"lock held while {what}", median(held) * 1_000, at_most=most, unit="ms")
    parts.engine.dispose()


def measure_waits(name: str, folder: str, settings: dict[str, str]) -> Iterator[Row]:
    """The 95th percentile of another person's steps while somebody else's long work is under way."""
    app, parts = make_app(folder, settings)
    other, _version = enter(app, parts, list_links(3, 3))

    def save() -> None:
        for _each in range(TIMES):
            person, _version = enter(app, parts, list_links(1, 1))
            send(person, at("/report/links"), 303, pasted=list_links(499, 499))
            send(person, at("/report/contact"), 303, safe_contact="by chance")

    def write_letter() -> None:
        person, _version = enter(app, parts, list_links(500, 1), is_submitted=True)
        send(person, at("/case/requests/1/letter/notice"), 303)

    print(f"{name}: alone {measure_steps(other, lambda: sleep(2)) * 1_000:.0f} ms p95", file=sys.stderr)
    for what, act in (("500 sites are saved", save), ("a letter of 500 links is made", write_letter)):
        p95 = measure_steps(other, act)
        yield keep_below(f"another's step while {what}, {name}", p95 * 1_000, at_most=100, unit="ms p95")
    parts.engine.dispose()


def measure_steps(other: FlaskClient, act: Callable[[], None]) -> float:
    """Seconds that 95 of 100 steps took at most while `act` ran beside them."""
    done, taken = Event(), list[float]()

    def run() -> None:
        try:
            act()
        finally:
            done.set()

    beside = Thread(target=run)
    beside.start()
    while not done.is_set():
        started = perf_counter()
        send(other, at("/report/who"), 303, filer="self")
        taken.append(perf_counter() - started)
        done.wait(0.02)  # people think between two steps
    beside.join()
    print(f"{len(taken)} steps, slowest {max(taken):.3f} s", file=sys.stderr)
    return quantiles(taken, n=20)[-1]


def measure_work(act: Callable[[], None]) -> float:
    """Seconds of this process's work, the median of some."""
    taken = []
    for _each in range(TIMES):
        started = process_time()
        act()
        taken.append(process_time() - started)
    return median(taken)


@contextmanager
def holding(parts: Parts, found: dict[str, list[float]], what: str) -> Iterator[None]:
    """Note the longest time that the lock was held within."""
    with watching(parts.engine) as watch:
        yield
    found.setdefault(what, []).append(watch.longest)


def list_links(count: int, sites: int) -> str:
    """Links on so many sites, the first few of them in the directory."""
    hosts = [KNOWN[site] if site < len(KNOWN) else f"some-site{site}.de/" for site in range(sites)]
    return "\n".join(f"https://{hosts[number % sites]}{number + 100}" for number in range(count))


def make_app(folder: str, settings: dict[str, str]) -> tuple[Flask, Parts]:
    app = create_app(load_config({"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:", **settings}), clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    parts: Parts = app.extensions[EXTENSION]
    Path(folder).mkdir(exist_ok=True)
    metadata.create_all(parts.engine)
    keep_as_served(parts.config)
    return app, parts


def enter(app: Flask, parts: Parts, links: str, *, is_submitted: bool = False) -> tuple[FlaskClient, int]:
    """The browser of somebody with a draft or a case of these links, and the version it is at."""
    with parts.sessions.begin() as session:
        opened, words = make_draft(session, parts.ports, links=links)
        if is_submitted:
            submission.submit(opened.at(NOW))
    client = app.test_client()
    send(client, "/return", 303, words=words)
    return client, opened.case.version


def show(client: FlaskClient, path: str) -> None:
    if (status := client.get(path).status_code) != 200:
        raise ValueError(f"{status} at {path}")


def send(client: FlaskClient, path: str, status: int, **typed: str) -> None:
    answer = client.post(path, data=typed)
    if answer.status_code != status:
        raise ValueError(f"{answer.status_code} at {path}")
