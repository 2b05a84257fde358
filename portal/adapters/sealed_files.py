"""The file in which a case goes from one portal to another: sealed to the public key of the team that gets it.

A fresh key seals the content, and a sealed box hands that key to the receiver alone. What was changed on the way does
not open. Who made it the file does not prove: the two sides compare its fingerprint by telephone.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from portal.adapters import vault
from portal.adapters.vault import CannotOpen, SealContext

MAGIC = b"RECOURSE-CASE-1\n"
KEY = re.compile(r"[0-9a-f]{64}")
PLACE = SealContext("sealed_files", "content", "1")
LENGTH_BYTES = 2


def write_key(public: bytes) -> str:
    """A public key as it is sent to another organisation: 64 letters and digits in groups of eight."""
    return _group(public.hex(), 8)


def read_key(text: str) -> bytes:
    """Raises ValueError for what is no key."""
    plain = "".join(text.lower().split())
    if not KEY.fullmatch(plain):
        raise ValueError("not a key")
    return bytes.fromhex(plain)


def fingerprint(content: bytes) -> str:
    """Of a key or of a file, short enough to be read aloud: 80 bits of its SHA-256, in groups of four."""
    return _group(hashlib.sha256(content).hexdigest()[:20], 4)


def is_same_fingerprint(typed: str, expected: str) -> bool:
    """However it was spaced and written."""
    return "".join(typed.lower().split()).replace("-", "") == "".join(expected.split())


def seal_file(values: dict[str, Any], public: bytes) -> bytes:
    """Plain JSON values that only the holder of the private key reads."""
    key = vault.new_key()
    wrapped = vault.wrap_for_public_key(key, public)
    return MAGIC + len(wrapped).to_bytes(LENGTH_BYTES, "big") + wrapped + vault.seal_values(key, PLACE, values)


def open_file(content: bytes, private: bytes) -> dict[str, Any]:
    """What `seal_file` sealed. Raises CannotOpen."""
    if not content.startswith(MAGIC):
        raise CannotOpen("not a sealed case")
    start = len(MAGIC) + LENGTH_BYTES
    end = start + int.from_bytes(content[len(MAGIC) : start], "big")
    key = vault.unwrap_with_private_key(content[start:end], private)
    if len(key) != vault.KEY_BYTES:
        raise CannotOpen("not a key")
    try:
        return vault.open_values(key, PLACE, content[end:])
    except json.JSONDecodeError as error:
        raise CannotOpen("not values") from error


def _group(text: str, size: int) -> str:
    return " ".join(text[at : at + size] for at in range(0, len(text), size))
