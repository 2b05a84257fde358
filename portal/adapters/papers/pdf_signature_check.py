"""Reads the signature of a PDF: whether the file is as it was signed, by whose certificate, and when.

Three things are looked at, each by itself: the signature over the file; the certificate, whether it leads to a root
that is trusted here; and the stamp of a time-stamping authority, with its own signature and its own certificate.
Nothing is fetched: whether a certificate was taken back is told by the answers (OCSP) and lists (CRL) that the file
itself holds, in its security store or beside the signature, and where it holds none it is not checked.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import cms, crl, ocsp
from asn1crypto.tsp import TSTInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, Reference
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import MultivaluedAttributeError, NonexistentAttributeError, find_unique_cms_attribute
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)

from portal.domain.bundle_checks import ChainState, CheckedSignature, CheckedStamp, RevocationState

_LONGEST_NAME = 200
_OF_ANSWERS = frozenset({"/DSS", "/Extensions"})
_MOST_TOLD = 50  # answers and lists in one file that are looked at
_BROKEN = (SignatureValidationError, PdfError, ValueError, TypeError, KeyError, IndexError)
T = TypeVar("T")


@dataclass(frozen=True)
class RevocationData:
    """What the file holds about certificates that were taken back, and the certificates that it holds besides."""

    answers: tuple[ocsp.OCSPResponse, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    certificates: tuple[Certificate, ...] = ()

    @property
    def is_there(self) -> bool:
        return bool(self.answers or self.lists)


@dataclass(frozen=True)
class Trust:
    """What a certificate is held against: the roots trusted here, the moment of the check, and what the file tells."""

    roots: tuple[Certificate, ...]
    now: datetime
    told: RevocationData = RevocationData()


@dataclass(frozen=True)
class CertificateVerdict:
    """Of one certificate: who vouches for it, and whether it was taken back."""

    chain: ChainState
    revocation: RevocationState


def check_signature(pdf: bytes, *, roots: Sequence[bytes] = (), now: datetime) -> CheckedSignature | None:
    """The last signature of the file, or None where it has none. `roots` are certificates in DER, `now` is the moment
    at which those that no trusted stamp dates have to be valid. Raises PdfError for what is no PDF.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    found = reader.embedded_regular_signatures
    if not found:
        return None
    told = _read_told(reader, found[-1])
    return _read(found[-1], Trust(tuple(map(Certificate.load, roots)), now, told))


def _read_told(reader: PdfFileReader, embedded: EmbeddedPdfSignature) -> RevocationData:
    """What the security store of the file (PAdES-LT) and the signature itself (as older readers write it) hold."""
    answers: list[ocsp.OCSPResponse] = []
    lists: list[crl.CertificateList] = []
    certificates: list[Certificate] = []
    try:
        store = DocumentSecurityStore.read_dss(reader)
        answers = [ocsp.OCSPResponse.load(each.get_object().data) for each in store.ocsps[:_MOST_TOLD]]
        lists = [crl.CertificateList.load(each.get_object().data) for each in store.crls[:_MOST_TOLD]]
        certificates = list(store.load_certs())
    except (NoDSSFoundError, *_BROKEN):
        pass
    try:
        archived = find_unique_cms_attribute(embedded.signer_info["signed_attrs"], "adobe_revocation_info_archival")
        answers += list(archived["ocsp"] or ())
        lists += list(archived["crl"] or ())
    except (NonexistentAttributeError, MultivaluedAttributeError, *_BROKEN):
        pass
    return RevocationData(tuple(answers[:_MOST_TOLD]), tuple(lists[:_MOST_TOLD]), tuple(certificates[:_MOST_TOLD]))


def _covers_all(embedded: EmbeddedPdfSignature) -> bool:
    """Whether nothing stands behind the signature, or nothing but what later checks need."""
    coverage = embedded.evaluate_signature_coverage()
    if coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    return bool(coverage == SignatureCoverageLevel.ENTIRE_REVISION) and _adds_only_answers(embedded)


def _adds_only_answers(embedded: EmbeddedPdfSignature) -> bool:
    """Whether all that came later hangs on the catalog's entry for such answers and nowhere else.

    Every object that was there stands as it stood, but for the words about the file (when it was changed, by what) and
    the catalog, and of that every other entry; and none of them names an object that came later. What is new can then
    be reached in no other way, so no page is another one. The library's own comparison takes seconds for a paper of six
    pages.
    """
    reader, signed = embedded.reader, embedded.signed_revision
    before, xrefs = reader.get_historical_root(signed), reader.xrefs
    root = reader.root_ref
    about = [root, _find_reference(before, "/Metadata"), _find_reference(reader.trailer, "/Info")]
    if not _ends_with_revision(embedded) or xrefs.hybrid_xrefs_present:
        return False
    if reader.get_historical_resolver(signed).root_ref != root:
        return False
    added: set[int] = set()
    for revision in range(signed + 1, reader.total_revisions):
        written = {each for each in xrefs.explicit_refs_in_revision(revision) if each not in about}
        is_changed = any(xrefs.get_introducing_revision(each) <= signed for each in written)
        if is_changed or xrefs.refs_freed_in_revision(revision):
            return False
        added |= {each.idnum for each in written}
    return _write_entries(before) == _write_entries(reader.root) and not _names_any(embedded, added)


