"""Web servers of the portal's kind in processes of their own, and clients that take their time."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for a server to start or to end


@dataclass
class Server:
    """A running web server. `log` is what it wrote, once it has ended."""

    process: subprocess.Popen[str]
    host: str
    port: int
    log: str = ""

    def connect(self, source: str = "", *, buffer: int = 0) -> socket.socket:
        """A connection, from an address of this machine; `buffer` bytes is all that it takes by itself."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        line = socket.socket(family, socket.SOCK_STREAM)
        if buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        if source:
            line.bind((source, 0))
        line.settimeout(PATIENCE)
        line.connect((self.host, self.port))
        return line

    def ask(
        self, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, source: str = ""
    ) -> tuple[int, bytes]:
        """Status and content of one answer."""
        line = http.client.HTTPConnection(
            self.host, self.port, timeout=PATIENCE, source_address=(source, 0) if source else None
        )
        try:
            line.request("POST" if body else "GET", path, body or None, {**(headers or {}), "Connection": "close"})
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def stop(self) -> str:
        """End it and return what it wrote."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.log += self.process.communicate(timeout=PATIENCE)[1] or ""
        return self.log


@contextmanager
def running(app: str, folder: Path, *, host: str = "127.0.0.1", **env: str) -> Iterator[Server]:
    """A server of an application, such as `app:app`, with settings over those of this process."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:portal.run.httpd", app],
        cwd=ROOT,
        env={
            **os.environ,
            "RECOURSE_DATA": str(folder),
            "RECOURSE_HOST": host,
            "RECOURSE_PORT": str(port),
            **env,
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(process, host, port)
    try:
        _wait_for(server)
        yield server
    finally:
        try:
            server.stop()
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _wait_for(server: Server) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            server.ask("/healthz")
        except OSError:
            assert server.process.poll() is None, server.process.communicate()[1]
            assert time.monotonic() < give_up_at
            time.sleep(0.1)
        else:
            return
