"""The child process that opens a complaint's file which somebody wants to have checked. Started by `bundle_check.py`.

As with documents that are handed in, the file may be made to take over whoever opens it: so it is opened here, where
there is no other file, no connection and little memory. Input: a line of JSON (`CheckOrder`) and the file.
Output: one line of JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from portal.adapters.confinement import ALL, ANYWAY, Wall, confine
from portal.adapters.papers.bundle_check import CheckOrder
from portal.adapters.papers.bundle_reading import read_bundle
from portal.adapters.papers.pdf_enclosures import EnclosedFile, enclose_files
from portal.adapters.papers.pdf_signature_check import check_signature
from portal.adapters.papers.pdf_signing import load_seal
from portal.adapters.papers.signing_keys import make_own
from portal.domain.bundle_checks import LARGEST_BUNDLE, BundleRefusal, BundleRefused

_EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str]) -> None:
    """Nothing of the file is read before the walls stand; without the one that counts, only where that is allowed."""
    warm_up()
    missing = confine(ALL)
    answer: dict[str, object] = {}
    try:
        if Wall.SECCOMP in missing and ANYWAY not in arguments:
            raise BundleRefused(BundleRefusal.UNCONFINED)
        order = msgspec.json.decode(sys.stdin.buffer.readline(), type=CheckOrder)
        answer["reading"] = msgspec.to_builtins(_read(order, sys.stdin.buffer.read(LARGEST_BUNDLE + 1)))
    except BundleRefused as refused:
        answer["refused"] = refused.reason.value
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()
    os._exit(0)  # the ordinary end of Python asks the kernel for more than is left


def warm_up() -> None:
    """Sign a small file and read it, because much is loaded on first use, and later no file can be opened any more."""
    with pikepdf.new() as document:
        document.add_blank_page()
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    pem = make_own("Nobody", now=_EARLIER)
    own, root = load_seal(pem), x509.load_pem_x509_certificates(pem)[0].public_bytes(serialization.Encoding.DER)
    enclosed = EnclosedFile(name="case.json", data=b"{}", made_at=_EARLIER, description="", media="text/plain")
    signed = own.sign(enclose_files(out.getvalue(), [enclosed])).pdf
    check_signature(signed, roots=[root], now=_EARLIER)
    rsa.generate_private_key(65537, 2048).public_key()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("complaint.pdf", signed)
    with contextlib.suppress(BundleRefused):
        read_bundle(packed.getvalue(), now=_EARLIER)


def _read(order: CheckOrder, content: bytes) -> object:
    try:
        return read_bundle(content, roots=order.roots, now=order.now)
    except BundleRefused:
        raise
    except Exception as error:
        raise BundleRefused(BundleRefusal.BROKEN) from error


if __name__ == "__main__":
    main(sys.argv[1:])
