"""What may be handed in: answers and notices, never the content itself. Kinds, limits, and reasons to say no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.lifecycle import Path
from portal.domain.mail_files import is_email

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
    PORTFOLIO = "portfolio"  # a PDF that is a folder of files, with nothing but a cover of its own
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
    PICTURES = "pictures"  # and other files that stood in the text as letters and numbers
    FORMS = "forms"  # programs behind the fields of a form
    SIGNATURES = "signatures"  # who signed it, with which certificate; in a file made anew no signature holds
    FRAMES = "frames"  # all pictures of a moving picture but the first
    LOCK = "lock"  # that forbade printing or changing, without a password to open it
    ENCODING = "encoding"  # the same text, in UTF-8
    CHARACTERS = "characters"  # signs that hide or turn around what is written; a mark stands for each
    LETTERS = "letters"  # that could not be read in any way of writing; a mark stands for each
    NO_WORDS = "no_words"  # there were none that could be read: only what stands in the headers is kept
    CUT = "cut"  # what came after the longest text that is kept


class DocumentRefused(ValueError):
    """The file is not taken. `reason` says why; nothing of it was kept."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class SignatureVerdict(StrEnum):
    """What is known of a signature by which a sender's server vouches for an e-mail (DKIM)."""

    NO_KEY = "no_key"  # not checked: nobody was asked for the key, and the operator gave none
    HOLDS = "holds"
    FAILS = "fails"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class MailSignature:
    """One signature of an e-mail as it came. `body_fits` is None where the signature does not say what it covers."""

    domain: str
    selector: str
    verdict: SignatureVerdict
    body_fits: bool | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Original:
    """An answer as it came, to prove what was sent: byte for byte, where it holds no picture.

    Where it does, `content` is a record of it: its headers, its words as they came, and the SHA-256 of each part that
    is left out. `signatures` were checked before anything was.
    """

    content: bytes
    is_whole: bool
    signatures: tuple[MailSignature, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class CleanDocument:
    """A file as it is kept: made anew from what was handed in. `about` tells of an e-mail who wrote what when."""

    kind: DocumentKind
    content: bytes
    cleaned: tuple[Cleaned, ...] = ()
    about: str = ""
    original: Original | None = None


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
    (re.compile(rb"%PDF-"), DocumentKind.PDF),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), DocumentKind.PNG),
    (re.compile(rb"RIFF(?s:.{4})WEBP"), DocumentKind.PNG),  # as which a WebP picture is kept
    (re.compile(rb"\xff\xd8\xff"), DocumentKind.JPEG),
)
_PDF_LATER = re.compile(rb"%PDF-[0-9]")
_PDF_BEGINS_WITHIN = 1024  # bytes, as readers allow
_SHIFTS = re.compile(rb"(?s)\x0e[!-~\s]{1,2000}?\x0f")  # ISO-2022-KR
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
        if beginning.match(content):
            return kind
    if is_email(content):
        return DocumentKind.EMAIL
    if _PDF_LATER.search(content, 0, _PDF_BEGINS_WITHIN) and b"startxref" in content:
        return DocumentKind.PDF
    if content.startswith(_UTF16) or _is_wide(content) or not _has_binary(content.rstrip(b"\0")):
        return DocumentKind.TEXT
    raise DocumentRefused(Refusal.UNKNOWN_KIND)


def _is_wide(content: bytes) -> bool:
    """Whether it looks like UTF-16 that does not say so: of each two bytes always the same one is often zero."""
    sample = content[:20_000]
    upper, lower = sample[::2].count(0), sample[1::2].count(0)
    return len(content) % 2 == 0 and max(upper, lower) * 20 > len(sample) and min(upper, lower) * 100 <= len(sample)


def _has_binary(content: bytes) -> bool:
    """Whether there are control characters; the ones by which Japanese and Korean texts change letters are none."""
    return bool(re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]|\x1b(?![$(])", _SHIFTS.sub(b"", content)))
