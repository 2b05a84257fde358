"""The whole of a grown installation as docs/operations.md describes it: what the units start, over PostgreSQL, Redis
and S3-compatible storage, behind nginx. Every part is the real one; only systemd itself does not start them.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.postgres import fresh_database
from tests.run.test_worker import ROOT
from tests.stores import find_free_port, open_bucket, open_redis
from tools.check_deployment import DEPLOY, set_up_nginx
from tools.programs import find_program

HOST = "recourse.example.org"
PATIENCE = 60.0  # seconds
WORKERS = 3


def read_commands(unit: str) -> Mapping[str, list[str]]:
    """ExecStartPre and ExecStart of a unit, by the Python of this run."""
    lines = (DEPLOY / "systemd" / unit).read_text("utf-8").splitlines()
    found = dict(line.split("=", 1) for line in lines if line.startswith("Exec"))
    return {name: [sys.executable, *command.split()[1:]] for name, command in found.items()}


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where nginx speaks TLS, once the portal answers through it."""
    with ExitStack() as stack:
        inner, plain, secure = find_free_port(), find_free_port(), find_free_port()
        env = {
            **os.environ,
            **stack.enter_context(open_bucket()),
            "RECOURSE_DATA": str(tmp_path / "data"),
            "RECOURSE_DATABASE": stack.enter_context(fresh_database()),
            "RECOURSE_LOCKS": stack.enter_context(fresh_database()),
            "RECOURSE_QUEUE": stack.enter_context(open_redis()).url,
            "RECOURSE_BASE_URL": f"https://{HOST}",
            "RECOURSE_TRUSTED_PROXIES": "1",
            "RECOURSE_PORT": str(inner),
            "RECOURSE_PROCESSES": "2",
        }
        web, worker = read_commands("recourse-web.service"), read_commands("recourse-worker.service")
        subprocess.run(web["ExecStartPre"], cwd=ROOT, env=env, check=True, capture_output=True, timeout=PATIENCE)
        place = tmp_path / "nginx"
        place.mkdir()
        whole = set_up_nginx(DEPLOY / "nginx" / "recourse.conf", place, ports=(plain, secure), upstream=inner)
        nginx = [find_program("nginx", "nginx").path, "-p", str(place), "-c", str(whole)]
        started = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for command in (web["ExecStart"], *[worker["ExecStart"]] * WORKERS, nginx)
        ]
        try:
            wait_for(secure, place)
            yield secure
            assert [each.poll() for each in started] == [None] * len(started), "nothing ended by itself"
        finally:
            for each in reversed(started):
                each.send_signal(signal.SIGTERM)
            for each in started:
                each.wait(PATIENCE)
        assert [each.returncode for each in started] == [0] * len(started)


def ask(port: int, place: Path, path: str) -> tuple[http.client.HTTPResponse, bytes]:
    context = ssl.create_default_context(cafile=str(place / "fullchain.pem"))
    line = http.client.HTTPSConnection(HOST, timeout=PATIENCE, context=context)
    line.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE), server_hostname=HOST)
    line.request("GET", path)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer, body


def wait_for(port: int, place: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            answer, _body = ask(port, place, "/readyz")
        except OSError:
            answer = None
        if answer is not None and answer.status == 200:
            return
        assert time.monotonic() < end, "the portal does not answer through nginx"
        time.sleep(0.5)


def test_the_portal_answers_behind_nginx_with_every_part_at_work(port: int, tmp_path: Path) -> None:
    answer, body = ask(port, tmp_path / "nginx", "/")
    assert answer.status == 200
    assert b"<h1" in body
    assert answer.headers["Strict-Transport-Security"]
    assert all("Secure" in cookie for cookie in answer.headers.get_all("Set-Cookie") or [])
    ready, body = ask(port, tmp_path / "nginx", "/readyz")
    assert ready.status == 200
    assert set(json.loads(body).values()) == {"works"}
