"""No picture survives in a text, in whatever letters it is written; and words survive, whatever they look like."""

from __future__ import annotations

import base64
import binascii
import io
import json
import quopri
import time
from collections.abc import Callable

import pytest
from PIL import Image

from portal.adapters.readers.picture_words import LEFT_OUT, leave_out_pictures
from tests.cases import for_each


def make_picture(kind: str, side: int) -> bytes:
    stream = io.BytesIO()
    Image.radial_gradient("L").resize((side, side)).convert("RGB").save(stream, kind)
    return stream.getvalue()


def in_lines(text: str, width: int, before: str = "") -> str:
    return "\n".join(before + text[at : at + width] for at in range(0, len(text), width))


def in_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def in_unix_lines(raw: bytes) -> str:
    return "".join(binascii.b2a_uu(raw[at : at + 45]).decode() for at in range(0, len(raw), 45))


def as_dump(raw: bytes) -> str:
    rows = (raw[at : at + 16] for at in range(0, len(raw), 16))
    return "\n".join(
        f"{place * 16:08x}: {row.hex(' ', 2)}  {row.decode('ascii', 'replace')!r}" for place, row in enumerate(rows)
    )


def in_yenc(raw: bytes) -> str:
    coded = bytes((byte + 42) % 256 for byte in raw).decode("latin-1").replace("\n", "=J").replace("\r", "=M")
    return f"=ybegin line=128 size={len(raw)} name=a.png\n{coded}\n=yend size={len(raw)}"


FORMS: dict[str, Callable[[bytes], str]] = {
    "base64": in_base64,
    "base64 in lines": lambda raw: in_lines(in_base64(raw), 76),
    "base64 in short lines": lambda raw: in_lines(in_base64(raw), 20),
    "base64 with the ends of Windows": lambda raw: in_lines(in_base64(raw), 76).replace("\n", "\r\n"),
    "base64 with blanks": lambda raw: in_lines(in_base64(raw), 76).replace("\n", " "),
    "base64 quoted": lambda raw: in_lines(in_base64(raw), 60, "> "),
    "base64 in JSON": lambda raw: json.dumps({"a": in_lines(in_base64(raw), 76)}),
    "base64 with escaped slashes": lambda raw: in_base64(raw).replace("/", "\\/"),
    "base64 for addresses": lambda raw: base64.urlsafe_b64encode(raw).decode(),
    "base64 in per cent": lambda raw: in_base64(raw).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
    "base64 in quoted-printable": lambda raw: quopri.encodestring(in_base64(raw).encode()).decode(),
    "data address": lambda raw: f"data:image/png;base64,{in_base64(raw)}",
    "data address in lines": lambda raw: f"data:image/png;base64,\n{in_lines(in_base64(raw), 76)}",
    "vCard": lambda raw: "PHOTO;ENCODING=b;TYPE=PNG:" + in_lines(in_base64(raw), 70, " ").lstrip(),
    "hex": bytes.hex,
    "hex in capitals": lambda raw: raw.hex().upper(),
    "hex with blanks": lambda raw: raw.hex(" "),
    "hex in lines": lambda raw: in_lines(raw.hex(), 64),
    "hex of RTF": lambda raw: r"{\rtf1 {\pict\pngblip " + raw.hex() + "}}",
    "hex of C": lambda raw: ", ".join(f"0x{byte:02x}" for byte in raw),
    "hex of Python": lambda raw: "".join(f"\\x{byte:02x}" for byte in raw),
    "numbers": lambda raw: json.dumps(list(raw)),
    "uuencode": lambda raw: f"begin 644 a.png\n{in_unix_lines(raw)}`\nend",
    "uuencode without its first line": in_unix_lines,
    "Ascii85": lambda raw: f"<~{base64.a85encode(raw).decode()}~>",
    "yEnc": in_yenc,
    "dump": as_dump,
}


