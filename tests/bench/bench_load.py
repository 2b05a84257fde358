"""Many people report, twenty at a time: how many pages went wrong, and how many reports a second.

Against the web server as it is deployed: on SQLite as `make run` starts it, on PostgreSQL four of one process each, as
on several machines, and each page is asked of one of them in turn. A report is what a browser sends: begin, an answer
to each question, the review, handing in, and the receipt. Each person comes from a network of their own, as behind a
proxy.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import cycle
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep
from urllib.parse import urlencode

from sqlalchemy import func, select

from portal.adapters.signing import by_id, public_keys
from portal.config import load_config
from portal.domain.lifecycle import CaseStatus
from portal.models.cases import Case
from portal.run.worker import sign_day
from portal.secret_file import ensure_secret_file
from portal.services.history.verification import Against, verify
from portal.wiring import Parts
from tests.bench.table import Row, keep_above, keep_below
from tests.postgres import fresh_database, wait_for_disk
from tests.web.addresses import at
from tests.web.person.journey import LINKS, TYPED

SUBMISSIONS = int(os.environ.get("REPORTS", "120"))  # `REPORTS=1000 make bench` for the long run
AT_ONCE = 20
SERVERS = 4
PATIENCE = 60.0  # seconds, for a server to start and for one page
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="(csrf_token|version)"[^>]*value="([^"]*)"')
WORDS = re.compile(r'class="words"')

Form = Mapping[str, str]


class Wrong(Exception):
    """A page that did not answer as it should. The message says which and how."""


def rows() -> list[Row]:
    with TemporaryDirectory() as folder:
        found = measure("SQLite", {"RECOURSE_DATABASE": f"sqlite:///{folder}/bench.db"}, folder, servers=1)
    with TemporaryDirectory() as folder, fresh_database() as url:
        wait_for_disk()
        env = {"RECOURSE_DATABASE": url, "RECOURSE_PROCESSES": "1"}
        return found + measure(f"PostgreSQL, {SERVERS} processes", env, folder, servers=SERVERS)


def measure(name: str, settings: Mapping[str, str], folder: str, *, servers: int) -> list[Row]:
    """Pages that went wrong, reports missing and breaks of the chain, of which there may be none; and the speed."""
    env = {
        **settings,
        "RECOURSE_DATA": folder,
        "RECOURSE_LOCKS": f"sqlite:///{folder}/locks.db",
        "RECOURSE_QUEUE": "memory:",
        "RECOURSE_TRUSTED_PROXIES": "1",
    }
    with running(env, servers) as ports, ThreadPoolExecutor(AT_ONCE) as pool:
        started = perf_counter()
        errors = Counter(error for error in pool.map(lambda number: report(number, ports), range(SUBMISSIONS)) if error)
        taken = perf_counter() - started
    for error, times in errors.most_common():
        print(f"{name}: {times} times {error}", file=sys.stderr)
    there, breaks = look(env)
    wrong = errors.total() + abs(SUBMISSIONS - there) + breaks
    return [
        keep_below(f"{SUBMISSIONS} reports, {AT_ONCE} at once, {name}: errors", wrong, at_most=0, unit="errors"),
        keep_above(f"{SUBMISSIONS} reports, {AT_ONCE} at once, {name}", there / taken, at_least=1, unit="per second"),
    ]


def look(env: Mapping[str, str]) -> tuple[int, int]:
    """How many cases there are, and in how many places their history is broken."""
    parts = Parts(load_config(env))
    sign_day(parts)  # as a worker does: a history of which nothing is signed counts as broken
    keys = by_id(public_keys(ensure_secret_file(parts.config.audit_key_file)))
    with parts.sessions() as session:
        there = session.scalar(select(func.count()).where(Case.status == CaseStatus.OPEN)) or 0
        breaks = len(verify(session, Against(keys=keys), now=parts.clock()).breaks)
    parts.engine.dispose()
    return there, breaks


@contextmanager
def running(env: Mapping[str, str], servers: int) -> Iterator[Sequence[int]]:
    """Web servers on one prepared portal; their ports."""
    whole = {**os.environ, **env}
    ports = [find_free_port() for _ in range(servers)]
    subprocess.run([sys.executable, "-m", "portal.run.serve", "--prepare"], env=whole, check=True)
    order = [sys.executable, "-m", "gunicorn", "-c", "python:portal.run.httpd", "app:app"]
    with ExitStack() as stack:
        for port in ports:
            server = subprocess.Popen(order, env={**whole, "RECOURSE_PORT": str(port)})
            stack.callback(server.wait)
            stack.callback(server.terminate)
        for port in ports:
            wait_for(port)
        yield ports


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until the server answers. Raises TimeoutError."""
    give_up_at = monotonic() + PATIENCE
    while monotonic() < give_up_at:
        try:
            Browser(cycle([port]), "10.0.0.1").go("/")
        except OSError:
            sleep(0.1)
        else:
            return
    raise TimeoutError(f"no answer on port {port}")


@dataclass
class Browser:
    """A person's browser without JavaScript, as far as sending forms needs one."""

    turns: Iterator[int]  # the port for each next page
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def go(self, path: str) -> str:
        """The page at an address. Raises Wrong."""
        status, _where, text = self._ask("GET", path, "")
        if status != 200:
            raise Wrong(f"{status} for GET {path}")
        return text

    def send(self, path: str, form: Form) -> str:
        """Where a form leads. Raises Wrong."""
        status, where, _text = self._ask("POST", path, urlencode(form))
        if status != 303:
            raise Wrong(f"{status} for POST {path}")
        return where

    def _ask(self, method: str, path: str, body: str) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", next(self.turns), timeout=PATIENCE)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
        }
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()


def report(number: int, ports: Sequence[int]) -> str:
    """One whole report, by its person. What went wrong, if anything did."""
    try:
        hand_in(Browser(cycle(ports), f"10.{number // 250}.{number % 250}.7"))
    except (Wrong, OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def hand_in(browser: Browser) -> None:
    """Every question answered, without looking at each page first. Raises Wrong."""
    token = dict(HIDDEN.findall(browser.go("/report")))["csrf_token"]
    start = browser.send("/report", {"csrf_token": token})
    token = dict(HIDDEN.findall(browser.go(start)))["csrf_token"]
    browser.send(start, {"csrf_token": token})
    for step, typed in TYPED.items():
        browser.send(at(f"/report/{step}"), {**typed, "csrf_token": token})
        if step == "online":
            browser.send(at("/report/links"), {"pasted": LINKS, "csrf_token": token})
    review = dict(HIDDEN.findall(browser.go(at("/report/review"))))
    where = browser.send(at("/report/review"), review)
    if not WORDS.search(browser.go(where)):
        raise Wrong("a receipt without words")
