"""The readers of foreign input against invented bytes, and against every input that ever broke one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.inputs import list_found, list_seeds
from tests.fuzz.targets import TARGETS

KEPT = [*list_found(), *list_seeds()]
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
SLOW = settings(QUICK, max_examples=40)

SIGNS = st.sampled_from(list("ab1 .:/@#?&=%-_<>\"'[](){}\n\t\u202e\u200b\0é数🙂\ufeff"))
ADDRESSES = st.sampled_from(
    ["https://", "http://", "hxxp://", "x.com/a", "instagram.com/p/A1/", "[.]", "www.", "@someone", "user:pw@", ":443",
     "xn--", "=3D", "=\n", "\\/", "\\n", "[url=", "[/url]", "&quot;", "&amp;", "https%3A%2F%2F",
     "l.facebook.com/l.php?u=",
     "です", "看", "👉", "…", "...", "-\n", "insta ", "intent://", "#Intent;scheme=https;end",
     "twitter.com/login?next=/",
     "xn--", "пример.рф", "127.0.0.1", "[::1]", "?a=b#c", "%2e%2e/", "javascript:", "data:text/html,", "\n"]
)  # fmt: skip
MAIL_PIECES = st.sampled_from(
    ["From: a\r\n", "Subject: =?utf-8?q?=0A?=\r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "\r\n", "--b\r\n",
     "--b--", "Content-Type: text/html; charset=utf-16\r\n", "Content-Transfer-Encoding: base64\r\n", "=?x?b?!?=",
     "<a href='",
     "<!--", "<script>", "&#xfffffffff;", "<![CDATA[", "name*=utf-8''%ff", "\0", "\u2066",
     "Date: Mon, 1 Jan 0000 99:99\r\n"]
)  # fmt: skip
YAML_PIECES = st.sampled_from(
    ["jurisdiction: xx\n", "regimes:\n", "- id: x\n", "  rules: [", "]", "{", "}", "&a ", "*a",
     "!!python/object/apply:os.system ",
     "- ", "? ", ": ", "|\n", "'", "\"", "<<: *a\n", "2026-02-30", "1e999", "0x", "9" * 50, "\0", "---\n", "...\n",
     "%YAML 9.9\n"]
)  # fmt: skip
FORM_PIECES = st.sampled_from(
    ["&", "=", "+", "%00", "%E2%80%AE", "%FF", "version=", "pasted=", "https%3A%2F%2Fx.com%2Fa", "skip=1", "more=1",
     "filer=self", "under_18=yes", "country=US", "found_on-day=", "text-0=", "platform-0=", "remove=0", "9" * 30,
     "team_id="]
)  # fmt: skip


def _to_bytes(pieces: list[str]) -> bytes:
    return "".join(pieces).encode("latin-1")


PDF_PIECES = st.sampled_from(
    ["<<", ">>", "[", "]", "/Type/Annot", "/Subtype/Text", "/Subtype/Widget", "/Rect[0 0 9 9]", "/T(who)", "/A", "/S",
     "/URI", "/GoTo", "/JavaScript", "/JS(x)", "/Next", "/V", "/ByteRange[0 1 2 3]", "/Type/Sig", "/Contents(x)",
     "/FontMatrix[1 0 0 1 0(x)]", "/OPI", "/Ref", "/F(x)", "/UF(x)", "/#4a#53(x)", "(", ")", "\\", "<41>", "1 0 R",
     "99 0 R", "null", "true", "-.5", "9" * 30, "q Q ", "BI ", "/W 1 /H 1 ", "/F/DCT ", "/F[/Fl/DCT] ", "ID ", "EI ",
     "\xff\xd8\xff\xfe\0\x04hi\xff\xd9", "%x\n", "\0", "\n"]
)  # fmt: skip
PHOTO_PIECES = st.sampled_from(
    [b"\xff\xd8", b"\xff\xd9", b"\xff\xe1\0\x08Exif\0\0", b"\xff\xe0\0\x10JFIF\0" + b"\0" * 9, b"\xff\xfe\0\x04hi",
     b"\xff\xda\0\x02", b"\xff\0", b"\xff\xff", b"\xff\xd0", b"\xff\xee\0\x0eAdobe" + b"\0" * 7, b"\xff\xc0\0\x0b",
     b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x08jp2h", b"\0\0\0\x08uuid", b"\0\0\0\0jp2c", b"\0\0\0\1xml ",
     b"\xff\x4f\xff\x51\0\x02", b"\xff\x64\0\x06hihi", b"\xff\x90\0\x0a" + b"\0" * 8, b"\xff\x93", b"\0", b"\xff"]
)  # fmt: skip
TABLE_PIECES = st.sampled_from(
    [b"a,b\n", b"a;b\r\n", b'"', b"=1+1", b"\t", b"\xff\xfe", b"\0", b"PK\x03\x04", b"\xd0\xcf\x11\xe0",
     b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>',
     b"</sheetData></worksheet>", b'<row r="1">', b'<row r="9999999">', b"</row>", b'<c r="A1" t="inlineStr"><is><t>',
     b"</t></is></c>", b'<c r="XFD1" t="s"><v>', b'<c t="n"><v>', b'<c t="d"><v>', b'<c t="b"><v>', b"<f>", b"</f>",
     b"1e999", b"-1", b"9" * 400, b"2026-02-30", b"</v></c>", b"<!DOCTYPE x>", b"&#0;", b"<!--", b"words " * 4000]
)  # fmt: skip


@pytest.mark.parametrize(("target", "name", "data"), KEPT, ids=[f"{target} {name}" for target, name, _data in KEPT])
def test_what_once_broke_a_reader_does_so_no_more(target: str, name: str, data: bytes) -> None:
    TARGETS[target](data)


@QUICK
@given(st.lists(SIGNS | ADDRESSES, max_size=40).map("".join) | st.text(max_size=200))
def test_any_text_is_read_for_links(text: str) -> None:
    TARGETS["links"](text.encode("utf-8", "replace"))


@QUICK
@given(st.lists(MAIL_PIECES, max_size=30).map("".join).map(str.encode) | st.binary(max_size=400))
def test_any_bytes_are_read_as_an_email(data: bytes) -> None:
    TARGETS["mail"](data)


@SLOW
@given(st.lists(MAIL_PIECES, max_size=30).map("".join).map(str.encode) | st.binary(max_size=400))
def test_any_bytes_that_a_mail_server_hands_over_are_kept_once_and_looked_at(data: bytes) -> None:
    TARGETS["hook"](data)


@QUICK
@given(st.lists(YAML_PIECES, max_size=25).map("".join).map(str.encode) | st.binary(max_size=200))
def test_any_bytes_as_a_pack_are_refused_or_read(data: bytes) -> None:
    TARGETS["packs"](data)


@QUICK
@given(st.builds(bytes.__add__, st.binary(min_size=1, max_size=1), st.lists(PDF_PIECES, max_size=30).map(_to_bytes)))
def test_any_value_in_a_pdf_is_refused_or_made_harmless(data: bytes) -> None:
    TARGETS["pdf"](data)


@QUICK
@given(st.lists(PHOTO_PIECES, max_size=20).map(b"".join) | st.binary(max_size=200))
def test_any_bytes_as_a_photo_are_refused_or_have_nothing_left_to_tell(data: bytes) -> None:
    TARGETS["photos"](data)


@QUICK
@given(st.sampled_from([b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]), st.binary(max_size=300))
def test_any_bytes_as_a_file_are_refused_or_made_anew(beginning: bytes, data: bytes) -> None:
    TARGETS["uploads"](beginning + data)


@SLOW
@given(st.sampled_from([b"", b"x"]), st.lists(TABLE_PIECES, max_size=40).map(b"".join))
def test_any_bytes_as_a_table_are_refused_or_become_words(beginning: bytes, data: bytes) -> None:
    TARGETS["tables"](beginning + data)


def test_each_reader_is_fuzzed_by_make() -> None:
    listed = re.search(r"for target in (.*); do", (Path(__file__).parents[2] / "Makefile").read_text("utf-8"))
    assert listed is not None
    assert listed[1].split() == sorted(TARGETS)


@SLOW
@given(
    st.builds(
        bytes.__add__,
        st.binary(min_size=1, max_size=30),
        st.lists(FORM_PIECES, max_size=15).map("".join).map(str.encode),
    )
)
def test_any_answers_lead_on(data: bytes) -> None:
    TARGETS["wizard"](data)
