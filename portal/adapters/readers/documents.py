"""Looks into a file that was handed in, in a child process that can do nothing else, and gives back a clean one."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from threading import BoundedSemaphore
from types import MappingProxyType

import msgspec

from portal.adapters.child_process import ask_child
from portal.adapters.confinement import ALL, ANYWAY, KEYS, ONLY_WALLS, WHAT_IS_OPEN, Wall
from portal.domain.documents import (
    LARGEST,
    CleanDocument,
    Cleaned,
    DocumentKind,
    DocumentRefused,
    MailSignature,
    Original,
    Refusal,
    recognise_kind,
)
from portal.domain.readable import show_unreadable

SECONDS = 20.0  # until an answer, on a machine that has other things to do; the child itself has ten of computing
AT_ONCE = 2  # children of one process, so that many files at a time take turns instead of the whole memory
PATIENCE = 5.0  # seconds that a file waits for its turn, so that slow files never hold all threads of a server
LARGEST_ANSWER = 4 * LARGEST + 64 * 1024  # what is kept and what came, each with room
LONGEST_ABOUT = 2_000  # characters of what is told about an e-mail
NO_KEYS: Mapping[str, str] = MappingProxyType({})
CHILD = "portal.adapters.readers.document_child"

log = logging.getLogger("portal.adapters.readers.documents")
_turns = BoundedSemaphore(AT_ONCE)


class _ToldOriginal(msgspec.Struct, frozen=True):
    size: int
    is_whole: bool
    signatures: tuple[MailSignature, ...] = ()


class _Told(msgspec.Struct, frozen=True):
    """The first line of the child's answer."""

    missing: frozenset[Wall] = frozenset()
    refused: Refusal | None = None
    cleaned: tuple[Cleaned, ...] = ()
    about: str = ""
    size: int = 0
    original: _ToldOriginal | None = None


def clean_document(
    content: bytes, *, may_be_unconfined: bool = False, keys: Mapping[str, str] = NO_KEYS
) -> CleanDocument:
    """The file made anew by its kind, whatever it is called. Takes PATIENCE and SECONDS at most.

    `may_be_unconfined` lets it be opened where the kernel does not shut the child in. `keys` are the keys of senders
    of e-mail as the DNS has them, by name. Raises DocumentRefused.
    """
    kind = recognise_kind(content)
    if not _turns.acquire(timeout=PATIENCE):
        raise DocumentRefused(Refusal.BUSY)
    try:
        anyway = [ANYWAY] if may_be_unconfined else []
        given = [KEYS + json.dumps(dict(keys))] if keys and kind is DocumentKind.EMAIL else []
        return _read_answer(kind, _ask_child(content, kind.value, *anyway, *given))
    finally:
        _turns.release()


def find_missing_walls() -> frozenset[Wall]:
    """What of the child's confinement this machine does not give, as a child that was given no file found it."""
    head, _end, _content = _ask_child(b"", ONLY_WALLS).partition(b"\n")
    try:
        return msgspec.json.decode(head, type=_Told).missing
    except msgspec.MsgspecError:
        return ALL  # it did not come so far as to say


def describe_uploads(*, may_be_unconfined: bool) -> str:
    """What follows where nothing filters the child's calls."""
    if may_be_unconfined:
        return "RECOURSE_UPLOADS=anyway: files are opened all the same. A hostile one could take over the portal."
    return (
        "So no file is taken. RECOURSE_UPLOADS=anyway takes them at the risk that a hostile one takes over the portal."
    )


def _ask_child(content: bytes, *arguments: str) -> bytes:
    return ask_child(CHILD, content, *arguments, seconds=SECONDS, most=LARGEST_ANSWER)


def _read_answer(kind: DocumentKind, answer: bytes) -> CleanDocument:
    """The child's answer, of which nothing is believed that does not fit. Raises DocumentRefused."""
    head, _end, content = answer.partition(b"\n")
    try:
        told = msgspec.json.decode(head, type=_Told)
    except msgspec.MsgspecError as error:
        raise DocumentRefused(Refusal.TOO_COMPLEX) from error
    if told.refused is Refusal.UNCONFINED:
        log.warning("a file was not opened: %s", WHAT_IS_OPEN[Wall.SECCOMP])
    if told.refused is not None:
        raise DocumentRefused(told.refused)
    if not told.size or told.size + (told.original.size if told.original else 0) != len(content):
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    return CleanDocument(
        kind=kind,
        content=content[: told.size],
        cleaned=told.cleaned,
        about=show_unreadable(told.about)[:LONGEST_ABOUT],
        original=_read_original(told.original, content[told.size :]),
    )


def _read_original(told: _ToldOriginal | None, content: bytes) -> Original | None:
    """What came, beside what is kept of it."""
    if told is None:
        return None
    signatures = tuple(
        replace(each, domain=show_unreadable(each.domain), selector=show_unreadable(each.selector))
        for each in told.signatures
    )
    return Original(content=content, is_whole=told.is_whole, signatures=signatures)
