"""The child process that opens a file somebody handed in, and makes it anew. Started by `documents.py`, once a file.

A file may be made to take over the program that opens it. So this one has nothing: it reads one file from its input,
writes one to its output, may open no other file and no connection, start and end nothing, and has little memory and
time. `confinement.py` says how.

Input: the file. Arguments: its kind or ONLY_WALLS, then perhaps ANYWAY and KEYS. Output: a line of JSON,
`{"missing": [], "cleaned": [...], "about": "...", "size": 1, "original": null}` or
`{"missing": [...], "refused": "..."}`, after it the file as it is to be kept, and then what is kept of it as it came.
`missing` are the walls that this machine does not give.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType

import pikepdf
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from portal.adapters.confinement import ALL, ANYWAY, KEYS, ONLY_WALLS, Wall, confine
from portal.adapters.readers.charsets import CHARSETS, decode_bytes
from portal.adapters.readers.mail_originals import keep_original
from portal.adapters.readers.mail_reader import find_charset, read_mail, write_mail
from portal.adapters.readers.mail_signatures import check_signatures
from portal.adapters.readers.pdf_cleaner import clean_pdf
from portal.adapters.readers.picture_words import LEFT_OUT, leave_out_pictures
from portal.domain.documents import (
    LARGEST,
    LONGEST_TEXT,
    MOST_PIXELS,
    CleanDocument,
    Cleaned,
    DocumentKind,
    DocumentRefused,
    Original,
    Refusal,
)
from portal.domain.mail_files import split_mails
from portal.domain.readable import MARK, UNREADABLE

NO_KEYS: Mapping[str, str] = MappingProxyType({})
LARGEST_KEPT = 2 * LARGEST  # bytes; a picture made anew can be larger than before
FORMATS = {DocumentKind.PNG: ("PNG", "WEBP"), DocumentKind.JPEG: ("JPEG",)}
LOADED = (
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)  # what Pillow would load on the way; the last reads EXIF


def clean_text(content: bytes) -> CleanDocument:
    """Text in UTF-8, without pictures written as letters. Raises DocumentRefused where control characters are left."""
    text = decode_bytes(content, find_charset(content))
    if not text.replace("\ufeff", "").strip():  # such marks may stand one after another
        raise DocumentRefused(Refusal.EMPTY)
    if len(text) > LONGEST_TEXT:
        raise DocumentRefused(Refusal.TOO_LARGE)
    if any(sign < " " and sign not in "\t\n\r\f" for sign in text):
        raise DocumentRefused(Refusal.UNKNOWN_KIND)
    kept, pictures = leave_out_pictures(text)
    found = {
        Cleaned.ENCODING: not _is_utf8(content),
        Cleaned.PICTURES: pictures,
        Cleaned.LETTERS: MARK in text and not _is_utf8(content),
        Cleaned.NO_WORDS: pictures and not kept.replace(LEFT_OUT, "").strip(),
    }
    return CleanDocument(kind=DocumentKind.TEXT, content=kept.encode(), cleaned=_listed(found))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _listed(found: Mapping[Cleaned, object]) -> tuple[Cleaned, ...]:
    return tuple(each for each in Cleaned if found.get(each))


def clean_mail(content: bytes, keys: Mapping[str, str] = NO_KEYS) -> CleanDocument:
    """An e-mail's headers and words as plain text. What was attached is named and not kept: it could be the content."""
    signatures = check_signatures(split_mails(content)[0], keys)
    mail = read_mail(content)
    written, pictures = leave_out_pictures(write_mail(mail))
    about = " · ".join(part for part in (mail.sender, mail.date, mail.subject) if part)
    found = {
        Cleaned.METADATA: True,
        Cleaned.FILES_INSIDE: mail.attachments,
        Cleaned.PICTURES: mail.has_pictures or pictures,
        Cleaned.LETTERS: MARK in written,
        Cleaned.CHARACTERS: UNREADABLE.search(written),
        Cleaned.NO_WORDS: not mail.has_words,
        Cleaned.CUT: mail.is_cut,
    }
    about, _pictures = leave_out_pictures(about)
    return CleanDocument(
        kind=DocumentKind.EMAIL,
        content=written.encode("utf-8", "replace"),
        cleaned=_listed(found),
        about=about,
        original=keep_original(content, mail, signatures),
    )


