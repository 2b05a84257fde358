"""Has a complaint's file read in a child process that can do nothing else, and believes nothing that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from threading import BoundedSemaphore

import msgspec

from portal.adapters.child_process import ask_child
from portal.adapters.confinement import ANYWAY
from portal.domain.bundle_checks import LARGEST_BUNDLE, BundleReading, BundleRefusal, BundleRefused, CheckedSignature
from portal.domain.readable import show_unreadable

CHILD = "portal.adapters.papers.bundle_child"
SECONDS = 20.0  # until an answer; the child itself has ten of computing
LARGEST_ANSWER = 1024 * 1024  # bytes
PATIENCE = 3.0  # seconds that a file waits for its turn
_turns = BoundedSemaphore(1)  # of one process: somebody who has files checked never holds all threads of a server


class CheckOrder(msgspec.Struct, frozen=True):
    """What the child needs beside the file: the trusted roots (DER), and the moment of the check."""

    roots: tuple[bytes, ...]
    now: datetime


class _Told(msgspec.Struct, frozen=True):
    reading: BundleReading | None = None
    refused: BundleRefusal | None = None


def check_bundle(
    content: bytes, *, roots: Sequence[bytes] = (), now: datetime, may_be_unconfined: bool = False
) -> BundleReading:
    """What is in a complaint's ZIP or PDF, and whether its parts agree. Nothing of it is kept.

    `roots` are the certificates (DER) that are trusted here. Raises BundleRefused.
    """
    if len(content) > LARGEST_BUNDLE:
        raise BundleRefused(BundleRefusal.TOO_LARGE)
    if not _turns.acquire(timeout=PATIENCE):
        raise BundleRefused(BundleRefusal.BUSY)
    anyway = [ANYWAY] if may_be_unconfined else []
    try:
        order = msgspec.json.encode(CheckOrder(tuple(roots), now)) + b"\n"
        answer = ask_child(CHILD, order + content, *anyway, seconds=SECONDS, most=LARGEST_ANSWER)
    finally:
        _turns.release()
    try:
        told = msgspec.json.decode(answer, type=_Told)
    except msgspec.MsgspecError as error:
        raise BundleRefused(BundleRefusal.BROKEN) from error
    if told.refused is not None or told.reading is None:
        raise BundleRefused(told.refused or BundleRefusal.BROKEN)
    return _make_readable(told.reading)


def _make_readable(reading: BundleReading) -> BundleReading:
    """The same with each sign shown that could hide something."""
    signature = reading.signature
    return replace(
        reading,
        reference=show_unreadable(reading.reference),
        party=show_unreadable(reading.party),
        sums=tuple(replace(each, name=show_unreadable(each.name)) for each in reading.sums),
        exhibits=tuple(replace(each, name=show_unreadable(each.name)) for each in reading.exhibits),
        signature=_show_signer(signature) if signature else None,
        clocks=tuple(
            replace(
                clock,
                law=show_unreadable(clock.law),
                label=show_unreadable(clock.label),
                letter=show_unreadable(clock.letter),
            )
            for clock in reading.clocks
        ),
    )


def _show_signer(signature: CheckedSignature) -> CheckedSignature:
    stamp = signature.stamp
    return replace(
        signature,
        signer=show_unreadable(signature.signer),
        stamp=replace(stamp, signer=show_unreadable(stamp.signer)) if stamp else None,
    )
