"""A real mail server on this machine for tests: it keeps what it is given, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

SENDER = "portal@example.org"


@dataclass
class Mailbox:
    """What arrived. `answers` are given to the next texts instead of taking them; "hang up" closes the line."""

    port: int = 0
    received: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)  # of the envelopes, of what was taken
    answers: list[str] = field(default_factory=list)
    refuses: str = ""  # an answer to every recipient

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        found = [message_from_bytes(each, policy=default) for each in self.received]
        assert all(isinstance(each, EmailMessage) for each in found)
        return found

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        answer = self.answers.pop(0) if self.answers else ""
        if answer and answer != "hang up":
            return answer
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        self.senders.append(envelope.mail_from or "")
        if answer == "hang up":
            assert server.transport is not None
            server.transport.close()
            await asyncio.sleep(0)
        return "250 taken"


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """A server on a free port of this machine."""
    mailbox = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
