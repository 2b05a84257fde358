"""Signs a finished PDF with the organisation's certificate (PAdES), so that any reader can tell a later change.

Where it is asked for, what the authorities behind the certificates say of them is fetched at the signing and stands in
the file (PAdES-LT), so that whoever checks it later need not ask them. The signature is added behind the file: what was
there before stays, byte for byte, as the beginning of the signed file. So the same facts still give the same bytes up
to where the signature begins. What is not the same each time is the signature alone: its moment, its random part and,
where they are set, the stamp of a time-stamping authority and those answers.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.fetchers import FetcherBackend
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.adapters.papers.signing_keys import read_pair

FIELD = "Portal"
REASON = "Made by this portal from its records. The signature shows that nothing was changed since."
STAMP_SECONDS = 10  # that a time-stamping authority may take
ANSWER_SECONDS = 10  # that a responder may take
_NOT_TO_BE_HAD = (TimestampRequestError, SigningError, ValidationError, PathBuildingError, OSError, TimeoutError)


@dataclass(frozen=True, repr=False)
class SignedPdf:
    pdf: bytes
    is_stamped: bool
    has_answers: bool = False  # of the authorities, on whether the certificates were taken back


@dataclass(frozen=True, repr=False)
class Responders:
    """Whom to ask of certificates: those that the certificates themselves name. `roots` are trusted for it."""

    roots: tuple[Certificate, ...]
    fetcher: FetcherBackend | None = None  # None: over the network

    def make_context(self) -> ValidationContext:
        fetcher = self.fetcher or RequestsFetcherBackend(per_request_timeout=ANSWER_SECONDS)
        return ValidationContext(
            trust_roots=list(self.roots), allow_fetching=True, fetcher_backend=fetcher, revocation_mode="require"
        )


@dataclass(frozen=True, repr=False)
class PdfSeal:
    """Certificate and key of the organisation; `timestamper` where a time-stamping authority is set."""

    certificate: bytes = field()  # DER
    signer: signers.SimpleSigner
    timestamper: TimeStamper | None = None
    responders: Responders | None = None  # where what they say of the certificates is to stand in the file

    def sign(self, pdf: bytes) -> SignedPdf:
        """The PDF with the signature behind it. What is not to be had, a stamp or what the authorities say of the
        certificates, is left out.
        """
        stampers = [self.timestamper, None] if self.timestamper is not None else [None]
        for stamper in stampers:
            for responders in [self.responders, None] if self.responders is not None else [None]:
                with contextlib.suppress(*_NOT_TO_BE_HAD):
                    pdf_signed = self._sign(pdf, stamper, responders)
                    return SignedPdf(pdf_signed, is_stamped=stamper is not None, has_answers=responders is not None)
        return SignedPdf(self._sign(pdf, None, None), is_stamped=False)

    def _sign(self, pdf: bytes, timestamper: TimeStamper | None, responders: Responders | None) -> bytes:
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            reason=REASON,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            signer_key_usage=set(),  # what the certificate may be used for is its issuer's and the reader's matter
            embed_validation_info=responders is not None,
            validation_context=responders.make_context() if responders else None,
        )
        signer = signers.PdfSigner(metadata, self.signer, timestamper=timestamper)
        out = io.BytesIO()
        # pyHanko runs an event loop of its own, which it cannot where the caller's thread runs one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(signer.sign_pdf, IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out).result()
        return out.getvalue()


def load_seal(pem: bytes, *, stamp_url: str | None = None, asks: bool = False, roots: Sequence[bytes] = ()) -> PdfSeal:
    """From a file's content, see `signing_keys.read_key`. Raises ValueError, TypeError, BadSigningKey.

    `asks`: the responders that the certificate names are asked at each signing; `roots` (DER) are trusted for it.
    """
    key, certificates = read_pair(pem)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_as_asn1(each) for each in certificates])
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own = certificates[0]
    signer = signers.SimpleSigner(_as_asn1(own), PrivateKeyInfo.load(plain), store)
    stamper = HTTPTimeStamper(stamp_url, timeout=STAMP_SECONDS) if stamp_url else None
    trusted = (*map(Certificate.load, roots), *map(_as_asn1, certificates[1:]))
    responders = Responders(trusted) if asks and names_responder(_as_asn1(own)) else None
    return PdfSeal(own.public_bytes(serialization.Encoding.DER), signer, stamper, responders)


def names_responder(certificate: Certificate) -> bool:
    """Whether a certificate says who tells if it was taken back; one that vouches for itself does not."""
    return bool(certificate.ocsp_urls or certificate.crl_distribution_points)


def _as_asn1(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
