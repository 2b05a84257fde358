"""Signs a finished PDF with the organisation's certificate (PAdES), so that any reader can tell a later change.

The signature is added behind the file: what was there before stays, byte for byte, as the beginning of the signed file.
So the same facts still give the same bytes up to where the signature begins. What is not the same each time is the
signature alone: its moment, its random part and, where one is set, the stamp of a time-stamping authority.
"""

from __future__ import annotations

import contextlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.adapters.signing_keys import read_pair

FIELD = "Portal"
REASON = "Made by this portal from its records. The signature shows that nothing was changed since."
STAMP_SECONDS = 10  # that a time-stamping authority may take


@dataclass(frozen=True, repr=False)
class SignedPdf:
    pdf: bytes
    is_stamped: bool


@dataclass(frozen=True, repr=False)
class PdfSeal:
    """Certificate and key of the organisation; `timestamper` where a time-stamping authority is set."""

    certificate: bytes = field()  # DER
    signer: signers.SimpleSigner
    timestamper: TimeStamper | None = None

    def sign(self, pdf: bytes) -> SignedPdf:
        """The PDF with the signature behind it. Where no stamp is to be had, it is signed without one."""
        if self.timestamper is not None:
            with contextlib.suppress(TimestampRequestError, OSError, TimeoutError):
                return SignedPdf(self._sign(pdf, self.timestamper), is_stamped=True)
        return SignedPdf(self._sign(pdf, None), is_stamped=False)

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


def load_seal(pem: bytes, *, stamp_url: str | None = None) -> PdfSeal:
    """From a file's content, see `signing_keys.read_key`. Raises ValueError, TypeError, BadSigningKey."""
    key, certificates = read_pair(pem)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_as_asn1(each) for each in certificates])
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own = certificates[0]
    signer = signers.SimpleSigner(_as_asn1(own), PrivateKeyInfo.load(plain), store)
    stamper = HTTPTimeStamper(stamp_url, timeout=STAMP_SECONDS) if stamp_url else None
    return PdfSeal(own.public_bytes(serialization.Encoding.DER), signer, stamper)


def _as_asn1(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