def clean_picture(content: bytes, kind: DocumentKind) -> CleanDocument:
    """The picture's points and nothing else, turned the right way up, in a file made anew."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=FORMATS[kind]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise DocumentRefused(Refusal.TOO_MANY_PIXELS)
        frames = getattr(image, "n_frames", 1)
        image.load()
        upright = _halve_depth(ImageOps.exif_transpose(image))
        plain = upright.convert(_plain_mode(upright, kind))
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    stream = io.BytesIO()
    if kind is DocumentKind.PNG:
        bare.save(stream, "PNG")
    else:
        bare.save(stream, "JPEG", quality=92)
    cleaned = (Cleaned.METADATA, Cleaned.FRAMES) if frames > 1 else (Cleaned.METADATA,)
    return CleanDocument(kind=kind, content=stream.getvalue(), cleaned=cleaned)


def _halve_depth(image: Image.Image) -> Image.Image:
    """A grey picture of 16 bits in 8, as it looks. Pillow would cut off all above 255, which is nearly everything."""
    if not image.mode.startswith("I"):
        return image
    grey = image if image.mode == "I" else image.convert("I")
    return grey.point(lambda value: value * (1 / 257)).convert("L")


def _plain_mode(image: Image.Image, kind: DocumentKind) -> str:
    if kind is DocumentKind.PNG and image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode in {"1", "L"} else "RGB"


CLEANERS: Mapping[DocumentKind, Callable[[bytes], CleanDocument]] = {  # e-mails beside, which need the keys
    DocumentKind.PDF: clean_pdf,
    DocumentKind.PNG: lambda content: clean_picture(content, DocumentKind.PNG),
    DocumentKind.JPEG: lambda content: clean_picture(content, DocumentKind.JPEG),
    DocumentKind.TEXT: clean_text,
}


def clean(kind: DocumentKind, content: bytes, keys: Mapping[str, str] = NO_KEYS) -> CleanDocument:
    """The file made anew. Raises DocumentRefused, and nothing else whatever the file is."""
    try:
        made = clean_mail(content, keys) if kind is DocumentKind.EMAIL else CLEANERS[kind](content)
    except DocumentRefused:
        raise
    except (MemoryError, RecursionError) as error:
        raise DocumentRefused(Refusal.TOO_COMPLEX) from error
    except Image.DecompressionBombError as error:
        raise DocumentRefused(Refusal.TOO_MANY_PIXELS) from error
    except Exception as error:
        raise DocumentRefused(Refusal.BROKEN) from error
    if len(made.content) > LARGEST_KEPT:
        raise DocumentRefused(Refusal.TOO_LARGE)
    return made


def shut_in(walls: frozenset[Wall] = ALL) -> frozenset[Wall]:
    """Give up all that reading one file does not need. Returns the walls that this machine does not give.

    What is loaded later would need a file, so it is loaded now.
    """
    for name in CHARSETS:
        "a".encode(name).decode(name)  # some load more when they are first used
    Image.preinit()
    pikepdf.new().save(io.BytesIO(), encryption=pikepdf.Encryption(owner="", user=""))  # loads what reads locked files
    return confine(walls)


def _read_keys(arguments: Sequence[str]) -> Mapping[str, str]:
    given = next((each for each in arguments if each.startswith(KEYS)), KEYS + "{}")
    keys: dict[str, str] = json.loads(given.removeprefix(KEYS))
    return keys


def _tell_original(original: Original | None) -> dict[str, object] | None:
    if original is None:
        return None
    signatures = [asdict(each) for each in original.signatures]
    return {"size": len(original.content), "is_whole": original.is_whole, "signatures": signatures}


def main(arguments: Sequence[str]) -> None:
    """Nothing of the file is read before the walls stand; without the one that counts, only where that is allowed."""
    missing = shut_in()
    answer: dict[str, object] = {"missing": sorted(missing)}
    content = b""
    try:
        if Wall.SECCOMP in missing and ANYWAY not in arguments:
            raise DocumentRefused(Refusal.UNCONFINED)
        if arguments[0] != ONLY_WALLS:
            made = clean(DocumentKind(arguments[0]), sys.stdin.buffer.read(LARGEST + 1), _read_keys(arguments))
            content = made.content + (made.original.content if made.original else b"")
            answer |= {
                "cleaned": [each.value for each in made.cleaned],
                "about": made.about,
                "size": len(made.content),
                "original": _tell_original(made.original),
            }
    except DocumentRefused as refused:
        answer["refused"] = refused.reason.value
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)
    sys.stdout.buffer.flush()
    os._exit(0)  # the ordinary end of Python asks the kernel for more than is left


if __name__ == "__main__":
    main(sys.argv[1:])
