"""An e-mail as it came, kept to prove what was sent: whole, or as a record of it where it holds a picture or a file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from portal.adapters.readers.mail_reader import MailPart, ParsedMail
from portal.adapters.readers.picture_words import LEFT_OUT, leave_out_pictures
from portal.domain.documents import MailSignature, Original, SignatureVerdict
from portal.domain.mail_files import split_mails

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # what no text has, and every picture as it is
# Small pictures of the sender, and what the signs of one in letters are; the letters of a signature look like one.
_PICTURE_HEADER = re.compile(
    rb"^((?:x-)?face|(?:x-)?image[a-z-]*|bimi-indicator)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_PICTURE_IN_HEADER = re.compile(rb"(?:data:image|iVBORw0KGg|R0lGOD[dl]h|/9j/4)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_VERDICTS = {
    SignatureVerdict.NO_KEY: "not checked: no key",
    SignatureVerdict.HOLDS: "holds",
    SignatureVerdict.FAILS: "does not hold",
    SignatureVerdict.UNREADABLE: "not checked: cannot be read",
}
_BODIES = {True: "the body is the one that was signed", False: "the body is not the one that was signed"}


def keep_original(content: bytes, mail: ParsedMail, signatures: Sequence[MailSignature]) -> Original:
    """The file byte for byte where nothing in it can be a picture; else a record of it without."""
    if _is_bare(content, mail):
        return Original(content=content, is_whole=True, signatures=tuple(signatures))
    return Original(content=_write_record(content, mail, signatures), is_whole=False, signatures=tuple(signatures))


def _is_bare(content: bytes, mail: ParsedMail) -> bool:
    if mail.attachments or mail.has_pictures or mail.is_cut or _CONTROL.search(content):
        return False
    if any(part.body is None or _bare_headers(part.headers) != part.headers for part in mail.parts):
        return False
    is_alone = split_mails(content) == [content]  # what programs write around mails is in no part of them
    return is_alone or not leave_out_pictures(content.decode("latin-1"))[1]


def _write_record(content: bytes, mail: ParsedMail, signatures: Sequence[MailSignature]) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    rows = [
        "Record of an e-mail that is not kept whole, because it holds pictures, files or what cannot be read.",
        f"SHA-256 of the e-mail as it was handed in: {digest}, {len(content)} bytes",
        *(_write_signature(each) for each in signatures),
        "Below: each part's headers and its words as they came.",
    ]
    head = "".join(f"{row}\r\n" for row in rows).encode()
    return b"".join((head, *(piece for part in mail.parts for piece in _write_part(part))))


def _write_signature(signature: MailSignature) -> str:
    body = _BODIES.get(signature.body_fits) if signature.body_fits is not None else "the body was not checked"
    return f"DKIM signature of {signature.domain} ({signature.selector}): {_VERDICTS[signature.verdict]}; {body}"


def _write_part(part: MailPart) -> Iterator[bytes]:
    yield b"\r\n---- part ----\r\n" + _bare_headers(part.headers)
    if part.body is not None and not _CONTROL.search(part.body):
        yield part.body
    else:
        yield f"[left out: {part.name}, {part.size} bytes, SHA-256 {part.digest}]\r\n".encode()


def _bare_headers(headers: bytes) -> bytes:
    """The headers as they came, without pictures, and with marks for what no header has."""
    mark = LEFT_OUT.encode()
    made = _PICTURE_HEADER.sub(rb"\1: " + mark, headers)
    return _CONTROL.sub(b"?", _PICTURE_IN_HEADER.sub(mark, made))
