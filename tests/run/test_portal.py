"""The whole portal as `make run` starts it: it answers, says nothing about who asked, and ends cleanly."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.run.servers import running

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Portal:
    """A running portal."""

    process: subprocess.Popen[str]
    port: int


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """The portal on a free port with a data folder of its own, up to the line that says where it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.run.serve"],
        cwd=ROOT,
        env={**os.environ, "RECOURSE_DATA": str(tmp_path), "RECOURSE_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first_line = process.stdout.readline()
    if "Recourse is at" not in first_line:
        process.kill()
        pytest.fail(f"The portal did not start: {first_line}{process.communicate()[1]}")
    yield Portal(process, port)
    if process.poll() is None:
        process.kill()
        process.communicate()


def fetch(port: int, path: str) -> int:
    """The status of one page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_figures_are_those_of_all_processes_whichever_is_asked(tmp_path: Path) -> None:
    token = "a-token-of-some-length-for-figures"
    prepare = [sys.executable, "-m", "portal.run.serve", "--prepare"]
    subprocess.run(prepare, cwd=ROOT, env={**os.environ, "RECOURSE_DATA": str(tmp_path)}, check=True)
    settings = {"RECOURSE_PROCESSES": "2", "RECOURSE_THREADS": "1", "RECOURSE_METRICS_TOKEN": token}
    with running("app:app", tmp_path, **settings) as server:
        with ThreadPoolExecutor(8) as pool:
            assert {status for status, _ in pool.map(lambda _: server.ask("/"), range(40))} == {200}
        name = b'recourse_requests_total{endpoint="start.front",method="GET",status="200"} '
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(8):
            lines = server.ask("/metrics", headers=headers)[1].splitlines()
            assert [line for line in lines if line.startswith(name)] == [name + b"40.0"]


def test_the_portal_answers_logs_nobody_and_ends_cleanly(portal: Portal) -> None:
    assert fetch(portal.port, "/") == 200
    assert fetch(portal.port, "/a-path-that-is-not-here") == 404
    with socket.create_connection(("127.0.0.1", portal.port), timeout=5) as connection:
        connection.sendall(b"NOT HTTP /a-secret-path\r\n\r\n")
        connection.recv(1024)
    asked_at = time.monotonic()
    portal.process.send_signal(signal.SIGINT)
    out, err = portal.process.communicate(timeout=20)
    assert (portal.process.returncode, out.strip()) == (0, "Recourse has ended.")
    assert time.monotonic() - asked_at < 10
    assert "Traceback" not in err
    assert "127.0.0.1" not in err
    assert "path" not in err
