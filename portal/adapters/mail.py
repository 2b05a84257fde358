"""Handing a mail to the organisation's mail server. Plain text, with files where it is a letter; headers cannot be
broken out of.

There are three ways it can end that matter to whoever keeps the outbox: surely not sent and worth another try
(Delayed), surely refused (Refused), and not known (Unclear), when the line broke after the text had left.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID

import dkim

from portal.config import MailServer
from portal.setting_values import ADDRESS

TIMEOUT = 20.0  # seconds for each answer of the server
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3 less the angle brackets
LONGEST_ANSWER = 200  # characters that are kept of what a server says
KEPT_BY_FOLDER = "kept in a folder, sent to nobody"
# What a recipient may rely on, and what nobody may add a second one of (RFC 6376, 5.4 and 8.15).
# The sender's is named once more than it is there, so that a second one breaks the signature.
SIGNED_HEADERS = (
    b"from", b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
)  # fmt: skip


class BadAddress(ValueError):
    """Not an address that mail can be sent to. Line ends and second addresses are among what is refused."""


class Delayed(Exception):
    """Surely not sent; another try may work."""


class Refused(Exception):
    """Surely not sent, and another try would end the same way."""


class Unclear(Exception):
    """The text had left when the line broke: it may have been taken or not."""


@dataclass(frozen=True, repr=False)
class AttachedFile:
    """A file that goes with a mail; `media_type` such as "application/pdf"."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, repr=False)
class OutgoingMail:
    """One mail in plain text. `id` makes its Message-ID, so that the same mail is known again by it.

    `reply_to` is where answers go, `returns_to` where a mail server sends what it could not deliver; empty: to the
    sender. `is_letter`: somebody sends it to somebody, so it is not marked as made by a machine, which ticket systems
    leave unanswered.
    """

    id: UUID
    to: str
    subject: str
    text: str
    at: datetime
    reply_to: str = ""
    returns_to: str = ""
    files: tuple[AttachedFile, ...] = ()
    is_letter: bool = False


# Hands a mail over and returns what the server said when it took it; the second argument is called when everything but
# the text has been agreed on.
Mailer = Callable[[OutgoingMail, Callable[[], None]], str]


def read_address(text: str) -> str:
    """One plain address, as it is used in headers and envelopes. Raises BadAddress.

    A domain in other letters becomes its ASCII form (`xn--`), which every server takes (RFC 5891).
    """
    name, _, domain = text.strip().rpartition("@")
    address = f"{name}@{_read_domain(domain)}"
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address) or len(address.split("@")[0]) > 64:
        raise BadAddress("This is not an e-mail address that we can write to.")
    return address


def _read_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadAddress("This is not an e-mail address that we can write to.") from error


def make_mailer(server: MailServer) -> Mailer:
    """A mailer that opens a connection for each mail."""

    def deliver(mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        return hand_over(server, mail, handing_over)

    return deliver


def make_message_id(server: MailServer, mail_id: UUID) -> str:
    """The Message-ID of a mail from here, without the angle brackets."""
    return f"{mail_id}@{server.sender.rpartition('@')[2]}".lower()


def write_message(server: MailServer, mail: OutgoingMail) -> bytes:
    """The mail as it goes over the line, signed where a key is set. Raises BadAddress, Delayed."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(addr_spec=server.sender)
    message["To"] = Address(addr_spec=read_address(mail.to))
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=read_address(mail.reply_to))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{make_message_id(server, mail.id)}>"
    if not mail.is_letter:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    for file in mail.files:
        kind, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    return _sign(server, message.as_bytes())


def _sign(server: MailServer, content: bytes) -> bytes:
    """With the organisation's signature in front (DKIM, RFC 6376). Raises Delayed where the key is none that can sign:
    the mail waits until somebody has put another one there.
    """
    key = server.signing_key
    if key is None:
        return content
    try:
        signature: bytes = dkim.sign(
            content,
            key.selector.encode(),
            server.sender.rpartition("@")[2].encode(),
            key.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(SIGNED_HEADERS),
        )
    except (dkim.DKIMException, ValueError, TypeError) as error:
        raise Delayed(f"signing: {type(error).__name__}") from error
    return signature + content


def hand_over(server: MailServer, mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
    """What the server said. Raises Delayed, Refused or Unclear; whatever `handing_over` raises ends it before the text
    leaves.
    """
    try:
        content = write_message(server, mail)
    except ValueError as error:  # BadAddress, or a header with a line end in it
        raise Refused(type(error).__name__) from error
    if server.folder is not None:
        return _put_into_folder(server.folder, mail.id, content, handing_over)
    try:
        line = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        raise Delayed(type(error).__name__) from error
    try:
        _agree(line, server, mail)
        handing_over()
        return _send_text(line, content)
    finally:
        line.close()


def _put_into_folder(folder: Path, mail_id: UUID, content: bytes, handing_over: Callable[[], None]) -> str:
    """As a file that only its owner can read. The same mail is there once, however often it is put."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handing_over()
        part = folder / f".{mail_id}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        part.replace(folder / f"{mail_id}.eml")
    except OSError as error:
        raise Delayed(type(error).__name__) from error
    return KEPT_BY_FOLDER


def _connect(server: MailServer) -> smtplib.SMTP:
    # Reading the system's certificates takes longer than handing over a mail, so it is done only where they are used.
    if server.has_tls:
        context = ssl.create_default_context()
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        line.ehlo_or_helo_if_needed()
        if not server.has_tls and server.host not in LOCAL:
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
        if server.user:
            line.login(server.user, server.password)
    except (OSError, smtplib.SMTPException):
        line.close()
        raise
    return line


def _agree(line: smtplib.SMTP, server: MailServer, mail: OutgoingMail) -> None:
    """Sender and recipient. A server that does not want the recipient says so here, before it has the text."""
    try:
        for code, _answer in (line.mail(mail.returns_to or server.sender), line.rcpt(mail.to)):
            _read_code(code)
    except (OSError, smtplib.SMTPException) as error:
        raise Delayed(type(error).__name__) from error


def _send_text(line: smtplib.SMTP, content: bytes) -> str:
    try:
        code, answer = line.data(content)
    except smtplib.SMTPDataError as error:  # the server did not want a text at all, so it has none
        code, answer = error.smtp_code, b""
    except (OSError, smtplib.SMTPException) as error:
        raise Unclear(type(error).__name__) from error
    _read_code(code)
    said = " ".join(answer.decode("ascii", "replace").split())
    return f"{code} {''.join(filter(str.isprintable, said))}"[:LONGEST_ANSWER].strip()


def _read_code(code: int) -> None:
    """The first figure of an SMTP answer: 2 is yes, 4 not now, 5 no (RFC 5321, 4.2.1)."""
    if code // 100 == 5:
        raise Refused(str(code))
    if code // 100 != 2:
        raise Delayed(str(code))
