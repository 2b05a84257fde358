"""Where an e-mail begins in a file, whatever programs put before it."""

from __future__ import annotations

import time

import pytest

from portal.domain.documents import DocumentKind, recognise_kind
from portal.domain.mail_files import is_email, split_mails

MAIL = b"From: a@platform.example\r\nSubject: Your report\r\nMIME-Version: 1.0\r\n\r\nWe removed it.\r\n"
PLIST = b'\n<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "x">\n<plist version="1.0"></plist>\n'


@pytest.mark.parametrize(
    "content",
    [
        MAIL,
        MAIL.replace(b"\r\n", b"\n"),
        MAIL.replace(b"\r\n", b"\r"),
        b"\xef\xbb\xbf" + MAIL,
        MAIL.decode().encode("utf-16"),
        b"\r\n\r\n" + MAIL,
        b"From a@b.example Mon Nov 23 10:00:00 2026\r\n" + MAIL,
        b"From - Mon Nov 23 10:00:00 2026\r\nX-Mozilla-Status: 0001\r\n" + MAIL,
        b">From a@b.example Mon Nov 23 10:00:00 2026\n" + MAIL,
        b"From a@b.example Mon Nov 23 10:00:00 2026\r" + MAIL.replace(b"\r\n", b"\r"),
        str(len(MAIL)).encode() + b"      \n" + MAIL + PLIST,
        b"Begin forwarded message:\r\n\r\n" + MAIL,
        b"---------- Forwarded message ---------\r\n" + MAIL,
        b"-----Original Message-----\r\n" + MAIL,
        b"".join(b"X-Trace-%d: %d\r\n" % (place, place) for place in range(1_500)) + MAIL,
        MAIL.replace(b": ", b" : ", 2),
        b"Subject: x\r\nTo: a@b.example\r\n\r\nwords",
    ],
    ids=lambda content: repr(content[:24]),
)
def test_an_email_is_seen_behind_what_stands_before_it(content: bytes) -> None:
    assert is_email(content)
    assert recognise_kind(content) is DocumentKind.EMAIL
    (mail,) = split_mails(content)
    assert mail.split(b":")[0].strip() in {b"From", b"X-Mozilla-Status", b"X-Trace-0", b"Subject"}
    assert b"plist" not in mail


@pytest.mark.parametrize(
    "content",
    [
        b"Note: they called me.\nFrom then on nothing.",
        b"From the start I said: no.\nIt went on.",
        b"12\nTo do: call them\nSubject to change",
        b"Subject: only one line",
        b"",
        b"\r\r\r\n",
        "Note: a – b".encode("utf-16"),
    ],
)
def test_words_are_no_email(content: bytes) -> None:
    assert not is_email(content)


def test_a_mailbox_is_taken_apart_into_its_mails() -> None:
    line = b"From a@b.example Mon Nov 23 10:00:00 2026\r\n"
    mails = split_mails(line + MAIL + b"\r\n" + line + MAIL.replace(b"removed", b"refused"))
    assert [b"removed" in mail for mail in mails] == [True, False]
    assert all(mail.startswith(b"From: a@") for mail in mails)


@pytest.mark.parametrize(
    "piece", [b"\n", b"\r", b"From a\n", b"1\n", b"a:\n", b"\xef\xbb\xbf", b">From b\n", b"\r\n", b"-"]
)
def test_no_beginning_takes_long(piece: bytes) -> None:
    started = time.process_time()
    is_email(piece * (10_000_000 // len(piece)))
    assert time.process_time() - started < 2
