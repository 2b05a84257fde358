"""The web server's worker: who sends or takes slowly holds nobody up, and what is sent arrives as it was sent."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config

from portal.run.front import LARGEST_BODY, Front
from tests.adapters.papers.test_press import wait_until_gone
from tests.run.front_app import LARGE
from tests.run.servers import Server, running
from tests.run.test_stopping import ROOT

APP = "tests.run.front_app:app"
SLOW = 60  # clients, in equal parts of each kind
THREADS = "2"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(APP, tmp_path_factory.mktemp("front"), RECOURSE_PROCESSES="1", RECOURSE_THREADS=THREADS) as made:
        yield made


def read_answer(line: socket.socket) -> tuple[int, bytes]:
    """Status and content of one answer, and no byte of the next. 0 where it was hung up."""
    head, content = b"", b""
    while not head.endswith(b"\r\n\r\n"):
        piece = line.recv(1)
        if not piece:
            return 0, b""
        head += piece
    found = re.search(rb"(?i)content-length: (\d+)", head)
    while found and len(content) < int(found[1]):
        content += line.recv(int(found[1]) - len(content))
    while b"chunked" in head.lower() and not content.endswith(b"0\r\n\r\n"):
        content += line.recv(1)
    return int(head.split()[1]), content


def is_hung_up(line: socket.socket) -> bool:
    """Whether the server has ended the connection by now."""
    line.settimeout(5)
    with suppress(ConnectionResetError):
        return line.recv(1) == b""
    return True


def said(answer: tuple[int, bytes]) -> dict[str, Any]:
    status, content = answer
    assert status == 200
    found = re.search(rb"\{.*\}", content)
    assert found is not None
    told: dict[str, Any] = json.loads(found[0])
    return told


def test_sixty_slow_clients_hold_nobody_up(server: Server) -> None:
    with ExitStack() as lines:
        for number in range(SLOW // 3):
            source = f"127.0.0.{2 + number % 10}"
            head, body = (lines.enter_context(server.connect(source)) for _ in range(2))
            head.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\nX-")
            body.sendall(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\na=")
            taker = lines.enter_context(server.connect(source, buffer=4096))
            taker.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(1)  # the large answers are made and wait to be taken
        taken = []
        for _ in range(10):
            asked_at = time.monotonic()
            assert server.ask("/healthz")[0] == 200
            taken.append(time.monotonic() - asked_at)
    assert sorted(taken)[len(taken) // 2] < 0.2


def test_a_slow_client_is_answered_in_the_end(server: Server) -> None:
    whole = b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    with server.connect() as line:
        for place in range(len(whole)):
            line.sendall(whole[place : place + 1])
            time.sleep(0.005)
        assert said(read_answer(line))["digest"] == hashlib.sha256(b"hello").hexdigest()
    with server.connect(buffer=4096) as line:
        line.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        time.sleep(0.5)
        taken = 0
        while piece := line.recv(1 << 20):
            taken += len(piece)
    assert taken > LARGE


@pytest.mark.parametrize("size", [1, 70_000, 5_000_000, LARGEST_BODY])
def test_a_body_arrives_as_it_was_sent(server: Server, size: int) -> None:
    body = os.urandom(size)
    told = said(server.ask("/body", body))
    assert (told["length"], told["digest"]) == (size, hashlib.sha256(body).hexdigest())


def test_a_body_above_all_limits_is_for_the_application_to_refuse(server: Server) -> None:
    assert said(server.ask("/body", b"x" * (LARGEST_BODY + 1)))["length"] == 0


def test_a_body_in_chunks_arrives_whole(server: Server) -> None:
    with server.connect() as line:
        line.sendall(b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n")
        line.sendall(b"0\r\nTrailer: x\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        told = said(read_answer(line))
        assert (told["length"], told["digest"]) == (5, hashlib.sha256(b"abcde").hexdigest())
        assert said(read_answer(line))["path"] == "/next"


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\n", b"\r\n", b"3\r\nabcd\r\n", b"3" + b" " * 2000 + b"\r\n"])
def test_a_broken_chunk_is_refused(server: Server, chunk: bytes) -> None:
    with server.connect() as line:
        line.sendall(b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)
        assert read_answer(line)[0] == 400


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"NOT HTTP\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-A: a\r\n" * 12_000 + b"\r\n", 431),
    ],
)
def test_what_is_not_http_is_refused(server: Server, head: bytes, status: int) -> None:
    with server.connect() as line:
        line.sendall(head)
        assert read_answer(line)[0] == status
        assert is_hung_up(line)


def test_who_asks_first_whether_to_send_is_told_to(server: Server) -> None:
    with server.connect() as line:
        line.sendall(b"POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"ok")
        assert said(read_answer(line))["length"] == 2


def test_a_connection_is_used_again_and_requests_may_follow_close(server: Server) -> None:
    with server.connect() as line:
        line.sendall(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert [said(read_answer(line))["path"] for _ in range(2)] == ["/1", "/2"]
        assert is_hung_up(line)


@pytest.mark.parametrize("kept", [1, 12])
def test_who_asks_without_pause_leaves_others_their_turn(server: Server, kept: int) -> None:
    """Each connection has its next request there before the last one is answered, so that no thread is ever free."""
    with ExitStack() as lines:
        for number in range(2 * kept):
            line = lines.enter_context(server.connect(f"127.0.0.{2 + number % 2}"))
            line.sendall(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" * (24 // kept))
        time.sleep(0.2)
        asked_at = time.monotonic()
        assert server.ask("/healthz", source="127.0.0.9")[0] == 200
        assert time.monotonic() - asked_at < 5, "the others would take twelve seconds"


def test_who_says_that_no_more_will_come_gets_every_answer_whole(server: Server) -> None:
    with server.connect() as line:
        line.sendall(b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(20)))
        line.shutdown(socket.SHUT_WR)
        assert [said(read_answer(line))["path"] for _ in range(20)] == [f"/{number}" for number in range(20)]
        assert is_hung_up(line)
    with server.connect(buffer=4096) as line:
        line.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        time.sleep(0.5)
        taken = 0
        while piece := line.recv(1 << 20):
            taken += len(piece)
    assert taken > LARGE


def test_a_failure_is_answered_and_told_by_its_place_alone(tmp_path: Path) -> None:
    with running(APP, tmp_path, RECOURSE_PROCESSES="1") as server:
        assert server.ask("/break")[0] == 500
        assert server.ask("/healthz")[0] == 200
        log = server.stop()
    assert "ValueError at portal/run/front.py" in log, "the innermost place of ours, which has none in this application"
    assert "person" not in log
    assert "/break" not in log
    assert "127.0.0.1" not in log


def test_whoever_is_too_slow_is_let_go(tmp_path: Path) -> None:
    with running(APP, tmp_path, RECOURSE_PROCESSES="1", QUICK="1") as server, ExitStack() as lines:
        silent, head, body, drip, taker = (lines.enter_context(server.connect(buffer=4096)) for _ in range(5))
        head.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        body.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        drip.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        taker.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(20):
                drip.sendall(b"a")
                time.sleep(0.1)
        assert all(is_hung_up(line) for line in (silent, head, body, drip))
        time.sleep(1)
        taken = 0
        with suppress(ConnectionResetError):
            while piece := taker.recv(1 << 20):
                taken += len(piece)
        assert taken < LARGE


def test_one_address_has_a_limit_and_its_oldest_makes_room(tmp_path: Path) -> None:
    env = {"RECOURSE_PROCESSES": "1", "RECOURSE_CONNECTIONS": "4"}
    with running(APP, tmp_path, **env) as server, ExitStack() as lines:
        many = [lines.enter_context(server.connect("127.0.0.2")) for _ in range(6)]
        assert server.ask("/healthz")[0] == 200, "another address notices nothing"
        assert is_hung_up(many[0])
        assert is_hung_up(many[1])
        many[5].sendall(b"GET /mine HTTP/1.1\r\nHost: a\r\n\r\n")
        assert said(read_answer(many[5]))["path"] == "/mine"
        assert server.ask("/healthz", source="127.0.0.2")[0] == 200, "nobody is shut out by their own neighbours"


def test_behind_a_proxy_those_it_speaks_for_are_counted(tmp_path: Path) -> None:
    env = {"RECOURSE_PROCESSES": "1", "RECOURSE_CONNECTIONS": "4", "RECOURSE_TRUSTED_PROXIES": "1"}
    with running(APP, tmp_path, **env) as server, ExitStack() as lines:

        def begin(client: str) -> socket.socket:
            line = lines.enter_context(server.connect())
            head = f"POST /p HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, {client}\r\nContent-Length: 2\r\n\r\n"
            line.sendall(head.encode())
            time.sleep(0.05)
            return line

        other = begin("198.51.100.9")
        many = [begin("203.0.113.5") for _ in range(5)]
        assert is_hung_up(many[0])
        for line in (other, *many[1:]):
            line.sendall(b"ok")
            assert said(read_answer(line))["length"] == 2


def test_told_to_end_it_answers_what_was_begun_and_hangs_up_on_who_asks_nothing(tmp_path: Path) -> None:
    with running(APP, tmp_path, RECOURSE_PROCESSES="1") as server:
        with server.connect() as idle, server.connect() as working, server.connect() as sending:
            working.sendall(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            sending.sendall(b"POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha")
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            assert is_hung_up(idle)
            assert said(read_answer(working))["path"] == "/wait"
            sending.sendall(b"lf")
            assert said(read_answer(sending))["length"] == 4
            assert is_hung_up(sending)
        asked_at = time.monotonic()
        assert "Traceback" not in server.stop()
        assert server.process.returncode == 0
        assert time.monotonic() - asked_at < 10


def test_it_listens_on_ipv6_as_well(tmp_path: Path) -> None:
    with running(APP, tmp_path, host="::1", RECOURSE_PROCESSES="1") as server:
        assert said(server.ask("/six"))["from"] == "::1"


def test_the_work_is_shared_by_the_processes(tmp_path: Path) -> None:
    with running(APP, tmp_path, RECOURSE_PROCESSES="2", RECOURSE_THREADS="1") as server, ExitStack() as lines:
        many = [lines.enter_context(server.connect()) for _ in range(6)]
        for line in many:
            line.sendall(b"GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert len({said(read_answer(line))["process"] for line in many}) == 2


def test_who_is_told_to_end_before_the_loop_runs_ends_at_once() -> None:
    """gunicorn's handler stands from the process's first moments on, ours from the loop's first step on."""
    missing: Any = None
    worker = Front(1, os.getppid(), [], missing, 60, Config(), missing)
    worker.handle_exit(signal.SIGTERM, None)
    before = signal.getsignal(signal.SIGTERM)

    async def go_on() -> None:
        async with asyncio.timeout(5):
            await worker._run()

    try:
        asyncio.run(go_on())
    finally:
        signal.signal(signal.SIGTERM, before)
        worker.tmp.close()


FORKING = """
import os, signal, sys
from portal.run.front import keep_signals_for_workers
keep_signals_for_workers()
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGTERM)
    os._exit(0 if signal.SIGTERM in signal.sigpending() else 1)
is_kept = os.waitstatus_to_exitcode(os.wait()[1]) == 0
sys.exit(0 if is_kept and signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ()) else 1)
"""


def test_a_signal_in_a_workers_first_moments_waits_for_it_and_the_first_process_hears_its_own() -> None:
    assert subprocess.run([sys.executable, "-c", FORKING], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_sets_letters_ends_with_the_process_that_had_them_made(tmp_path: Path, number: int) -> None:
    with running(APP, tmp_path, RECOURSE_PROCESSES="1", RECOURSE_THREADS=THREADS) as server:
        told = said(server.ask("/letter"))
        assert told["press"] not in {None, told["process"]}
        os.kill(told["press"], signal.SIGTERM)  # of a service that is ended all at once
        assert said(server.ask("/letter"))["press"] == told["press"], "its end is not told by a signal"
        os.kill(told["process"] if number == signal.SIGKILL else server.process.pid, number)
        wait_until_gone(told["press"])
