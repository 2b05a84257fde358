"""Reads an e-mail as a file: who wrote what when, in plain text. Nothing in it is opened, shown as a page or fetched.

Our own reader, because the file may be hostile: it looks at a bounded number of parts to a bounded depth, never calls
itself, and takes time in proportion to the file. What it cannot read it names; it never raises on any bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from portal.adapters.readers.charsets import decode_bytes
from portal.adapters.readers.page_words import page_to_text
from portal.adapters.readers.picture_words import leave_out_pictures
from portal.domain.documents import LONGEST_TEXT
from portal.domain.mail_files import has_more_mails, is_email, split_mails
from portal.domain.readable import show_unreadable

LONGEST_HEADERS = 256 * 1024  # bytes of one part's headers that are looked at
LONGEST_VALUE = 1_000  # characters of a header that are kept
MOST_PARTS = 100
DEEPEST = 10  # parts within parts; mail programs make three or four
LARGEST_PART = 4 * LONGEST_TEXT  # bytes of a text that are decoded: up to four for a character

# Text that is read as it stands, or as a page; what is neither is named as a file. The machine's own part of a report
# on a delivery often says alone why an address was wrong; some systems answer other systems in JSON.
_PAGES = frozenset({"text/html", "text/enriched", "text/richtext", "text/xhtml", "application/xhtml+xml"})
_NO_WORDS = frozenset(
    {
        "text/rtf", "text/css", "text/javascript", "text/vcard", "text/x-vcard", "text/directory", "text/x-amp-html",
        "text/xml-svg", "text/x-uuencode",
    }
)  # fmt: skip
_REPORTS = frozenset(
    {
        "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
        "message/global-disposition-notification", "message/feedback-report", "message/global-headers",
        "message/tracking-status", "message/partial", "application/json", "application/ld+json",
    }
)  # fmt: skip
_MAILS = frozenset({"message/rfc822", "message/global", "message/news", "message/x-rfc822", "application/rfc822"})
_FILE_SIGNS = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"%PDF-", b"PK\x03\x04", b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"Rar!", b"\x00\x00\x01\x00",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class MailPart:
    """A part as it came. `body` is None of one that is left out, which its SHA-256 (in hex, decoded) stands for."""

    headers: bytes
    body: bytes | None
    name: str
    size: int  # bytes, decoded
    digest: str


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
    has_pictures: bool = False  # some stood among the words as letters, and were left out
    has_words: bool = True  # there were any beside the headers
    parts: tuple[MailPart, ...] = ()


def read_mail(content: bytes) -> ParsedMail:
    """Read an e-mail from its bytes, whatever they are; of a mailbox all its mails, one below the other."""
    mails = split_mails(content)
    headers, _start = _read_headers(mails[0], 0, len(mails[0]))
    reading = _MimeReading()
    reading.walk(mails)
    text, pictures = leave_out_pictures(reading.text())
    date = _first(headers, "date")
    return ParsedMail(
        sender=_first(headers, "from"),
        to=", ".join(part for part in (_first(headers, "to"), _first(headers, "cc")) if part),
        subject=_first(headers, "subject"),
        date=date,
        sent_at=_read_date(date),
        message_id=_first(headers, "message-id"),
        text=show_unreadable(text[:LONGEST_TEXT]),
        attachments=tuple(reading.attachments),
        is_cut=reading.is_cut or len(text) > LONGEST_TEXT or has_more_mails(content),
        has_pictures=bool(pictures) or reading.has_pictures,
        has_words=reading.has_words(),
        parts=tuple(reading.parts),
    )


def read_headers(content: bytes) -> dict[str, list[str]]:
    """The headers of an e-mail by lower-case name, decoded, in their order; nothing below them is looked at."""
    mail = split_mails(content[: 2 * LONGEST_HEADERS])[0]
    return _read_headers(mail, 0, len(mail))[0]


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


@dataclass(frozen=True, repr=False)
class _MimePart:
    """A part by its place in its bytes. `group` is the number of the alternatives it belongs to, if any."""

    content: bytes
    start: int
    end: int
    depth: int
    group: int | None = None
    kind: str = "text/plain"  # where its headers do not say


@dataclass(frozen=True, repr=False)
class _Words:
    text: str
    group: int | None = None
    is_page: bool = False
    is_heading: bool = False


class _MimeReading:
    """Goes through the parts in their order, with a list of those still to come instead of recursion."""

    def __init__(self) -> None:
        self.attachments: list[str] = []
        self.parts: list[MailPart] = []
        self.is_cut = False
        self.has_pictures = False
        self._texts: list[_Words] = []
        self._seen = 0

    def walk(self, mails: Sequence[bytes]) -> None:
        for place, mail in enumerate(mails):
            waiting = self._open_mail(mail, 0) if place else [_MimePart(mail, 0, len(mail), 0)]
            while waiting:
                part = waiting.pop()
                self._seen += 1
                if self._seen > MOST_PARTS or part.depth > DEEPEST:
                    self.is_cut = True
                    continue
                waiting.extend(reversed(self._take(part)))

    def text(self) -> str:
        """All texts; where the same is said in several forms, the plain one if it says as much."""
        plain = {each.group: each.text for each in self._texts if each.group and not each.is_page and each.text.strip()}
        kept = [
            each.text.strip("\n ")
            for each in self._texts
            if not (each.is_page and each.group in plain and _says_the_same(each.text, plain[each.group]))
        ]
        whole = "\n\n".join(text for text in kept if text)
        self.is_cut = self.is_cut or len(whole) > LONGEST_TEXT
        return whole[:LONGEST_TEXT]

    def has_words(self) -> bool:
        return any(each.text.strip() for each in self._texts if not each.is_heading)

    def _take(self, part: _MimePart) -> list[_MimePart]:
        """Read a part that is a text, name one that is not, and return what lies within it."""
        headers, start = _read_headers(part.content, part.start, part.end)
        kind, options = _split_value(headers.get("content-type", [part.kind])[0])
        if kind.startswith("multipart/"):
            places = self._split(part, start, options.get("boundary", ""))
            if places:
                self.parts.append(_describe_part(part, start, b""))
                group = self._seen if kind == "multipart/alternative" else part.group
                within = "message/rfc822" if kind == "multipart/digest" else "text/plain"
                return [_MimePart(part.content, *place, part.depth + 1, group, within) for place in places]
            kind = "text/plain"
        _placed, its_options = _split_value(headers.get("content-disposition", [""])[0])
        name = its_options.get("filename") or options.get("name") or ""
        end = min(part.end, start + 2 * LARGEST_PART)
        coding = headers.get("content-transfer-encoding", [""])[0]
        raw = decode_transfer(part.content[start : part.end], coding)
        if kind in _MAILS or (name.lower().endswith(".eml") and is_email(raw)):
            self.parts.append(_describe_part(part, start, b""))
            return self._open_mail(raw, part.depth)
        if not _is_words(kind) or _is_file(raw):
            self.attachments.append(_tidy(name or kind or "a file"))
            self.parts.append(_leave_out_part(part, start, raw, self.attachments[-1]))
            return []
        self.is_cut = self.is_cut or end < part.end or len(raw) > LARGEST_PART
        if name:
            self._texts.append(_Words(f"[attached: {_tidy(name)}]", is_heading=True))
        self._add_text(raw[:LARGEST_PART], kind, options.get("charset", ""), part, start)
        return []

    def _open_mail(self, content: bytes, depth: int) -> list[_MimePart]:
        """An e-mail within the e-mail, or below it: who wrote it when, and its parts."""
        mail = split_mails(content)[0]
        headers, _start = _read_headers(mail, 0, len(mail))
        named = ((name, _first(headers, name.lower())) for name in ("From", "To", "Date", "Subject", "Message-ID"))
        rows = "\n".join(f"{name}: {value}" for name, value in named if value)
        self._texts.append(_Words(f"[another e-mail]\n{rows}", is_heading=True))
        return [_MimePart(mail, 0, len(mail), depth + 1)]

    def _split(self, part: _MimePart, start: int, boundary: str) -> list[tuple[int, int]]:
        """The places between the lines of a boundary, no more than are looked at; none where it never stands."""
        for one in filter(None, (boundary, boundary.strip(), _find_boundary(part.content, start, part.end))):
            if places := self._split_at(part, start, one):
                return places
        return []

    def _split_at(self, part: _MimePart, start: int, boundary: str) -> list[tuple[int, int]]:
        line = re.compile(
            rb"(?:^|(?<=\n))--" + re.escape(boundary.encode("utf-8", "surrogateescape")) + rb"(--)?[ \t]*(?:\r?\n|$)"
        )
        places: list[tuple[int, int]] = []
        opened: int | None = None
        last = start
        for found in line.finditer(part.content, start, part.end):
            if opened is not None:
                places.append((opened, found.start()))
            elif not places:
                self._look_beside(part.content[start : found.start()])
            if len(places) > MOST_PARTS:
                self.is_cut = True
                return places
            last = found.end()
            opened = None if found[1] else last
            if found[1]:
                break
        if opened is not None:
            return [*places, (opened, part.end)]
        if places:
            self._look_beside(part.content[last : part.end])
        return places

    def _look_beside(self, raw: bytes) -> None:
        """Before the first and after the last part nobody reads; a picture could stand there all the same."""
        self.has_pictures = self.has_pictures or bool(leave_out_pictures(raw.decode("latin-1"))[1])

    def _add_text(self, raw: bytes, kind: str, charset: str, part: _MimePart, start: int) -> None:
        is_page = kind in _PAGES
        charset = charset or (find_charset(raw) if is_page else "")
        text = decode_bytes(raw, charset).replace("\r\n", "\n").replace("\r", "\n")
        hidden = leave_out_pictures(text)[1]
        self.has_pictures = self.has_pictures or bool(hidden)
        self._texts.append(_Words(page_to_text(text) if is_page else text, part.group, is_page))
        made = _leave_out_part(part, start, raw, kind) if hidden else _describe_part(part, start, raw)
        self.parts.append(made)


_FEW = 200  # characters by which a page is longer than the same words alone: a footer, the addresses behind links
_MARK_OF_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_ANY_BOUNDARY = re.compile(rb"(?:^|(?<=\n))--([^\s-][^\r\n]{0,90}?)[ \t]*\r?\n(?=[!-9;-~]{1,76}[ \t]*:|\r?\n)")


_SPOKEN = re.compile(r"[^\W\d_]{2,}")
_SEE_PAGE = re.compile(r"html|browser|browse|navigat|navegador|браузер|ブラウザ|浏览器|瀏覽器|브라우저", re.IGNORECASE)
_MANY = 8  # words that only the page has


def _says_the_same(page: str, plain: str) -> bool:
    """Whether a page says no more than the plain words beside it, such as "please open this in a browser"."""
    if len(page) >= 3 * len(plain) + _FEW:
        return False
    said = {word.casefold() for word in _SPOKEN.findall(plain[:LONGEST_TEXT])}
    words = [word.casefold() for word in _SPOKEN.findall(page[:LONGEST_TEXT])]
    missing = sum(word not in said for word in words)
    only_points = len(plain) <= _FEW and _SEE_PAGE.search(plain) is not None
    return missing * 2 <= len(words) or (missing < _MANY and not only_points)


def _is_words(kind: str) -> bool:
    if kind in _PAGES or kind in _REPORTS or "/" not in kind:
        return True
    return kind.startswith("text/") and kind not in _NO_WORDS


def _is_file(raw: bytes) -> bool:
    """Whether it is no text, whatever it is said to be."""
    return raw.lstrip()[:8].startswith(_FILE_SIGNS) or raw.startswith(_FILE_SIGNS)


def find_charset(page: bytes) -> str:
    """The charset that an HTML page names itself; empty where it names none."""
    found = _MARK_OF_CHARSET.search(page, 0, 4096)
    return found[1].decode("ascii", "replace") if found else ""


def _find_boundary(content: bytes, start: int, end: int) -> str:
    """The boundary by its look, where the header that names it is damaged: a line below which headers stand."""
    found = _ANY_BOUNDARY.search(content, start, min(end, start + LONGEST_HEADERS))
    return found[1].decode("utf-8", "surrogateescape") if found else ""


def _describe_part(part: _MimePart, start: int, raw: bytes) -> MailPart:
    """A part of words, or one that holds others, of which the headers alone are its own."""
    body = part.content[start : part.end] if raw else b""
    digest = hashlib.sha256(raw).hexdigest()
    return MailPart(headers=part.content[part.start : start], body=body, name="", size=len(raw), digest=digest)


def _leave_out_part(part: _MimePart, start: int, raw: bytes, name: str) -> MailPart:
    digest = hashlib.sha256(raw).hexdigest()
    return MailPart(headers=part.content[part.start : start], body=None, name=name, size=len(raw), digest=digest)


_LINE = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)(?:\r?\n|$)")
_BLANK = re.compile(rb"\r?\n")
_STRAY = re.compile(rb"([^\r\n]{1,998})\r?\n(?=[!-9;-~]{1,76}[ \t]*:|\r?\n|[^\r\n]{1,200}=)")
_OPTION_LINE = re.compile(rb"[A-Za-z*0-9-]{1,40}[ \t]*=")
_MOST_STRAY = 5


def _read_headers(content: bytes, start: int, end: int) -> tuple[dict[str, list[str]], int]:
    """The headers by lower-case name, decoded, and where the body begins.

    A line among them that is none is passed over, or goes on from the one before where that ends with a semicolon.
    """
    found: dict[str, list[str]] = {}
    limit = min(end, start + LONGEST_HEADERS)
    at, stray, name = start, 0, ""
    while at < limit:
        if line := _LINE.match(content, at, limit):
            name = line[1].decode("ascii").lower()
            found.setdefault(name, []).append(_decode_words(line[2]))
            at = line.end()
            continue
        odd = _STRAY.match(content, at, limit) if found and stray < _MOST_STRAY else None
        if odd is None or not (_OPTION_LINE.match(odd[1]) or odd[1].startswith((b"From ", b">From "))):
            break
        if found[name][-1].rstrip().endswith(";") or _OPTION_LINE.match(odd[1]):
            found[name][-1] += "; " + odd[1].decode("utf-8", "replace")
        at, stray = odd.end(), stray + 1
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
_WORDS = re.compile(rf"(?:{_WORD.pattern})+")


def _decode_words(raw: bytes) -> str:
    """A header's value, and its encoded words; what is no good encoding stays as it stands."""
    text = decode_bytes(raw[: 8 * LONGEST_VALUE])
    return _WORDS.sub(_decode_row, _GAP.sub(r"\1\2", text))


