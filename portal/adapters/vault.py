"""Keys and sealing. Nothing here knows a table, a request or the clock.

A sealed value is XChaCha20-Poly1305 under a case's key, padded, and bound to its place: a value moved
to another row, table or case does not open. Keys are wrapped for those who may read: under words or a password
through Argon2id, or in a sealed box to a public key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

import msgspec
from argon2.low_level import Type, hash_secret_raw
from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.utils import random as random_bytes

KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
FORMAT = b"\x01"

ARGON2_AT_ONCE = 8  # of one process: with more threads than these it stays within 512 MiB for them

_free_places = BoundedSemaphore(ARGON2_AT_ONCE)


@dataclass(frozen=True)
class Cost:
    """What one Argon2id costs. A key comes out differently at another cost, so what is wrapped stays wrapped at its."""

    memory_kib: int
    passes: int
    lanes: int


STRONG = Cost(memory_kib=64 * 1024, passes=3, lanes=4)  # RFC 9106's second recommended setting
# The cost is set in code, by nothing but the tests of everything else, and no environment variable reaches it: nobody
# weakens a portal by a line in a file, and none that is at work changes it and can open nothing of its own any more.
cost = STRONG


class CannotOpen(ValueError):
    """Wrong key, wrong place, or a changed value. Says nothing about which."""


@dataclass(frozen=True)
class SealContext:
    """Where a value is sealed: its table, its row and its case. A value opens only in its own place."""

    table: str
    row: str
    case: str

    def bind(self) -> bytes:
        return FORMAT + "\x1f".join((self.table, self.row, self.case)).encode()


@dataclass(frozen=True, repr=False)
class KeyPair:
    """A Curve25519 key pair, 32 bytes each."""

    private: bytes
    public: bytes


def new_key() -> bytes:
    """32 random bytes."""
    return random_bytes(KEY_BYTES)


def new_salt() -> bytes:
    return random_bytes(SALT_BYTES)


def new_key_pair() -> KeyPair:
    private = PrivateKey.generate()
    return KeyPair(private=bytes(private), public=bytes(private.public_key))


def public_of(private: bytes) -> bytes:
    """The public half that belongs to a private key."""
    return bytes(PrivateKey(private).public_key)


def seal(key: bytes, place: SealContext, plain: bytes) -> bytes:
    """Padded, authenticated, bound to `place`."""
    nonce = random_bytes(NONCE_BYTES)
    padded = bindings.sodium_pad(plain, _block(len(plain)))
    return FORMAT + nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, place.bind(), nonce, key)


def open_sealed(key: bytes, place: SealContext, sealed: bytes) -> bytes:
    """The plain bytes. Raises CannotOpen."""
    nonce, cipher = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if sealed[:1] != FORMAT or len(nonce) != NONCE_BYTES:
        raise CannotOpen("not a sealed value")
    try:
        padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(cipher, place.bind(), nonce, key)
    except CryptoError as error:
        raise CannotOpen("the key or the place does not fit") from error
    return bindings.sodium_unpad(padded, _block_of_padded(len(padded)))


def seal_values(key: bytes, place: SealContext, values: dict[str, Any]) -> bytes:
    """Seal plain JSON values."""
    return seal(key, place, json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())


def open_values(key: bytes, place: SealContext, sealed: bytes) -> dict[str, Any]:
    """Open what `seal_values` sealed. Raises CannotOpen."""
    values: dict[str, Any] = msgspec.json.decode(open_sealed(key, place, sealed))
    return values


def derive_from_secret(secret: str, salt: bytes) -> bytes:
    """A 32-byte key from recovery words or a password: one Argon2id, about 150 ms and 64 MiB. Waits for its turn."""
    with _free_places:
        return hash_secret_raw(secret.encode(), salt, cost.passes, cost.memory_kib, cost.lanes, KEY_BYTES, Type.ID)


def wrap_for_public_key(key: bytes, public: bytes) -> bytes:
    """A sealed box that only the holder of the private key opens."""
    return bytes(SealedBox(PublicKey(public)).encrypt(key))


def unwrap_with_private_key(wrapped: bytes, private: bytes) -> bytes:
    """Raises CannotOpen."""
    try:
        return bytes(SealedBox(PrivateKey(private)).decrypt(wrapped))
    except CryptoError as error:
        raise CannotOpen("the private key does not fit") from error


def derive_subkey(key: bytes, purpose: str) -> bytes:
    """A key of its own for one purpose, so that no key is used for two things (BLAKE2b, keyed, personalised)."""
    return hashlib.blake2b(purpose.encode(), key=key, digest_size=KEY_BYTES, person=b"recourse-subkey").digest()


def blind_index(key: bytes, text: str) -> bytes:
    """A keyed hash by which an equal text is found again and nothing else is learned. 32 bytes."""
    return hmac.digest(derive_subkey(key, "blind-index"), text.encode(), "sha256")


def _block(length: int) -> int:
    """Padding grows with the text, so that a length tells little: steps of 64, then 512, 4096, 65536 bytes."""
    for limit, block in ((448, 64), (3584, 512), (61440, 4096)):
        if length < limit:
            return block
    return 65536


def _block_of_padded(length: int) -> int:
    """The block that `_block` chose, read back from a padded length."""
    for limit, block in ((448, 64), (3584, 512), (61440, 4096)):
        if length <= limit:
            return block
    return 65536
