"""Mail as it goes over the line, against a real mail server on this machine."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters.mail import (
    KEPT_BY_FOLDER,
    AttachedFile,
    BadAddress,
    Delayed,
    OutgoingMail,
    Refused,
    Unclear,
    hand_over,
    read_address,
    write_message,
)
from portal.config import MailServer, SigningKey
from tests.mailbox import SENDER, Mailbox, open_mailbox

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MAIL = OutgoingMail(
    UUID(int=7), "ana.example@example.net", "A message for you", "Hello.\nGrüße, مرحبا.\n" + "long " * 60, NOW
)
SERVER = MailServer(host="127.0.0.1", port=1, has_tls=False, user="", password="", sender=SENDER)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with open_mailbox() as made:
        yield made


def server_of(mailbox: Mailbox) -> MailServer:
    return replace(SERVER, port=mailbox.port)


def nothing() -> None:
    pass


def test_a_mail_arrives_as_plain_text_with_an_id_of_its_own(mailbox: Mailbox) -> None:
    hand_over(server_of(mailbox), MAIL, nothing)
    (mail,) = mailbox.mails
    assert mail["To"] == MAIL.to
    assert mail["From"] == SENDER
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == f"<{MAIL.id}@example.org>"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == MAIL.text + "\n"


@pytest.mark.parametrize(
    ("answer", "ends"),
    [("451 later", Delayed), ("554 never", Refused), ("hang up", Unclear)],
)
def test_each_answer_to_the_text_has_its_own_end(mailbox: Mailbox, answer: str, ends: type[Exception]) -> None:
    mailbox.answers.append(answer)
    with pytest.raises(ends):
        hand_over(server_of(mailbox), MAIL, nothing)


@pytest.mark.parametrize(("answer", "ends"), [("450 greylisted", Delayed), ("550 no such mailbox", Refused)])
def test_a_recipient_who_is_not_wanted_never_gets_the_text(
    mailbox: Mailbox, answer: str, ends: type[Exception]
) -> None:
    mailbox.refuses = answer
    asked: list[bool] = []
    with pytest.raises(ends):
        hand_over(server_of(mailbox), MAIL, lambda: asked.append(True))
    assert asked == []
    assert mailbox.received == []


def test_a_server_on_this_machine_needs_no_certificates(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the system's takes longer than the handing over."""
    monkeypatch.delattr("ssl.create_default_context")
    hand_over(server_of(mailbox), MAIL, nothing)
    assert len(mailbox.mails) == 1


def test_a_server_that_is_away_is_asked_again_later() -> None:
    with pytest.raises(Delayed):
        hand_over(SERVER, MAIL, nothing)


def test_the_text_does_not_leave_when_it_was_cancelled_at_the_last_moment(mailbox: Mailbox) -> None:
    def cancel() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        hand_over(server_of(mailbox), MAIL, cancel)
    assert mailbox.received == []


