"""Looks into a file that was handed in, in a child process that can do nothing else, and gives back a clean one."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore, Thread, Timer
from typing import IO, cast

import msgspec

from portal.domain.documents import (
    LARGEST,
    CleanDocument,
    Cleaned,
    DocumentKind,
    DocumentRefused,
    Refusal,
    recognise_kind,
)
from portal.domain.readable import show_unreadable

SECONDS = 20.0  # until an answer, on a machine that has other things to do; the child itself has ten of computing
AT_ONCE = 2  # children of one process, so that many files at a time take turns instead of the whole memory
PATIENCE = 5.0  # seconds that a file waits for its turn, so that slow files never hold all threads of a server
LARGEST_ANSWER = 2 * LARGEST + 64 * 1024
LONGEST_ABOUT = 2_000  # characters of what is told about an e-mail
ROOT = Path(__file__).resolve().parents[2]
CHILD = "portal.adapters.document_child"

_turns = BoundedSemaphore(AT_ONCE)


class _Told(msgspec.Struct, frozen=True):
    """The first line of the child's answer."""

    refused: Refusal | None = None
    cleaned: tuple[Cleaned, ...] = ()
    about: str = ""
    size: int = 0


def clean_document(content: bytes) -> CleanDocument:
    """The file made anew by its kind, whatever it is called. Takes PATIENCE and SECONDS at most.

    Raises DocumentRefused.
    """
    kind = recognise_kind(content)
    if not _turns.acquire(timeout=PATIENCE):
        raise DocumentRefused(Refusal.BUSY)
    try:
        return _read_answer(kind, _ask_child(kind, content))
    finally:
        _turns.release()


def _ask_child(kind: DocumentKind, content: bytes) -> bytes:
    """What the child writes; less than that where its limits ended it. It gets no setting and no secret of ours."""
    command = [sys.executable, "-P", "-s", "-B", "-m", CHILD, kind.value]
    with subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT)},
        cwd="/",
    ) as child:
        to_child, from_child = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)
        timer = Timer(SECONDS, child.kill)
        writer = Thread(target=_feed, args=(to_child, content), daemon=True)
        timer.start()
        writer.start()
        try:
            return from_child.read(LARGEST_ANSWER)
        finally:
            timer.cancel()
            child.kill()
            writer.join()


def _feed(to_child: IO[bytes], content: bytes) -> None:
    """Write the file to the child, which may be gone before it has read all of it."""
    with contextlib.suppress(OSError):
        to_child.write(content)
    with contextlib.suppress(OSError):
        to_child.close()


def _read_answer(kind: DocumentKind, answer: bytes) -> CleanDocument:
    """The child's answer, of which nothing is believed that does not fit. Raises DocumentRefused."""
    head, _end, content = answer.partition(b"\n")
    try:
        told = msgspec.json.decode(head, type=_Told)
    except msgspec.MsgspecError as error:
        raise DocumentRefused(Refusal.TOO_COMPLEX) from error
    if told.refused is not None:
        raise DocumentRefused(told.refused)
    if told.size != len(content) or not content:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    return CleanDocument(
        kind=kind, content=content, cleaned=told.cleaned, about=show_unreadable(told.about)[:LONGEST_ABOUT]
    )
