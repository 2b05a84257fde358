"""Reads a table that was handed in, in a child process that can do nothing else."""

from __future__ import annotations

import logging
from threading import BoundedSemaphore

import msgspec

from portal.adapters.child_process import ask_child
from portal.adapters.confinement import ANYWAY, WHAT_IS_OPEN, Wall
from portal.domain.tables import LARGEST, LARGEST_UNPACKED, ReadTable, TableRefusal, TableRefused, make_table

SECONDS = 30.0  # until an answer; the child itself has ten of computing
PATIENCE = 5.0  # seconds that a file waits for its turn
CHILD = "portal.adapters.readers.table_child"

log = logging.getLogger("portal.adapters.readers.tables")
_turn = BoundedSemaphore(1)


class _Told(msgspec.Struct, frozen=True):
    rows: list[list[str]] | None = None
    refused: TableRefusal | None = None


def read_table(content: bytes, *, may_be_unconfined: bool = False) -> ReadTable:
    """The rows of a CSV or XLSX file, or of a text that was pasted. Takes PATIENCE and SECONDS at most.

    `may_be_unconfined` as for documents. Raises TableRefused.
    """
    if not content.strip():
        raise TableRefused(TableRefusal.EMPTY)
    if len(content) > LARGEST:
        raise TableRefused(TableRefusal.TOO_LARGE)
    if not _turn.acquire(timeout=PATIENCE):
        raise TableRefused(TableRefusal.BUSY)
    try:
        anyway = [ANYWAY] if may_be_unconfined else []
        return _read_answer(ask_child(CHILD, content, *anyway, seconds=SECONDS, most=LARGEST_UNPACKED))
    finally:
        _turn.release()


def _read_answer(answer: bytes) -> ReadTable:
    """Of which nothing is believed that does not fit. Raises TableRefused."""
    try:
        told = msgspec.json.decode(answer, type=_Told)
    except msgspec.MsgspecError as error:
        raise TableRefused(TableRefusal.TOO_COMPLEX) from error
    if told.refused is TableRefusal.UNCONFINED:
        log.warning("a table was not opened: %s", WHAT_IS_OPEN[Wall.SECCOMP])
    if told.refused is not None:
        raise TableRefused(told.refused)
    return make_table(told.rows or [])
