"""Reads an e-mail as a file: who wrote what when, in plain text. Nothing in it is opened, shown as a page or fetched.

Our own reader, because the file may be hostile: it looks at a bounded number of parts to a bounded depth, never calls
itself, and takes time in proportion to the file. What it cannot read it names; it never raises on any bytes.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from portal.domain.documents import LONGEST_TEXT
from portal.domain.readable import MARK, show_unreadable

LONGEST_HEADERS = 256 * 1024  # bytes of one part's headers that are looked at
LONGEST_VALUE = 1_000  # characters of a header that are kept
MOST_PARTS = 100
DEEPEST = 10  # parts within parts; mail programs make three or four
LARGEST_PART = 4 * LONGEST_TEXT  # bytes of a text that are decoded: up to four for a character

# Read without being asked for by name, since looking one up opens a file, which the child that parses may not do.
CHARSETS = (
    "utf-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32",
    "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9",
    "iso8859-10", "iso8859-11", "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874",
    "koi8-r", "koi8-u", "mac-roman", "big5", "gb2312", "gbk", "gb18030", "euc-jp", "shift_jis", "cp932",
    "iso2022_jp", "euc-kr", "cp949", "tis-620",
)  # fmt: skip
_ALIASES = {
    **{"".join(filter(str.isalnum, name)): name for name in CHARSETS},
    "usascii": "ascii", "iso88591": "latin-1", "utf7": "ascii", "windows31j": "cp932", "sjis": "shift_jis",
    "ksc56011987": "euc-kr", "xgbk": "gbk", "unicode11utf8": "utf-8", "utf8mb4": "utf-8",
    **{f"windows{number}": f"cp{number}" for number in range(1250, 1259)},
    "windows874": "cp874",
    **{f"iso8859{number}": f"iso8859-{number}" for number in range(2, 17) if number != 12},
    "iso88598i": "iso8859-8",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class ParsedMail:
    """What is read of an e-mail. Headers are as they stand in it; `sent_at` only where its date can be understood."""

    sender: str
    to: str
    subject: str
    date: str
    sent_at: datetime | None
    message_id: str
    text: str
    attachments: tuple[str, ...]  # their names, or their kinds where they have none
    is_cut: bool  # there was more than is looked at


def read_mail(content: bytes) -> ParsedMail:
    """Read an e-mail from its bytes, whatever they are."""
    headers, _start = _read_headers(content, 0, len(content))
    reading = _MimeReading(content)
    reading.walk()
    date = _first(headers, "date")
    return ParsedMail(
        sender=_first(headers, "from"),
        to=", ".join(part for part in (_first(headers, "to"), _first(headers, "cc")) if part),
        subject=_first(headers, "subject"),
        date=date,
        sent_at=_read_date(date),
        message_id=_first(headers, "message-id"),
        text=show_unreadable(reading.text()),
        attachments=tuple(reading.attachments),
        is_cut=reading.is_cut,
    )


def write_mail(mail: ParsedMail) -> str:
    """The e-mail as plain text: its headers, its words, and the names of what was attached."""
    rows = (
        ("From", mail.sender),
        ("To", mail.to),
        ("Date", mail.date),
        ("Subject", mail.subject),
        ("Message-ID", mail.message_id),
    )
    head = "".join(f"{name}: {value}\n" for name, value in rows if value)
    names = "".join(f"[attached, not kept: {name}]\n" for name in mail.attachments)
    more = "[there was more, which is not kept]\n" if mail.is_cut else ""
    return f"{head}\n{mail.text.strip()}\n{chr(10) if names or more else ''}{names}{more}"


@dataclass(frozen=True)
class _MimePart:
    """A part by its place in the file. `group` is the number of the alternatives it belongs to, if any."""

    start: int
    end: int
    depth: int
    group: int | None = None


class _MimeReading:
    """Goes through the parts in their order, with a list of those still to come instead of recursion."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.attachments: list[str] = []
        self.is_cut = False
        self._texts: list[tuple[int | None, bool, str]] = []  # group, whether it was a page, text
        self._seen = 0

    def walk(self) -> None:
        waiting = [_MimePart(0, len(self.content), 0)]
        while waiting:
            part = waiting.pop()
            self._seen += 1
            if self._seen > MOST_PARTS or part.depth > DEEPEST:
                self.is_cut = True
                continue
            waiting.extend(reversed(self._take(part)))

    def text(self) -> str:
        """All texts; where the same is said in several forms, the plain one if it says anything."""
        plain = {group for group, is_page, text in self._texts if not is_page and text.strip()}
        kept = [text.strip() for group, is_page, text in self._texts if not (is_page and group and group in plain)]
        whole = "\n\n".join(text for text in kept if text)
        self.is_cut = self.is_cut or len(whole) > LONGEST_TEXT
        return whole[:LONGEST_TEXT]

    def _take(self, part: _MimePart) -> list[_MimePart]:
        """Read a part that is a text, name one that is not, and return what lies within it."""
        headers, start = _read_headers(self.content, part.start, part.end)
        kind, options = _split_value(headers.get("content-type", ["text/plain"])[0])
        boundary = options.get("boundary", "")
        if kind.startswith("multipart/") and boundary:
            group = self._seen if kind == "multipart/alternative" else part.group
            return [_MimePart(*place, part.depth + 1, group) for place in self._split(start, part.end, boundary)]
        placed, its_options = _split_value(headers.get("content-disposition", [""])[0])
        name = its_options.get("filename") or options.get("name") or ""
        if kind in {"text/plain", "text/html"} and placed != "attachment" and not name:
            self._add_text(headers, kind, options.get("charset", ""), start, part)
        else:
            self.attachments.append(_tidy(name or kind or "a file"))
        return []

    def _split(self, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
        """The places between the lines of a boundary, no more of them than are looked at."""
        line = re.compile(
            rb"(?:^|(?<=\n))--" + re.escape(boundary.encode("utf-8", "surrogateescape")) + rb"(--)?[ \t]*(?:\r?\n|$)"
        )
        places: list[tuple[int, int]] = []
        opened: int | None = None
        for found in line.finditer(self.content, start, end):
            if opened is not None:
                places.append((opened, found.start()))
            if len(places) > MOST_PARTS:
                self.is_cut = True
                return places
            opened = None if found[1] else found.end()
            if found[1]:
                break
        return [*places, (opened, end)] if opened is not None else places

    def _add_text(self, headers: dict[str, list[str]], kind: str, charset: str, start: int, part: _MimePart) -> None:
        end = min(part.end, start + 2 * LARGEST_PART)
        coding = headers.get("content-transfer-encoding", [""])[0].strip().lower()
        raw = _decode_transfer(self.content[start:end], coding)
        self.is_cut = self.is_cut or end < part.end or len(raw) > LARGEST_PART
        text = decode_bytes(raw[:LARGEST_PART], charset).replace("\r\n", "\n").replace("\r", "\n")
        is_page = kind == "text/html"
        self._texts.append((part.group, is_page, page_to_text(text) if is_page else text))


_LINE = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)(?:\r?\n|$)")
_BLANK = re.compile(rb"\r?\n")