def _decode_row(found: re.Match[str]) -> str:
    """Encoded words one after another. Programs cut them within a letter, so those of one charset are joined first."""
    made: list[str] = []
    joined, of = b"", ""
    for word in _WORD.finditer(found[0]):
        charset, how, data = word[1].partition("*")[0].lower(), word[2].lower(), word[3].encode("ascii")
        if charset != of:
            made.append(decode_bytes(joined, of))
            joined, of = b"", charset
        joined += _decode_base64(data) if how == "b" else binascii.a2b_qp(data, header=True)
    return "".join((*made, decode_bytes(joined, of)))


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


_REMARK = re.compile(r"\([^()]{0,200}\)")
_CODE_LINE = re.compile(rb"[A-Za-z0-9+/=_-]+")
_UNIX_BEGIN = re.compile(rb"(?:^|(?<=\n))begin [0-7]{3,4} [^\n]*\n")


def decode_transfer(raw: bytes, coding: str) -> bytes:
    """The part as it was before it was packed. The name of the way is read as people mistype it."""
    way = "".join(sign for sign in _REMARK.sub("", coding).lower() if sign.isalnum())
    if way == "base64" or (way not in {"7bit", "8bit", "binary", "", "quotedprintable"} and _is_base64(raw)):
        return _decode_base64_lines(raw)
    if way in {"quotedprintable", "qp"}:
        return binascii.a2b_qp(raw)
    if way in {"uuencode", "xuuencode", "uue", "xuue"}:
        return _decode_unix(raw)
    return raw


