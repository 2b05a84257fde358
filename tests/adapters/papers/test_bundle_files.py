"""The file of a complaint: exhibits inside, signed behind, and read by whoever wants to check it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec
import pikepdf
import pytest
from jsonschema import Draft202012Validator
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

from portal.adapters.papers.bundle_check import check_bundle
from portal.adapters.papers.letter_json import decode_facts, encode_facts, write_schema
from portal.adapters.papers.pdf import make_letter
from portal.adapters.papers.pdf_enclosures import EnclosedFile, TooMuchToEnclose, enclose_files
from portal.adapters.papers.pdf_seals import NotSigned, sign_files
from portal.adapters.papers.pdf_signature_check import check_signature
from portal.adapters.papers.pdf_signing import PdfSeal, load_seal
from portal.adapters.papers.signing_keys import BadSigningKey, ensure_key, fingerprint_of, make_own, read_key
from portal.domain.bundle_checks import BundleRefusal, BundleRefused, ChainState, FileState
from portal.domain.letters.check_files import SUMS_FILE, write_sums
from portal.domain.letters.facts import ComplaintFacts
from portal.domain.letters.phrases import English
from portal.domain.letters.redaction import redacted
from tests.adapters.papers.certificates import AT, Issued, issue, make_stamper
from tests.letters.samples import complaint

SCHEMA = Path(__file__).parents[3] / "static" / "schemas" / "case-1.json"
EXHIBITS = {"exhibit-1.pdf": b"%PDF-1.4 a letter", "exhibit-2.txt": b"No."}


def facts() -> ComplaintFacts:
    given = complaint()
    exhibits = tuple(
        replace(exhibit, name=name, digest=hashlib.sha256(content).hexdigest(), size=len(content))
        for exhibit, (name, content) in zip(given.exhibits, EXHIBITS.items(), strict=True)
    )
    return replace(given, exhibits=exhibits)


def enclosed() -> tuple[EnclosedFile, ...]:
    media = {"exhibit-1.pdf": "application/pdf", "exhibit-2.txt": "text/plain; charset=utf-8"}
    return tuple(
        EnclosedFile(name=name, data=content, made_at=AT, description="Exhibit", media=media[name])
        for name, content in EXHIBITS.items()
    )


@lru_cache(maxsize=1)
def unsigned() -> bytes:
    return enclose_files(make_letter(facts(), English()).pdf, enclosed())


@lru_cache(maxsize=1)
def own_key() -> bytes:
    return make_own("Harbour Helpline", now=AT)


@lru_cache(maxsize=1)
def signed() -> bytes:
    return load_seal(own_key()).sign(unsigned()).pdf


def pack(changed: dict[str, bytes] | None = None) -> bytes:
    """The ZIP; `changed` are files that were put in after the list was made."""
    files = {"complaint.pdf": signed(), "case.json": encode_facts(facts()), **EXHIBITS}
    files[SUMS_FILE] = write_sums(files)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, **(changed or {})}.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_the_same_facts_give_the_same_bytes_up_to_the_signature() -> None:
    again = enclose_files(make_letter(facts(), English()).pdf, enclosed())
    assert again == unsigned()
    assert signed().startswith(unsigned())
    assert load_seal(own_key()).sign(unsigned()).pdf.startswith(unsigned())


def test_the_exhibits_are_files_of_the_pdf_and_tied_to_it() -> None:
    with pikepdf.open(io.BytesIO(signed())) as document:
        names = {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
        assert {name: names[name] for name in EXHIBITS} == EXHIBITS
        tied = {str(spec.UF): str(spec.AFRelationship) for spec in document.Root.AF}
        assert tied == {"case.json": "/Data", **dict.fromkeys(EXHIBITS, "/Supplement")}


def test_more_than_a_reader_can_open_is_not_enclosed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.adapters.papers.pdf_enclosures.LARGEST_TOTAL", 3)
    with pytest.raises(TooMuchToEnclose):
        enclose_files(unsigned(), enclosed())


def test_the_signature_fits_and_is_the_organisations() -> None:
    found = check_signature(signed(), now=AT)
    assert found is not None
    assert (found.is_intact, found.is_whole, found.stamped_at) == (True, True, None)
    assert found.fingerprint == fingerprint_of(own_key())
    assert "Harbour Helpline" in found.signer
    assert check_signature(unsigned(), now=AT) is None


def test_what_is_changed_or_added_after_signing_is_seen() -> None:
    place = signed().rindex(b"endstream", 0, len(unsigned()) // 2) - 12
    changed = signed()[:place] + bytes([signed()[place] ^ 1]) + signed()[place + 1 :]
    found = check_signature(changed, now=AT)
    assert found is not None
    assert not found.is_intact
    added = check_signature(signed() + b"\n% more\n", now=AT)
    assert added is not None
    assert (added.is_intact, added.is_whole) == (True, False)


def test_a_time_stamp_is_read_where_an_authority_gave_one() -> None:
    seal = load_seal(own_key())
    found = check_signature(
        PdfSeal(seal.certificate, seal.signer, make_stamper(issue("Stamps"))).sign(unsigned()).pdf, now=AT
    )
    assert found is not None
    assert (found.is_intact, found.is_whole, found.stamped_at) == (True, True, AT)


def sign_with(issued: Issued, *, stamp: Issued | None = None, at: datetime = AT) -> bytes:
    seal = load_seal(issued.pem)
    return PdfSeal(seal.certificate, seal.signer, make_stamper(stamp, at) if stamp else None).sign(unsigned()).pdf


def chain_of(pdf: bytes, *roots: Issued, now: datetime = AT) -> ChainState:
    found = check_signature(pdf, roots=[each.der for each in roots], now=now)
    assert found is not None
    return found.chain


def test_a_certificate_is_followed_to_the_roots_that_are_trusted_here() -> None:
    root, other = issue("Root"), issue("Other root")
    pdf = sign_with(issue("Harbour Helpline", root))
    assert chain_of(pdf, root) is ChainState.TRUSTED
    assert chain_of(pdf, other) is ChainState.UNKNOWN
    assert chain_of(pdf) is ChainState.NOT_CHECKED
    assert chain_of(pdf, root, now=AT + timedelta(days=60)) is ChainState.EXPIRED
    assert chain_of(signed(), root) is ChainState.SELF_MADE
    itself = issue("Helpline without a root")
    assert chain_of(sign_with(itself), itself) is ChainState.TRUSTED


def test_a_root_of_the_same_name_with_another_key_vouches_for_nothing() -> None:
    pdf = sign_with(issue("Harbour Helpline", issue("Root")))
    assert chain_of(pdf, issue("Root")) is ChainState.UNKNOWN


def test_only_a_stamp_that_is_trusted_dates_a_signature() -> None:
    root, other = issue("Root", days=4000), issue("Other root", days=4000)
    signer, late = issue("Harbour Helpline", root), AT + timedelta(days=60)
    trusted = sign_with(signer, stamp=issue("Stamps", root, may_stamp=True))
    assert chain_of(trusted, root, now=late) is ChainState.TRUSTED  # the certificate was valid when it was stamped
    for stamp in (issue("Stamps", other, may_stamp=True), issue("No stamps", root)):
        assert chain_of(sign_with(signer, stamp=stamp), root, now=late) is ChainState.EXPIRED


def test_a_stamp_whose_own_signature_does_not_fit_tells_nothing() -> None:
    """The moment in the stamp is changed after the authority signed it."""
    root = issue("Root")
    pdf = sign_with(issue("Harbour Helpline", root), stamp=issue("Stamps", root, may_stamp=True))
    told, other = (text.encode().hex().upper().encode() for text in ("20261123090000", "20200101090000"))
    place = pdf.upper().index(told, len(unsigned()))
    found = check_signature(pdf[:place] + other + pdf[place + len(told) :], roots=[root.der], now=AT)
    assert found is not None
    assert found.is_intact  # the stamp is no part of what the organisation signed
    assert found.stamp is not None
    assert (found.stamp.is_intact, found.stamped_at) == (False, None)


def test_the_child_that_can_do_nothing_else_follows_certificates_too() -> None:
    root = issue("Root")
    pdf = sign_with(issue("Harbour Helpline", root), stamp=issue("Stamps", root, may_stamp=True))
    signature = check_bundle(pdf, roots=[root.der], now=AT).signature
    assert signature is not None
    assert signature.stamp is not None
    assert (signature.chain, signature.stamp.chain, signature.stamped_at) == (
        ChainState.TRUSTED,
        ChainState.TRUSTED,
        AT,
    )


def test_papers_are_signed_in_a_process_that_gets_the_key_and_ends() -> None:
    full, twin = sign_files([unsigned(), unsigned()], own_key())
    for pdf in (full, twin):
        assert pdf.startswith(unsigned())
        found = check_signature(pdf, now=AT)
        assert found is not None
        assert (found.is_intact, found.is_whole, found.fingerprint) == (True, True, fingerprint_of(own_key()))
    with pytest.raises(NotSigned):
        sign_files([b"no PDF"], own_key())


def test_without_an_answer_of_that_authority_it_is_signed_all_the_same() -> None:
    class NoAnswer(TimeStamper):
        async def async_request_tsa_response(self, req: object) -> object:
            raise TimestampRequestError("nobody is there")

    seal = load_seal(own_key())
    stamper = NoAnswer()  # type: ignore[no-untyped-call]
    found = check_signature(PdfSeal(seal.certificate, seal.signer, stamper).sign(unsigned()).pdf, now=AT)
    assert found is not None
    assert (found.is_intact, found.stamped_at) == (True, None)


def test_the_key_is_made_once_for_its_owner_alone_and_no_other_file_is_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    ensure_key(path, organisation="Harbour", now=AT)
    first = fingerprint_of(read_key(path))
    ensure_key(path, organisation="Harbour", now=AT)
    assert fingerprint_of(read_key(path)) == first
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(BadSigningKey, match="chmod 600"):
        read_key(path)
    path.chmod(0o600)
    other = make_own("Other", now=AT)
    path.write_bytes(own_key().partition(b"-----BEGIN CERT")[0] + other[other.index(b"-----BEGIN CERT") :])
    with pytest.raises(BadSigningKey, match="not that of the key"):
        read_key(path)
    path.write_bytes(b"nothing")
    with pytest.raises(BadSigningKey, match="private key"):
        read_key(path)


def test_the_child_reads_a_zip_and_finds_nothing_changed() -> None:
    reading = check_bundle(pack(), now=AT)
    assert {each.name: each.state for each in reading.sums} == dict.fromkeys(
        ("complaint.pdf", "case.json", *EXHIBITS), FileState.SAME
    )
    assert [each.state for each in reading.exhibits] == [FileState.SAME, FileState.SAME]
    assert reading.facts_agree
    assert reading.signature is not None
    assert (reading.signature.is_intact, reading.signature.is_whole) == (True, True)
    assert reading.reference == "RC-7K2M-9TQX/C4"
    assert len(reading.clocks) == 2


def test_the_child_says_which_file_was_changed() -> None:
    reading = check_bundle(pack({"exhibit-2.txt": b"Yes.", "added.txt": b"more", "case.json": b"{}"}), now=AT)
    states = {each.name: each.state for each in reading.sums}
    assert states["exhibit-2.txt"] is FileState.DIFFERS
    assert states["added.txt"] is FileState.UNLISTED
    assert reading.facts_agree is False


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", BundleRefusal.NOT_A_BUNDLE),
        (b"hello", BundleRefusal.NOT_A_BUNDLE),
        (b"%PDF-1.7 nothing", BundleRefusal.BROKEN),
        (b"PK\x03\x04nothing", BundleRefusal.BROKEN),
    ],
)
def test_what_is_no_complaint_is_refused(content: bytes, reason: BundleRefusal) -> None:
    with pytest.raises(BundleRefused) as refused:
        check_bundle(content, now=AT)
    assert refused.value.reason is reason


def test_a_zip_that_unpacks_to_too_much_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("complaint.pdf", bytes(200 * 1024 * 1024))
    with pytest.raises(BundleRefused) as refused:
        check_bundle(stream.getvalue(), now=AT)
    assert refused.value.reason is BundleRefusal.TOO_LARGE


def test_case_json_has_the_form_that_is_published() -> None:
    assert SCHEMA.read_bytes() == write_schema()
    schema = msgspec.json.decode(SCHEMA.read_bytes())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for each in (facts(), redacted(facts())):
        validator.validate(msgspec.json.decode(encode_facts(each)))
    wrong = msgspec.json.decode(encode_facts(facts()))
    wrong["facts"]["exhibits"][0]["size"] = "large"
    assert not validator.is_valid(wrong)


def test_facts_that_were_kept_before_a_field_came_are_still_read() -> None:
    old = msgspec.json.decode(encode_facts(facts()))
    del old["facts"]["check_url"], old["facts"]["party"]["is_listed"]
    assert decode_facts(msgspec.json.encode(old)) == facts()
