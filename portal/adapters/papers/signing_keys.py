"""The organisation's key and certificate that sign papers: a file that only its owner reads, made where there is none.

Whoever only has to know of them comes here. What signs with them (`pdf_signing.py`) takes a third of a second to load
and runs in a process of its own.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID

OWN_YEARS = 5  # that a certificate is valid which the portal makes for itself


class BadSigningKey(ValueError):
    """The certificate or the key cannot be read, or they do not belong together. The message says what to do."""


def ensure_key(path: Path, *, organisation: str, now: datetime) -> None:
    """Make a key and a certificate signed by itself where there is no file yet. Raises BadSigningKey."""
    if not path.exists():
        _write_new(path, make_own(organisation, now=now))


def read_key(path: Path) -> bytes:
    """A PEM file that holds the key and behind it the certificate, then those above it. Raises BadSigningKey."""
    try:
        if path.stat().st_mode & 0o077:
            raise BadSigningKey(f"{path} can be read by others. Run: chmod 600 {path}")
        pem = path.read_bytes()
        read_pair(pem)
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, BadSigningKey):
            raise
        text = f"{path} has to hold a private key without a password, and behind it its certificate (PEM)."
        raise BadSigningKey(text) from error
    return pem


def read_pair(pem: bytes) -> tuple[PrivateKeyTypes, list[x509.Certificate]]:
    """The key and its certificate with those above it. Raises ValueError, TypeError for no such file, BadSigningKey."""
    key = serialization.load_pem_private_key(pem, None)
    certificates = x509.load_pem_x509_certificates(pem)
    if _public(key.public_key()) != _public(certificates[0].public_key()):
        raise BadSigningKey("The first certificate of the signing key's file is not that of the key.")
    return key, certificates


def fingerprint_of(pem: bytes) -> str:
    """SHA-256 of the first certificate in hex. Raises ValueError."""
    return x509.load_pem_x509_certificates(pem)[0].fingerprint(hashes.SHA256()).hex()


def make_own(organisation: str, *, now: datetime) -> bytes:
    """A new key and a certificate that it signs itself, as PEM. It proves no name, only that the file is unchanged."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, "Papers of this portal"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * OWN_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return plain + certificate.public_bytes(serialization.Encoding.PEM)


def _write_new(path: Path, content: bytes) -> None:
    """In a file that only its owner can read. Of two processes that make one, the first one's stays."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    except OSError as error:
        raise BadSigningKey(f"cannot write {path}: {error.strerror}. Set RECOURSE_SIGNING_KEY.") from error


def _public(key: object) -> bytes:
    found: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found
