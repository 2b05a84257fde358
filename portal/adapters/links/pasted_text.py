"""Undoes what mail, forums, chats and programs did to a text on its way, as far as that hides where a link ends.

Quoted-printable lines, links broken over two lines, escapes of JSON and Markdown, entities of HTML, marks of forums and
of Slack. What is changed here is only how links are read; what was pasted is kept elsewhere as it came.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import unquote_to_bytes

_LINK = re.compile(r"h(?:tt|xx)ps?:/|www\.", re.IGNORECASE)

# --- Files ---

_MARKED = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
           (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))  # fmt: skip


def decode_file(raw: bytes) -> str:
    """The text of a file in the ways of writing that office programs and phones use. Never raises."""
    for mark, encoding in _MARKED:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    start = raw[:200]
    if start.count(0) > len(start) // 3:  # a UTF-16 without its mark: every other byte of plain letters is zero
        is_little = start[1::2].count(0) >= start[::2].count(0)
        return raw.decode("utf-16-le" if is_little else "utf-16-be", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        is_mostly_utf8 = any(first >= 0xC3 and 0x80 <= second <= 0xBF for first, second in pairwise(raw[:100_000]))
        return raw.decode("utf-8" if is_mostly_utf8 else "cp1252", errors="replace")


# --- Whole texts ---


@dataclass(frozen=True)
class PastedLines:
    """The lines of a text; `joined` are the links in them that were broken over two lines and put together."""

    lines: Sequence[str]
    joined: frozenset[str] = field(default_factory=frozenset)


def cut_into_lines(text: str) -> PastedLines:
    """The text's lines, with what its way broke put together. Linear in its length."""
    lines = _decode_mail(text).splitlines()
    joined = set[str]()
    return PastedLines(list(_join_lines(lines, joined)), frozenset(joined))


_PRINTABLE_SIGN = re.compile(r"=(?![0-9A-F]{2}|\r?\n)")
_SOFT_BREAK = re.compile(r"=\r?\n(?:>[> ]*)?(?=\S)")
_BREAK = re.compile(r"=\r?\n(?:>[> ]*)?")
_LAST_BLANKS = re.compile(r"(?:^[^\n?=]*=20\r?$\n?){2,}", re.MULTILINE)  # lines that end in a blank of that writing
_SURE_SIGN = re.compile(r"=3D\"|(?:href|src)=3D'|(?:=[89A-F][0-9A-F]){2}")
_ESCAPE = re.compile(r"(?:=[0-9A-F]{2})+")
_BLOCKS = re.compile(r"(\r?\n[ \t]*\r?\n)")


def _decode_mail(text: str) -> str:
    """Quoted-printable, by paragraph, where it is certain: each `=` is one of that writing, and one is telling."""
    if not any(sign in text for sign in ("=\n", "=\r\n", "=20\n", "=20\r\n")) and not _SURE_SIGN.search(text):
        return text
    return "".join(_decode_block(block) if "=" in block else block for block in _BLOCKS.split(text))


def _decode_block(block: str) -> str:
    if _PRINTABLE_SIGN.search(block.rstrip("=")):
        return block
    is_broken = any(_is_soft(block, found) for found in _SOFT_BREAK.finditer(block))
    if not (is_broken or _SURE_SIGN.search(block) or _LAST_BLANKS.search(block)):
        return block
    return _ESCAPE.sub(_decode_escape, _BREAK.sub("", block))


_FULL_LINES = range(73, 77)  # signs, the `=` at its end among them: 76 at most, less where an escape did not fit


def _is_soft(block: str, found: re.Match[str]) -> bool:
    """Whether a `=` at a line's end is a soft break and no parameter without a value before the next link."""
    line = block[block.rfind("\n", 0, found.start()) + 1 : found.start()]
    after = block[found.end() : found.end() + 12]
    if _LINK.match(after):
        return False
    is_full = len(line) + 1 in _FULL_LINES  # programs break a line where it is full, and nowhere else
    return is_full or "?" not in line or bool(_ESCAPE.search(line)) or after[:1] in "&?/"


