"""A passkey in software: answers what a browser is asked for, as a phone or a key would (WebAuthn, ES256)."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def write_base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_base64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey at one site. A test may change what it claims before it answers."""

    origin: str
    host: str
    is_verified: bool = True  # by finger, face or number
    count: int = 0
    raw_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: str) -> str:
        """The answer of navigator.credentials.create() as JSON."""
        client = self._describe("webauthn.create", options)
        credential = bytes(16) + len(self.raw_id).to_bytes(2, "big") + self.raw_id + self._public_key()
        made = {"fmt": "none", "attStmt": {}, "authData": self._describe_self(ATTESTED) + credential}
        return self._answer(clientDataJSON=client, attestationObject=cbor2.dumps(made))

    def get(self, options: str) -> str:
        """The answer of navigator.credentials.get() as JSON."""
        self.count += 1
        client, mine = self._describe("webauthn.get", options), self._describe_self(0)
        signature = self.key.sign(mine + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=mine, signature=signature)

    def _describe(self, kind: str, options: str) -> bytes:
        asked = json.loads(options)
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _describe_self(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.is_verified else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public_key(self) -> bytes:
        point = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    def _answer(self, **response: bytes) -> str:
        known = write_base64(self.raw_id)
        values: dict[str, Any] = {name: write_base64(raw) for name, raw in response.items()}
        return json.dumps({"id": known, "rawId": known, "type": "public-key", "response": values})
