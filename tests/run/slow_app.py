"""A web application that takes two seconds for its answer, to be stopped in the middle of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

WHOLE = b"finished " * 4000


def app(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """The first half of the answer, then the second."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(WHOLE)))])
    half = len(WHOLE) // 2
    yield WHOLE[:half]
    time.sleep(2)
    yield WHOLE[half:]
