"""What stands in a mailed link: a random nonce and its last moment, signed by this server."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

NONCE_BYTES = 16
LONGEST = 300  # characters; a token of ours is shorter


class BadToken(ValueError):
    """Not a link of ours, or its time is over."""


@dataclass(frozen=True, repr=False)
class Made:
    """A new token, and the hash under which its nonce is kept."""

    token: str
    digest: bytes


def make_token(key: bytes, *, ends_at: datetime) -> Made:
    """A token that works until `ends_at`, counted in whole seconds."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    token = URLSafeSerializer(key, salt="mailed link").dumps([nonce, int(ends_at.timestamp())])
    return Made(str(token), _digest(nonce))


def read_token(keys: tuple[bytes, ...], token: str, *, now: datetime) -> bytes:
    """The hash of the nonce. Raises BadToken."""
    for key in keys:
        try:
            nonce, ends_at = URLSafeSerializer(key, salt="mailed link").loads(token[: LONGEST + 1])
        except (BadData, ValueError, TypeError):
            continue
        if now >= datetime.fromtimestamp(ends_at, UTC):
            break
        return _digest(nonce)
    raise BadToken("the link does not work")


def _digest(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode()).digest()