def _is_base64(raw: bytes) -> bool:
    packed = b"".join(raw.split())
    return len(packed) >= 16 and len(packed) % 4 == 0 and bool(re.fullmatch(rb"[A-Za-z0-9+/]+={0,2}", packed))


def _decode_base64_lines(raw: bytes) -> bytes:
    """Lists add a footer in plain words below it, and some programs name base64 where there are plain words alone."""
    lines = raw.splitlines(keepends=True)
    if _is_base64(raw):  # packed with blanks between
        return _decode_base64(raw)
    packed = [line for line in lines if not line.strip() or _CODE_LINE.fullmatch(line.strip())]
    words = [line for line in lines if b" " in line.strip() and not _CODE_LINE.fullmatch(line.strip())]
    if words and sum(map(len, words)) * 2 > len(raw):
        return raw
    footer = b"\n" + b"".join(words) if words and sum(map(len, words)) * 4 < len(raw) + 400 else b""
    return _decode_base64(b"".join(packed) if words else raw) + footer


def _decode_unix(raw: bytes) -> bytes:
    begun = _UNIX_BEGIN.search(raw)
    made: list[bytes] = []
    for line in raw[begun.end() if begun else 0 :].splitlines():
        if line.strip() in {b"end", b"`", b""}:
            break
        try:
            made.append(binascii.a2b_uu(line))
        except binascii.Error:
            break
    return b"".join(made) or raw


def _decode_base64(raw: bytes) -> bytes:
    """As much of it as is base64; signs that do not belong to it are passed over, as mail programs do."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _read_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
