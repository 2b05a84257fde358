"""Mail in a mailbox is taken in once, and none is lost, when the worker that fetches it is killed at any moment.

RECOURSE_KILL_SEED repeats the choices of an earlier run.
"""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.models.incoming import IncomingMail
from portal.models.tables import metadata
from portal.services.inbox.receiving import open_for_server
from tests.imap_server import ImapServer, open_imap_server
from tests.postgres import fresh_database
from tests.run.killable import Setup, make_env, make_parts
from tests.run.test_kill import SERVER, Lane, Tally

ROUNDS, MAILS = 30, 3  # in each round so many are delivered
LEAST_KILLS = 10


class MailboxLane(Lane):
    share_killed = 0.6


@pytest.fixture(autouse=True)
def preload() -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload([SERVER])


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A database, and the folder that mails are moved to; on the one they are marked, on the other moved."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}", ""
    else:
        with fresh_database() as url:
            yield url, "Taken"


def test_each_mail_of_a_mailbox_is_there_once_and_none_is_lost(place: tuple[str, str], tmp_path: Path) -> None:
    database, move_to = place
    seed = int(os.environ.get("RECOURSE_KILL_SEED") or random.SystemRandom().randrange(10**6))
    print(f"RECOURSE_KILL_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    with open_imap_server(tmp_path / "imap") as imap:
        settings = imap.write_settings(tmp_path / "mailboxes.toml", move_to=move_to)
        env = {**make_env(str(tmp_path / "data"), database, "smtp://127.0.0.1:9"), "RECOURSE_MAILBOXES": str(settings)}
        parts = make_parts(Setup(env, 0))
        metadata.create_all(parts.engine)
        tally = Tally()
        fetch_all(MailboxLane("worker", seed, env, tally), imap)
        print(tally)  # noqa: T201
        assert tally.kills["fetch mail, not acknowledged"] >= LEAST_KILLS
        with parts.sessions() as session:
            kept = [open_for_server(row, parts.keys).content for row in session.scalars(select(IncomingMail))]
        parts.engine.dispose()
        assert sorted(kept) == sorted(write(number) for number in range(ROUNDS * MAILS))
        assert len(imap.list_flags()) == (0 if move_to else ROUNDS * MAILS)
        assert all(flags == {b"\\Seen"} for flags in imap.list_flags(move_to or "INBOX"))


def fetch_all(lane: Lane, imap: ImapServer) -> None:
    try:
        for each in range(ROUNDS):
            imap.deliver(*(write(number) for number in range(each * MAILS, (each + 1) * MAILS)))
            lane.ask("fetch mail")
        lane.share_killed = 0.0
        lane.end()  # the next life is after every hold
        lane.ask("fetch mail")
    finally:
        lane.end()


def write(number: int) -> bytes:
    return f"From: a@x.com\nSubject: Mail {number}\n\nWords {number}\n".encode()
