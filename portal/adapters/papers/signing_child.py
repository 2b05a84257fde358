"""The child process that signs finished PDFs. Started by `pdf_seals.py`; it ends when they are signed.

It gets the organisation's key for this one order, keeps nothing, and has no setting and no database. Input: a line of
JSON that `pdf_seals.py` knows as `SealOrder`, the key's file, then the PDFs one behind the other. Output: a line of
JSON (`Sealed`), then the signed PDFs.
"""

from __future__ import annotations

import sys

import msgspec

from portal.adapters.papers.pdf_seals import Sealed, SealOrder
from portal.adapters.papers.pdf_signing import load_seal


def main() -> None:
    """An order that cannot be carried out ends the process without an answer."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=SealOrder)
    pem = sys.stdin.buffer.read(order.key)
    seal = load_seal(pem, stamp_url=order.stamp_url, asks=order.asks, roots=order.roots)
    signed = [seal.sign(sys.stdin.buffer.read(size)) for size in order.files]
    told = Sealed(
        files=tuple(len(each.pdf) for each in signed),
        stamped=all(each.is_stamped for each in signed),
        answered=all(each.has_answers for each in signed),
    )
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n" + b"".join(each.pdf for each in signed))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
