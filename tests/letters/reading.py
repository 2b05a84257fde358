"""Reading a finished letter back: its text as a reader gets it, and everything that stands in its bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache

import pikepdf
import pypdfium2
from pdfminer.high_level import extract_text

from portal.adapters.papers.letter_content import Rendered
from portal.adapters.papers.pdf import make_letter
from portal.domain.letters.kinds import Paper
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import LetterKind
from tests.letters.samples import SAMPLES


@lru_cache(maxsize=32)
def sample_letter(kind: LetterKind, paper: Paper = Paper.A4, *, is_redacted: bool = False) -> Rendered:
    """The sample of a kind as a PDF, made once in a run."""
    return make_letter(SAMPLES[kind](paper), English(), is_redacted=is_redacted)


def read_text(pdf: bytes) -> str:
    """The text in reading order, each run of white space as one space."""
    return re.sub(r"\s+", " ", extract_text(io.BytesIO(pdf)))


def read_pages(pdf: bytes) -> list[str]:
    """The text of each page, with its lines."""
    return [page for page in extract_text(io.BytesIO(pdf)).split("\f") if page.strip()]


def copy_text(pdf: bytes) -> str:
    """The text as it is copied in a browser: by the very engine, with what the file itself says its text is."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    finally:
        document.close()


def read_without_spaces(pdf: bytes) -> str:
    """The text with no white space at all, for what may be broken over lines."""
    return re.sub(r"\s+", "", extract_text(io.BytesIO(pdf)))


def read_everything(pdf: bytes) -> Iterator[bytes]:
    """The raw bytes, then every stream and string of the file decoded."""
    yield pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Stream):
                yield thing.read_bytes()
            yield thing.unparse(resolved=False) if not isinstance(thing, pikepdf.Stream) else repr(thing).encode()


def read_strings(pdf: bytes) -> list[str]:
    """Every text string of the file: titles, alternative texts, names of files, bookmarks."""
    found: list[str] = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for thing in document.objects:
            _collect(thing, found)
    return found


def _collect(thing: pikepdf.Object, found: list[str]) -> None:
    if isinstance(thing, pikepdf.String):
        found.append(str(thing))
    elif isinstance(thing, pikepdf.Array):
        for item in list(thing):
            _collect_direct(item, found)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for _, item in thing.items():
            _collect_direct(item, found)


def _collect_direct(thing: object, found: list[str]) -> None:
    if isinstance(thing, pikepdf.Object) and not thing.is_indirect:
        _collect(thing, found)
