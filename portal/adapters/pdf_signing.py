"""Signs a finished PDF with the organisation's certificate (PAdES), so that any reader can tell a later change.

The signature is added behind the file: what was there before stays, byte for byte, as the beginning of the signed file.
So the same facts still give the same bytes up to where the signature begins. What is not the same each time is the
signature alone: its moment, its random part and, where one is set, the stamp of a time-stamping authority.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Portal"
REASON = "Made by this portal from its records. The signature shows that nothing was changed since."
OWN_YEARS = 5  # that a certificate is valid which the portal makes for itself
STAMP_SECONDS = 10  # that a time-stamping authority may take

log = logging.getLogger("portal.adapters.pdf_signing")


class BadSigningKey(ValueError):
    """The certificate or the key cannot be read, or they do not belong together. The message says what to do."""


@dataclass(frozen=True, repr=False)
class PdfSeal:
    """Certificate and key of the organisation; `timestamper` where a time-stamping authority is set."""

    certificate: bytes = field()  # DER
    signer: signers.SimpleSigner
    timestamper: TimeStamper | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in hex."""
        return hashlib.sha256(self.certificate).hexdigest()

    def sign(self, pdf: bytes) -> bytes:
        """The PDF with the signature behind it. Where no stamp is to be had, it is signed without one."""
        if self.timestamper is not None:
            try:
                return self._sign(pdf, self.timestamper)
            except (TimestampRequestError, OSError, TimeoutError) as error:
                log.warning("no time stamp was to be had (%s); the papers are signed without one", type(error).__name__)
        return self._sign(pdf, None)

    def _sign(self, pdf: bytes, timestamper: TimeStamper | None) -> bytes:
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD, reason=REASON, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
        )
        signer = signers.PdfSigner(metadata, self.signer, timestamper=timestamper)
        out = io.BytesIO()
        # pyHanko runs an event loop of its own, which it cannot where the caller's thread runs one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(signer.sign_pdf, IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out).result()
        return out.getvalue()


def ensure_seal(path: Path, *, organisation: str, now: datetime) -> None:
    """Make a key and a certificate signed by itself where there is no file yet. Raises BadSigningKey."""
    if not path.exists():
        _write_new(path, make_own(organisation, now=now))


def read_seal(path: Path, *, stamp_url: str | None = None) -> PdfSeal:
    """From a PEM file that holds the key and behind it the certificate, then those above it. Raises BadSigningKey."""
    try:
        if path.stat().st_mode & 0o077:
            raise BadSigningKey(f"{path} can be read by others. Run: chmod 600 {path}")
        return load_seal(path.read_bytes(), stamp_url=stamp_url)
    except (OSError, ValueError, TypeError) as error:
        if isinstance(error, BadSigningKey):
            raise
        text = f"{path} has to hold a private key without a password, and behind it its certificate (PEM)."
        raise BadSigningKey(text) from error


def load_seal(pem: bytes, *, stamp_url: str | None = None) -> PdfSeal:
    """The same from the file's content. Raises ValueError, TypeError for what is no such file, BadSigningKey."""
    key = serialization.load_pem_private_key(pem, None)
    own, *above = x509.load_pem_x509_certificates(pem)
    if _public(key.public_key()) != _public(own.public_key()):
        raise BadSigningKey("The first certificate of the signing key's file is not that of the key.")
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_as_asn1(each) for each in (own, *above)])
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(_as_asn1(own), PrivateKeyInfo.load(plain), store)
    stamper = HTTPTimeStamper(stamp_url, timeout=STAMP_SECONDS) if stamp_url else None
    return PdfSeal(own.public_bytes(serialization.Encoding.DER), signer, stamper)


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


def _as_asn1(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _public(key: object) -> bytes:
    found: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found
