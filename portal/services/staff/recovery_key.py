"""The organisation's recovery key as it is printed and typed."""

from __future__ import annotations

import hashlib
from base64 import b32decode, b32encode
from binascii import Error as BadBase32
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.vault import KEY_BYTES
from portal.models.accounts import RecoveryKey
from portal.services.staff import accounts

GROUP = 4  # letters of the printed key that stand together
CHECK_BYTES = 3  # the key's 32 bytes and these make 56 letters without padding


class BadRecoveryKey(ValueError):
    """What was typed is no recovery key. The message says what is wrong with it."""


def make_recovery_key_once(session: Session, *, now: datetime) -> str | None:
    """The organisation's recovery key in its printed form, the first time; None when there is one already."""
    if session.scalars(select(RecoveryKey.id)).first() is not None:
        return None
    return format_recovery_key(accounts.make_recovery_key(session, now=now))


def format_recovery_key(key: bytes) -> str:
    """The key in groups of four letters and digits, the last five letters of which find a slip of the pen."""
    text = b32encode(key + _check(key)).decode()
    return "-".join(text[place : place + GROUP] for place in range(0, len(text), GROUP))


def read_recovery_key(text: str) -> bytes:
    """The key from its printed form, however it was spaced. Raises BadRecoveryKey."""
    typed = "".join(text.upper().replace("-", " ").split())
    expected = (KEY_BYTES + CHECK_BYTES) * 8 // 5
    if len(typed) != expected:
        raise BadRecoveryKey(f"A recovery key has {expected} letters and digits; this has {len(typed)}.")
    try:
        raw = b32decode(typed.replace("0", "O").replace("1", "I"))
    except BadBase32 as error:
        raise BadRecoveryKey("A recovery key has only the letters A to Z and the digits 2 to 7.") from error
    if raw[KEY_BYTES:] != _check(raw[:KEY_BYTES]):
        raise BadRecoveryKey("This is not a recovery key as it was printed: at least one letter is wrong.")
    return raw[:KEY_BYTES]


def _check(key: bytes) -> bytes:
    return hashlib.sha256(b"recovery key" + key).digest()[:CHECK_BYTES]
