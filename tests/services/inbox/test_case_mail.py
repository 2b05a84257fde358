"""Mail in a case: opened by who holds the case's key, kept by the rules of handed-in files, once, and never bent."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.documents import Cleaned
from portal.domain.incoming import IncomingState, Nature
from portal.domain.lifecycle import Answer, CaseStatus, CloseReason, Handler
from portal.domain.report import YesNo
from portal.models.documents import Document
from portal.models.incoming import IncomingMail
from portal.services.casefile.export import archive as export
from portal.services.cases import documents
from portal.services.cases import handover as handing
from portal.services.inbox.case_keys import private_key
from portal.services.inbox.case_mail import MailBent, list_mails, list_unread, mail_view, read_in
from portal.services.inbox.matching import place_in_case
from portal.services.inbox.receiving import CameIn, pack
from portal.services.ports import Ports
from portal.services.tracking import answers
from portal.services.tracking.answers import AnswerCommand
from portal.services.work import CaseWork
from tests.services.factories import make_case, make_ports, make_team
from tests.services.fakes import print_quickly, send
from tests.services.inbox.mails import LATER, PLACE, WORDS, address_of, take_in, write

DONE: Callable[[], None] = lambda: None  # noqa: E731
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
WITH_PICTURE = (
    "From: Safety <safety@x.com>\r\nSubject: Your report\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\n'
    f"{WORDS}\r\n--cut\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    f"{PICTURE}\r\n--cut--\r\n"
).encode()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path, RECOURSE_INBOX_SERVER="mx.harbour.example", **PLACE)


@pytest.fixture
def opened(session: Session, ports: Ports) -> CaseWork:
    made = make_case(session, ports)
    send(session, made, ports, 1)
    return made.at(LATER)


def take(opened: CaseWork, content: bytes) -> IncomingMail:
    return take_in(opened.session, opened.ports, content, address_of(opened.session, opened, opened.ports))


def test_a_mail_waits_unread_and_is_read_into_the_case_with_what_proves_it(opened: CaseWork) -> None:
    server = (
        "Authentication-Results: evil.example; dkim=pass header.d=x.com",
        "Authentication-Results: mx.harbour.example; dkim=pass header.d=x.com; spf=fail smtp.mailfrom=a@x.com",
    )
    content = write(*server, "Message-ID: <answer@x.com>")
    take(opened, content)
    (waiting,) = list_mails(opened)
    assert (waiting.is_waiting, waiting.read, waiting.request_number) == (True, None, 1)
    assert [each.number for each in list_unread(opened)] == [1]
    read_in(opened, 1, end_transaction=DONE)
    read = mail_view(opened, 1).read
    assert read is not None
    assert (read.sender, read.subject, read.text) == ("Safety <safety@x.com>", "Your report", WORDS)
    assert read.digest == hashlib.sha256(content).hexdigest()
    assert [(each.method, each.result, each.domain) for each in read.server] == [
        ("dkim", "pass", "x.com"),
        ("spf", "fail", "x.com"),
    ], "what another server says may be the sender's own words"
    assert read.sender_fits is True
    assert list_unread(opened) == ()
    (document,) = documents.document_views(opened)
    assert (document.number, document.request_number, document.given_digest) == (read.document, 1, read.digest)
    assert documents.read_original(opened, document.number).content == content
    read_in(opened, 1, end_transaction=DONE)
    assert len(documents.document_views(opened)) == 1, "once"
    answers.log_answer(opened, 1, AnswerCommand(answer=Answer.REFUSED, at=LATER, text=read.text))
    assert mail_view(opened, 1).state is IncomingState.LOGGED


def test_a_picture_is_never_kept_and_what_was_attached_is_named(opened: CaseWork) -> None:
    row = take(opened, WITH_PICTURE)
    read_in(opened, 1, end_transaction=DONE)
    read = mail_view(opened, 1).read
    assert read is not None
    assert WORDS in read.text
    assert "[attached, not kept: a.png]" in read.text
    assert Cleaned.FILES_INSIDE in read.cleaned
    kept = documents.read_original(opened, read.document or 0).content
    assert PICTURE[:40].encode() not in kept
    assert row.wrapped is None


def test_in_a_childs_case_its_words_alone_are_kept(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, under_18=YesNo.YES).at(LATER)
    take(opened, WITH_PICTURE)
    read_in(opened, 1, end_transaction=DONE)
    read = mail_view(opened, 1).read
    assert read is not None
    assert read.document is None
    assert WORDS in read.text
    assert session.scalars(select(Document)).all() == []


def test_where_no_file_fits_any_more_its_words_are_kept(opened: CaseWork, monkeypatch: pytest.MonkeyPatch) -> None:
    take(opened, write())
    monkeypatch.setattr(documents, "MOST", 0)
    read_in(opened, 1, end_transaction=DONE)
    read = mail_view(opened, 1).read
    assert read is not None
    assert (read.document, read.text) == (None, WORDS)


def test_who_has_the_database_and_the_public_key_cannot_put_words_into_a_mail(opened: CaseWork) -> None:
    row = take(opened, write())
    key, public = vault.new_key(), vault.public_of(private_key(opened))
    forged = CameIn(content=write(body="It was never there."), envelope=(), at=LATER)
    row.sealed, row.wrapped = vault.seal(key, place_in_case(row), pack(forged)), vault.wrap_for_public_key(key, public)
    with pytest.raises(MailBent):
        read_in(opened, 1, end_transaction=DONE)
    assert mail_view(opened, 1).is_waiting


def test_a_mail_moved_to_another_request_is_not_taken_in(opened: CaseWork) -> None:
    send(opened.session, opened, opened.ports, 2)
    row = take(opened, write())
    other = take_in(
        opened.session, opened.ports, write(subject="2"), address_of(opened.session, opened, opened.ports, 2)
    )
    row.request_id = other.request_id
    with pytest.raises(MailBent):
        read_in(opened, 1, end_transaction=DONE)


def test_mail_that_came_for_a_team_opens_for_the_person_who_took_the_case_back(session: Session, ports: Ports) -> None:
    team, _ = make_team(session)
    opened = make_case(session, ports, handler=Handler.TEAM, team_id=str(team.id))
    send(session, opened, ports, 1)
    take(opened, write())
    handing.take_back(opened.at(LATER))
    read_in(opened.at(LATER), 1, end_transaction=DONE)
    assert mail_view(opened, 1).read is not None


def test_a_closed_case_is_opened_by_what_is_read_in_it(opened: CaseWork) -> None:
    handing.close(opened, reason=next(iter(CloseReason)))
    take(opened, write())
    read_in(opened, 1, end_transaction=DONE)
    assert opened.case.status is CaseStatus.OPEN


@pytest.mark.parametrize("header", ["X-Spam-Flag: YES", "Auto-Submitted: auto-replied"])
def test_junk_and_machines_stand_with_their_request_and_ask_for_nothing(opened: CaseWork, header: str) -> None:
    row = take(opened, write(header))
    assert row.nature in {Nature.JUNK, Nature.AUTO_REPLY}
    assert list_unread(opened) == ()
    assert [each.number for each in list_mails(opened, 1)] == [1]


def test_a_person_takes_along_what_came_and_what_was_read(opened: CaseWork) -> None:
    take(opened, write(body="canary-read"))
    take(opened, write(body="canary-unread", subject="2"))
    read_in(opened, 1, end_transaction=DONE)
    with zipfile.ZipFile(io.BytesIO(export.export_case(opened))) as archive:
        found = {each["number"]: each for each in json.loads(archive.read("mail/list.json"))}
    assert found[1]["read"]["text"] == "canary-read"
    assert found[2]["read"] is None
