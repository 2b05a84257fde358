"""What is fuzzed: for each reader of foreign input one function that takes any bytes and raises where a promise breaks.

The promises are the readers' own: no fault but the one they name, no time without end, nothing dropped, nothing hidden.
"""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import openpyxl
import pikepdf
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from portal.adapters.links.urls import LIMIT, find_links
from portal.adapters.links.web_addresses import is_hidden
from portal.adapters.readers.document_child import clean, clean_mail
from portal.adapters.readers.mail_reader import DEEPEST, LONGEST_VALUE, MOST_PARTS, read_mail, write_mail
from portal.adapters.readers.picture_parts import strip_jpeg, strip_jpeg2000
from portal.adapters.readers.picture_words import leave_out_pictures
from portal.adapters.readers.table_child import read_rows
from portal.config import load_config
from portal.domain import intake
from portal.domain.documents import (
    LONGEST_TEXT,
    MOST_PAGES,
    MOST_PIXELS,
    Cleaned,
    DocumentKind,
    DocumentRefused,
    recognise_kind,
)
from portal.domain.intake import StepId
from portal.domain.readable import UNREADABLE
from portal.domain.report import Report
from portal.domain.tables import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, TableRefused
from portal.factory import create_app
from portal.models.incoming import IncomingMail
from portal.models.tables import metadata
from portal.reference.registry import load_regimes, load_registry
from portal.reference.strict import BadReference
from portal.services.inbox.matching import match_mail
from portal.services.inbox.receiving import list_received, open_for_server
from portal.web.mail_hook import MAIL, RECIPIENTS
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.fuzz.forms import check_forms
from tests.services.factories import NOW
from tests.web.addresses import at

# Written down here once more, so that an entry that the cleaner forgets is not forgotten here as well.
ACTING = {
    "/JS", "/URI", "/OpenAction", "/AA", "/EF", "/OPI", "/Metadata", "/ByteRange", "/XFA", "/UF", "/PieceInfo",
    "/Thumb", "/RichMediaContent", "/JavaScript", "/EmbeddedFiles", "/DSS", "/Perms", "/SV", "/LastModified",
    "/CreationDate",
}  # fmt: skip
FOUND = Path(__file__).parent / "found"
IN_A_WORKBOOK = b"x"


def check_links(data: bytes) -> None:
    """Any text: each line that says something leads to a link or is shown back; a link is clean and found again."""
    text = data.decode("utf-8", "replace")
    index = load_registry().hosts
    found = find_links(text, index)
    assert len(found.items) <= LIMIT
    if any(map(str.isalnum, text)):
        assert found.items or found.rejected or found.duplicates, "something was dropped"
    for item in found.items:
        assert item.url.startswith(("http://", "https://")), item.url
        assert not any(sign.isspace() or is_hidden(sign) for sign in item.url), ascii(item.url)
        again = find_links(item.url, index)
        assert [each.url for each in again.items] == [item.url], (item.url, again)


def check_mail(data: bytes) -> None:
    """Any bytes: a reading within the limits, in which nothing is hidden and no line is forged."""
    mail = read_mail(data)
    assert len(mail.text) <= LONGEST_TEXT
    assert len(mail.attachments) <= MOST_PARTS
    assert DEEPEST < MOST_PARTS
    for line in (mail.sender, mail.to, mail.subject, mail.date, mail.message_id, *mail.attachments):
        assert len(line) <= 2 * LONGEST_VALUE + 2
        assert not UNREADABLE.search(line)
        assert len(line.splitlines()) <= 1, ascii(line)
    assert not UNREADABLE.search(mail.text)
    written = write_mail(mail)
    written.encode()
    kept, _pictures = leave_out_pictures(written)
    assert clean_mail(data).content.decode() == kept
    assert leave_out_pictures(kept) == (kept, 0), "what is left is words"
    with suppress(DocumentRefused):
        recognise_kind(data)


def check_uploads(data: bytes) -> None:
    """Any bytes as a file: refused with a reason, or made anew as something that can be made anew again."""
    try:
        kind = recognise_kind(data)
        made = clean(kind, data)
    except DocumentRefused:
        return
    assert made.kind is kind
    assert made.content
    if kind in {DocumentKind.PNG, DocumentKind.JPEG}:
        with Image.open(io.BytesIO(made.content), formats=(kind.value.upper(),)) as image:
            assert image.width * image.height <= MOST_PIXELS
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, image.info
    elif kind is DocumentKind.PDF:
        require_plain(made.content)
    else:
        made.content.decode()
    if kind is not DocumentKind.EMAIL:  # of which only words are left
        again = clean(kind, made.content)
        assert set(again.cleaned) <= {Cleaned.METADATA}, "a picture made anew is said to have lost what it never had"


