"""What may be handed in: answers and notices, never the content itself. Kinds, limits, and reasons to say no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.lifecycle import Path

LARGEST = 10 * 1024 * 1024  # bytes of one file: a scanned letter of twenty pages is about half of it
MOST = 20  # files of a case: every answer of a long correspondence, and not a place to keep things
LARGEST_TOGETHER = 60 * 1024 * 1024  # bytes of a case as they are kept, so that an export stays small enough to carry
MOST_PAGES = 200  # of a PDF: the longest decisions of authorities have fewer
MOST_PIXELS = 30_000_000  # a screenshot rolled up over twenty screens of a telephone; its camera has about 12 million
LONGEST_TEXT = 1_000_000  # characters of a text or of an e-mail's words


class DocumentKind(StrEnum):
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    EMAIL = "eml"
    TEXT = "txt"


class Refusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    BROKEN = "broken"  # not what it says it is, or damaged
    ENCRYPTED = "encrypted"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_COMPLEX = "too_complex"  # it needs more time or memory than any honest file
    BUSY = "busy"  # nothing is wrong with it: others are looked into just now
    UNCONFINED = "unconfined"  # nothing is wrong with it: no file can be opened safely on this server


class Cleaned(StrEnum):
    """What the kept file no longer has."""

    METADATA = "metadata"  # place, camera, author and the like
    SCRIPTS = "scripts"  # and other things that happen by themselves or on a click
    FILES_INSIDE = "files_inside"
    FORMS = "forms"  # programs behind the fields of a form
    SIGNATURES = "signatures"  # who signed it, with which certificate; in a file made anew no signature holds
    FRAMES = "frames"  # all pictures of a moving picture but the first
    ENCODING = "encoding"  # the same text, in UTF-8
    CHARACTERS = "characters"  # signs that hide or turn around what is written; a mark stands for each
    CUT = "cut"  # what came after the longest text that is kept


class DocumentRefused(ValueError):
    """The file is not taken. `reason` says why; nothing of it was kept."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, repr=False)
class CleanDocument:
    """A file as it is kept: made anew from what was handed in. `about` tells of an e-mail who wrote what when."""

    kind: DocumentKind
    content: bytes
    cleaned: tuple[Cleaned, ...] = ()
    about: str = ""


MEDIA = {
    DocumentKind.PDF: "application/pdf",
    DocumentKind.PNG: "image/png",
    DocumentKind.JPEG: "image/jpeg",
    DocumentKind.EMAIL: "text/plain; charset=utf-8",  # only an e-mail's words are kept
    DocumentKind.TEXT: "text/plain; charset=utf-8",
}
ENDINGS = {
    DocumentKind.PDF: "pdf",
    DocumentKind.PNG: "png",
    DocumentKind.JPEG: "jpg",
    DocumentKind.EMAIL: "txt",
    DocumentKind.TEXT: "txt",
}

_MAGIC = (
    (b"%PDF-", DocumentKind.PDF),
    (b"\x89PNG\r\n\x1a\n", DocumentKind.PNG),
    (b"\xff\xd8\xff", DocumentKind.JPEG),
)
# Lines as an e-mail begins with, one of which every mail program and every server on the way writes.
_HEADER = re.compile(rb"[!-9;-~]{1,76}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n")
_MAIL_HEADERS = frozenset({b"from", b"received", b"return-path", b"message-id", b"mime-version", b"delivered-to"})
_HEADERS_LOOKED_AT = 60
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def may_hand_in(path: Path | None, *, under_18: bool | None) -> bool:
    """Whether a case may hold documents. None where somebody was under 18: even a screenshot could show too much."""
    return path is not Path.CHILD and not under_18


def recognise_kind(content: bytes) -> DocumentKind:
    """The kind by the content alone, as far as its beginning tells. Raises DocumentRefused."""
    if not content.strip():
        raise DocumentRefused(Refusal.EMPTY)
    if len(content) > LARGEST:
        raise DocumentRefused(Refusal.TOO_LARGE)
    for beginning, kind in _MAGIC:
        if content.startswith(beginning):
            return kind
    if _is_email(content):
        return DocumentKind.EMAIL
    if content.startswith(_UTF16) or not _has_binary(content):
        return DocumentKind.TEXT
    raise DocumentRefused(Refusal.UNKNOWN_KIND)


def _is_email(content: bytes) -> bool:
    """Whether it begins with header lines, and two of them are such as only an e-mail has."""
    names: set[bytes] = set()
    at = 0
    for _ in range(_HEADERS_LOOKED_AT):
        line = _HEADER.match(content, at, at + 20_000)
        if line is None:
            break
        names.add(line[0].partition(b":")[0].lower())
        at = line.end()
    return len(names & _MAIL_HEADERS) > 1 or (b"from" in names and b"subject" in names)


def _has_binary(content: bytes) -> bool:
    return bool(re.search(rb"[\x00-\x08\x0e-\x1f]", content))
