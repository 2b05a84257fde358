"""Reply addresses: each request has one of its own, so that an answer finds its request by where it was sent.

An address names its request and carries a keyed mark, so that nobody can make one up for a request they know of, nor
find a request by trying. It is all small letters and digits: mail servers may change the case of what they carry.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

ID_BYTES = 16
MARK_BYTES = 9
LETTERS = (ID_BYTES + MARK_BYTES) * 8 // 5  # 40, without padding; a local part may have 64


@dataclass(frozen=True)
class ReplyPlace:
    """Where answers are taken in: a domain of its own, or one mailbox that takes what follows a plus sign."""

    domain: str
    mailbox: str = ""  # the part before the plus sign; empty where the whole domain is ours

    def write(self, token: str) -> str:
        """The address of a token."""
        return f"{self.mailbox}+{token}@{self.domain}" if self.mailbox else f"{token}@{self.domain}"

    def find_token(self, address: str) -> str:
        """The token in an address as a mail names it; empty where it is none of this place."""
        local, _at, domain = address.strip().lower().rpartition("@")
        if domain != self.domain.lower():
            return ""
        if not self.mailbox:
            return local
        before, plus, token = local.partition("+")
        return token if plus and before == self.mailbox.lower() else ""


def make_token(key: bytes, request_id: UUID) -> str:
    """The part of an address that names a request, under the key of reply addresses."""
    return b32encode(request_id.bytes + _mark(key, request_id)).decode().lower()


def read_token(keys: Sequence[bytes], token: str) -> UUID | None:
    """The request that a token names, under the key in use or one before; None where nobody here made it."""
    try:
        raw = b32decode(token.upper()) if len(token) == LETTERS else b""
    except ValueError:  # not base32, or not even ASCII
        return None
    if len(raw) != ID_BYTES + MARK_BYTES:
        return None
    found = UUID(bytes=raw[:ID_BYTES])
    fits = [hmac.compare_digest(_mark(key, found), raw[ID_BYTES:]) for key in keys]
    return found if any(fits) else None


def _mark(key: bytes, request_id: UUID) -> bytes:
    return hashlib.blake2b(request_id.bytes, key=key, digest_size=MARK_BYTES, person=b"reply address").digest()
