"""Files that were handed in: made anew without what acts, tells or hides; and what a hostile one cannot do."""

from __future__ import annotations

import base64
import io
import subprocess
import textwrap
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import pikepdf
import pytest
from PIL import Image, PngImagePlugin

from portal.adapters import child_process
from portal.adapters.readers import documents
from portal.adapters.readers.documents import clean_document
from portal.adapters.readers.picture_parts import strip_jpeg
from portal.adapters.readers.picture_words import LEFT_OUT
from portal.domain import documents as limits
from portal.domain.documents import Cleaned, DocumentKind, DocumentRefused, Refusal, recognise_kind

CANARY = "canary-of-the-place"


def make_picture(kind: str, size: tuple[int, int] = (60, 20), **saved: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, kind, **saved)
    return stream.getvalue()


def make_pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **saved: Any) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    if change:
        change(pdf)
    stream = io.BytesIO()
    pdf.save(stream, **saved)
    return stream.getvalue()


def refusal_of(content: bytes) -> Refusal:
    with pytest.raises(DocumentRefused) as caught:
        clean_document(content)
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n", DocumentKind.PDF),
        (b"\x89PNG\r\n\x1a\nrest", DocumentKind.PNG),
        (b"\xff\xd8\xff\xe0rest", DocumentKind.JPEG),
        (b"Received: from a\r\n by b\r\nMessage-ID: <1@b>\r\n\r\nWords", DocumentKind.EMAIL),
        (b"From: a@example.org\nSubject: Your request\n\nWords", DocumentKind.EMAIL),
        (b"Note: they called me.\nFrom then on nothing.", DocumentKind.TEXT),
        ("Ngā mihi".encode(), DocumentKind.TEXT),
        ("Ngā mihi".encode("utf-16"), DocumentKind.TEXT),
    ],
)
def test_the_kind_is_told_by_the_content(content: bytes, kind: DocumentKind) -> None:
    assert recognise_kind(content) is kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Refusal.EMPTY),
        (b" \r\n\t", Refusal.EMPTY),
        ("".encode("utf-16"), Refusal.EMPTY),
        (" \n".encode("utf-16"), Refusal.EMPTY),
        ("\ufeff \ufeff".encode("utf-16"), Refusal.EMPTY),
        ("".encode("utf-8-sig"), Refusal.EMPTY),
        (b"PK\x03\x04\x00", Refusal.UNKNOWN_KIND),
        (b"MZ\x90\x00\x03", Refusal.UNKNOWN_KIND),
        (b"GIF89a\x01\x00\x01\x00", Refusal.UNKNOWN_KIND),
        (b"\x00\x00\x00\x18ftypmp42", Refusal.UNKNOWN_KIND),
        (b"%PDF-" + b"x" * limits.LARGEST, Refusal.TOO_LARGE),
        (b"%PDF-1.7 and nothing of a PDF", Refusal.BROKEN),
        (make_picture("PNG")[:60], Refusal.BROKEN),
        (make_picture("JPEG")[:300], Refusal.BROKEN),
        (b"\x89PNG\r\n\x1a\n" + make_picture("JPEG"), Refusal.BROKEN),
        ("a \0 in UTF-16".encode("utf-16"), Refusal.UNKNOWN_KIND),
        (b"words " * 200_000, Refusal.TOO_LARGE),
    ],
    ids=lambda part: repr(part[:20]) if isinstance(part, bytes) else str(part),
)
def test_what_is_not_taken_is_refused_with_its_reason(content: bytes, reason: Refusal) -> None:
    assert refusal_of(content) is reason


def test_a_picture_loses_all_that_it_tells_beside_itself() -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = CANARY, 6  # description; to be turned by a quarter
    photo = clean_document(make_picture("JPEG", exif=exif, comment=CANARY))
    chunk = PngImagePlugin.PngInfo()
    chunk.add_text("Comment", CANARY)
    screen = clean_document(make_picture("PNG", pnginfo=chunk, exif=exif) + CANARY.encode())
    for clean, kind in ((photo, DocumentKind.JPEG), (screen, DocumentKind.PNG)):
        assert (clean.kind, clean.cleaned) == (kind, (Cleaned.METADATA,))
        assert CANARY.encode() not in clean.content
        with Image.open(io.BytesIO(clean.content)) as image:
            assert image.size == (20, 60), "it is turned the right way up before it forgets how it was held"
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_way_a_picture_keeps_its_points_is_understood(mode: str) -> None:
    stream = io.BytesIO()
    Image.new(mode, (8, 8)).save(stream, "PNG")
    with Image.open(io.BytesIO(clean_document(stream.getvalue()).content)) as image:
        assert image.size == (8, 8)