def check_pdf(data: bytes) -> None:
    """A value of a PDF at a place chosen by the first byte: nothing that acts or tells comes through."""
    place, text = (data[0], data[1:]) if data else (0, b"")
    try:
        given = write_pdf(place, text)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        return  # no PDF can be made of it
    with suppress(DocumentRefused):
        require_plain(clean(DocumentKind.PDF, given).content)


def write_pdf(place: int, text: bytes) -> bytes:
    """A page with this value among its drawing commands, entries, notes, pictures, fonts, fields, or in the catalog."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page().obj
        page.Resources = pikepdf.Dictionary()
        match place % 7:
            case 0:
                page.Contents = pdf.make_stream(text)
            case 1:
                form = pdf.make_stream(
                    text, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9], Resources=pikepdf.Dictionary()
                )
                page.Resources.XObject = pikepdf.Dictionary(X=form)
            case 2:
                page.Annots = pikepdf.Array([pikepdf.Object.parse(text)])
            case 3:
                page.Resources.Font = pikepdf.Dictionary(F=pikepdf.Object.parse(text))
            case 4:
                pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([pikepdf.Object.parse(text)]))
            case 5:
                pdf.Root.Outlines = pikepdf.Object.parse(text)
            case _:
                photo = pdf.make_stream(text, Subtype=pikepdf.Name.Image, Filter=pikepdf.Name.DCTDecode)
                page.Resources.XObject = pikepdf.Dictionary(X=photo)
        stream = io.BytesIO()
        pdf.save(stream, compress_streams=False)
    return stream.getvalue()


def require_plain(content: bytes) -> None:
    """No dictionary anywhere in the file has an entry that acts or tells, and whoever wrote a note is not named."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert 0 < len(pdf.pages) <= MOST_PAGES
        assert "/Info" not in pdf.trailer
        waiting: list[Any] = list(pdf.objects)
        while waiting:
            value = waiting.pop()
            if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                assert not ACTING & value.keys(), ACTING & value.keys()
                assert not ("/Rect" in value and "/T" in value and value.get("/Subtype") != "/Widget")
                waiting.extend(each for _name, each in value.items() if not _is_elsewhere(each))
            elif isinstance(value, pikepdf.Array):
                waiting.extend(each for each in value if not _is_elsewhere(each))


def _is_elsewhere(value: Any) -> bool:
    return not isinstance(value, pikepdf.Object) or value.is_indirect


def check_photos(data: bytes) -> None:
    """Any bytes as a photo within a PDF: parts that do not add up, or a photo that has nothing left to take out."""
    for strip in (strip_jpeg, strip_jpeg2000):
        with suppress(ValueError):
            bare = strip(data)
            assert len(bare) <= len(data) + 2
            assert strip(bare) == bare, "once is enough"
            if strip is strip_jpeg:
                require_points(bare)


def require_points(photo: bytes) -> None:
    """Up to its points the photo has segments of points alone, and two that say how their colours are meant."""
    at = 2
    while photo[at + 1] not in {0xDA, 0xD9}:
        marker, about = photo[at + 1], photo[at + 4 : at + 16]
        if marker in {0xE0, 0xE2, 0xEE}:
            assert about.startswith((b"JFIF\0", b"ICC_PROFILE\0", b"Adobe")), about
        else:
            assert marker in {1, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF} or 0xC0 <= marker < 0xD8, hex(marker)
        at += 2 if marker == 1 or 0xD0 <= marker < 0xD8 else 2 + int.from_bytes(photo[at + 2 : at + 4], "big")


def check_packs(data: bytes) -> None:
    """Any bytes as a file of laws: regimes, or the one refusal there is."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "own.yaml").write_bytes(data)
        with suppress(BadReference):
            load_regimes(Path(folder))


def check_tables(data: bytes) -> None:
    """Any bytes as a table, or as the first sheet of a workbook: rows of words within the bounds, or a refusal."""
    content = write_workbook(data[1:]) if data[:1] == IN_A_WORKBOOK else data
    try:
        rows = read_rows(content)
    except TableRefused:
        return
    assert len(rows) <= 2 * MOST_ROWS + 1
    for row in rows:
        assert all(isinstance(cell, str) for cell in row)
        if data[:1] == IN_A_WORKBOOK:
            assert len(row) <= MOST_COLUMNS
            assert all(len(cell) <= LONGEST_CELL for cell in row)


def write_workbook(sheet: bytes) -> bytes:
    """A workbook whose first sheet is these bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_make_workbook())) as known, zipfile.ZipFile(out, "w") as written:
        for part in known.namelist():
            written.writestr(part, sheet if part == "xl/worksheets/sheet1.xml" else known.read(part))
    return out.getvalue()


