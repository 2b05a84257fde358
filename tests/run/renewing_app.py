"""A web application that answers with the number of its process, each time as if it had printed two files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from portal import wear

wear.FILES = 6


def app(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    wear.wear.note_file()
    wear.wear.note_file()
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield str(os.getpid()).encode()
