"""Which letters bytes stand for: by the charset that is named, by what they can only be, else by a guess.

Mails and texts name a wrong charset or none. Nothing here raises on any bytes, and no codec is asked for by a name
that came from outside, since looking one up opens a file, which the child that parses may not do.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable

from portal.domain.readable import MARK

CHARSETS = (
    "utf-8", "utf-8-sig", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le",
    "utf-32-be", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8",
    "iso8859-9", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874",
    "cp437", "cp850", "cp852", "cp866", "koi8-r", "koi8-u", "koi8-t", "kz1048",
    "mac-roman", "mac-cyrillic", "mac-greek", "mac-latin2", "mac-turkish",
    "big5", "big5hkscs", "cp950", "gb2312", "gbk", "gb18030", "hz", "euc-jp", "euc_jis_2004", "shift_jis", "cp932",
    "iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr", "euc-kr", "cp949", "johab", "tis-620",
)  # fmt: skip
# A name means what programs that write it mean, which is the larger set where there are two.
_ALIASES = {
    **{"".join(filter(str.isalnum, name)): name for name in CHARSETS},
    **{f"windows{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"iso8859{number}": f"iso8859-{number}" for number in (*range(2, 9), 10, *range(13, 17))},
    **dict.fromkeys(("ascii", "usascii"), ""),  # with a high byte in it, it is not that
    **dict.fromkeys(("latin1", "iso88591", "iso885911987", "l1", "cp819", "ansi"), "cp1252"),
    "iso88599": "cp1254", "latin5": "cp1254", "latin2": "iso8859-2", "latin9": "iso8859-15",
    "iso88598i": "iso8859-8", "iso88598e": "iso8859-8", "iso885911": "cp874", "tis620": "cp874", "windows874": "cp874",
    "gb2312": "gb18030", "gb231280": "gb18030", "gbk": "gb18030", "xgbk": "gb18030", "cp936": "gb18030",
    "ms936": "gb18030", "windows936": "gb18030", "chinese": "gb18030", "euccn": "gb18030", "hzgb2312": "hz",
    "big5": "big5hkscs", "xbig5": "big5hkscs", "cnbig5": "big5hkscs", "windows950": "cp950",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "mskanji": "cp932", "windows31j": "cp932", "ms932": "cp932",
    "xeucjp": "euc-jp", "eucjpms": "euc-jp", "ujis": "euc-jp", "iso2022jp": "iso2022_jp_ext",
    "iso2022jp1": "iso2022_jp_ext", "iso2022jpms": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext", "iso2022jp2": "iso2022_jp_2",
    "euckr": "cp949", "ksc5601": "cp949", "ksc56011987": "cp949", "ksc56011989": "cp949", "uhc": "cp949",
    "windows949": "cp949", "ms949": "cp949", "csiso2022kr": "iso2022_kr",
    "koi8": "koi8-r", "koi8ru": "koi8-u", "cskoi8r": "koi8-r", "ibm866": "cp866", "dos866": "cp866", "ibm850": "cp850",
    "ibm437": "cp437", "ibm852": "cp852", "macintosh": "mac-roman", "xmacroman": "mac-roman", "mac": "mac-roman",
    "xmaccyrillic": "mac-cyrillic", "utf7": "", "unicode11utf8": "utf-8", "utf8mb4": "utf-8",
    "utf8n": "utf-8", "utf8bom": "utf-8", "ucs2": "utf-16", "iso10646ucs2": "utf-16", "unicode": "utf-16",
}  # fmt: skip
_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHIFTED = re.compile(rb"\x1b(?:\$[@B]|\$\([DOPQ]|\([IJ])")  # ISO-2022-JP and its kin
_SHIFTED_KOREAN = re.compile(rb"\x1b\$\)C")
_HIGH = re.compile(rb"[\x80-\xff]+")
_LOOKED_AT = 20_000  # bytes that a guess is made from


def decode_bytes(raw: bytes, charset: str = "") -> str:
    """The text: in the charset that is named, where it fits; else in the one it most likely is. Marks for the rest."""
    name = _ALIASES.get("".join(sign for sign in charset.lower() if sign.isalnum()), "")
    marked = next((codec for mark, codec in _MARKED if raw.startswith(mark)), "")
    is_plain = name == "cp1252"  # what is written where nobody thought of a charset
    others = [_guess_other(raw)] if is_plain and not raw.isascii() else []
    for one in (marked, _find_wide(raw), _find_shifted(raw), *(["utf-8"] if is_plain else []), *others, name, "utf-8"):
        if one and (text := _decode(raw, one)) is not None:
            return text.removeprefix("\ufeff")
    return _decode_mostly(raw, name)


def _decode(raw: bytes, codec: str) -> str | None:
    """The text, or None where the bytes do not stand for one."""
    try:
        return raw.decode(codec)
    except UnicodeError:
        return None


def _find_shifted(raw: bytes) -> str:
    """The codec of text that says with escapes which letters follow; empty where it is none."""
    for pattern, codec in ((_SHIFTED, "iso2022_jp_ext"), (_SHIFTED_KOREAN, "iso2022_kr")):
        if pattern.search(raw) and _decode(raw, codec) is not None:
            return codec
    return ""


def _decode_mostly(raw: bytes, name: str) -> str:
    """Of what fits nothing wholly: UTF-8 with marks where most of it is, else what was named or is guessed."""
    if name and name not in {"utf-8", "cp1252"}:
        damaged = raw.decode(name, "replace")
        if damaged.count(MARK) * 20 < len(damaged):
            return damaged
    mostly = raw.decode("utf-8", "replace")
    letters = sum(sign > "\x7f" and sign != MARK for sign in mostly[:_LOOKED_AT])
    if letters >= 2 * mostly[:_LOOKED_AT].count(MARK):
        return mostly
    return raw.decode(guess_charset(raw), "replace") if raw.isascii() else _decode_guessed(raw)


def _decode_guessed(raw: bytes) -> str:
    """In the guessed charset. What Windows-1252 leaves free is a control character, which gets its mark elsewhere."""
    codec = guess_charset(raw)
    text = _decode(raw, codec)
    if text is not None:
        return text
    if codec == "cp1252":
        return "".join(bytes([each]).decode(codec, "ignore") or chr(each) for each in raw)
    return raw.decode(codec, "replace")


def _guess_other(raw: bytes) -> str:
    """What it is instead, where it says Windows-1252 and has so much of another script that it cannot be."""
    high = sum(map(len, _HIGH.findall(raw[:_LOOKED_AT])))
    guessed = guess_charset(raw) if high >= 8 else ""
    return guessed if guessed != "cp1252" else ""


def guess_charset(raw: bytes) -> str:
    """The codec that bytes are most likely in which are no UTF-8 and do not say."""
    looked_at = raw[:_LOOKED_AT]
    runs = _HIGH.findall(looked_at)
    high = b"".join(runs)
    # In Western text a high byte is a letter with an accent, alone among ASCII; elsewhere whole words are high.
    alone = sum(len(run) == 1 for run in runs)
    if 2 * alone >= len(high) and not _is_pairs(looked_at):
        return "cp1252"
    # Two bytes for a sign use the whole upper half; Cyrillic letters in one byte stand in its last two quarters.
    codecs_of = _DOUBLE if sum(byte < 0xC0 for byte in high) * 12 > len(high) else _CYRILLIC
    scored = [(_score(looked_at, codec, count), -place, codec) for place, (codec, count) in enumerate(codecs_of)]
    best, _place, codec = max(scored)
    return codec if best > 0 else "cp1252"


def _find_wide(raw: bytes) -> str:
    """UTF-16 or UTF-32 without a mark. The right one has the blanks of a text, and no control characters."""
    if b"\0" not in raw[:_LOOKED_AT]:
        return ""
    found: list[tuple[int, str]] = []
    for codec, step in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        text = _decode(raw[: min(len(raw), _LOOKED_AT) // step * step], codec)
        if (
            text
            and len(raw) % step == 0
            and all(unicodedata.category(sign)[0] != "C" or sign in "\t\n\r" for sign in text)
        ):
            found.append((sum(sign <= "~" for sign in text) * step, codec))
    best, codec = max(found, default=(0, ""))
    return codec if best else ""


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cn", "Co"} and sign not in "\t\n\r\f"


def _is_pairs(raw: bytes) -> bool:
    """Whether the high bytes make Japanese with the byte after each, which may be an ASCII one in Shift JIS."""
    text = _decode(raw, "cp932")
    return text is not None and sum("\u3040" <= sign <= "\u30ff" for sign in text) * 3 > len(_HIGH.findall(raw)) + 1


def _score(raw: bytes, codec: str, count: Callable[[str], int]) -> int:
    """How likely it is; less than nothing where the bytes cannot be that."""
    text = raw.decode(codec, "replace")
    damaged = text[:-1].count(MARK)  # the last sign may be cut
    return sum(count(sign) for sign in text if sign > "\x7f") - 20 * damaged


def _count_japanese(sign: str) -> int:
    if "\u3040" <= sign <= "\u30ff":
        return 3
    return 1 if "\u4e00" <= sign <= "\u9fff" or "\u3000" <= sign <= "\u3002" else -2


def _count_korean(sign: str) -> int:
    if "\uac00" <= sign <= "\ud7a3":
        return (
            3 if len(sign.encode("euc-kr")) == 2 else -1
        )  # the sounds that words are made of, and the thousands beside them
    return -2


def _count_chinese(sign: str) -> int:
    if "\u4e00" <= sign <= "\u9fff":
        # The first half of either set is sorted by how common a sign is; the second holds the rare ones.
        return 2 if _is_common(sign) else -1
    return 1 if sign in "，。、；：？！（）《》“”「」" else -2


def _is_common(sign: str) -> bool:
    return _is_in(sign, "gb2312") and sign.encode("gb2312")[0] < 0xD8


def _is_in(sign: str, codec: str) -> bool:
    try:
        return bool(sign.encode(codec))
    except UnicodeEncodeError:
        return False


def _count_traditional(sign: str) -> int:
    if "\u4e00" <= sign <= "\u9fff":
        return 2 if _is_in(sign, "big5") and sign.encode("big5")[0] < 0xC9 else -1
    return 1 if sign in "，。、；：？！（）《》「」" else -2


def _count_cyrillic(sign: str) -> int:
    """Words are small letters, most of them a few; so what makes them large or rare is the wrong set."""
    if "\u0430" <= sign <= "\u044f":
        return 4 if sign in "оеаинтсрвл" else 2
    if "\u0450" <= sign <= "\u045f":
        return 2 if sign in "ёєіїў" else 0  # the others are capitals of everyday words, read in the wrong set
    if "\u0400" <= sign < "\u0430":
        return 0 if sign >= "\u0410" or sign in "ЁЄІЇ" else -1
    return 0 if unicodedata.category(sign)[0] in "PZ" else -2


_Candidates = tuple[tuple[str, Callable[[str], int]], ...]
_DOUBLE: _Candidates = (
    ("euc-jp", _count_japanese),
    ("cp932", _count_japanese),
    ("cp949", _count_korean),
    ("gb18030", _count_chinese),
    ("big5hkscs", _count_traditional),
    ("cp866", _count_cyrillic),
)
_CYRILLIC: _Candidates = (
    ("cp1251", _count_cyrillic),
    ("koi8-u", _count_cyrillic),
    ("iso8859-5", _count_cyrillic),
    ("mac-cyrillic", _count_cyrillic),
)
