"""The inputs that are kept beside the fuzzers: seeds to start from, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def list_found() -> list[tuple[str, str, bytes]]:
    """Target, name and content of each input that broke a reader once."""
    return list(_read(HERE / "found"))


def list_seeds() -> list[tuple[str, str, bytes]]:
    """The same of the seeds."""
    return list(_read(HERE / "seeds"))


def _read(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    for path in sorted(folder.glob("*/*")):
        yield path.parent.name, path.name, path.read_bytes()