def test_a_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    Image.new("1", (16_000, 16_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 1_000_000
    assert refusal_of(bomb.getvalue()) is Refusal.TOO_MANY_PIXELS


def test_a_text_in_a_picture_that_unpacks_to_too_much_is_refused() -> None:
    packed = zlib.compress(b"\0" * 200_000_000, 9)
    body = b"zTXt" + b"Comment\0\0" + packed
    chunk = len(body[4:]).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    picture = make_picture("PNG")
    assert refusal_of(picture[:33] + chunk + picture[33:]) in {Refusal.BROKEN, Refusal.TOO_COMPLEX}


def _script(pdf: pikepdf.Pdf) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = _script(pdf)


def _named_script(pdf: pikepdf.Pdf) -> None:
    names = pikepdf.Array([pikepdf.String("a"), pdf.make_indirect(_script(pdf))])
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))


def _launch(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(link)])


def _calling_out(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://tracker.example"))
    pdf.pages[0].AA = pikepdf.Dictionary(O=action)


def _after_a_harmless_one(pdf: pikepdf.Pdf) -> None:
    first = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=[0, pikepdf.Name.Fit], Next=pikepdf.Array([_script(pdf)]))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=first)
    pdf.pages[0].Annots = pikepdf.Array([link])


def _form(pdf: pikepdf.Pdf) -> None:
    field = pikepdf.Dictionary(FT=pikepdf.Name.Btn, T=pikepdf.String("b"), AA=pikepdf.Dictionary(D=_script(pdf)))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(field)], XFA=pdf.make_stream(b"<xdp/>"))


def _attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["picture.jpg"] = CANARY.encode()


def _attached_on_a_page(pdf: pikepdf.Pdf) -> None:
    inside = pikepdf.Dictionary(F=pdf.make_stream(CANARY.encode()))
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=pikepdf.String("picture.jpg"), EF=inside)
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(note)])