def _decode_escape(found: re.Match[str]) -> str:
    raw = unquote_to_bytes(found[0].replace("=", "%"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


_GOES_ON = re.compile(r"[\w%~.-]+(?:[/?=&#]\S*)?")
_STARTS_LATE = re.compile(r"[?&%=](?![A-Z]+\()[\w%]\S*|/[\w-]+/[\w-]*[0-9]\S*")
_IS_TORN = re.compile(r"[\w-]+(?:/?\?\w+=|&\w+=|/[\w-]+/)\S*")
_DATE = re.compile(r"[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{1,4}.*")
_ACCOUNT = re.compile(r"/?(?:u|r|user)/[\w.-]+/?")
_LONGEST_JOINED = 2_000  # characters of a link that is looked at at the end of a line, and of its rest
_LONGEST_LINE = 10_000


def _join_lines(lines: Sequence[str], joined: set[str]) -> Iterator[str]:
    held: str | None = None
    for line in lines:
        if held is None:
            held = line
            continue
        together = _join(held, line.strip())
        if together is None:
            yield held
            held = line
        else:
            held = together
            if "…" not in together:
                joined.add(_find_last_word(together))
    if held is not None:
        yield held


def _find_last_word(line: str) -> str:
    words = line[-_LONGEST_JOINED:].rsplit(None, 1)
    return words[-1] if words else ""


def _join(line: str, after: str) -> str | None:
    """A line with the rest of its last link; with `…` between them where only the person can say; else None."""
    if not after or " " in after or "\t" in after or line[-1:].isspace():
        return None
    if len(after) > _LONGEST_JOINED or len(line) > _LONGEST_LINE:
        return None
    last = _find_last_word(line)
    start = _LINK.search(last)
    if start is None or _LINK.match(after) or _DATE.fullmatch(after) or _ACCOUNT.fullmatch(after):
        return None
    if "/" not in last[start.end() + 1 :].lstrip("/"):
        return None
    if _is_certain(last, after):
        return line + after
    return f"{line}…{after}" if last[-1].isalnum() and _IS_TORN.fullmatch(after) else None


def _is_certain(last: str, after: str) -> bool:
    if _STARTS_LATE.fullmatch(after):
        return last[-1] not in ".,;:!?)]}>\"'"
    if not _GOES_ON.fullmatch(after) or "." in after.partition("/")[0]:
        return False
    pieces = len(re.findall(r"[/?=&_%-]", after.rstrip("/"))) + after.endswith("/")
    if last[-1] == "-":
        return bool(pieces and any(map(str.isdigit, after))) or pieces > 1
    if last[-1] == "/":
        return pieces > 1
    return last[-1] in "?&=%" and (any(map(str.isdigit, after)) or "=" in after)


# --- One line ---

_CODE = re.compile(r"\\(?:u00|x)([2-7][0-9a-fA-F])")
_LINE_CODE = re.compile(r"(?:\\[nrt])+")
_LINE_ESCAPE = re.compile(r"\\{1,4}(?:u00|x)(?:0[9adAD]|a0|A0)|\\{1,4}u202[89]")
_ESCAPED_SLASH = re.compile(r"\\{1,4}/")
_BACKSLASHES = re.compile(r"h(?:tt|xx)ps?:\\", re.IGNORECASE)
_ESCAPED = re.compile(r"\\{1,4}([/_\-()*\[\]~.#!+&=|<>{}`@:?'\"$])")
_ENTITY = re.compile(
    r"&(?:amp;|#38;|#x26;)*"
    r"((?:quot|lt|gt|nbsp|apos|shy|zwnj|zwj|lrm|rlm|ensp|emsp|thinsp|hellip|ndash|mdash|sol|colon|#[0-9]{2,6}|"
    r"#x[0-9a-f]{2,5});)",
    re.IGNORECASE,
)
_TAG_WITH_VALUE = re.compile(r"\[[a-z]{1,12}=[\"']?([^\[\]\s\"']{1,8000})[\"']?(?: [^\[\]]{0,80})?\]", re.IGNORECASE)
_TAG = re.compile(r"\[/?(?:[a-z]{1,8}|\*)\]", re.IGNORECASE)
_LABELLED = re.compile(r"<((?:https?://|mailto:)[^<>|\s]+)\|[^<>]*>", re.IGNORECASE)


_WIKI = re.compile(r"\[\[(h(?:tt|xx)ps?://[^\[\]|\s]{1,8000})(?:\||\]\[)([^\[\]]{0,300})\]\]", re.IGNORECASE)
_TEX = re.compile(r"\\(?:url|href|nolinkurl)\{([^{}\s]{1,8000})\}")

# A beginning in the wide letters of East Asian keyboards, and what stands right behind it.
_WIDE = re.compile(r"[hｈ][tｔ]{2}[pｐ][sｓ]?(?:：[/／]|:／)[/／]?[!-~！-～]*", re.IGNORECASE)
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def read_line(line: str) -> str:
    """One line as it was meant, before a program wrote it in its own way."""
    if "[[" in line:
        line = _WIKI.sub(r" \1 \2 ", line)
    if "\\" in line and "{" in line:
        line = _TEX.sub(r" \1 ", line)
    if "：" in line or "／" in line:
        line = _WIDE.sub(lambda found: found[0].translate(_NARROW), line)
    if "\\" in line:
        line = _read_escapes(line)
    if "&" in line and ";" in line:
        line = _ENTITY.sub(_read_entity, line)
    if "|" in line and "<" in line:
        line = _LABELLED.sub(r" \1 ", line)
    if "[/" in line or ("=" in line and "[" in line):
        is_closed = "[/" in line
        line = _TAG_WITH_VALUE.sub(lambda tag: f" {tag[1]} " if is_closed or "://" in tag[1] else tag[0], line)
        line = _TAG.sub(" ", line) if is_closed else line
    return line


def _read_escapes(line: str) -> str:
    line = _CODE.sub(lambda found: chr(int(found[1], 16)), _LINE_ESCAPE.sub(" ", line))
    line = _ESCAPED_SLASH.sub("/", line)
    if _BACKSLASHES.search(line):  # written with backslashes for slashes
        return line
    return _ESCAPED.sub(r"\1", _LINE_CODE.sub(" ", line))


def _read_entity(found: re.Match[str]) -> str:
    sign = html.unescape(f"&{found[1]}")
    return " " if sign.isspace() or sign == "\ufffd" else sign
