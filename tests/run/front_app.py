"""A web application behind the portal's worker, to be asked fast and slowly.

`/large` is more than any socket holds, `/wait` takes half a second, `/break` fails, `/letter` sets one into
pages, anything else says what was sent.
With QUICK in the environment the worker's time limits are a second each.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from portal.adapters.papers.press import press
from portal.run import front
from tests.letters.samples import notice

LARGE = 16 * 1024 * 1024

if "QUICK" in os.environ:
    front.HEAD_SECONDS = front.BODY_SECONDS = front.STALL_SECONDS = 1.0
    front.SLOWEST = 1024 * 1024


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """One answer by path."""
    path = environ["PATH_INFO"]
    if path == "/break":
        raise ValueError("what a person wrote")
    if path == "/wait":
        time.sleep(0.5)
    if path == "/letter":
        press.set_letter(notice())
    body = environ["wsgi.input"].read()
    said = {
        "path": path,
        "length": len(body),
        "digest": hashlib.sha256(body).hexdigest(),
        "from": environ["REMOTE_ADDR"],
        "process": os.getpid(),
        "press": press.child_id,
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b" " * LARGE] if path == "/large" else [json.dumps(said).encode()]
