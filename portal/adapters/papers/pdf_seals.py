"""Has finished PDFs signed in a child process, so that no process that answers people loads what signs.

The press has no key, and keeps none: the organisation's key goes to a child that signs these files and ends.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from portal.adapters.child_process import ask_child

CHILD = "portal.adapters.papers.signing_child"
SECONDS = 120.0  # for two papers with a stamp each; without stamps it takes one or two
MOST_ADDED = 64 * 1024  # bytes that a signature adds to a file, stamp and certificates included
MOST_ANSWERED = 2 * 1024 * 1024  # bytes of what authorities say of the certificates: a list of theirs can be long

log = logging.getLogger("portal.adapters.papers.pdf_seals")


class NotSigned(RuntimeError):
    """The papers could not be signed; the message says nothing of them."""


class SealOrder(msgspec.Struct, frozen=True):
    """What the child is asked for: `key` and `files` are how many bytes of each follow."""

    key: int
    files: tuple[int, ...]
    stamp_url: str | None = None
    asks: bool = False
    roots: tuple[bytes, ...] = ()


class Sealed(msgspec.Struct, frozen=True):
    """The files follow, so many bytes each; `stamped`: each has the stamp that was asked for."""

    files: tuple[int, ...]
    stamped: bool
    answered: bool = False  # each holds what the authorities say of the certificates


def sign_files(
    pdfs: Sequence[bytes], pem: bytes, *, stamp_url: str | None = None, asks: bool = False, roots: Sequence[bytes] = ()
) -> list[bytes]:
    """The PDFs with the signature behind each, in the same order. Raises NotSigned.

    `asks`: what the responders that the certificate names say of it is to stand in the files; `roots` (DER) are trusted
    for that. Where no stamp or no answer is to be had, they are signed without.
    """
    order = SealOrder(
        key=len(pem), files=tuple(map(len, pdfs)), stamp_url=stamp_url, asks=asks, roots=tuple(roots) if asks else ()
    )
    content = msgspec.json.encode(order) + b"\n" + pem + b"".join(pdfs)
    most = sum(map(len, pdfs)) + (len(pdfs) + 1) * (MOST_ADDED + (MOST_ANSWERED if asks else 0))
    head, _, rest = ask_child(CHILD, content, seconds=SECONDS, most=most).partition(b"\n")
    try:
        told = msgspec.json.decode(head, type=Sealed)
    except msgspec.MsgspecError as error:
        raise NotSigned("the process that signs ended without an answer") from error
    if len(told.files) != len(pdfs) or sum(told.files) != len(rest):
        raise NotSigned("the process that signs ended in the middle of a file")
    if stamp_url and not told.stamped:
        log.warning("no time stamp was to be had; the papers are signed without one")
    if asks and not told.answered:
        log.warning("nothing was to be had on whether a certificate was taken back; the papers are signed without it")
    signed = []
    for size in told.files:
        signed.append(rest[:size])
        rest = rest[size:]
    return signed
