"""The page where an officer has a complaint's file checked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from portal.config import load_config
from portal.factory import create_app
from portal.web.open.check import REFUSALS
from tests.adapters.papers.test_bundle_files import pack, signed
from tests.sqlite import copy_tables
from tests.web.pages import Page, Visitor


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    copy_tables(tmp_path / "recourse.db")
    return create_app(load_config({"RECOURSE_DATA": str(tmp_path)}))


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


def check(visitor: Visitor, content: bytes, name: str = "papers.zip", status: int = 200) -> Page:
    visitor.go("/check")
    file = FileStorage(io.BytesIO(content), name)
    return visitor.press("Check", file=file, status=status)  # type: ignore[arg-type]


def list_files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if ".db" not in path.name}


def test_a_file_is_checked_and_nothing_of_it_is_kept(visitor: Visitor, tmp_path: Path) -> None:
    visitor.go("/check")
    before = list_files(tmp_path)
    page = check(visitor, pack())
    assert "RC-7K2M-9TQX/C4" in page.text
    assert "The signature fits" in page.text
    assert "It is not the certificate that this portal signs with now." in page.text
    assert "made by whoever signed, and nobody else vouches" in page.text
    assert "There is no time stamp." in page.text
    assert "Not checked: whether the certificate was taken back" in page.text
    assert "Look at these points" in page.text  # signed by nobody who is known here
    assert "This portal has no such entry." in page.text
    assert list_files(tmp_path) == before
    assert "RC-7K2M" not in visitor.go("/check").text


def test_what_was_changed_is_named(visitor: Visitor) -> None:
    page = check(visitor, pack({"exhibit-2.txt": b"Yes."}))
    assert "Look at these points" in page.text
    assert "exhibit-2.txt: differs from the list" in page.text
    page = check(visitor, signed() + b"% more", "complaint.pdf")
    assert "Something was added to the file after it was signed." in page.text


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7 nothing"])
def test_what_is_no_complaint_is_told_so(visitor: Visitor, content: bytes) -> None:
    page = check(visitor, content, status=400)
    assert any(str(text) in page.text for text in REFUSALS.values())


def test_without_a_file_one_is_asked_for(visitor: Visitor) -> None:
    visitor.go("/check")
    assert "Choose the ZIP or the PDF." in visitor.press("Check", status=400).text
