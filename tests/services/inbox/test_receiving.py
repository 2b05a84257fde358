"""Mail that comes in is kept whole and sealed before anybody looks at it: once each, and found again after a crash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.incoming import LARGEST_MAIL, IncomingState
from portal.models.incoming import IncomingMail
from portal.services.inbox import receiving, upkeep
from portal.services.inbox.receiving import MailTooLarge, open_for_server, receive, split_mailbox
from portal.services.operations import server_secret
from portal.services.ports import SYSTEM, Ports, ServerKeys
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_ports, make_work
from tests.services.inbox.mails import LATER, PLACE, WORDS, address_of, write


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(IncomingMail)) or 0


def test_a_mail_is_kept_whole_and_the_database_shows_nothing_of_it(session: Session, ports: Ports) -> None:
    content = write("Message-ID: <a@x.com>")
    assert receive(make_work(session, ports, actor=SYSTEM), content, ["x@y.example"])
    row = session.scalars(select(IncomingMail)).one()
    assert row.state is IncomingState.RECEIVED
    came = open_for_server(row, ports.keys)
    assert (came.content, came.envelope, came.at) == (content, ("x@y.example",), NOW)
    assert WORDS.encode() not in (row.sealed or b"")
    assert b"x@y.example" not in (row.sealed or b"")


def test_the_same_mail_comes_in_once_whatever_its_line_ends_and_the_line_of_a_mailbox(
    session: Session, ports: Ports
) -> None:
    content = write("Message-ID: <a@x.com>")
    work = make_work(session, ports, actor=SYSTEM)
    assert receive(work, content)
    for again in (content, content.replace(b"\r\n", b"\n"), b"From safety@x.com Tue Nov 24\n" + content):
        assert not receive(work, again)
    assert receive(work, content.replace(b"looked", b"look")), "another one is another one"
    assert count(session) == 2


def test_the_same_mail_to_two_requests_by_its_envelope_is_two_answers(session: Session, tmp_path: Path) -> None:
    ports = make_ports(tmp_path, **PLACE)
    opened = make_case(session, ports)
    work = make_work(session, ports, actor=SYSTEM)
    for number in (1, 2):
        assert receive(work, write(), [address_of(session, opened, ports, number)])
        assert not receive(work, write(), [address_of(session, opened, ports, number)])
    assert count(session) == 2


def test_two_at_once_keep_it_once(sessions: sessionmaker[Session], ports: Ports) -> None:
    def take() -> bool:
        with sessions.begin() as session:
            return receive(make_work(session, ports, actor=SYSTEM), write())

    found = do_at_once(sessions, [take, take], after="INSERT INTO incoming_mails")
    assert sorted(map(str, found)) == ["False", "True"]
    with sessions() as session:
        assert count(session) == 1


def test_one_too_large_is_told_and_not_kept(session: Session, ports: Ports) -> None:
    with pytest.raises(MailTooLarge):
        receive(make_work(session, ports), b"a" * (LARGEST_MAIL + 1))
    assert count(session) == 0


def test_a_mailbox_of_many_mails_is_taken_apart() -> None:
    box = b"From a Tue\nSubject: 1\n\nwords\n>From here on\n\nFrom b Wed\nSubject: 2\n\nFrom the team\n\n"
    first, second = split_mailbox(box.splitlines(keepends=True))
    assert first == b"Subject: 1\n\nwords\nFrom here on\n\n"
    assert second.startswith(b"Subject: 2")


def test_a_folder_is_emptied_once_its_mails_are_kept_and_what_is_no_mail_is_put_aside(
    sessions: sessionmaker[Session], ports: Ports, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "one.eml").write_bytes(write())
    (folder / "two.mbox").write_bytes(b"From a Tue\n" + write(subject="2") + b"\nFrom b Tue\n" + write(subject="3"))
    (folder / "no.eml").write_bytes(b"\x89PNG no mail")
    (folder / ".half").write_bytes(write(subject="4"))
    upkeep.take_folder(sessions, folder, clock=lambda: NOW, ports=ports)
    with sessions() as session:
        assert count(session) == 3
    assert sorted(each.name for each in folder.iterdir()) == [".half", "refused"]
    assert (folder / "refused" / "no.eml").exists()
    (folder / "one.eml").write_bytes(write())  # as after a crash between keeping it and taking the file away
    upkeep.take_folder(sessions, folder, clock=lambda: NOW, ports=ports)
    with sessions() as session:
        assert count(session) == 3


def test_mail_moves_to_a_new_secret_and_holds_up_the_old_one_until_then(session: Session, tmp_path: Path) -> None:
    ports = make_ports(tmp_path, **PLACE)
    receive(make_work(session, ports, actor=SYSTEM), write())
    secrets = [b"\x08" * 32, b"\x07" * 32]
    newer = replace(ports, keys=ServerKeys.from_secrets(secrets))
    path = tmp_path / "secret.key"
    path.write_text("".join(f"{secret.hex()}\n" for secret in secrets))
    path.chmod(0o600)
    assert server_secret.list_uses(session, path)[1].carried == 1
    assert not receive(make_work(session, newer, actor=SYSTEM), write()), "it is known under the older secret too"
    assert upkeep.move_to_new_secret(make_work(session, newer)) == 1
    session.flush()
    assert server_secret.list_uses(session, path)[1].carried == 0
    row = session.scalars(select(IncomingMail)).one()
    assert receiving.open_for_server(row, replace(newer.keys, older=())).content == write()
    assert row.received_at < LATER
