"""Reads the signature of a PDF: whether the file is as it was signed, by which certificate, and when.

Whether the certificate belongs to whom it names is for the reader: its fingerprint can be held against a known one.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

from asn1crypto.tsp import TSTInfo
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import MultivaluedAttributeError, NonexistentAttributeError, find_unique_cms_attribute
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from portal.domain.bundle_checks import CheckedSignature

_LONGEST_NAME = 200


def check_signature(pdf: bytes) -> CheckedSignature | None:
    """The last signature of the file, or None where it has none. Raises PdfError for what is no PDF."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    found = reader.embedded_regular_signatures
    return _read(found[-1]) if found else None


def _read(embedded: EmbeddedPdfSignature) -> CheckedSignature:
    certificate = embedded.signer_cert
    try:
        is_whole = embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
        intact, valid = validate_sig_integrity(
            embedded.signer_info, certificate, expected_content_type="data", actual_digest=embedded.compute_digest()
        )
    except (SignatureValidationError, PdfError, ValueError):
        is_whole, intact, valid = False, False, False
    return CheckedSignature(
        is_intact=bool(intact and valid),
        is_whole=is_whole,
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        signer=str(certificate.subject.human_friendly)[:_LONGEST_NAME],
        stated_at=embedded.self_reported_timestamp,
        stamped_at=_read_stamp(embedded),
    )


def _read_stamp(embedded: EmbeddedPdfSignature) -> datetime | None:
    """When a time-stamping authority saw this very signature; None without one, or where the stamp is of another."""
    try:
        found = find_unique_cms_attribute(embedded.signer_info["unsigned_attrs"], "signature_time_stamp_token")
    except (NonexistentAttributeError, MultivaluedAttributeError):
        return None
    token = found["content"]
    info: TSTInfo = token["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    signature = embedded.signer_info["signature"].native
    if hashlib.new(algorithm, signature).digest() != imprint["hashed_message"].native:
        return None
    stamped_at: datetime = info["gen_time"].native
    return stamped_at