# In these nothing but their length and look tells a file, so only one as long as a real picture is sure to be seen.
LONG_FORMS: dict[str, Callable[[bytes], str]] = {
    "base85 of Git": lambda raw: base64.b85encode(raw).decode(),
    "base64 with other signs": lambda raw: in_base64(raw).replace("/", ".").replace("+", "~"),
    "base64 in groups": lambda raw: in_lines(in_base64(raw), 20).replace("\n", " "),
    "base64 in numbers of HTML": lambda raw: "".join(f"&#{ord(sign)};" for sign in in_base64(raw)),
    "quoted-printable": lambda raw: quopri.encodestring(raw).decode("latin-1"),
}


@for_each("form", LONG_FORMS)
def test_no_picture_survives_in_unusual_letters(form: str) -> None:
    picture = io.BytesIO()
    Image.effect_noise((48, 48), 80).convert("RGB").save(picture, "JPEG")
    made, count = leave_out_pictures(f"We removed it, case 4711.\n{LONG_FORMS[form](picture.getvalue())}\nThe team\n")
    assert count
    assert "We removed it, case 4711." in made
    assert len(made.replace(LEFT_OUT, "")) < 400, made


@for_each("form", FORMS)
@for_each("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
@for_each("side", [12, 64])
def test_no_picture_survives_in_a_text(kind: str, side: int, form: str) -> None:
    written = FORMS[form](make_picture(kind, side))
    made, count = leave_out_pictures(f"We removed it, case 4711.\n{written}\nKind regards\nThe team\n")
    assert count
    assert made.startswith("We removed it, case 4711.\n")
    assert made.endswith("Kind regards\nThe team\n")
    left = " ".join(made.replace(LEFT_OUT, "").split())
    assert len(left) < len("We removed it, case 4711.\nKind regards\nThe team\n") + 60, left


def test_a_drawing_in_a_text_is_left_out() -> None:
    assert leave_out_pictures('A <svg viewBox="0 0 1 1"><path d="M0 0"/></svg> b') == (f"A {LEFT_OUT} b", 1)


@pytest.mark.parametrize(
    "words",
    [
        "https://www.instagram.com/p/CxYz_abc-123/?igsh=MzRlODBiNWFlZA==",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2F&h=AT2" + "aB3" * 60,
        "SHA-256 " + "a1" * 32,
        "sha512 " + "a1" * 64,
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
        "2026-11-23 10:00:00, 12, 34, 56\n" * 10,
        "begin with the facts\nend",
        "personal data:image rights, and so on",
        "CxYz_abc-123\nDaBc_xyz-456\nEeFf_123-789\n" * 3,
        "DELIVERY\r\nRECEIPT\r\nCONFIRMED\r\n",
        "=ya",
        " ".join(str(number * 7919) for number in range(1000, 1060)),
        "M=C3=BCller l=C3=B6scht f=C3=BCr dich =E2=82=AC " * 40,
        json.dumps({"links": [f"https://x.com/a/status/{number}" for number in range(60)]}, separators=(",", ":")),
        "".join(f"&#{ord(sign)};" for sign in "Здравствуйте, мы удалили изображение " * 4),
        "",
    ],
)
def test_words_stay_as_they_are(words: str) -> None:
    assert leave_out_pictures(words) == (words, 0)


@pytest.mark.parametrize(
    "piece",
    ["A", "Aa1", "aa ", "12,", "> ", "begin 644 a\n", "<svg ", "data:image/", "0x", "<~", "M" + "!" * 60 + "\n", "\\",
     "0000: aa aa aa aa aa\n", "=ybegin \n", "&#43;", "iVBORw0KGgo "],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    leave_out_pictures(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 4


def test_a_file_in_base32_is_left_out() -> None:
    packed = base64.b32encode(bytes(range(256)) * 2).decode()
    lines = "\n".join(packed[place : place + 76] for place in range(0, len(packed), 76))
    for text in (packed, lines):
        made, count = leave_out_pictures(f"It was removed.\n{text}\nRegards")
        assert count == 1
        assert made == f"It was removed.\n{LEFT_OUT}\nRegards"


def test_a_picture_of_zeros_alone_is_left_out() -> None:
    packed = base64.b64encode(b"II*\0" + bytes(4_000)).decode()
    lines = "\n".join(packed[place : place + 76] for place in range(0, len(packed), 76))
    assert leave_out_pictures(lines)[0].strip() == LEFT_OUT
