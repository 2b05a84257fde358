"""Reads the signature of a PDF: whether the file is as it was signed, by whose certificate, and when.

Three things are looked at, each by itself: the signature over the file; the certificate, whether it leads to a root
that is trusted here; and the stamp of a time-stamping authority, with its own signature and its own certificate.
Nothing is fetched, so whether a certificate was taken back is not looked at.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import cms
from asn1crypto.tsp import TSTInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import MultivaluedAttributeError, NonexistentAttributeError, find_unique_cms_attribute
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathBuildingError, ValidationError

from portal.domain.bundle_checks import ChainState, CheckedSignature, CheckedStamp

_LONGEST_NAME = 200
_BROKEN = (SignatureValidationError, PdfError, ValueError, TypeError, KeyError, IndexError)
T = TypeVar("T")


@dataclass(frozen=True)
class Trust:
    """What a certificate is held against: the roots that are trusted here, and the moment of the check."""

    roots: tuple[Certificate, ...]
    now: datetime


def check_signature(pdf: bytes, *, roots: Sequence[bytes] = (), now: datetime) -> CheckedSignature | None:
    """The last signature of the file, or None where it has none. `roots` are certificates in DER, `now` is the moment
    at which those that no trusted stamp dates have to be valid. Raises PdfError for what is no PDF.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    found = reader.embedded_regular_signatures
    return _read(found[-1], Trust(tuple(map(Certificate.load, roots)), now)) if found else None


def _read(embedded: EmbeddedPdfSignature, trust: Trust) -> CheckedSignature:
    certificate = embedded.signer_cert
    try:
        is_whole = embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
        intact, valid = validate_sig_integrity(
            embedded.signer_info, certificate, expected_content_type="data", actual_digest=embedded.compute_digest()
        )
    except _BROKEN:
        is_whole, intact, valid = False, False, False
    stamp = _read_stamp(embedded, trust)
    # Only a stamp that somebody trusted has given says when the signature was there already.
    is_dated = stamp is not None and stamp.is_intact and stamp.chain is ChainState.TRUSTED
    at = stamp.at if stamp is not None and is_dated else trust.now
    return CheckedSignature(
        is_intact=bool(intact and valid),
        is_whole=is_whole,
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        signer=_name(certificate),
        chain=_judge_chain(certificate, embedded.other_embedded_certs, trust, at),
        stated_at=embedded.self_reported_timestamp,
        stamp=stamp,
    )


def _read_stamp(embedded: EmbeddedPdfSignature, trust: Trust) -> CheckedStamp | None:
    """The stamp on this signature, or None where there is none."""
    try:
        found = find_unique_cms_attribute(embedded.signer_info["unsigned_attrs"], "signature_time_stamp_token")
    except (NonexistentAttributeError, MultivaluedAttributeError):
        return None
    token: cms.SignedData = found["content"]
    try:
        info: TSTInfo = token["encap_content_info"]["content"].parsed
        certificates = extract_certs_for_validation(token)
        is_intact = _is_of(embedded, info) and _is_stamp_signed(token, certificates.signer_cert)
        at: datetime = info["gen_time"].native
    except _BROKEN:
        return None
    chain = _judge_chain(certificates.signer_cert, certificates.other_certs, trust, at)
    if chain is ChainState.TRUSTED and not _may_stamp(certificates.signer_cert):
        chain = ChainState.UNKNOWN
    return CheckedStamp(at=at, is_intact=is_intact, signer=_name(certificates.signer_cert), chain=chain)


def _is_of(embedded: EmbeddedPdfSignature, info: TSTInfo) -> bool:
    """Whether the stamp is of this very signature and not of another one."""
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    signature: bytes = embedded.signer_info["signature"].native
    return bool(hashlib.new(algorithm, signature).digest() == imprint["hashed_message"].native)


def _is_stamp_signed(token: cms.SignedData, certificate: Certificate) -> bool:
    """Whether the authority's own signature fits the moment that the stamp tells."""
    (signer,) = token["signer_infos"]
    content = bytes(token["encap_content_info"]["content"])
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, content).digest()
    intact, valid = validate_sig_integrity(signer, certificate, expected_content_type="tst_info", actual_digest=digest)
    return bool(intact and valid)


def _may_stamp(certificate: Certificate) -> bool:
    usage = certificate.extended_key_usage_value
    return usage is not None and "time_stamping" in usage.native


def _judge_chain(certificate: Certificate, others: Iterable[Certificate], trust: Trust, at: datetime) -> ChainState:
    """Whether the certificate leads to a trusted root, all of it valid at that moment."""
    is_root = certificate.dump() in [root.dump() for root in trust.roots]
    if certificate.subject == certificate.issuer and not is_root:
        return ChainState.SELF_MADE
    if not trust.roots:
        return ChainState.NOT_CHECKED
    context = ValidationContext(
        trust_roots=list(trust.roots), moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )
    validator = CertificateValidator(certificate, intermediate_certs=list(others), validation_context=context)
    try:
        _finish(validator.async_validate_path())
    except (ExpiredError, NotYetValidError):
        return ChainState.EXPIRED
    except (PathBuildingError, ValidationError, *_BROKEN):
        return ChainState.UNKNOWN
    return ChainState.TRUSTED


def _finish(steps: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing: no loop, which would want files that are shut off here."""
    try:
        steps.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    steps.close()
    raise ValueError("a certificate cannot be checked without asking another machine")


def _name(certificate: Certificate) -> str:
    return str(certificate.subject.human_friendly)[:_LONGEST_NAME]