def _named_author(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Author"] = CANARY


def _described(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as about:
        about["dc:title"] = CANARY


@pytest.mark.parametrize(
    ("change", "cleaned"),
    [
        (_open_action, Cleaned.SCRIPTS),
        (_named_script, Cleaned.SCRIPTS),
        (_launch, Cleaned.SCRIPTS),
        (_calling_out, Cleaned.SCRIPTS),
        (_after_a_harmless_one, Cleaned.SCRIPTS),
        (_form, Cleaned.FORMS),
        (_attached, Cleaned.FILES_INSIDE),
        (_attached_on_a_page, Cleaned.FILES_INSIDE),
        (_named_author, Cleaned.METADATA),
        (_described, Cleaned.METADATA),
    ],
    ids=lambda part: part.__name__.strip("_") if callable(part) else str(part),
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "in object streams"])
def test_a_pdf_keeps_its_pages_and_nothing_that_acts(
    change: Callable[[pikepdf.Pdf], None], cleaned: Cleaned, packed: bool
) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    clean = clean_document(make_pdf(change, object_stream_mode=mode))
    assert cleaned in clean.cleaned
    with pikepdf.open(io.BytesIO(clean.content)) as pdf:
        assert len(pdf.pages) == 1
        assert not pdf.attachments
        plain = io.BytesIO()
        pdf.save(
            plain,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
    for sign in (b"JavaScript", b"app.alert", b"cmd.exe", b"tracker.example", b"xdp", CANARY.encode()):
        assert sign not in plain.getvalue()


def make_photo(kind: str, **saved: Any) -> bytes:
    """A picture whose points differ, so that a changed one shows."""
    stream = io.BytesIO()
    Image.radial_gradient("L").resize((64, 48)).convert("RGB").save(stream, kind, **saved)
    return stream.getvalue()


def make_camera_photo(**saved: Any) -> bytes:
    """A JPEG as a telephone writes it and more: place, small picture, comment, other programs' parts, a tail."""
    exif = Image.Exif()
    exif[0x010E] = CANARY
    exif.get_ifd(0x8825)[0x1D] = CANARY  # the GPS part's date
    plain = make_photo("JPEG", exif=exif, comment=CANARY, icc_profile=b"colours", **saved)
    parts = b"".join(
        b"\xff" + bytes([marker]) + (2 + len(CANARY)).to_bytes(2, "big") + CANARY.encode()
        for marker in range(0xE0, 0xF0)
    )
    small = b"\xff\xe0" + (16 + len(CANARY)).to_bytes(2, "big") + b"JFIF\0\1\1\0\0\1\0\1\7\1" + CANARY.encode()
    return plain[:2] + small + parts + plain[2:] + CANARY.encode()


def make_camera_jpeg2000() -> bytes:
    """A JPEG 2000 file with a box of XMP, one of an own kind, one within its header, and a comment in its points."""
    plain = make_photo("JPEG2000", comment=CANARY)
    head = plain.index(b"jp2h") - 4
    length = int.from_bytes(plain[head : head + 4], "big")
    box = (8 + len(CANARY)).to_bytes(4, "big") + b"%s" + CANARY.encode()
    inside = (length + len(box) + 2).to_bytes(4, "big") + plain[head + 4 : head + length] + box.replace(b"%s", b"xml ")
    assert plain.count(CANARY.encode()) == 1
    return (
        plain[:head]
        + inside
        + plain[head + length :]
        + ((8 + len(CANARY)).to_bytes(4, "big") + b"uuid" + CANARY.encode())
    )


def pack_zeros(start: bytes, *, megabytes: int) -> bytes:
    """What zlib makes of `start` and so many zeros, without packing the same million each time."""
    million = b"\0" * 1_000_000
    packer = zlib.compressobj(wbits=-15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH)  # after a full flush it is the same each time
    check = zlib.adler32(start)
    for _ in range(megabytes):
        check = zlib.adler32(million, check)
    return b"\x78\x9c" + first + block * megabytes + packer.flush() + check.to_bytes(4, "big")


def test_zeros_are_packed_as_by_zlib() -> None:
    assert zlib.decompress(pack_zeros(b"start", megabytes=3)) == b"start" + b"\0" * 3_000_000


def make_pdf_of(photo: bytes, filters: list[str], *, is_packed: bool = False) -> bytes:
    """A PDF with a picture as its program packed it; /FlateDecode and /ASCIIHexDecode may stand around it."""
    for name in reversed(filters[:-1] if not is_packed else []):
        photo = zlib.compress(photo) if name == "/FlateDecode" else photo.hex().encode() + b">"

    def change(pdf: pikepdf.Pdf) -> None:
        names = (
            pikepdf.Array([pikepdf.Name(each) for each in filters]) if len(filters) > 1 else pikepdf.Name(filters[0])
        )
        image = pdf.make_stream(photo, Filter=names, Subtype=pikepdf.Name.Image, Width=64, Height=48)
        image.Type, image.ColorSpace, image.BitsPerComponent = pikepdf.Name.XObject, pikepdf.Name.DeviceRGB, 8
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))

    return make_pdf(change, compress_streams=False)


def points_of(photo: bytes) -> bytes:
    with Image.open(io.BytesIO(photo)) as image:
        return image.tobytes()


