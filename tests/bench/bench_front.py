"""The web server as `make run` starts it: pages at eight clients, its memory, and a page beside 200 slow clients."""

from __future__ import annotations

import os
import socket
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from tests.bench.bench_load import Browser, hand_in, running
from tests.bench.table import Row, keep_above, keep_below
from tests.web.addresses import at

CLIENTS = 8
PAGES = ("/case", "/law", "/case/history", "/", "/case/requests/1", "/help", "/case/links", "/api/v1/platforms")
ROUNDS = int(os.environ.get("ROUNDS", "10"))  # of all pages, for each client
SLOW = 200
ASKED = 20  # times, beside the slow clients


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        env = {"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:", "RECOURSE_TRUSTED_PROXIES": "1"}
        with running(env, 1) as ports:
            speed = measure_pages(ports)
            memory = read_memory(Path(folder))
        with running({**env, "RECOURSE_TRUSTED_PROXIES": "0"}, 1) as ports:
            beside = measure_beside(ports)
    return [
        keep_above(f"mixed pages, {CLIENTS} clients, on the defaults", speed, at_least=60, unit="per second"),
        keep_below("memory of all web processes, what they share once", memory, at_most=900, unit="MB"),
        keep_below(f"/healthz beside {SLOW} slow clients, median", beside * 1000, at_most=200, unit="ms"),
    ]


def measure_pages(ports: Sequence[int]) -> float:
    """Pages a second, of people who each have a case of their own."""
    browsers = [Browser(cycle(ports), f"10.9.{number}.7") for number in range(CLIENTS)]
    for browser in browsers:
        hand_in(browser)

    def read(number: int) -> None:
        for path in islice(cycle(PAGES), number, number + ROUNDS * len(PAGES)):
            browsers[number].go(at(path))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(read, range(CLIENTS)))
        started = perf_counter()
        list(pool.map(read, range(CLIENTS)))
    return CLIENTS * ROUNDS * len(PAGES) / (perf_counter() - started)


def read_memory(folder: Path) -> float:
    """MB of every process whose data folder this is, with its share of what several have (PSS)."""
    found = 0
    for process in Path("/proc").iterdir():
        try:
            if f"RECOURSE_DATA={folder}".encode() not in (process / "environ").read_bytes().split(b"\0"):
                continue
            lines = (process / "smaps_rollup").read_text("ascii").splitlines()
        except OSError:
            continue
        found += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return found / 1024


def measure_beside(ports: Sequence[int]) -> float:
    """Seconds, in the middle, for a page while many send a head, send a body or take an answer very slowly."""
    (port,) = ports
    begun = (
        b"GET / HTTP/1.1\r\nHost: a\r\nX-",
        b"POST /report HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\na=",
        b"GET /law HTTP/1.1\r\nHost: a\r\n\r\n" * 50,
    )
    with ExitStack() as lines:
        for number, sent in enumerate(islice(cycle(begun), SLOW)):
            line = lines.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.bind((f"127.0.0.{2 + number % 50}", 0))
            line.connect(("127.0.0.1", port))
            line.sendall(sent)
        sleep(5)  # what they asked for is answered as far as they take it
        taken = []
        for _ in range(ASKED):
            started = perf_counter()
            Browser(cycle(ports), "10.8.0.7").go("/healthz")
            taken.append(perf_counter() - started)
    return statistics.median(taken)
