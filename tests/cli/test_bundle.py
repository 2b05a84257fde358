"""The `bundle` command: a file as it was made ends with 0, any other with 1 and what differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from cryptography.hazmat.primitives import serialization
from flask import Flask

from portal.adapters.papers.letter_json import write_schema
from portal.config import load_config
from portal.factory import create_app
from tests.adapters.papers.certificates import issue
from tests.adapters.papers.test_bundle_files import own_key, pack, sign_with, unsigned
from tests.sqlite import copy_tables


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    copy_tables(tmp_path / "recourse.db")
    key = tmp_path / "signing.pem"
    key.write_bytes(own_key())
    key.chmod(0o600)
    return create_app(load_config({"RECOURSE_DATA": str(tmp_path)}))


def verify(app: Flask, folder: Path, content: bytes) -> Result:
    file = folder / "papers"
    file.write_bytes(content)
    return app.test_cli_runner().invoke(args=["bundle", "verify", str(file)])


def test_digests_signature_and_dates_are_told(app: Flask, tmp_path: Path) -> None:
    result = verify(app, tmp_path, pack())
    assert "SHA256SUMS: exhibit-2.txt: same" in result.output
    assert "inside the PDF: exhibit-1.pdf: same" in result.output
    assert "signature: fits" in result.output
    assert "NOT the one in use here" not in result.output
    assert "certificate: SELF-MADE" in result.output
    assert "time stamp: there is none" in result.output
    assert "certificate taken back: not checked" in result.output
    assert "date: " in result.output
    assert "no case here has the entry" in result.output


def test_a_root_that_is_set_vouches_and_a_stranger_who_signed_it_again_is_found_out(tmp_path: Path) -> None:
    copy_tables(tmp_path / "recourse.db")
    root = issue("Root")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(root.certificate.public_bytes(serialization.Encoding.PEM))
    app = create_app(load_config({"RECOURSE_DATA": str(tmp_path), "RECOURSE_TRUST_ROOTS": str(roots)}))
    trusted = verify(app, tmp_path, sign_with(issue("Harbour Helpline", root), stamp=issue("Stamps", root)))
    assert "certificate: leads to a root in RECOURSE_TRUST_ROOTS" in trusted.output
    assert "time stamp: fits, 2026-11-23T09:00:00+00:00, by Common Name: Stamps: LEADS TO NO ROOT" in trusted.output
    stranger = verify(app, tmp_path, sign_with(issue("Harbour Helpline")))
    assert stranger.exit_code == 1
    assert "certificate: SELF-MADE" in stranger.output
    assert "it is not known who signed it" in stranger.output


def test_what_differs_is_named_and_ends_with_1(app: Flask, tmp_path: Path) -> None:
    result = verify(app, tmp_path, pack({"exhibit-2.txt": b"Yes.", "case.json": b"{}"}))
    assert result.exit_code == 1
    assert "SHA256SUMS: exhibit-2.txt: DIFFERS" in result.output
    assert "case.json beside the PDF DIFFERS" in result.output
    unsealed = verify(app, tmp_path, unsigned())
    assert unsealed.exit_code == 1
    assert "signature: THERE IS NONE" in unsealed.output
    refused = verify(app, tmp_path, b"nothing")
    assert refused.exit_code == 1
    assert "not_a_bundle" in refused.output


def test_the_schema_is_printed(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["bundle", "schema"])
    assert result.output.encode() == write_schema()
