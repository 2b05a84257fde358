"""Mail as it goes over the line, against a real mail server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters.mail import (
    BadAddress,
    Delayed,
    OutgoingMail,
    Refused,
    Unclear,
    hand_over,
    read_address,
    write_message,
)
from portal.config import MailServer
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