def test_another_machine_is_never_spoken_to_without_encryption(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.adapters.mail.LOCAL", frozenset())  # so that this machine counts as another
    with pytest.raises(Delayed, match="SMTPNotSupportedError"):
        hand_over(server_of(mailbox), MAIL, nothing)
    assert mailbox.received == []


@pytest.mark.parametrize(
    "text",
    [
        "a@b", "a b@example.org", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org",
        "a@example.org\r\nSubject: x", "<a@example.org>", '"a"@example.org', "a@exa_mple.org", "ä@example.org",
        "a@example.org\u2028b", "a" * 65 + "@example.org", "@example.org", "a@-x.org", "",
    ],
)  # fmt: skip
def test_anything_but_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        read_address(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.text(max_size=60))
def test_no_address_and_no_subject_breaks_out_of_its_header(address: str, subject: str) -> None:
    for to in (address, f"a@example.org{address}", f"{address}@example.org"):
        try:
            head = write_message(SERVER, replace(MAIL, to=to, subject=subject)).split(b"\r\n\r\n")[0]
        except ValueError:
            continue  # refused, which hand_over turns into its own error
        names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
        assert sorted(names) == sorted(
            [
                b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Type",
                b"Content-Transfer-Encoding", b"MIME-Version",
            ]
        )  # fmt: skip


LETTER = replace(
    MAIL,
    reply_to="abc@answers.example.org",
    returns_to="abc@answers.example.org",
    files=(
        AttachedFile("letter.pdf", "application/pdf", b"%PDF-1.7 \x00\xff bytes"),
        AttachedFile("notice.json", "application/json", '{"name": "Anaïs"}'.encode()),
        AttachedFile("links.txt", "text/plain", b"https://x.com/a/status/1\n"),
    ),
    is_letter=True,
)


def test_a_letter_arrives_with_its_files_byte_by_byte_and_its_own_address_for_answers(mailbox: Mailbox) -> None:
    assert hand_over(server_of(mailbox), LETTER, nothing) == "250 taken"
    (mail,) = mailbox.mails
    assert (mail["Reply-To"], mail["Auto-Submitted"]) == (LETTER.reply_to, None)
    assert mailbox.senders == [LETTER.returns_to], "what cannot be delivered comes back to the request's own address"
    parts = [
        (each.get_filename(), each.get_content_type(), each.get_payload(decode=True))
        for each in mail.iter_attachments()
    ]
    assert parts == [(file.name, file.media_type, file.content) for file in LETTER.files]
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == MAIL.text + "\n"


def test_a_mail_without_a_place_for_returns_comes_from_its_sender(mailbox: Mailbox) -> None:
    hand_over(server_of(mailbox), MAIL, nothing)
    assert mailbox.senders == [SENDER]


@pytest.fixture(scope="module")
def signing_key() -> tuple[SigningKey, bytes]:
    """A key of our own making, and what the DNS would say of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return SigningKey(selector="s1", pem=pem), b"v=DKIM1; k=rsa; p=" + b64encode(public)


def test_a_mail_is_signed_where_a_key_is_set_and_no_header_can_be_changed_or_added(
    mailbox: Mailbox, signing_key: tuple[SigningKey, bytes]
) -> None:
    key, record = signing_key
    hand_over(replace(server_of(mailbox), signing_key=key), LETTER, nothing)
    (content,) = mailbox.received
    asked: list[bytes] = []

    def look_up(name: bytes, **_more: object) -> bytes:
        asked.append(name)
        return record

    assert dkim.verify(content, dnsfunc=look_up)
    assert asked == [b"s1._domainkey.example.org."]
    for spoilt in (
        content.replace(b"abc@answers.example.org", b"abd@answers.example.org"),
        content.replace(b"Hello.", b"Hullo."),
        b"From: other@example.org\r\n" + content,
        content.replace(b"application/pdf", b"application/zip"),
    ):
        assert spoilt != content
        assert not dkim.verify(spoilt, dnsfunc=look_up)


def test_a_mail_waits_where_the_key_cannot_sign(mailbox: Mailbox) -> None:
    for body in (b"bm9uc2Vuc2U=", b"not base64 at all"):
        pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + body + b"\n-----END RSA PRIVATE KEY-----\n"
        with pytest.raises(Delayed, match="signing"):
            hand_over(replace(server_of(mailbox), signing_key=SigningKey(selector="s1", pem=pem)), MAIL, nothing)
    assert mailbox.received == []


def test_a_folder_keeps_each_mail_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = replace(SERVER, folder=tmp_path / "mail")
    for _ in range(2):
        assert hand_over(folder, LETTER, nothing) == KEPT_BY_FOLDER
    (kept,) = (tmp_path / "mail").iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777) == (f"{LETTER.id}.eml", 0o600)
    assert message_from_bytes(kept.read_bytes(), policy=default)["Subject"] == LETTER.subject


def test_a_folder_that_cannot_be_written_puts_the_mail_off(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(Delayed):
        hand_over(replace(SERVER, folder=tmp_path / "mail"), MAIL, nothing)