def _read_headers(content: bytes, start: int, end: int) -> tuple[dict[str, list[str]], int]:
    """The headers by lower-case name, decoded, and where the body begins."""
    found: dict[str, list[str]] = {}
    limit = min(end, start + LONGEST_HEADERS)
    at = start
    while at < limit and (line := _LINE.match(content, at, limit)):
        name = line[1].decode("ascii").lower()
        found.setdefault(name, []).append(_decode_words(line[2]))
        at = line.end()
    if blank := _BLANK.match(content, at, end):
        return found, blank.end()
    return found, at


def _first(headers: dict[str, list[str]], name: str) -> str:
    return _tidy(headers.get(name, [""])[0])


def _tidy(text: str) -> str:
    """One line of at most so many characters, with a mark for what cannot be seen."""
    line = show_unreadable(" ".join(text.split()))
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"


_WORD = re.compile(r"=\?([!->@-~]{1,60})\?([BbQq])\?([ -~]{0,2000}?)\?=")
_GAP = re.compile(r"(\?=)[ \t\r\n]+(=\?)")


def _decode_words(raw: bytes) -> str:
    """A header's value: UTF-8 if it is, and its encoded words; what is no good encoding stays as it stands."""
    text = decode_bytes(raw[: 8 * LONGEST_VALUE], "utf-8")
    return _WORD.sub(_decode_word, _GAP.sub(r"\1\2", text))


def _decode_word(found: re.Match[str]) -> str:
    charset, how, coded = found[1].partition("*")[0], found[2].lower(), found[3]
    data = coded.encode("ascii")
    raw = _decode_base64(data) if how == "b" else binascii.a2b_qp(data, header=True)
    return decode_bytes(raw, charset)


_OPTION = re.compile(
    r';\s*([!#-)+-:<-~]{1,60}?)(\*\d{1,3})?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^\s;"]{0,2000}))'
)


def _split_value(value: str) -> tuple[str, dict[str, str]]:
    """A header such as `text/plain; charset=utf-8`: the word, and its options by name. RFC 2231 is understood."""
    word, _sign, _rest = value.partition(";")
    found: dict[str, str] = {}
    for match in _OPTION.finditer(value[: 8 * LONGEST_VALUE]):
        name, is_coded = match[1].lower(), bool(match[3])
        text = match[4] if match[4] is not None else match[5] or ""
        text = re.sub(r"\\(.)", r"\1", text) if match[4] is not None else text
        found[name] = found.get(name, "") + (_decode_option(text) if is_coded else text)
    return "".join(word.split()).lower()[:100], found


