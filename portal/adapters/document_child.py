"""The child process that opens a file somebody handed in, and makes it anew. Started by `documents.py`, once a file.

A file may be made to take over the program that opens it. So this one has nothing: it reads one file from its input,
writes one to its output, may open no other file and no connection, start and end nothing, and has little memory and
time. `confinement.py` says how.

Input: the file. Arguments: its kind or ONLY_WALLS, then perhaps ANYWAY. Output: a line of JSON, `{"missing": [],
"cleaned": [...], "about": "...", "size": 1}` or `{"missing": [...], "refused": "..."}`, and after it the file as it
is to be kept. `missing` are the walls that this machine does not give.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pikepdf
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from portal.adapters.confinement import ALL, ANYWAY, ONLY_WALLS, Wall, confine
from portal.adapters.mail_reader import CHARSETS, read_mail, write_mail
from portal.adapters.picture_parts import strip_jpeg, strip_jpeg2000
from portal.domain.documents import (
    LARGEST,
    LONGEST_TEXT,
    MOST_PAGES,
    MOST_PIXELS,
    CleanDocument,
    Cleaned,
    DocumentKind,
    DocumentRefused,
    Refusal,
)
from portal.domain.readable import UNREADABLE

LARGEST_KEPT = 2 * LARGEST  # bytes; a picture made anew can be larger than before
MOST_OBJECTS = 200_000  # of a PDF
DEEPEST = 100  # of values within one object of a PDF
LOADED = (JpegImagePlugin, PngImagePlugin, TiffImagePlugin)  # what Pillow would load on the way; the last reads EXIF


def clean_text(content: bytes) -> CleanDocument:
    """Text in UTF-8, or UTF-16 that says so. Raises DocumentRefused for anything with control characters."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentRefused(Refusal.BROKEN) from error
    if len(text) > LONGEST_TEXT:
        raise DocumentRefused(Refusal.TOO_LARGE)
    if any(sign < " " and sign not in "\t\n\r\f" for sign in text):
        raise DocumentRefused(Refusal.UNKNOWN_KIND)
    cleaned = (Cleaned.ENCODING,) if is_wide else ()
    return CleanDocument(kind=DocumentKind.TEXT, content=text.encode(), cleaned=cleaned)


def clean_mail(content: bytes) -> CleanDocument:
    """An e-mail's headers and words as plain text. What was attached is named and not kept: it could be the content."""
    mail = read_mail(content)
    written = write_mail(mail)
    cleaned = [Cleaned.METADATA]
    if mail.attachments:
        cleaned.append(Cleaned.FILES_INSIDE)
    if UNREADABLE.sub("", written) != written or "\N{REPLACEMENT CHARACTER}" in written:
        cleaned.append(Cleaned.CHARACTERS)
    if mail.is_cut:
        cleaned.append(Cleaned.CUT)
    about = " · ".join(part for part in (mail.sender, mail.date, mail.subject) if part)
    return CleanDocument(kind=DocumentKind.EMAIL, content=written.encode(), cleaned=tuple(cleaned), about=about)