_BLANK = rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]*[\r\n])+"


def _names_any(embedded: EmbeddedPdfSignature, added: set[int]) -> bool:
    """Whether the file as it was signed names one of these objects, which were not there yet. What is searched is how
    such a name is written, in the file and in the streams that hold objects: to read each object takes seconds.
    """
    if not added:
        return False
    numbers = b"|".join(str(number).encode() for number in sorted(added))
    name = re.compile(rb"(?<![0-9])0*(?:" + numbers + rb")" + _BLANK + rb"[0-9]+" + _BLANK + rb"R(?![0-9A-Za-z])")
    return any(name.search(written) for written in _list_written(embedded))


def _list_written(embedded: EmbeddedPdfSignature) -> Iterator[bytes]:
    """The bytes of the file as it was signed, and those of its streams of objects, decoded."""
    reader, signed = embedded.reader, embedded.signed_revision
    *_, begin, length = embedded.byte_range
    reader.stream.seek(0)
    yield reader.stream.read(int(begin) + int(length))
    resolver = reader.get_historical_resolver(signed)
    for revision in range(signed + 1):
        for each in reader.xrefs.object_streams_used_in(revision):  # type: ignore[no-untyped-call]
            yield resolver.get_object(each).data


def _find_reference(container: Any, key: str) -> Reference | None:
    """Of an entry that stands apart; None where it has none."""
    found = container.raw_get(key) if key in container else None
    return found.reference if isinstance(found, IndirectObject) else None


def _ends_with_revision(embedded: EmbeddedPdfSignature) -> bool:
    """Whether a later revision is there, and nothing behind the last one."""
    reader = embedded.reader
    reader.stream.seek(0)
    content: bytes = reader.stream.read()
    return reader.total_revisions > embedded.signed_revision + 1 and not content.rpartition(b"%%EOF")[2].strip()


def _write_entries(catalog: DictionaryObject) -> dict[str, bytes]:
    """Its entries but those for such answers, as they are written in the file."""
    written = {}
    for key in set(catalog) - _OF_ANSWERS:
        stream = io.BytesIO()
        catalog.raw_get(key).write_to_stream(stream)
        written[str(key)] = stream.getvalue()
    return written


def _read(embedded: EmbeddedPdfSignature, trust: Trust) -> CheckedSignature:
    certificate = embedded.signer_cert
    try:
        is_whole = _covers_all(embedded)
        intact, valid = validate_sig_integrity(
            embedded.signer_info, certificate, expected_content_type="data", actual_digest=embedded.compute_digest()
        )
    except _BROKEN:
        is_whole, intact, valid = False, False, False
    stamp = _read_stamp(embedded, trust)
    # Only a stamp that somebody trusted has given says when the signature was there already.
    is_dated = stamp is not None and stamp.is_intact and stamp.chain is ChainState.TRUSTED
    at = stamp.at if stamp is not None and is_dated else trust.now
    judged = _judge(certificate, embedded.other_embedded_certs, trust, at)
    return CheckedSignature(
        is_intact=bool(intact and valid),
        is_whole=is_whole,
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        signer=_name(certificate),
        chain=judged.chain,
        stated_at=embedded.self_reported_timestamp,
        stamp=stamp,
        revocation=judged.revocation,
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
    judged = _judge(certificates.signer_cert, certificates.other_certs, trust, at)
    chain = judged.chain
    if chain is ChainState.TRUSTED and not _may_stamp(certificates.signer_cert):
        chain = ChainState.UNKNOWN
    return CheckedStamp(
        at=at,
        is_intact=is_intact,
        signer=_name(certificates.signer_cert),
        chain=chain,
        revocation=judged.revocation,
    )


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


def _judge(certificate: Certificate, others: Iterable[Certificate], trust: Trust, at: datetime) -> CertificateVerdict:
    """Who vouches for the certificate and, where that is somebody trusted, whether they took it back by then."""
    known = (*others, *trust.told.certificates)
    chain = _judge_chain(certificate, known, trust, at)
    if chain is not ChainState.TRUSTED or not trust.told.is_there:
        return CertificateVerdict(chain, RevocationState.NOT_CHECKED)
    return CertificateVerdict(chain, _judge_revocation(certificate, known, trust, at))


def _judge_revocation(
    certificate: Certificate, others: Iterable[Certificate], trust: Trust, at: datetime
) -> RevocationState:
    """By the answers and lists in the file. One that was given after the signature speaks of it too: it tells since
    when a certificate is taken back.
    """
    context = ValidationContext(
        trust_roots=list(trust.roots),
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
        ocsps=list(trust.told.answers),
        crls=list(trust.told.lists),
        retroactive_revinfo=True,
    )
    validator = CertificateValidator(certificate, intermediate_certs=list(others), validation_context=context)
    try:
        _finish(validator.async_validate_path())
    except RevokedError:
        return RevocationState.REVOKED
    except (PathBuildingError, ValidationError, *_BROKEN):
        return RevocationState.UNCLEAR
    return RevocationState.GOOD


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
