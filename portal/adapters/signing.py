"""Signatures (Ed25519) that prove how things stood on a day. Nothing here knows a table or the clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.signing import SigningKey, VerifyKey

PUBLIC_KEY_BYTES = 32


class BadPublicKey(ValueError):
    """Not the 64 hex digits of an Ed25519 public key."""


@dataclass(frozen=True, repr=False)
class Signer:
    """Signs with the first of the seeds; the public keys of all of them are known, by their ids."""

    key_id: str
    _key: SigningKey

    @classmethod
    def from_seeds(cls, seeds: Sequence[bytes]) -> Signer:
        key = SigningKey(seeds[0])
        return cls(key_id_of(bytes(key.verify_key)), key)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message).signature


def public_keys(seeds: Iterable[bytes]) -> tuple[bytes, ...]:
    """The public halves, in the same order."""
    return tuple(bytes(SigningKey(seed).verify_key) for seed in seeds)


def read_public_key(text: str) -> bytes:
    """A public key from hex. Raises BadPublicKey."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise BadPublicKey("a public key is 64 hex digits") from error
    if len(key) != PUBLIC_KEY_BYTES:
        raise BadPublicKey("a public key is 64 hex digits")
    return key


def key_id_of(public_key: bytes) -> str:
    """Sixteen hex digits that tell public keys apart."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def by_id(keys: Iterable[bytes]) -> Mapping[str, bytes]:
    """Public keys under their ids."""
    return {key_id_of(key): key for key in keys}


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of the key's owner over exactly this message."""
    try:
        VerifyKey(public_key).verify(message, signature)
    except (BadSignatureError, CryptoError, ValueError):
        return False
    return True
