"""Runs one target under atheris: `python -m tests.fuzz.harness links 60`, or `make fuzz SECONDS=60` for all of them.

What breaks a promise is written to `tests/fuzz/found/<target>/`, and `test_fuzz.py` tries it again in every run of the
suite.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["portal.adapters", "portal.reference", "portal.domain", "portal.web"]):
    from tests.fuzz.targets import FOUND, TARGETS

SEEDS = Path(__file__).parent / "seeds"
CORPUS = Path(__file__).parents[2] / "build" / "fuzz"


def main() -> None:
    target, seconds = sys.argv[1], int(sys.argv[2])
    folders = [CORPUS / target, SEEDS / target, FOUND / target]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=4096",
        "-print_final_stats=1",
    ]
    check = keeping(TARGETS[target], folders[-1])
    check(b"")  # a portal that a target needs is made once, before time is measured
    atheris.Setup([sys.argv[0], f"-artifact_prefix={folders[-1]}/", *options, *map(str, folders)], check)
    with contextlib.suppress(SystemExit):
        atheris.Fuzz()


def keeping(check: Callable[[bytes], None], folder: Path) -> Callable[[bytes], None]:
    """The same check, which at once writes down what breaks it; libFuzzer's own file is not always written."""

    def checked(data: bytes) -> None:
        try:
            check(data)
        except Exception:
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            raise

    return checked


if __name__ == "__main__":
    main()