def photo_in(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return opened.pages[0].Resources.XObject.Im0.read_raw_bytes()


@pytest.mark.parametrize("before", [[], ["/FlateDecode"], ["/ASCIIHexDecode", "/FlateDecode"]], ids=len)
@pytest.mark.parametrize(
    ("photo", "name"),
    [
        (make_camera_photo(), "/DCTDecode"),
        (make_camera_photo(progressive=True), "/DCTDecode"),
        (make_camera_photo(restart_marker_blocks=2), "/DCTDecode"),
        (make_camera_jpeg2000(), "/JPXDecode"),
    ],
    ids=["JPEG", "progressive JPEG", "JPEG with restarts", "JPEG 2000"],
)
def test_a_photo_in_a_pdf_loses_all_that_it_tells_beside_its_points(photo: bytes, name: str, before: list[str]) -> None:
    clean = clean_document(make_pdf_of(photo, [*before, name]))
    kept = photo_in(clean.content)
    assert clean.cleaned == (Cleaned.METADATA,)
    assert CANARY.encode() in photo
    assert CANARY.encode() not in kept
    assert points_of(kept) == points_of(photo)
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        if name == "/DCTDecode":
            assert image.info["icc_profile"] == b"colours", "what its colours mean stays"


@pytest.mark.parametrize("marker", [0x02, 0xBF, 0xC8, *range(0xF0, 0xFF)])
def test_a_part_that_the_standard_keeps_free_does_not_stay_in_a_photo(marker: int) -> None:
    photo = strip_jpeg(make_photo("JPEG"))
    part = bytes((0xFF, marker)) + (2 + len(CANARY)).to_bytes(2, "big") + CANARY.encode()
    assert strip_jpeg(photo[:2] + part + photo[2:]) == photo


@pytest.mark.parametrize("kind", ["JPEG", "JPEG2000"])
def test_a_photo_in_a_pdf_that_tells_nothing_stays_byte_for_byte(kind: str) -> None:
    photo = make_photo(kind)
    name = {"JPEG": "/DCTDecode", "JPEG2000": "/JPXDecode"}[kind]
    once = photo_in(clean_document(make_pdf_of(photo, [name])).content)
    again = clean_document(make_pdf_of(once, [name]))
    assert (photo_in(again.content), again.cleaned) == (once, ())


def test_the_mark_of_a_cmyk_photo_in_a_pdf_stays() -> None:
    stream = io.BytesIO()
    Image.radial_gradient("L").convert("CMYK").save(stream, "JPEG", comment=CANARY)
    kept = photo_in(clean_document(make_pdf_of(stream.getvalue(), ["/DCTDecode"])).content)
    assert CANARY.encode() not in kept
    assert b"Adobe" in kept
    assert points_of(kept) == points_of(stream.getvalue())


@pytest.mark.parametrize(
    ("photo", "filters", "reason"),
    [
        (b"no photo", ["/DCTDecode"], Refusal.BROKEN),
        (b"\xff\xd8\xff\xe1\xff\xff" + CANARY.encode(), ["/DCTDecode"], Refusal.BROKEN),
        (b"\xff\xd8" + make_photo("JPEG"), ["/DCTDecode"], Refusal.BROKEN),
        (b"no photo", ["/JPXDecode"], Refusal.BROKEN),
        (make_photo("JPEG2000")[:12] + b"\0\0\0\1xml " + b"\xff" * 8, ["/JPXDecode"], Refusal.BROKEN),
        (b"\xff\x4f\xff\x51\0\0", ["/JPXDecode"], Refusal.BROKEN),
        (make_photo("JPEG"), ["/DCTDecode", "/DCTDecode"], Refusal.TOO_COMPLEX),
    ],
)
def test_a_photo_in_a_pdf_that_cannot_be_read_is_refused(photo: bytes, filters: list[str], reason: Refusal) -> None:
    wrapped = make_pdf_of(photo, [filters[-1]])
    if len(filters) > 1:
        with pikepdf.open(io.BytesIO(wrapped)) as pdf:
            names = pikepdf.Array([pikepdf.Name(each) for each in filters])
            pdf.pages[0].Resources.XObject.Im0.Filter = names
            stream = io.BytesIO()
            pdf.save(stream, compress_streams=False)
            wrapped = stream.getvalue()
    assert refusal_of(wrapped) is reason


def test_a_photo_in_a_pdf_that_unpacks_to_too_much_is_refused() -> None:
    bomb = make_pdf_of(pack_zeros(b"\xff\xd8", megabytes=1_200), ["/FlateDecode", "/DCTDecode"], is_packed=True)
    assert len(bomb) < limits.LARGEST
    assert refusal_of(bomb) is Refusal.TOO_COMPLEX


def test_a_link_within_the_pdf_stays() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=[pdf.pages[0].obj, pikepdf.Name.Fit])
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
        pdf.pages[0].Annots = pikepdf.Array([link])

    clean = clean_document(make_pdf(change))
    with pikepdf.open(io.BytesIO(clean.content)) as pdf:
        assert pdf.pages[0].Annots[0].A.S == "/GoTo"
    assert clean.cleaned == ()


def test_a_pdf_that_asks_for_a_password_is_refused() -> None:
    locked = make_pdf(encryption=pikepdf.Encryption(owner="owner", user="secret"))
    assert refusal_of(locked) is Refusal.ENCRYPTED