def clean_picture(content: bytes, kind: DocumentKind) -> CleanDocument:
    """The picture's points and nothing else, turned the right way up, in a file made anew."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=(kind.value.upper(),)) as image:
        if image.width * image.height > MOST_PIXELS:
            raise DocumentRefused(Refusal.TOO_MANY_PIXELS)
        frames = getattr(image, "n_frames", 1)
        image.load()
        upright = ImageOps.exif_transpose(image)
        plain = upright.convert(_plain_mode(upright, kind))
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    stream = io.BytesIO()
    if kind is DocumentKind.PNG:
        bare.save(stream, "PNG")
    else:
        bare.save(stream, "JPEG", quality=92)
    cleaned = (Cleaned.METADATA, Cleaned.FRAMES) if frames > 1 else (Cleaned.METADATA,)
    return CleanDocument(kind=kind, content=stream.getvalue(), cleaned=cleaned)


def _plain_mode(image: Image.Image, kind: DocumentKind) -> str:
    if kind is DocumentKind.PNG and image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode in {"1", "L"} else "RGB"


# Names under which a PDF keeps what can act, run, send or hide something. Whatever stands there is taken out.
_ACTING: Mapping[str, Cleaned] = {
    "/OpenAction": Cleaned.SCRIPTS,
    "/AA": Cleaned.SCRIPTS,
    "/PA": Cleaned.SCRIPTS,
    "/JS": Cleaned.SCRIPTS,
    "/JavaScript": Cleaned.SCRIPTS,
    "/Renditions": Cleaned.SCRIPTS,
    "/URLS": Cleaned.SCRIPTS,
    "/SpiderInfo": Cleaned.SCRIPTS,
    "/URI": Cleaned.SCRIPTS,
    "/XFA": Cleaned.FORMS,
    "/EmbeddedFiles": Cleaned.FILES_INSIDE,
    "/EF": Cleaned.FILES_INSIDE,
    "/RF": Cleaned.FILES_INSIDE,
    "/AF": Cleaned.FILES_INSIDE,
    "/Collection": Cleaned.FILES_INSIDE,
    "/RichMediaContent": Cleaned.FILES_INSIDE,
    "/RichMediaSettings": Cleaned.SCRIPTS,
    "/Metadata": Cleaned.METADATA,
    "/PieceInfo": Cleaned.METADATA,
    "/Thumb": Cleaned.METADATA,
}
_ACTING_ANNOTATIONS = frozenset(
    {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/Projection", "/TrapNet"}
)
_PICTURES: Mapping[str, Callable[[bytes], bytes]] = {
    "/DCTDecode": strip_jpeg,
    "/DCT": strip_jpeg,
    "/JPXDecode": strip_jpeg2000,
}
_STAYING = frozenset({"/GoTo"})  # the one kind of action that leads nowhere else


def clean_pdf(content: bytes) -> CleanDocument:
    """The pages as they are, without anything that acts, calls out or hides a file. Never rendered."""
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise DocumentRefused(Refusal.ENCRYPTED) from error
    with pdf:
        if pdf.is_encrypted:
            raise DocumentRefused(Refusal.ENCRYPTED)
        if len(pdf.objects) > MOST_OBJECTS:
            raise DocumentRefused(Refusal.TOO_COMPLEX)
        if len(pdf.pages) > MOST_PAGES:
            raise DocumentRefused(Refusal.TOO_MANY_PAGES)
        if not len(pdf.pages):
            raise DocumentRefused(Refusal.BROKEN)
        cleaned = _strip(pdf)
        stream = io.BytesIO()
        pdf.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    _require_harmless(stream)
    return CleanDocument(kind=DocumentKind.PDF, content=stream.getvalue(), cleaned=cleaned)


def _strip(pdf: pikepdf.Pdf) -> tuple[Cleaned, ...]:
    found = {Cleaned.METADATA} if "/Info" in pdf.trailer else set()
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for holder in list(_dictionaries(pdf)):
        found |= _strip_one(holder)
        if isinstance(holder, pikepdf.Stream) and _strip_picture(pdf, holder):
            found.add(Cleaned.METADATA)
    return tuple(each for each in Cleaned if each in found)


def _strip_one(holder: Any) -> set[Cleaned]:
    """Take out of one dictionary what acts. Returns what was taken."""
    found = set()
    for name in [name for name in _ACTING if name in holder]:
        del holder[name]
        found.add(_ACTING[name])
    for name in [name for name in ("/A", "/Next") if name in holder and _is_leading_out(holder[name])]:
        del holder[name]
        found.add(Cleaned.SCRIPTS)
    if isinstance(holder, pikepdf.Stream):
        for name in [name for name in ("/F", "/FFilter", "/FDecodeParms") if name in holder]:
            del holder[name]  # a stream whose content lies in another file
            found.add(Cleaned.FILES_INSIDE)
    if _is_list(holder.get("/Annots")):
        kept = [each for each in holder["/Annots"] if not _is_acting_annotation(each)]
        if len(kept) < len(holder["/Annots"]):
            holder["/Annots"] = pikepdf.Array(kept)
            found.add(Cleaned.FILES_INSIDE)
    return found


def _strip_picture(pdf: pikepdf.Pdf, stream: Any) -> bool:
    """Take out of a photo what it tells beside its points. Returns whether there was something. Raises ValueError."""
    filters, parameters = _listed(stream.get("/Filter")), _listed(stream.get("/DecodeParms"))
    places = [place for place, name in enumerate(filters) if str(name) in _PICTURES]
    if not places:
        return False
    if places != [len(filters) - 1]:
        raise DocumentRefused(Refusal.TOO_COMPLEX)
    before = len(filters) - 1
    packed = pdf.make_stream(stream.read_raw_bytes(), Filter=filters[:before], DecodeParms=parameters[:before])
    photo = packed.read_bytes()
    bare = _PICTURES[str(filters[-1])](photo)
    if bare == photo:
        return False
    stream.write(bare, filter=filters[-1], decode_parms=parameters[before] if len(parameters) > before else None)
    return True


def _listed(value: Any) -> list[Any]:
    """The entries of what may be missing, one value or a list of them."""
    if value is None:
        return []
    return list(value) if _is_list(value) else [value]


def _is_leading_out(action: Any) -> bool:
    """Whether it is an action other than going to a place in the same file. /A and /Next mean other things as well."""
    if _is_list(action):
        return any(_is_leading_out(each) for each in action)
    return isinstance(action, pikepdf.Dictionary) and "/S" in action and str(action["/S"]) not in _STAYING


def _is_acting_annotation(annotation: Any) -> bool:
    if not isinstance(annotation, pikepdf.Dictionary):
        return True
    return str(annotation.get("/Subtype", "")) in _ACTING_ANNOTATIONS


def _is_list(value: Any) -> bool:
    return isinstance(value, pikepdf.Array)


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream of the file, also those that stand within another value."""
    yield pdf.trailer
    for whole in pdf.objects:
        waiting: list[tuple[Any, int]] = [(whole, 0)]
        while waiting:
            value, depth = waiting.pop()
            if depth > DEEPEST:
                raise DocumentRefused(Refusal.TOO_COMPLEX)
            if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                yield value
                inner = [each for _name, each in value.items()]
            elif _is_list(value):
                inner = list(value)
            else:
                continue
            waiting.extend((each, depth + 1) for each in inner if _is_within(each))