@cache
def _make_workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.save(out)
    return out.getvalue()


def check_wizard(data: bytes) -> None:
    """Any bytes as answers: a report that can be made has a next step, and the pages answer whatever is sent."""
    report = make_report(data)
    way = [step.id for step in intake.steps_for(report)]
    assert intake.first_open_step(report) in way
    for step in way[:-1]:
        assert way.index(intake.next_step(report, step)) > way.index(step), "it goes on, never round"
        assert intake.skip(report, step).visited >= report.visited
        at, of = intake.progress(report, step)
        assert 0 <= at <= of
    assert all(each.step in way for each in intake.missing(report)), "what is missing can be reached"
    answer_a_page(data)


def make_report(data: bytes) -> Report:
    """A report with answers chosen by the bytes: each field of a vocabulary gets one of its words or none."""
    values: dict[str, Any] = {}
    hints = get_type_hints(Report)
    for byte, field in zip(data, fields(Report), strict=False):
        words = [each for part in (hints[field.name], *get_args(hints[field.name])) for each in _words_of(part)]
        if words:
            values[field.name] = words[byte % len(words)]
    report = Report(**values)
    assert msgspec.convert(msgspec.to_builtins(report), Report) == report
    return report


def _words_of(kind: Any) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)
    return [True, False] if kind is bool else []


@cache
def make_site() -> tuple[Flask, Any]:
    """A portal of its own in a folder that goes with the process, and a browser that has begun a report."""
    folder = tempfile.mkdtemp(prefix="recourse-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app = create_app(load_config({"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:"}), clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False
    metadata.create_all(app.extensions[EXTENSION].engine)
    browser = app.test_client()
    browser.post("/report")
    return app, browser


def answer_a_page(data: bytes) -> None:
    """The first byte chooses the step, the rest is the form. No answer is a failure of ours."""
    _app, browser = make_site()
    step = list(StepId)[data[0] % len(StepId)] if data else StepId.WHO
    if step is StepId.REVIEW:
        return
    answer = browser.post(at(f"/report/{step.value}"), data=data[1:], content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {200, 303, 400, 409}, f"{answer.status_code} at {step}"
    shown = browser.get(at(f"/report/{step.value}"))
    assert shown.status_code in {200, 303}, f"{shown.status_code} after {step}"


HOOK_SECRET = "a-secret-of-the-fuzzing-only"


@cache
def make_hook() -> tuple[FlaskClient, Parts]:
    """A portal that takes mail over its hook, in a folder that goes with the process, and a mail server's client."""
    folder = tempfile.mkdtemp(prefix="recourse-hook-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = {"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:", "RECOURSE_REPLY_DOMAIN": "answers.example.org"}
    app = create_app(load_config({**settings, "RECOURSE_INBOX_HOOK_SECRET": HOOK_SECRET}), clock=lambda: NOW)
    parts: Parts = app.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    return app.test_client(), parts


def check_hook(data: bytes) -> None:
    """Any bytes as a mail that a server hands over: kept once, the very bytes, and looked at without a fault."""
    client, parts = make_hook()
    headers = {"Authorization": f"Bearer {HOOK_SECRET}", RECIPIENTS: "someone@answers.example.org"}
    statuses = [
        client.post("/hooks/mail", data=data, content_type=MAIL, headers=headers).status_code for _time in range(2)
    ]
    assert statuses == [201, 200], statuses
    with parts.sessions.begin() as session:
        (row,) = session.scalars(select(IncomingMail))
        assert open_for_server(row, parts.ports.keys).content == data
        match_mail(parts.work(session), row.id)
        session.flush()
        assert list_received(session, most=1) == [], "nothing is left that nobody looked at"
        session.delete(row)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "forms": check_forms,
    "hook": check_hook,
    "links": check_links,
    "mail": check_mail,
    "packs": check_packs,
    "pdf": check_pdf,
    "photos": check_photos,
    "tables": check_tables,
    "uploads": check_uploads,
    "wizard": check_wizard,
}