@pytest.mark.parametrize(("strength", "aes"), [(2, False), (3, False), (4, True), (6, True)])
def test_a_pdf_that_everybody_may_open_and_only_some_may_print_is_kept_without_its_lock(
    strength: Literal[2, 3, 4, 6], aes: bool
) -> None:
    lock = pikepdf.Encryption(owner="owner", user="", R=strength, aes=aes, metadata=aes)
    clean = clean_document(make_pdf(_named_author, encryption=lock))
    assert Cleaned.LOCK in clean.cleaned
    with pikepdf.open(io.BytesIO(clean.content)) as pdf:
        assert not pdf.is_encrypted
        assert len(pdf.pages) == 1
    assert CANARY.encode() not in clean.content


def _linked(pdf: pikepdf.Pdf) -> None:
    notes = [
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(address)),
        )
        for address in ("https://platform.example/appeal?id=4711", "javascript:alert(1)", "file:///etc/passwd")
    ]
    pdf.pages[0].Annots = pikepdf.Array(notes)


def test_the_address_behind_a_word_of_a_pdf_stays_as_words_and_acts_no_more() -> None:
    clean = clean_document(make_pdf(_linked))
    assert clean.about == "https://platform.example/appeal?id=4711"
    assert Cleaned.SCRIPTS in clean.cleaned
    with pikepdf.open(io.BytesIO(clean.content)) as pdf:
        notes = list(pdf.pages[0].Annots)
        assert [str(note.get("/Contents", "")) for note in notes] == [clean.about, "", ""]
        assert not any("/A" in note for note in notes)


def test_a_pdf_that_is_a_folder_of_files_is_refused_with_what_to_do() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        _attached(pdf)
        pdf.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)

    assert refusal_of(make_pdf(change)) is Refusal.PORTFOLIO


