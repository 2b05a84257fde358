"""Mail is fetched from a mailbox at a real mail server: each once, whatever fails in the middle, and none is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import mailboxes as adapter
from portal.adapters.mailboxes import MailboxTrouble, OpenMailbox
from portal.domain.incoming import LARGEST_MAIL
from portal.mailbox_file import MailboxServer, read_mailboxes
from portal.models.incoming import IncomingMail, MailboxPlace
from portal.services.inbox import mailboxes
from portal.services.inbox.receiving import open_for_server
from portal.services.ports import Ports
from tests.imap_server import ImapServer, open_imap_server
from tests.services.at_once import do_at_once
from tests.services.factories import NOW
from tests.services.inbox.mails import write

SEEN, FLAGGED = {b"\\Seen"}, {b"\\Flagged"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def imap(tmp_path: Path) -> Iterator[ImapServer]:
    with open_imap_server(tmp_path / "imap") as server:
        yield server


@pytest.fixture
def server(imap: ImapServer, tmp_path: Path) -> MailboxServer:
    return set_up(imap, tmp_path)


def set_up(imap: ImapServer, place: Path, **more: str) -> MailboxServer:
    (server,) = read_mailboxes(str(imap.write_settings(place / "mailboxes.toml", **more)))
    return server


@pytest.fixture
def fetch(sessions: sessionmaker[Session], ports: Ports, server: MailboxServer) -> Callable[..., int | None]:
    """What the worker does; `at` is its clock."""

    def act(at: datetime = NOW, of: MailboxServer = server) -> int | None:
        return mailboxes.fetch(sessions, of, clock=lambda: at, ports=ports)

    return act


def list_kept(sessions: sessionmaker[Session], ports: Ports) -> list[bytes]:
    with sessions() as session:
        rows = session.scalars(select(IncomingMail).order_by(IncomingMail.received_at, IncomingMail.id))
        return sorted(open_for_server(row, ports.keys).content.replace(b"\r\n", b"\n") for row in rows)


def mail(number: int) -> bytes:
    """With the line ends that this server keeps."""
    return write(f"Message-ID: <{number}@x.com>").replace(b"\r\n", b"\n")


def test_what_is_new_is_kept_byte_for_byte_and_then_marked_and_fetched_once(
    imap: ImapServer, fetch: Callable[..., int | None], sessions: sessionmaker[Session], ports: Ports
) -> None:
    imap.deliver(mail(1), mail(2))
    assert fetch() == 2
    assert list_kept(sessions, ports) == [mail(1), mail(2)]
    assert imap.list_flags() == [SEEN, SEEN]
    assert fetch() == 0
    imap.deliver(mail(3))
    assert fetch() == 1
    assert len(list_kept(sessions, ports)) == 3


def test_what_was_taken_in_is_moved_where_a_folder_is_named(
    imap: ImapServer, fetch: Callable[..., int | None], tmp_path: Path
) -> None:
    moving = set_up(imap, tmp_path, move_to="Taken")
    imap.deliver(mail(1), mail(2))
    assert fetch(of=moving) == 2
    assert (len(imap.list_flags()), len(imap.list_flags("Taken"))) == (0, 2)
    assert fetch(of=moving) == 0


def test_a_server_that_counts_anew_has_everything_read_again_and_nothing_is_there_twice(
    imap: ImapServer, fetch: Callable[..., int | None], sessions: sessionmaker[Session], ports: Ports
) -> None:
    imap.deliver(mail(1), mail(2))
    assert fetch() == 2
    with sessions.begin() as session:
        session.scalars(select(MailboxPlace)).one().validity = 1
    imap.deliver(mail(3))
    assert fetch() == 1
    assert list_kept(sessions, ports) == [mail(1), mail(2), mail(3)]


def test_another_mailbox_under_the_same_name_is_read_from_its_first_mail(
    imap: ImapServer, fetch: Callable[..., int | None], tmp_path: Path
) -> None:
    imap.deliver(mail(1))
    assert fetch() == 1
    with imap.look() as client:
        client.create_folder("Others")
    imap.deliver(mail(2), folder="Others")
    assert fetch(of=set_up(imap, tmp_path, folder="Others")) == 1


def test_a_mail_that_is_kept_and_not_yet_marked_is_marked_by_the_next_life(
    imap: ImapServer,
    fetch: Callable[..., int | None],
    sessions: sessionmaker[Session],
    ports: Ports,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imap.deliver(mail(1))

    def die(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(OpenMailbox, "put_away", die)
        with pytest.raises(KeyboardInterrupt):
            fetch()
    assert imap.list_flags() == [set()]
    assert fetch() is None, "the dead worker still holds it"
    assert fetch(NOW + 3 * MINUTE) == 0
    assert imap.list_flags() == [SEEN]
    assert list_kept(sessions, ports) == [mail(1)]


def test_a_full_disk_leaves_every_mail_in_the_mailbox_until_there_is_room(
    imap: ImapServer, fetch: Callable[..., int | None], sessions: sessionmaker[Session], ports: Ports
) -> None:
    """SQLite is given no more pages, which is its own "disk is full"; PostgreSQL a session that may not write."""
    imap.deliver(mail(1), mail(2))
    engine = sessions.kw["bind"]
    assert fetch() == 2
    imap.deliver(mail(3) + b"long\r\n" * 50_000)
    full = [True]

    def fill(_connection: object, cursor: object, statement: str, *_rest: object) -> None:
        if full and statement.startswith("INSERT INTO incoming_mails"):
            is_sqlite = engine.dialect.name == "sqlite"
            cursor.execute("PRAGMA max_page_count = 1" if is_sqlite else "SET LOCAL transaction_read_only = on")  # type: ignore[attr-defined]

    event.listen(engine, "before_cursor_execute", fill)
    with pytest.raises(Exception, match=r"disk is full|read-only") as caught:
        fetch(NOW + MINUTE)
    assert isinstance(caught.value, OperationalError) or "read-only" in str(caught.value)
    assert imap.list_flags() == [SEEN, SEEN, set()]
    full.clear()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert fetch(NOW + 10 * MINUTE) == 1
    assert imap.list_flags() == [SEEN, SEEN, SEEN]


def test_one_too_large_stays_in_the_mailbox_flagged_and_stops_no_other(
    imap: ImapServer,
    fetch: Callable[..., int | None],
    sessions: sessionmaker[Session],
    ports: Ports,
    caplog: pytest.LogCaptureFixture,
) -> None:
    imap.deliver(mail(1) + b"a" * LARGEST_MAIL, mail(2))
    assert fetch() == 1
    assert imap.list_flags() == [FLAGGED, SEEN]
    assert list_kept(sessions, ports) == [mail(2)]
    assert "stays in the mailbox answers, flagged" in caplog.text


def test_two_workers_at_once_keep_each_mail_once(
    imap: ImapServer, fetch: Callable[..., int | None], sessions: sessionmaker[Session], ports: Ports
) -> None:
    imap.deliver(mail(1), mail(2))
    found = do_at_once(sessions, [fetch, fetch], after="INSERT INTO mailbox_places")
    assert sorted(map(str, found)) == ["2", "None"]
    assert list_kept(sessions, ports) == [mail(1), mail(2)]


def test_a_worker_that_hung_until_another_took_over_keeps_nothing_more(
    imap: ImapServer,
    fetch: Callable[..., int | None],
    sessions: sessionmaker[Session],
    ports: Ports,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imap.deliver(mail(1), mail(2))
    real = OpenMailbox.fetch

    def hang(self: OpenMailbox, uid: int) -> bytes | None:
        monkeypatch.setattr(OpenMailbox, "fetch", real)
        assert fetch(NOW + 3 * MINUTE) == 2
        return real(self, uid)

    monkeypatch.setattr(OpenMailbox, "fetch", hang)
    with pytest.raises(mailboxes.HoldLost):
        fetch()
    assert list_kept(sessions, ports) == [mail(1), mail(2)]


def test_a_server_that_refuses_is_left_alone_longer_each_time_and_no_word_of_it_is_told(
    imap: ImapServer, fetch: Callable[..., int | None], tmp_path: Path, sessions: sessionmaker[Session]
) -> None:
    wrong = set_up(imap, tmp_path, password="a wrong one")
    at, waits = NOW, []
    for _ in range(8):
        with pytest.raises(MailboxTrouble, match=r"^signing in: LoginError$"):
            fetch(at, of=wrong)
        with sessions() as session:
            until = session.scalars(select(MailboxPlace.held_until)).one()
        assert until is not None
        assert fetch(until - timedelta(seconds=1), of=wrong) is None
        waits.append((until - at) / MINUTE)
        at = until
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    imap.deliver(mail(1))
    assert fetch(at) == 1, "the right password ends it"


def test_nothing_of_a_mail_reaches_the_log(
    imap: ImapServer, fetch: Callable[..., int | None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    imap.deliver(mail(1))
    assert fetch() == 1
    assert "x.com" not in caplog.text
    assert mailboxes.HOLD.total_seconds() > adapter.ANSWER_SECONDS