def _decode_option(text: str) -> str:
    charset, quote, rest = text.partition("'")
    coded = rest.partition("'")[2] if quote else text
    return decode_bytes(unquote_to_bytes(coded), charset if quote else "utf-8")


def _decode_transfer(raw: bytes, coding: str) -> bytes:
    if coding == "base64":
        return _decode_base64(raw)
    if coding == "quoted-printable":
        return binascii.a2b_qp(raw)
    return raw


def _decode_base64(raw: bytes) -> bytes:
    """As much of it as is base64; signs that do not belong to it are passed over, as mail programs do."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def decode_bytes(raw: bytes, charset: str) -> str:
    """Text in the charset that is named, if it is one of ours; else UTF-8 if it is that; else with marks."""
    name = _ALIASES.get("".join(sign for sign in charset.lower() if sign.isalnum()), "")
    for one in (name, "utf-8"):
        if one:
            try:
                return raw.decode(one)
            except UnicodeError:
                continue
    return raw.decode(name or "utf-8", "replace")


def _read_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr",
        "ul",
    }
)  # fmt: skip


# The standard library's parser of pages takes time by the square of an unclosed tag's repetitions; ten seconds for
# twenty kilobytes. These two patterns give nothing back once taken and stop at the next "<", so no page takes long.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40}+)"
    r"(?P<rest>(?:[^<>\"']++|\"[^\"<]{0,4000}+\"|'[^'<]{0,4000}+')*+)>"
    r"|<(?:!(?!--)|[?/]|[a-zA-Z])[^<>]{0,4000}+>"
    r"|(?P<remark><!--)"
)
_HREF = re.compile(r"(?:^|\s)href\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{8,}+;?")  # of no character; reading it as a number would raise


def page_to_text(page: str) -> str:
    """The words of an HTML page in their order, with the address behind each link; nothing is fetched."""
    reader = _PageReader(page[:LONGEST_TEXT])
    reader.read()
    return reader.text()


class _PageReader:
    """Passes through a page once, from tag to tag."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._at = 0
        self._pieces: list[str] = []
        self._unseen = ""  # the element whose content is no text, while in it
        self._target = ""  # where the link leads whose words are being read
        self._last: dict[str, int] = {}

    def text(self) -> str:
        lines = "".join(self._pieces).split("\n")
        return "\n".join(_squeeze(" ".join(line.split()) for line in lines)).strip()

    def read(self) -> None:
        while found := _TAG.search(self._page, self._at):
            self._take_words(self._page[self._at : found.start()])
            self._at = found.end()
            if found["remark"]:
                self._skip_to("-->")
            elif found["name"]:
                self._take_tag(found["name"].lower(), is_end=bool(found["close"]), rest=found["rest"])
        self._take_words(self._page[self._at :])

    def _take_tag(self, name: str, *, is_end: bool, rest: str) -> None:
        if self._unseen:
            self._unseen = "" if is_end and name == self._unseen else self._unseen
        elif name in _BLOCKS:
            self._pieces.append("\n")
        elif name == "td":
            self._pieces.append(" ")
        elif name == "a":
            self._take_link(is_end=is_end, rest=rest)
        elif name in _UNSEEN and not is_end and self._last_of(f"</{name}") >= self._at:
            self._unseen = name

    def _take_link(self, *, is_end: bool, rest: str) -> None:
        if self._target:
            self._pieces.append(f" <{self._target[:LONGEST_VALUE]}>")
            self._target = ""
        if not is_end and (found := _HREF.search(rest)):
            target = "".join(_read_signs(next(part for part in found.groups() if part is not None)).split())
            self._target = target if target.lower().startswith(("http://", "https://", "mailto:")) else ""

    def _take_words(self, text: str) -> None:
        if not self._unseen and text:
            self._pieces.append(_read_signs(text).replace("\n", " "))

    def _last_of(self, end: str) -> int:
        """Where `end` stands for the last time, looked for once. What is opened and never closed hides nothing."""
        if end not in self._last:
            self._last[end] = self._page.lower().rfind(end)
        return self._last[end]

    def _skip_to(self, end: str) -> None:
        """Pass over what comes before `end`; where it never comes, nothing is passed over."""
        place = self._page.find(end, self._at) if self._last_of(end) >= self._at else -1
        self._at = place + len(end) if place >= 0 else self._at


def _read_signs(text: str) -> str:
    """The text with its character references read."""
    return html.unescape(_LONG_NUMBER.sub(MARK, text))


def _squeeze(lines: Iterator[str]) -> Iterator[str]:
    """At most one empty line at a time."""
    was_empty = False
    for line in lines:
        if line or not was_empty:
            yield line
        was_empty = not line
