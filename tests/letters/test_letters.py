"""Every kind of letter as a file: it reads back, its structure is tagged, and the same facts give the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pikepdf
import pytest

from portal.adapters.papers.letter_json import decode_facts, encode_facts
from portal.adapters.papers.notice_json import LINKS_FILE, NOTICE_FILE, make_schema
from portal.adapters.papers.pdf import FACTS_FILE, make_letter
from portal.domain.letters.facts import CopyFact
from portal.domain.letters.kinds import Paper
from portal.domain.letters.phrases import English
from portal.domain.letters.redaction import redacted
from portal.domain.lifecycle import LetterKind
from tests.letters.reading import read_pages, read_text, read_without_spaces, sample_letter
from tests.letters.samples import ARABIC, EMAIL, KOREAN, NAME, SAMPLES, complaint, links, long_complaint, notice

ROOT = Path(__file__).parent.parent.parent

MILLIMETRES = 72 / 25.4
SIZES = {Paper.A4: (210 * MILLIMETRES, 297 * MILLIMETRES), Paper.LETTER: (8.5 * 72, 11 * 72)}


# The other paper is the same page with other margins: two kinds show it.
@pytest.mark.parametrize(
    ("kind", "paper"),
    [
        *((kind, Paper.A4) for kind in LetterKind),
        (LetterKind.NOTICE, Paper.LETTER),
        (LetterKind.COMPLAINT, Paper.LETTER),
    ],
)
def test_every_kind_renders_on_every_paper(kind: LetterKind, paper: Paper) -> None:
    rendered = sample_letter(kind, paper)
    with pikepdf.open(io.BytesIO(rendered.pdf)) as document:
        assert len(document.pages) == rendered.pages
        for page in document.pages:
            box = [float(side) for side in page.mediabox]
            assert (box[2] - box[0], box[3] - box[1]) == pytest.approx(SIZES[paper], abs=0.6)
    assert rendered.sha256 == hashlib.sha256(rendered.pdf).hexdigest()


@pytest.mark.parametrize("is_redacted", [False, True])
@pytest.mark.parametrize("kind", LetterKind)
def test_the_structure_is_tagged_titled_and_in_a_language(kind: LetterKind, is_redacted: bool) -> None:
    with pikepdf.open(io.BytesIO(sample_letter(kind, is_redacted=is_redacted).pdf)) as document:
        root = document.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "en"
        assert root.StructTreeRoot.K is not None
        assert bool(root.ViewerPreferences.DisplayDocTitle) or kind is LetterKind.COMPLAINT
        assert str(document.docinfo["/Title"]).startswith("Letter RC-7K2M-9TQX/")
        meta = document.open_metadata()
        if kind is LetterKind.COMPLAINT:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
        else:
            assert meta["pdfuaid:part"] == "1"


@pytest.mark.parametrize("kind", LetterKind)
def test_the_dates_in_the_file_are_those_of_the_letter(kind: LetterKind) -> None:
    with pikepdf.open(io.BytesIO(sample_letter(kind).pdf)) as document:
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261122200400")


@pytest.mark.parametrize("kind", LetterKind)
def test_the_letter_reads_back(kind: LetterKind) -> None:
    pdf = sample_letter(kind).pdf
    text, dense = read_text(pdf), read_without_spaces(pdf)
    assert NAME in text
    assert EMAIL in text
    assert SAMPLES[kind](Paper.A4).frame.reference in text
    for link in SAMPLES[kind](Paper.A4).links:
        assert (link.url or link.description or "").replace(" ", "") in dense
    assert "not legal advice" not in text  # that is for the one who sends, and is said on their pages


def test_a_notice_says_what_the_law_says_and_no_more() -> None:
    text = read_text(sample_letter(LetterKind.NOTICE).pdf)
    assert "you must remove the depictions" in text
    assert "No later than 48 hours after receiving this letter, to keep this law's protection" in text
    due = "Tuesday 24 November 2026 at 12:04 in the zone America/Los Angeles (UTC-08:00), which is 20:04 UTC"
    assert due.replace(" ", "") in read_without_spaces(sample_letter(LetterKind.NOTICE).pdf)
    assert "Every hour counts" in text
    assert "!" not in text


@pytest.mark.parametrize("is_redacted", [False, True])
def test_a_notice_lists_the_copies_it_was_given_and_the_redacted_twin_does_not(is_redacted: bool) -> None:
    copies = (
        CopyFact(media="photo", sha256="5a" * 32, md5="6b" * 16, pdq="7c" * 32),
        CopyFact(media="video", sha256="8d" * 32, md5="9e" * 16),
    )
    made = make_letter(replace(notice(), copies=copies), English(), is_redacted=is_redacted)
    text = read_without_spaces(made.pdf)
    assert "Knownidenticalcopies" in text
    for digits in ("5a" * 32, "6b" * 16, "7c" * 32, "8d" * 32, "9e" * 16):
        assert (digits in text) != is_redacted
    assert "Knownidenticalcopies" not in read_without_spaces(sample_letter(LetterKind.NOTICE).pdf)


def test_a_notice_from_before_there_were_copies_is_read_and_written_as_it_was() -> None:
    before = encode_facts(notice())
    assert "copies" not in json.loads(before)["facts"]
    assert encode_facts(decode_facts(before)) == before
    with_copies = replace(notice(), copies=(CopyFact(media="photo", sha256="5a" * 32, md5="6b" * 16),))
    assert decode_facts(encode_facts(with_copies)) == with_copies


def test_a_reminder_says_by_how_long_the_period_has_passed() -> None:
    text = read_text(sample_letter(LetterKind.REMINDER).pdf)
    assert "that was 17 days and 10 hours ago" in text
    assert "EXB-2026-0099123" in text
    assert "Federal Trade Commission" in text


def test_other_scripts_are_set_and_read_back() -> None:
    dense = read_without_spaces(sample_letter(LetterKind.NOTICE).pdf)
    assert KOREAN.replace(" ", "") in dense
    # pdfminer gives right-to-left words in the order in which they are drawn.
    assert ARABIC.split()[1] in dense or ARABIC.split()[1][::-1] in dense


def test_a_bundle_holds_every_part_in_order() -> None:
    text = read_text(sample_letter(LetterKind.COMPLAINT).pdf)
    titles = ("Contents", "1. Who complains", "2. Chronology", "3. Letters and answers", "4. Laws", "5. How each date")
    places = [text.rindex(title) for title in (*titles, "6. Exhibits", "How to check")]
    assert places == sorted(places)
    dense = read_without_spaces(sample_letter(LetterKind.COMPLAINT).pdf)
    for exhibit in complaint().exhibits:
        assert exhibit.digest in dense
    assert "holidays0.109(IE)" in dense
    assert "tzdata2026.6" in dense
    assert (complaint().history_digest or "-") in dense


@pytest.mark.parametrize("is_redacted", [False, True])
def test_the_bundle_carries_its_own_facts(is_redacted: bool) -> None:
    with pikepdf.open(io.BytesIO(sample_letter(LetterKind.COMPLAINT, is_redacted=is_redacted).pdf)) as document:
        assert list(document.attachments) == [FACTS_FILE]
        spec = document.attachments[FACTS_FILE]
        data = spec.get_file().read_bytes()
        assert str(spec.obj.AFRelationship) == "/Data"
        assert spec.get_file().creation_date == datetime(2026, 11, 22, 20, 4, tzinfo=UTC)
    expected = complaint()
    assert decode_facts(data) == (redacted(expected) if is_redacted else expected)


FILES = {
    LetterKind.NOTICE: [LINKS_FILE, NOTICE_FILE],
    LetterKind.ERASURE: [LINKS_FILE, NOTICE_FILE],
    LetterKind.REMINDER: [LINKS_FILE],
    LetterKind.PRESERVATION: [],
}


@pytest.mark.parametrize(("kind", "files"), FILES.items())
def test_letters_hold_their_links_as_files_and_no_link_to_click(kind: LetterKind, files: list[str]) -> None:
    with pikepdf.open(io.BytesIO(sample_letter(kind).pdf)) as document:
        assert sorted(document.attachments) == files
        assert all("/Annots" not in page for page in document.pages)
        if LINKS_FILE in files:
            lines = document.attachments[LINKS_FILE].get_file().read_bytes().decode().splitlines()
            assert lines == [link.url or link.description for link in SAMPLES[kind](Paper.A4).links]
    with pikepdf.open(io.BytesIO(sample_letter(kind, is_redacted=True).pdf)) as twin:
        assert not twin.attachments


def test_the_notice_for_machines_fits_its_published_schema() -> None:
    published = json.loads((ROOT / "static" / "schemas" / "notice-1.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(make_schema()))
    with pikepdf.open(io.BytesIO(sample_letter(LetterKind.NOTICE).pdf)) as document:
        found = json.loads(document.attachments[NOTICE_FILE].get_file().read_bytes())
    jsonschema.validate(found, published)
    assert found["reference"] == notice().frame.reference
    assert [place["url"] or place["description"] for place in found["locations"]] == [
        link.url or link.description for link in notice().links
    ]
    assert found["laws"][0]["last_moments"] == [
        {
            "act": "remove the image and make reasonable efforts to remove known identical copies",
            "if_received_at": "2026-11-22T20:04:00Z",
            "ends_at": "2026-11-24T20:04:00Z",
        }
    ]


def test_the_signature_stands_on_the_first_two_pages_and_no_last_page_is_short() -> None:
    for kind in (LetterKind.NOTICE, LetterKind.ERASURE, LetterKind.REMINDER, LetterKind.FOLLOW_UP, LetterKind.SUPPLIER):
        pages = read_pages(sample_letter(kind).pdf)
        signed = [number for number, page in enumerate(pages) if "Yours faithfully" in page]
        assert signed[0] < 2
        assert "Signed electronically" in pages[signed[0]]
        assert len([line for line in pages[-1].splitlines() if line.strip()]) > 5


LEADS = (
    "I ask you to do the following:",
    "Why this date:",
    "You answered:",
    "Statements",
    "Reply form",
    "The accounts",
)


@pytest.mark.parametrize("kind", [kind for kind in LetterKind if kind is not LetterKind.COMPLAINT])
def test_nothing_that_leads_on_stands_alone_at_the_foot_of_a_page(kind: LetterKind) -> None:
    for page in read_pages(sample_letter(kind).pdf):
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        foot = [line for line in lines if not line.startswith(("RC-7K2M", "Page "))]
        assert foot[-1] not in LEADS


def test_a_bundle_links_only_inside_itself() -> None:
    with pikepdf.open(io.BytesIO(sample_letter(LetterKind.COMPLAINT).pdf)) as document:
        notes = [note for page in document.pages for note in page.get("/Annots", [])]
        assert notes
        assert all("/URI" not in note.get("/A", {}) for note in notes)


@pytest.mark.parametrize("kind", [LetterKind.NOTICE, LetterKind.COMPLAINT])
def test_the_same_facts_give_the_same_bytes_in_every_process(kind: LetterKind) -> None:
    program = (
        "import sys; from portal.adapters.papers.pdf import make_letter\n"
        "from portal.domain.letters.phrases import English\n"
        "from portal.domain.letters.facts import Paper; from portal.domain.lifecycle import LetterKind\n"
        "from tests.letters.samples import SAMPLES\n"
        "sys.stdout.write(make_letter(SAMPLES[LetterKind(sys.argv[1])](Paper.A4), English()).sha256)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program, kind.value],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Kolkata"))
    ]
    assert set(runs) == {sample_letter(kind).sha256}


def test_a_bundle_of_sixty_pages_is_made_and_tells_how_far_it_is() -> None:
    told: list[tuple[str, float]] = []
    rendered = make_letter(long_complaint(), English(), progress=lambda stage, part: told.append((stage, part)))
    assert rendered.pages >= 60
    assert [stage for stage, _ in told] == ["building", "laying out", "writing", "done"]
    assert [part for _, part in told] == sorted(part for _, part in told)
    dense = read_without_spaces(rendered.pdf)
    assert f"{200:064x}" in dense
    assert (links(220)[100].url or "-") in dense