def _is_within(value: Any) -> bool:
    """Whether it stands in this object itself; one of its own is met in its turn."""
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _require_harmless(stream: io.BytesIO) -> None:
    """Look once more at what was made. Raises DocumentRefused where something that acts is still in it."""
    with pikepdf.open(io.BytesIO(stream.getvalue())) as made:
        for holder in _dictionaries(made):
            if any(name in holder for name in _ACTING) or any(
                name in holder and _is_leading_out(holder[name]) for name in ("/A", "/Next")
            ):
                raise DocumentRefused(Refusal.TOO_COMPLEX)
            if isinstance(holder, pikepdf.Stream) and _strip_picture(made, holder):
                raise DocumentRefused(Refusal.TOO_COMPLEX)


CLEANERS: Mapping[DocumentKind, Callable[[bytes], CleanDocument]] = {
    DocumentKind.PDF: clean_pdf,
    DocumentKind.PNG: lambda content: clean_picture(content, DocumentKind.PNG),
    DocumentKind.JPEG: lambda content: clean_picture(content, DocumentKind.JPEG),
    DocumentKind.EMAIL: clean_mail,
    DocumentKind.TEXT: clean_text,
}


def clean(kind: DocumentKind, content: bytes) -> CleanDocument:
    """The file made anew. Raises DocumentRefused, and nothing else whatever the file is."""
    try:
        made = CLEANERS[kind](content)
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
    for name in (*CHARSETS, "utf-8-sig"):
        codecs.lookup(name)
    Image.preinit()
    pikepdf.new().save(io.BytesIO(), encryption=pikepdf.Encryption(owner="", user=""))  # loads what reads locked files
    return confine(walls)


def main(arguments: Sequence[str]) -> None:
    """Nothing of the file is read before the walls stand; without the one that counts, only where that is allowed."""
    missing = shut_in()
    answer: dict[str, object] = {"missing": sorted(missing)}
    content = b""
    try:
        if Wall.SECCOMP in missing and ANYWAY not in arguments:
            raise DocumentRefused(Refusal.UNCONFINED)
        if arguments[0] != ONLY_WALLS:
            made = clean(DocumentKind(arguments[0]), sys.stdin.buffer.read(LARGEST + 1))
            content = made.content
            answer |= {"cleaned": [each.value for each in made.cleaned], "about": made.about, "size": len(content)}
    except DocumentRefused as refused:
        answer["refused"] = refused.reason.value
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)
    sys.stdout.buffer.flush()
    os._exit(0)  # the ordinary end of Python asks the kernel for more than is left


if __name__ == "__main__":
    main(sys.argv[1:])
