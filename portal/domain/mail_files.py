"""Where an e-mail begins in a file: after what programs put before it, and one below the other in a mailbox."""

from __future__ import annotations

import re

MOST_MAILS = 100  # of a mailbox that are looked at
_LOOKED_AT = 256 * 1024  # bytes in which its headers have to begin to show

# Lines as an e-mail begins with, one of which every mail program and every server on the way writes. A blank before the
# colon is an old form that is still allowed to be read.
_HEADER = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)")
_MAIL_HEADERS = frozenset(
    {
        b"from", b"received", b"return-path", b"message-id", b"mime-version", b"delivered-to", b"dkim-signature",
        b"x-mozilla-status", b"x-original-to", b"envelope-to", b"arc-seal", b"content-transfer-encoding",
    }
)  # fmt: skip
_PAIRS = ({b"from", b"subject"}, {b"from", b"to", b"date"}, {b"to", b"subject"}, {b"date", b"subject"})
_HEADERS_LOOKED_AT = 2_000
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_START = rb"(?=[!-9;-~]{1,76}[ \t]*:)"
# A mark of UTF-8; blank lines; the line a mailbox has between its mails; the count of bytes that Apple's programs
# write; and the line above a mail that was passed on and copied.
_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf|[ \t]*\n|>?From (?!:)[^\n]*\n(?=>?[!-9;-~]{1,76}[ \t]*:|>?From )|[0-9]{1,10}[ \t]*\n"
    + _START
    + rb"|"
    rb"[ \t>*_=-]*(?:begin forwarded message|forwarded message|original message|original-nachricht"
    rb"|weitergeleitete nachricht|urspr[^\n]{1,10}ngliche nachricht|message (?:transf|d'origine)[^\n]{0,12}"
    rb"|mensaje (?:reenviado|original)|messaggio (?:inoltrato|originale)|doorgestuurd bericht)[^\n]{0,40}\n)*+",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rb"(?:^|(?<=\n))From (?!:)[^\n]{3,200}\n" + _START)
_APPLE_END = re.compile(rb"\n<\?xml version=[^\n]*\n(?:<!DOCTYPE plist[^\n]*\n)?<plist", re.IGNORECASE)


def is_email(content: bytes) -> bool:
    """Whether it begins with header lines, such as only an e-mail has, after what programs put before them."""
    return _has_headers(_bare(content[:_LOOKED_AT]))


def split_mails(content: bytes) -> list[bytes]:
    """The e-mails of a file that `is_email`, each from its first header on, with LF or CRLF at the ends of lines."""
    plain = _even_ends(content)
    body = plain[_skip_before(plain) :]
    if end := _APPLE_END.search(body):
        body = body[: end.start() + 1]
    if not plain[: len(plain) - len(body)].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith((b"From ", b">From ")):
        return [body]
    places = [0, *(found.start() for found in _BETWEEN.finditer(body.replace(b"\r\n", b"\n")))]
    body = body.replace(b"\r\n", b"\n") if len(places) > 1 else body
    pieces = [body[start:end] for start, end in zip(places, [*places[1:], len(body)], strict=True)]
    mails = [piece[_skip_before(piece) :] for piece in pieces[:MOST_MAILS]]
    return [mail for mail in mails if mail.strip()] or [body]


def has_more_mails(content: bytes) -> bool:
    """Whether a mailbox holds more e-mails than are looked at."""
    return len(_BETWEEN.findall(_even_ends(content).replace(b"\r\n", b"\n"))) > MOST_MAILS


def _bare(content: bytes) -> bytes:
    plain = _even_ends(content)
    return plain[_skip_before(plain) :]


def _even_ends(content: bytes) -> bytes:
    """In UTF-8 where it says that it is UTF-16, and without the line ends of old Macs."""
    if content.startswith(_UTF16):
        content = content.decode("utf-16", "replace").encode()
    return _LONE_RETURN.sub(b"\n", content)


def _skip_before(content: bytes) -> int:
    """Where the first header begins."""
    head = content[:_LOOKED_AT]
    if b"\r\n" not in head:
        return _measure_before(head)
    bare = head.replace(b"\r\n", b"\n")
    length = _measure_before(bare)
    return length + _count_returns(head, length)


def _measure_before(head: bytes) -> int:
    found = _BEFORE.match(head)
    return found.end() if found else 0


def _count_returns(head: bytes, length: int) -> int:
    """How many returns stand before this place of the same bytes without them."""
    at = returns = 0
    while (found := head.find(b"\r\n", at)) >= 0 and found - returns < length:
        returns += 1
        at = found + 2
    return returns


def _has_headers(content: bytes) -> bool:
    plain = content.replace(b"\r\n", b"\n")
    names: set[bytes] = set()
    at = 0
    for _ in range(_HEADERS_LOOKED_AT):
        line = _HEADER.match(plain, at)
        if line is None:
            break
        names.add(line[1].lower())
        if len(names & _MAIL_HEADERS) > 1 or any(pair <= names for pair in _PAIRS):
            return True
        at = line.end()
    return False
