"""Whether a certificate was taken back is read from the file alone, and where it tells nothing, that is said."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.pdf_utils.generic import ArrayObject, IndirectObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from portal.adapters.papers.bundle_check import check_bundle
from portal.adapters.papers.pdf_seals import SealOrder
from portal.adapters.papers.pdf_signature_check import check_signature
from portal.adapters.papers.pdf_signing import PdfSeal, load_seal
from portal.config import load_config
from portal.domain.bundle_checks import ChainState, CheckedSignature, RevocationState
from tests.adapters.papers.certificates import (
    ANSWER_URL,
    AT,
    LIST_URL,
    Issued,
    answer_about,
    issue,
    list_taken_back,
    make_stamper,
)
from tests.adapters.papers.test_bundle_files import unsigned

ROOT = issue("Root", days=4000)
NOW = datetime.fromtimestamp(int(time.time()), UTC)  # what signs reads the clock itself
HERE = issue("Root of today", at=NOW)


def sign(issued: Issued, *, stamp: Issued | None = None) -> bytes:
    seal = load_seal(issued.pem)
    return PdfSeal(seal.certificate, seal.signer, make_stamper(stamp) if stamp else None).sign(unsigned()).pdf


def with_list(pdf: bytes, told: bytes) -> bytes:
    """The same file with a list of what was taken back in its security store."""
    out = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(out, sig_contents=None, crls=[CertificateList.load(told)])
    return out.getvalue()


def with_answer(pdf: bytes, told: bytes) -> bytes:
    """The same with an answer about one certificate."""
    out = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(out, sig_contents=None, ocsps=[OCSPResponse.load(told)])
    return out.getvalue()


def read(pdf: bytes, *, now: datetime = AT) -> CheckedSignature:
    found = check_signature(pdf, roots=[ROOT.der], now=now)
    assert found is not None
    return found


def test_a_file_that_tells_nothing_is_not_checked() -> None:
    found = read(sign(issue("Helpline", ROOT)))
    assert (found.chain, found.revocation) == (ChainState.TRUSTED, RevocationState.NOT_CHECKED)


def test_the_list_in_the_file_is_believed_where_the_root_signed_it() -> None:
    signer, other = issue("Helpline", ROOT, list_url=LIST_URL), issue("Other root")
    pdf = sign(signer)
    good = read(with_list(pdf, list_taken_back(ROOT)))
    assert (good.is_intact, good.is_whole, good.revocation) == (True, True, RevocationState.GOOD)
    gone = read(with_list(pdf, list_taken_back(ROOT, signer)))
    assert gone.revocation is RevocationState.REVOKED
    assert gone.is_taken_back
    for told in (list_taken_back(other), list_taken_back(ROOT, at=AT - timedelta(days=60), days=1)):
        assert read(with_list(pdf, told)).revocation is RevocationState.UNCLEAR


def test_an_answer_in_the_file_is_believed_where_the_root_gave_it() -> None:
    signer, other = issue("Helpline", ROOT, answer_url=ANSWER_URL), issue("Other root")
    pdf = sign(signer)
    good = read(with_answer(pdf, answer_about(ROOT, signer)))
    assert (good.is_intact, good.is_whole, good.revocation) == (True, True, RevocationState.GOOD)
    gone = read(with_answer(pdf, answer_about(ROOT, signer, since=AT - timedelta(hours=1))))
    assert gone.revocation is RevocationState.REVOKED
    assert gone.is_taken_back
    unfit = (
        answer_about(other, signer),
        answer_about(ROOT, issue("Another", ROOT)),
        answer_about(ROOT, signer, at=AT - timedelta(days=60), days=1),
    )
    for told in unfit:
        assert read(with_answer(pdf, told)).revocation is RevocationState.UNCLEAR


def test_of_a_certificate_that_leads_to_no_root_nothing_is_believed() -> None:
    found = check_signature(with_list(sign(issue("Helpline", ROOT)), list_taken_back(ROOT)), now=AT)
    assert found is not None
    assert found.revocation is RevocationState.NOT_CHECKED


def test_what_was_taken_back_after_the_stamp_was_good_when_it_was_signed() -> None:
    signer = issue("Helpline", ROOT, list_url=LIST_URL)
    stamp = issue("Stamps", ROOT, may_stamp=True, list_url=LIST_URL)
    later = AT + timedelta(days=2)
    told = list_taken_back(ROOT, signer, at=later, since=later - timedelta(hours=1))
    stamped = read(with_list(sign(signer, stamp=stamp), told), now=later)
    assert stamped.revocation is RevocationState.GOOD
    assert stamped.stamp is not None
    assert stamped.stamp.revocation is RevocationState.GOOD
    assert read(with_list(sign(signer), told), now=later).revocation is RevocationState.REVOKED


def test_anything_else_behind_the_signature_is_still_seen() -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(with_list(sign(issue("Helpline", ROOT)), list_taken_back(ROOT))))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = writer.root["/Pages"]["/Count"]
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    assert not read(out.getvalue()).is_whole


def test_a_place_that_the_signer_left_open_is_seen_when_something_is_put_there() -> None:
    """A page may name an object that is not there yet; whoever adds it later shows another page under the signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(unsigned()))
    page = writer.root["/Pages"]["/Kids"][0]
    last = int(writer.prev.trailer["/Size"])
    page["/Thumb"] = IndirectObject(last + 30, 0, writer)  # type: ignore[no-untyped-call]
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    seal = load_seal(issue("Helpline", ROOT).pem)
    signed = PdfSeal(seal.certificate, seal.signer).sign(out.getvalue()).pdf
    assert read(signed).is_whole
    assert read(with_list(signed, list_taken_back(ROOT))).is_whole  # nothing was put there
    later = IncrementalPdfFileWriter(io.BytesIO(with_list(signed, list_taken_back(ROOT))))
    later.objects[(0, last + 30)] = ArrayObject()
    again = io.BytesIO()
    later.write(again)  # type: ignore[no-untyped-call]
    assert not read(again.getvalue()).is_whole