@pytest.mark.parametrize("before", [b"\r\n\n", b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_what_stands_before_a_pdf_does_not_hide_it(before: bytes) -> None:
    assert clean_document(before + make_pdf()).kind is DocumentKind.PDF


@pytest.mark.parametrize("saved", [{"lossless": True}, {"quality": 60}, {"save_all": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_webp_picture_is_kept_as_png(mode: str, saved: dict[str, Any]) -> None:
    exif = Image.Exif()
    exif[0x010E] = CANARY
    stream = io.BytesIO()
    others = [Image.new(mode, (30, 20), "green")] if "save_all" in saved else []
    more = {"append_images": others} if others else {}
    Image.new(mode, (30, 20), "red").save(stream, "WEBP", exif=exif, **saved, **more)
    clean = clean_document(stream.getvalue())
    assert clean.kind is DocumentKind.PNG
    assert (Cleaned.FRAMES in clean.cleaned) is bool(others)
    assert CANARY.encode() not in clean.content
    with Image.open(io.BytesIO(clean.content)) as image:
        assert (image.format, image.size) == ("PNG", (30, 20))


def test_a_grey_scan_of_16_bits_stays_as_it_looks() -> None:
    stream = io.BytesIO()
    scan = Image.new("I", (3, 1))
    for place, value in enumerate((0, 0x8080, 0xFFFF)):
        scan.putpixel((place, 0), value)
    scan.convert("I;16").save(stream, "PNG")
    with Image.open(io.BytesIO(clean_document(stream.getvalue()).content)) as image:
        assert (image.mode, list(image.tobytes())) == ("L", [0, 128, 255])


def test_a_text_of_windows_is_read() -> None:
    clean = clean_document(b"Wir haben den Inhalt gel\xf6scht \x96 fertig.")
    assert clean.content.decode() == "Wir haben den Inhalt gelöscht – fertig."
    assert clean.cleaned == (Cleaned.ENCODING,)


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "iso2022_jp", "shift_jis", "euc-jp"])
def test_a_text_that_does_not_name_its_letters_is_read(charset: str) -> None:
    words = "Hello,\nコンテンツを削除しました。\nThe team\n"
    assert clean_document(words.encode(charset)).content.decode() == words


def test_a_picture_in_a_text_is_left_out_and_told() -> None:
    picture = base64.b64encode(make_picture("PNG")).decode()
    clean = clean_document(f"Removed.\n![x](data:image/png;base64,{picture})\nBye\n".encode())
    assert clean.content.decode() == f"Removed.\n![x]({LEFT_OUT})\nBye\n"
    assert clean.cleaned == (Cleaned.PICTURES,)
    assert Cleaned.NO_WORDS in clean_document(picture.encode()).cleaned


def test_an_email_without_words_that_can_be_read_says_so() -> None:
    head = b"From: a@platform.example\r\nSubject: Your report\r\nMIME-Version: 1.0\r\n"
    clean = clean_document(head + b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nMIAG\r\n")
    assert {Cleaned.NO_WORDS, Cleaned.FILES_INSIDE} <= set(clean.cleaned)
    assert b"[attached, not kept: smime.p7m]" in clean.content


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for _ in range(limits.MOST_PAGES):
            pdf.add_blank_page()

    assert refusal_of(make_pdf(change)) is Refusal.TOO_MANY_PAGES


def test_a_pdf_whose_list_of_pages_turns_in_a_circle_is_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    assert refusal_of(make_pdf(change)) is Refusal.BROKEN


def test_of_an_email_only_the_words_are_kept() -> None:
    mail = textwrap.dedent(f"""\
        From: =?utf-8?q?Trust_=26_Safety?= <trust@platform.example>
        To: ana@example.net
        Subject: Re: Your request
        Date: Mon, 23 Nov 2026 10:00:00 +0000
        X-Originating-IP: {CANARY}
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        We removed it.
        --b
        Content-Type: image/jpeg; name="evidence.jpg"
        Content-Transfer-Encoding: base64

        {"QUJD" * 100}
        --b--
        """).encode()
    clean = clean_document(mail)
    text = clean.content.decode()
    assert "From: Trust & Safety <trust@platform.example>" in text
    assert "We removed it." in text
    assert "[attached, not kept: evidence.jpg]" in text
    assert "QUJD" not in text
    assert CANARY not in text
    assert clean.about == (
        "Trust & Safety <trust@platform.example> · Mon, 23 Nov 2026 10:00:00 +0000 · Re: Your request"
    )
    assert set(clean.cleaned) == {Cleaned.METADATA, Cleaned.FILES_INSIDE}


def test_text_is_kept_as_it_is() -> None:
    words = "They wrote: “no”.\r\n\tسلام\n"
    assert clean_document(words.encode()).content == words.encode()
    assert clean_document(words.encode("utf-16")).content == words.encode()


def test_the_child_gets_no_setting_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOURSE_SECRET", CANARY)
    started: list[dict[str, str]] = []
    real = subprocess.Popen

    def look(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        started.append(dict(options["env"]))  # type: ignore[call-overload]
        return real(command, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "Popen", look)
    clean_document(b"Words.")
    assert [set(env) for env in started] == [{"PYTHONPATH"}]


@pytest.mark.parametrize(
    ("child", "why"),
    [
        ("import time\ntime.sleep(60)", "never answers"),
        ("import os\nos.kill(os.getpid(), 9)", "dies"),
        ("print('nonsense')", "talks nonsense"),
        ("print('{\"size\": 5}')\nprint('abc')", "stops in the middle"),
        ("while True: print('x' * 1_000_000)", "never stops"),
        ('print(\'{"cleaned": ["the server"], "size": 1}\')', "says what no child says"),
    ],
)
def test_a_child_that_was_taken_over_harms_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, child: str, why: str
) -> None:
    module = f"{tmp_path}/stand_in.py"
    with open(module, "w") as stream:
        stream.write(child)
    monkeypatch.setattr(child_process, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "CHILD", "stand_in")
    monkeypatch.setattr(documents, "SECONDS", 2.0)
    assert refusal_of(b"Words.") is Refusal.TOO_COMPLEX, why


def test_slow_files_make_others_wait_only_so_long_and_free_their_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight slow files at once would else hold every thread of a server for as long as four of them take in a row."""
    begun, ended = threading.Semaphore(0), threading.Event()
    real = documents._ask_child

    def hold_on(content: bytes, *arguments: str) -> bytes:
        begun.release()
        ended.wait()
        return real(content, *arguments)

    monkeypatch.setattr(documents, "PATIENCE", 0.1)
    monkeypatch.setattr(documents, "_ask_child", hold_on)
    with ThreadPoolExecutor(documents.AT_ONCE) as pool:
        slow = [pool.submit(clean_document, b"Words.") for _ in range(documents.AT_ONCE)]
        for _each in slow:
            assert begun.acquire(timeout=30)
        assert refusal_of(b"Other words.") is Refusal.BUSY
        ended.set()
        assert [each.result().content for each in slow] == [b"Words."] * documents.AT_ONCE
    assert clean_document(b"Other words.").content == b"Other words."
