"""Inputs as people really have them (`tests/data/public-cases.yaml`): each comes out as its `want` says.

What does not yet is named in `tests/data/public-cases-open.txt`, and must fail: whoever mends one takes its line out.
Cases of the kind `web` are played on the pages themselves, see tests/web.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pdfminer.high_level import extract_text
from PIL import Image, ImageStat

from portal.adapters.readers.documents import clean_document
from portal.domain.documents import CleanDocument, DocumentRefused, Refusal
from portal.reference.strict import read_yaml
from tests.cli.runner import run

DATA = Path(__file__).parent.parent / "data"
CASES: list[dict[str, Any]] = read_yaml(DATA / "public-cases.yaml")["cases"]
OPEN = set((DATA / "public-cases-open.txt").read_text().split())
Found = dict[str, Any]
PICTURE = re.compile(rb"iVBORw0KGgo|/9j/[A-Za-z0-9+/]{20}|R0lGOD|UklGR|89504e47|begin [0-7]{3} \S+", re.IGNORECASE)


def each(kind: str) -> list[Any]:
    """The cases of one kind, those that are still open marked to fail."""
    return [
        pytest.param(case, id=case["id"], marks=[pytest.mark.xfail(strict=True)] if case["id"] in OPEN else [])
        for case in CASES
        if case["kind"] == kind
    ]


def test_what_is_open_is_a_case() -> None:
    assert {case["id"] for case in CASES} >= OPEN


# --- Pasted links ---


@pytest.mark.parametrize("case", each("links"))
def test_links(case: dict[str, Any], tmp_path: Path) -> None:
    found = read_links(case["input"], tmp_path)
    for key, value in case["want"].items():
        assert LINK_CHECKS[key](found, value), (key, found)


def urls(found: Found) -> list[str]:
    return [item["url"] for item in found["items"]]


def platforms(found: Found) -> list[str | None]:
    return [item["platform"] for item in found["items"]]


def holds(texts: list[str], parts: Any) -> bool:
    """Each of the parts stands in some of the texts."""
    return all(any(part in text for text in texts) for part in listed(parts))


def count_groups(found: Found) -> int:
    return len({item["platform"] or item["group"] for item in found["items"]})


LINK_CHECKS: dict[str, Callable[[Found, Any], bool]] = {
    "platform": lambda found, value: set(platforms(found)) == {value},
    "not_platform": lambda found, value: value not in platforms(found),
    "urls": lambda found, value: urls(found) == value,
    "platforms": lambda found, value: platforms(found) == value,
    "count": lambda found, value: len(urls(found)) == value,
    "contains": lambda found, value: holds(urls(found), value),
    "none_urls": lambda found, _value: not urls(found),
    "rejected_contains": lambda found, value: holds([piece["text"] for piece in found["rejected"]], value),
    "distinct_platforms": lambda found, value: count_groups(found) == value,
}


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def read_links(text: str, folder: Path) -> Found:
    file = folder / "pasted.txt"
    start, mark, rest = text.partition("FILE-UTF16:")
    file.write_bytes(rest.encode("utf-16") if mark and not start else text.encode("utf-8", "surrogatepass"))
    result = run("links", str(file), "--json")
    assert result.exit_code == 0, result.output
    found: Found = json.loads(result.stdout)
    return found


# --- Deadlines ---


@pytest.mark.parametrize("case", each("due"))
def test_due(case: dict[str, Any]) -> None:
    result = run("due", *options(case["input"]), "--json")
    want = case["want"]
    if "refused" in want:
        assert result.exit_code == 2, result.output
        assert want["refused"] in result.stderr
        return
    assert result.exit_code == 0, result.output
    due = json.loads(result.stdout)
    if "due_at" in want:
        due["due_at"] = datetime.fromisoformat(due["due_at"]).astimezone(UTC).isoformat()
    assert {key: due[key] for key in want} == want


def options(given: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for key, value in given.items():
        found += [f"--{key.replace('_', '-')}"] if value is True else [f"--{key.replace('_', '-')}", str(value)]
    return found


# --- Which law ---


@pytest.mark.parametrize("case", each("laws"))
def test_laws(case: dict[str, Any]) -> None:
    given = dict(case["input"])
    regime = given.pop("regime")
    result = run("laws", *options(given), "--json")
    assert result.exit_code == 0, result.output
    (row,) = [row for row in json.loads(result.stdout) if row["regime"] == regime]
    assert {"applies": row["applies"]} == case["want"], row


# --- Files that are handed in ---


@pytest.mark.parametrize("case", each("upload"))
def test_upload(case: dict[str, Any]) -> None:
    want = case["want"]
    kept = take(make_file(case["input"]))
    if isinstance(kept, Refusal):
        assert "refused_or_told" in want or want.get("refused") == kept.value, kept
        return
    for key, value in want.items():
        assert UPLOAD_CHECKS[key](kept, value), (key, kept.cleaned, kept.content[:2000])


def take(content: bytes) -> CleanDocument | Refusal:
    try:
        return clean_document(content)
    except DocumentRefused as error:
        return error.reason


def is_grey(content: bytes) -> bool:
    return 20 < ImageStat.Stat(Image.open(io.BytesIO(content)).convert("L")).mean[0] < 235


UPLOAD_CHECKS: dict[str, Callable[[CleanDocument, Any], bool]] = {
    "kind": lambda kept, value: kept.kind.value == value,
    "contains": lambda kept, value: holds([kept.content.decode("utf-8", "replace")], value),
    "no_picture": lambda kept, _value: not PICTURE.search(kept.content),
    "refused": lambda _kept, _value: False,
    "refused_or_told": lambda kept, _value: "no_words" in kept.cleaned,
    "grey": lambda kept, _value: is_grey(kept.content),
    "told_signature": lambda kept, _value: "signatures" in kept.cleaned,
    "contains_pdf": lambda kept, value: value in read_pdf_words(kept.content),
}


def make_file(given: dict[str, str]) -> bytes:
    if "base64" in given:
        return base64.b64decode(given["base64"])
    if "make" in given:
        return make_long_pdf(201)
    return given["text"].encode()


def make_long_pdf(pages: int) -> bytes:
    pdf, kept = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        pdf.add_blank_page()
    pdf.save(kept)
    return kept.getvalue()


def read_pdf_words(content: bytes) -> str:
    """The words on its pages, and the addresses behind words."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        behind = [str(note) for page in pdf.pages for note in page.obj.get("/Annots", [])]
    return extract_text(io.BytesIO(content)) + " ".join(behind)