def test_the_child_that_can_do_nothing_else_reads_it_too() -> None:
    signer = issue("Helpline", ROOT, list_url=LIST_URL)
    pdf = with_list(sign(signer), list_taken_back(ROOT, signer))
    found = check_bundle(pdf, roots=[ROOT.der], now=AT).signature
    assert found is not None
    assert (found.is_whole, found.revocation) == (True, RevocationState.REVOKED)


class TestAtTheSigning:
    def test_nobody_is_asked_unless_it_is_set_and_the_certificate_names_somebody(self, tmp_path: Path) -> None:
        assert not load_config({"RECOURSE_DATA": str(tmp_path)}).asks_responders
        assert load_config({"RECOURSE_DATA": str(tmp_path), "RECOURSE_REVOCATION": "on"}).asks_responders
        assert not SealOrder(key=1, files=()).asks
        named, unnamed = issue("Helpline", ROOT, list_url=LIST_URL), issue("Helpline", ROOT)
        assert load_seal(named.pem).responders is None
        assert load_seal(unnamed.pem, asks=True).responders is None
        assert load_seal(named.pem, asks=True, roots=[ROOT.der]).responders is not None

    def test_without_an_answer_it_is_signed_all_the_same(self) -> None:
        with answering(b"") as url:
            signed = load_here(url).sign(unsigned())
        assert not signed.has_answers
        assert read(signed.pdf).is_intact

    def test_the_answer_stands_in_the_file(self) -> None:
        with answering(list_taken_back(HERE, at=NOW)) as url:
            signed = load_here(url).sign(unsigned())
        assert signed.has_answers
        assert signed.pdf.startswith(unsigned())
        found = check_signature(signed.pdf, roots=[HERE.der], now=NOW)
        assert found is not None
        assert (found.is_intact, found.is_whole, found.revocation) == (True, True, RevocationState.GOOD)

    def test_a_certificate_that_was_taken_back_signs_and_is_found_out_by_the_check(self) -> None:
        """Signing goes on without the answer: whoever runs the portal reads of it in the log."""
        signer = issue("Helpline", HERE, list_url="http://127.0.0.1:9/none", at=NOW)
        pdf = with_list(sign(signer), list_taken_back(HERE, signer, at=NOW, since=NOW - timedelta(hours=1)))
        found = check_signature(pdf, roots=[HERE.der], now=NOW)
        assert found is not None
        assert found.revocation is RevocationState.REVOKED


def load_here(url: str) -> PdfSeal:
    return load_seal(issue("Helpline", HERE, list_url=url, at=NOW).pem, asks=True, roots=[HERE.der])


@contextmanager
def answering(content: bytes) -> Iterator[str]:
    """An authority on this machine that gives its list to whoever asks; with none it says that there is nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", "application/pkix-crl")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/root.crl"
        finally:
            server.shutdown()
            thread.join()
